"""server/store/blobs.py: files by their hash, whole or not there."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from server.store.blobs import Blobs, BlobTooLarge

BODY = "示范旗".encode() * 100
SHA256 = hashlib.sha256(BODY).hexdigest()


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


async def test_what_was_put_is_read_under_its_hash(tmp_path: Path):
    blobs = Blobs(tmp_path / "media", limit=10_000)
    assert await blobs.put(BODY) == SHA256
    assert await blobs.read(SHA256) == BODY


async def test_the_same_bytes_at_once_are_kept_once(tmp_path: Path):
    blobs = Blobs(tmp_path, limit=10_000)
    await asyncio.gather(*(blobs.put(BODY) for _ in range(8)))
    assert await asyncio.to_thread(files, tmp_path) == [SHA256]


async def test_too_many_bytes_leave_nothing_behind(tmp_path: Path):
    with pytest.raises(BlobTooLarge):
        await Blobs(tmp_path, limit=10).put(BODY)
    assert await asyncio.to_thread(files, tmp_path) == []


@pytest.mark.parametrize(
    "name", ["", "a" * 64, "../../etc/passwd", SHA256.upper(), SHA256 + "\n", "/etc/passwd"]
)
async def test_what_is_not_there_and_what_is_no_hash_is_a_key_error(tmp_path: Path, name: str):
    blobs = Blobs(tmp_path, limit=10_000)
    await blobs.put(BODY)
    with pytest.raises(KeyError):
        await blobs.read(name)


async def test_a_write_that_fails_leaves_nothing_half_written(tmp_path: Path):
    root = tmp_path / "media"
    await asyncio.to_thread(root.write_text, "a file where the folder should be")
    with pytest.raises(OSError, match="media"):
        await Blobs(root, limit=10_000).put(BODY)
