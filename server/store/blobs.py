"""Blobs: pictures and attachments as files named by their SHA-256; written whole and never changed."""

import asyncio
import hashlib
import os
import re
import secrets
import stat
from datetime import datetime
from pathlib import Path
from typing import Final

from server.store.durable import sync_folder
from server.store.privacy import close_to_others
from server.store.room import is_full
from server.store.tx import StoreFull

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_HALF_WRITTEN: Final = re.compile(r"\.[0-9a-f]{8}\.[0-9a-f]{12}")


class BlobTooLarge(Exception):
    """More bytes than a blob may have."""


class Blobs:
    """A folder of files by content hash; the same bytes are kept once."""

    def __init__(self, root: Path, *, limit: int) -> None:
        """Take the folder, made at the first write, and the most bytes that one blob may have."""
        self._root, self._limit = root, limit

    async def put(self, body: bytes, /) -> str:
        """Keep the bytes, durable on return, and give their SHA-256. Raises BlobTooLarge and StoreFull."""
        if len(body) > self._limit:
            raise BlobTooLarge(f"{len(body)} bytes, {self._limit} allowed")
        return await asyncio.to_thread(self._put, body)

    async def put_back(self, sha256: str, body: bytes, /) -> None:
        """Keep bytes that were put before, once the database knows of them.

        Between the two they may have been taken away as a file that nobody knows (core/unused.py).
        """
        if not await asyncio.to_thread(self._path(sha256).exists):
            await self.put(body)

    async def remove(self, sha256: str, /) -> None:
        """Take the bytes away; nothing happens where there are none."""
        await asyncio.to_thread(self._path(sha256).unlink, missing_ok=True)

    async def list_old(self, shelf: int, /, *, before: datetime) -> tuple[str, ...]:
        """Give the hashes in one of the 256 folders whose bytes were written before a moment.

        What a process that was killed left half written there so long ago is taken away.
        """
        return await asyncio.to_thread(self._list_old, self._root / f"{shelf:02x}", before.timestamp())

    async def read(self, sha256: str, /) -> bytes:
        """Give the bytes; raises KeyError when there are none."""
        # The name comes from outside: nothing but a hash may become a path.
        if not _SHA256.fullmatch(sha256):
            raise KeyError(sha256)
        try:
            return await asyncio.to_thread(self._path(sha256).read_bytes)
        except FileNotFoundError:
            raise KeyError(sha256) from None

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256

    def _list_old(self, folder: Path, before: float) -> tuple[str, ...]:
        if not folder.is_dir():
            return ()
        old = [path for path in folder.iterdir() if _is_old(path, before)]
        for path in old:
            if _HALF_WRITTEN.fullmatch(path.name):
                path.unlink(missing_ok=True)
        return tuple(sorted(path.name for path in old if _SHA256.fullmatch(path.name)))

    def _put(self, body: bytes) -> str:
        sha256 = hashlib.sha256(body).hexdigest()
        path = self._path(sha256)
        if path.exists():
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        close_to_others(self._root)
        draft = path.with_name(f".{sha256[:8]}.{secrets.token_hex(6)}")
        try:
            with draft.open("xb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            if is_full(error):
                raise StoreFull(str(error)) from error
            raise
        finally:
            draft.unlink(missing_ok=True)
        for folder in (path.parent, self._root):
            sync_folder(folder)
        return sha256


def _is_old(path: Path, before: float) -> bool:
    """Say whether this is a file of ours from before a moment; others may write and take away meanwhile."""
    try:
        seen = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(seen.st_mode) and seen.st_mtime < before
