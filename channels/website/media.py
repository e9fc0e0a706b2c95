"""Pictures and attachments on the site: there as long as a page uses them, and no longer.

One file can belong to several items, so a note beside it tells which. Without it a withdrawn attachment
would stay open to everybody who kept its address.
"""

import asyncio

from channels.addresses import media_path
from channels.contract import DocRoot, Media
from channels.item import Attachment, Content, Picture
from channels.website.variants import make_variants, possible_paths


class MediaFiles:
    """The media files of a document root; to be used in a turn of the root."""

    def __init__(self, root: DocRoot, media: Media) -> None:
        """Take where files go to and where they come from."""
        self._root, self._media = root, media

    async def place(self, content: Content) -> None:
        """Write the files of a content; raises KeyError when one is not in store."""
        for media in _all(content):
            path = media_path(media)
            users = await self._users(path)
            if content.item_id not in users:
                await self._note(path, users | {content.item_id})
            if not await self._root.holds(path):
                body = await self._media.read(media.sha256)
                if isinstance(media, Picture):
                    for other, smaller in (await asyncio.to_thread(make_variants, media, body)).items():
                        await self._root.put(other, smaller)
                await self._root.put(path, body)  # last: where it stands, its variants stand

    async def release(self, item_id: str, paths: frozenset[str]) -> None:
        """Take away the files which this item was the last to use."""
        for path in sorted(paths):
            users = await self._users(path)
            if users == {item_id}:
                for other in possible_paths(path):
                    if await self._root.holds(other):
                        await self._root.remove(other)
                await self._root.remove(path)
                await self._root.remove(f"{path}.uses")
            elif item_id in users:
                await self._note(path, users - {item_id})

    async def _users(self, path: str) -> set[str]:
        note = await self._root.read(f"{path}.uses")
        return set((note or b"").decode().split())

    async def _note(self, path: str, users: set[str]) -> None:
        await self._root.put(f"{path}.uses", "\n".join(sorted(users)).encode())


def media_paths(content: Content) -> frozenset[str]:
    """Give the paths of a content's files."""
    return frozenset(media_path(media) for media in _all(content))


def _all(content: Content) -> tuple[Picture | Attachment, ...]:
    return (*content.pictures, *content.attachments)
