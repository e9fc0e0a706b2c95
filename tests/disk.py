"""A disk without room: by the kernel's own limit on the size of files, or full in earnest."""

import asyncio
import errno
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

KIB = 1024


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let the kernel refuse to write beyond a size, as it does beyond the end of a disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@asynccontextmanager
async def filled(volume: Path) -> AsyncIterator[None]:
    """Fill a volume up to its last block with a file, and take that away again."""
    ballast = volume / "ballast"
    try:
        for size in (KIB * KIB, 4 * KIB):
            await asyncio.to_thread(_add_until_full, ballast, b"\0" * size)
        yield
    finally:
        await asyncio.to_thread(ballast.unlink)


def _add_until_full(ballast: Path, piece: bytes) -> None:
    try:
        with ballast.open("ab", buffering=0) as file:
            while True:
                file.write(piece)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
