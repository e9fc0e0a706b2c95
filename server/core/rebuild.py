"""Write the whole document root again from the database, as its history wrote it, beside the old one.

Lists and feeds follow from the database alone, so writing every page in the order in which it went live, and
every notice of a withdrawal after it, gives the same files byte for byte.
"""

import asyncio
import gzip
import os
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import brotli

from channels.addresses import feed_form
from channels.contract import Channel, Receipt, Withdraws
from channels.docroot import COMPRESSED_ENDINGS, TEXT_ENDINGS, FolderRoot
from channels.item import Content
from channels.renewing import Renews
from server.core.contents import content_of_release
from server.core.release import OpenChannel
from server.core.withdrawal_types import public_reason
from server.core.workplace import Workplace
from server.store.accounts import get_account, list_accounts_of
from server.store.deliveries import DeliverySeen, get_delivery
from server.store.items import get_item
from server.store.releases import get_release
from server.store.verification import list_shown_pages, list_taken_down

A_TIME: Final = 200
_UNPACK: Final = {".gz": gzip.decompress, ".br": brotli.decompress}


class CannotRebuild(Exception):
    """A page could not be written; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The paths by which the new document root differs from the old one."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    files: int

    def beside(self, other: "Rebuilt", folder: str) -> "Rebuilt":
        """Give both roots as one, the other one's paths below a folder."""

        def both(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
            return (*mine, *(f"{folder}/{path}" for path in theirs))

        return Rebuilt(
            both(self.added, other.added),
            both(self.changed, other.changed),
            both(self.removed, other.removed),
            self.files + other.files,
        )

    @property
    def is_same(self) -> bool:
        """Say whether both are the same, byte for byte."""
        return not (self.added or self.changed or self.removed)


class _NoJournal:
    """The notes of a publication that nobody will look for."""

    async def note(self, step: str, value: str, /) -> None:
        """Forget it."""


async def write_site(place: Workplace, open_channel: OpenChannel) -> None:
    """Write every page and feed through channels that are opened over an empty root; raises CannotRebuild."""
    await _write_frames(place, open_channel)
    after = ("", "")
    while True:
        async with place.store.read() as tx:
            shown = await list_shown_pages(tx, after, A_TIME)
        for live_at, delivery_id in shown:
            await _write(place, open_channel, delivery_id)
            after = (live_at, delivery_id)
        if len(shown) < A_TIME:
            break
    async with place.store.read() as tx:
        gone = await list_taken_down(tx)
    for delivery_id in gone:
        await _take_down(place, open_channel, delivery_id)


class Draft:
    """A document root that nobody is served from: plain files, neither compressed nor forced to the disk."""

    def __init__(self, folder: Path) -> None:
        """Take an empty folder."""
        self._folder = folder

    async def put(self, path: str, body: bytes, /, *, lasting: bool = True) -> None:  # noqa: ARG002  none is packed
        """Write a file."""

        def write() -> None:
            place = self._folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)

        await asyncio.to_thread(write)

    async def read(self, path: str, /) -> bytes | None:
        """Give a file's bytes, None when there is none."""
        place = self._folder / path
        return await asyncio.to_thread(lambda: place.read_bytes() if place.is_file() else None)

    async def holds(self, path: str, /) -> bool:
        """Say whether there is a file."""
        return await asyncio.to_thread((self._folder / path).is_file)

    async def remove(self, path: str, /) -> None:
        """Take a file away."""
        await asyncio.to_thread((self._folder / path).unlink, missing_ok=True)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Enter; there is no other writer."""
        yield


def compare(old: Path, new: Path) -> Rebuilt:
    """Compare a document root with a draft; a page has changed, too, when its compressed siblings have."""
    before, after = _files(old), _files(new)
    plain = {path for path in before if _plain(path) == path}
    lost = {path for path in before.keys() - plain if _plain(path) not in after}
    both = sorted(after.keys() & plain)
    return Rebuilt(
        added=tuple(sorted(after.keys() - plain)),
        changed=tuple(path for path in both if not _is_same(before, path, after[path].read_bytes())),
        removed=tuple(sorted((plain - after.keys()) | lost)),
        files=len(after),
    )


async def take_over(folder: Path, draft: Path, rebuilt: Rebuilt) -> None:
    """Bring a root to the state of a draft, file by file, each whole; what is the same is left alone."""
    root = FolderRoot(folder)
    for path in (*rebuilt.added, *rebuilt.changed):
        for ending in COMPRESSED_ENDINGS:  # one that went bad would be taken for whole by its stamp
            await asyncio.to_thread((folder / f"{path}{ending}").unlink, missing_ok=True)
        body = await asyncio.to_thread((draft / path).read_bytes)
        await root.put(path, body, lasting=feed_form(path) is None)
    for path in rebuilt.removed:
        await root.remove(_plain(path))


async def _write_frames(place: Workplace, open_channel: OpenChannel) -> None:
    async with place.store.read() as tx:
        accounts = await list_accounts_of(tx, ("website", "feed"))
    for account in accounts:
        channel = open_channel(account)
        if isinstance(channel, Renews):
            await channel.renew_frame()


async def _write(place: Workplace, open_channel: OpenChannel, delivery_id: str) -> None:
    channel, leg, content = await _open(place, open_channel, delivery_id)
    post = channel.render(content)
    said = await channel.publish(post, _NoJournal(), at=leg.live_at or leg.changed_at)
    if not isinstance(said, Receipt):
        raise CannotRebuild(f"页面 {leg.item_id} 写不了：{getattr(said, 'reason', said)}")


async def _take_down(place: Workplace, open_channel: OpenChannel, delivery_id: str) -> None:
    channel, leg, content = await _open(place, open_channel, delivery_id)
    async with place.store.read() as tx:
        seen = await get_item(tx, leg.item_id)
    if isinstance(channel, Withdraws):
        receipt = Receipt(leg.platform_id or "", leg.link, leg.live_at)
        reason, at = public_reason(seen), seen.withdrawn_at or leg.changed_at
        await channel.withdraw(receipt, channel.render(content), reason=reason, at=at)


async def _open(
    place: Workplace, open_channel: OpenChannel, delivery_id: str
) -> tuple[Channel, DeliverySeen, Content]:
    async with place.store.read() as tx:
        leg = await get_delivery(tx, delivery_id)
        account = await get_account(tx, leg.account_id)
        at = (await get_release(tx, leg.release_id)).created_at
        content = await content_of_release(tx, leg.release_id, place.site, at=at)
    return open_channel(account), leg, content


def _is_same(files: Mapping[str, Path], path: str, body: bytes) -> bool:
    if files[path].read_bytes() != body:
        return False
    if Path(path).suffix not in TEXT_ENDINGS:
        return True
    # A feed has no `.br` (channels/docroot.py). What stands must say the same, and `.gz` must stand.
    endings = [ending for ending in _UNPACK if path + ending in files or ending == ".gz"]
    try:
        packed = [_UNPACK[ending](files[path + ending].read_bytes()) for ending in endings]
    except (KeyError, OSError, EOFError, zlib.error, brotli.error):
        return False
    return all(text == body for text in packed)


def _plain(path: str) -> str:
    """Give the path of the file that a compressed sibling belongs to, or the path itself."""
    return next((path.removesuffix(e) for e in COMPRESSED_ENDINGS if path.endswith(e)), path)


def _files(root: Path) -> Mapping[str, Path]:
    found: dict[str, Path] = {}
    for folder, _folders, names in os.walk(root):
        for name in names:
            if not name.startswith("."):  # our own notes
                path = Path(folder) / name
                found[path.relative_to(root).as_posix()] = path
    return found
