"""The files of a draft: stored media, looked up by hash, become pictures and attachments."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.item import Attachment, Picture
from server.core.problems import Problem
from server.importing.attachments import TYPES, safe_name, type_of
from server.importing.html import BodyPicture
from server.store.media import MediaRow, Sight, find_media, list_media
from server.store.tx import Tx

_FAMILIES = {kind.mime: kind.family for kind in TYPES.values()}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stored file as an editor attaches it, under a name for readers."""

    sha256: str
    name: str


async def find_pictures(tx: Tx, wanted: Sequence[BodyPicture], sight: Sight) -> tuple[Picture, ...]:
    """Give the pictures of a body; refuses those that were never uploaded, and those he may not have."""
    known = await list_media(tx, tuple(picture.sha256 for picture in wanted), sight)
    return tuple(_picture(known.get(picture.sha256), picture) for picture in wanted)


async def find_attachments(tx: Tx, wanted: Sequence[Wanted], sight: Sight) -> tuple[Attachment, ...]:
    """Give the attachments of a draft.

    Refuses those never uploaded, those he may not have, and those called what they are not.
    """
    known = await list_media(tx, tuple(file.sha256 for file in wanted), sight)
    return tuple(
        _attachment(known.get(file.sha256), file, f"attachments.{place}") for place, file in enumerate(wanted)
    )


async def require_picture(tx: Tx, sha256: str, sight: Sight, *, field: str) -> None:
    """Refuse a hash under which no picture is stored, or none that he may have."""
    row = await find_media(tx, sha256, sight)
    if row is None or row.width is None:
        raise Problem("unknown_media", "没有这张图片，请先上传", field=field)


def _picture(row: MediaRow | None, wanted: BodyPicture) -> Picture:
    if row is None or row.width is None or row.height is None:
        raise Problem("unknown_media", f"正文引用的图片 {wanted.sha256[:8]}… 没有上传", field="body")
    return Picture(row.sha256, row.mime, row.size, row.width, row.height, wanted.alt)


def _attachment(row: MediaRow | None, wanted: Wanted, field: str) -> Attachment:
    if row is None:
        raise Problem("unknown_media", f"附件“{wanted.name}”没有上传", field=f"{field}.sha256")
    name = safe_name(wanted.name, field=f"{field}.name")
    # The same bytes may be called .doc once and .wps another time; a picture is never a document.
    if type_of(name).family != _FAMILIES.get(row.mime):
        raise Problem("unsupported_file", f"附件内容与扩展名不符：“{name}”", field=f"{field}.name")
    return Attachment(row.sha256, name, type_of(name).mime, row.size)
