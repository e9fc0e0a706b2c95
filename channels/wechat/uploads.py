"""Pictures on their way up: each content once per account, whatever it is shown in (contract §3, §14)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from channels.contract import Media, NotAccepted, Outcome, OutcomeUnknown, Refused, Uploads
from channels.item import Picture
from channels.wechat.calls import Calls, Reply
from channels.wechat.outcomes import outcome_of
from channels.wechat.pictures import BadPicture, Crops, Ready, cover_of, crops_of, ready_for_body

_FORM: Final = "1"  # of what we make of a picture: another one goes up anew
_WAIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Cover:
    """An uploaded cover, and the parts of it that message lists show."""

    media_id: str
    crops: Crops
    key: str


class PictureUploads:
    """Uploads of one account; what went up before is remembered by the keeper that was passed in."""

    def __init__(self, calls: Calls, media: Media, kept: Uploads, account_id: str) -> None:
        """Take the account's calls, the stored files, and what remembers earlier uploads."""
        self._calls, self._media, self._kept, self._account_id = calls, media, kept, account_id

    async def body_picture(self, picture: Picture, number: int) -> str | Outcome:
        """Give the platform's address of a picture of the text; `number` is its place, for the editor."""
        key = f"body/{_FORM}/{picture.sha256}"
        known = await self._kept.find(self._account_id, key)
        if known is not None:
            return known
        ready = await self._read(picture, ready_for_body)
        if ready is None:
            return _bad(f"正文第{number}张图片{_named(picture)}找不到或打不开，请换一张重新上传")
        said = await self._calls.upload("media/uploadimg", ready.body, ready.name, ready.mime)
        return await self._keep(key, _surely(said, "url"))

    async def cover(self, picture: Picture | None) -> Cover | Outcome:
        """Give the cover: from a picture, or a plain one where there is none."""
        key = f"cover/{_FORM}/{picture.sha256 if picture else 'plain'}"
        known = await self._kept.find(self._account_id, key)
        if known is not None:
            return _cover_of(known, key)
        ready = await self._read(picture, cover_of) if picture else await asyncio.to_thread(cover_of, None)
        if ready is None:
            return _bad("封面图片找不到或打不开，请换一张重新上传")
        said = await self._calls.upload(
            "material/add_material", ready.body, ready.name, ready.mime, {"type": "image"}
        )
        media_id = _surely(said, "media_id")
        if not isinstance(media_id, str):
            return media_id
        known = f"{media_id} {ready.width} {ready.height}"
        await self._kept.keep(self._account_id, key, known)
        return _cover_of(known, key)

    async def forget(self, cover: Cover) -> None:
        """Forget a cover that the platform no longer knows: somebody deleted it from the library."""
        await self._kept.forget(self._account_id, cover.key)

    async def _read(self, picture: Picture, make: Callable[[bytes], Ready]) -> Ready | None:
        try:
            return await asyncio.to_thread(make, await self._media.read(picture.sha256))
        except (KeyError, BadPicture):
            return None

    async def _keep(self, key: str, address: str | Outcome) -> str | Outcome:
        if isinstance(address, str):
            await self._kept.keep(self._account_id, key, address)
        return address


def _cover_of(known: str, key: str) -> Cover:
    media_id, width, height = known.split(" ")
    return Cover(media_id, crops_of(int(width), int(height)), key)


def _bad(reason: str) -> Refused:
    return Refused(reason, "editor", "bad_picture")


def _named(picture: Picture) -> str:
    return f"（{picture.alt}）" if picture.alt else ""


def _surely(said: Reply | Outcome, wanted: str) -> str | Outcome:
    """Read an upload: whatever came of it, nothing public happened, so no answer is not unknown."""
    if not isinstance(said, Reply):
        outcome: Outcome = said
    elif said.code:
        outcome = outcome_of(said.body)
    else:
        outcome = OutcomeUnknown("微信没有给出素材编号")
        if (got := said.id(wanted)) is not None:
            return got
    return NotAccepted(_WAIT, outcome.reason) if isinstance(outcome, OutcomeUnknown) else outcome
