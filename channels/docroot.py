"""The document root as a folder: whole files or none, each text with compressed siblings of the same version.

It knows paths and bytes, no pages and no feeds.
"""

import asyncio
import fcntl
import os
import secrets
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

import brotli
import deflate

TEXT_ENDINGS: Final = frozenset(
    {
        ".html",
        ".gone",
        ".css",
        ".svg",
        ".rss",
        ".atom",
        ".json",
        ".xml",
        ".txt",
        ".opml",
        ".js",
        ".webmanifest",
    }
)
COMPRESSED_ENDINGS: Final = (".br", ".gz")
_QUICK: Final = (".gz",)
_POLL: Final = 0.01  # seconds between two tries for the lock


class FolderRoot:
    """A document root over one folder (channels.contract.DocRoot).

    All versions of a file carry the time stamp of its plain version. Siblings are renamed first, the plain
    file last; whoever serves them gives a sibling out only when its stamp is that of the plain file, so a
    new body never goes out with an old sibling, and a crash between two renames is healed by the next `put`.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made at the first write."""
        self._folder = folder
        self._own_turn = asyncio.Lock()
        self._lock_file: int | None = None

    async def put(self, path: str, body: bytes, /, *, lasting: bool = True) -> None:
        """Write a file and its compressed siblings; readers see the old one or the new one.

        What will soon change again gets no `.br`: most versions of it nobody asks for, and who serves one
        that is asked for packs it then.
        """
        target = self._inside(path)
        await _to_the_end(lambda: _put(self._folder, target, body, COMPRESSED_ENDINGS if lasting else _QUICK))

    async def read(self, path: str, /) -> bytes | None:
        """Give a file's bytes, None when there is none."""
        target = self._inside(path)
        return await asyncio.to_thread(_read, target)

    async def stamp(self, path: str, /) -> tuple[int, int, int] | None:
        """Give what changes with every version of a file and costs no reading; None when there is none."""
        target = self._inside(path)
        return await asyncio.to_thread(_stamp, target)

    async def holds(self, path: str, /) -> bool:
        """Say whether there is a file, without reading it."""
        return await self.stamp(path) is not None

    async def remove(self, path: str, /) -> None:
        """Take a file and its siblings away; nothing happens when there is none."""
        target = self._inside(path)
        await _to_the_end(lambda: _remove(target))

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Enter as the only writer of the root in all processes.

        The lock is asked for without blocking: threads that wait for it could use up the pool that its
        holder needs for writing.
        """
        async with self._own_turn:
            lock_file = await asyncio.to_thread(self._open_lock)
            while not _try_lock(lock_file):  # noqa: ASYNC110  another process sets no Event of ours
                await asyncio.sleep(_POLL)
            try:
                yield
            finally:
                fcntl.flock(lock_file, fcntl.LOCK_UN)

    def _open_lock(self) -> int:
        """Open the lock once; kept here, so that a cancelled caller loses no descriptor."""
        if self._lock_file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock_file = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            weakref.finalize(self, os.close, self._lock_file)
        return self._lock_file

    def _inside(self, path: str) -> Path:
        """Give the place of a path; raises ValueError for one that leaves the root or names our own files."""
        parts = path.split("/")
        if (
            any(part == "" or part.startswith(".") for part in parts)
            or any(sign == "\\" or sign < " " or sign == "\x7f" for sign in path)
            or path.endswith(COMPRESSED_ENDINGS)
        ):
            raise ValueError(f"not a path of the document root: {path!r}")
        return self._folder / PurePosixPath(*parts)


async def _to_the_end(work: Callable[[], None]) -> None:
    """Run in a thread and, when cancelled, wait for it: no write may outlive the turn it was made in."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()  # seen; the caller is gone
        raise


def _try_lock(lock_file: int) -> bool:
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _stamp(target: Path) -> tuple[int, int, int] | None:
    try:
        stat = target.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (stat.st_mtime_ns, stat.st_ino, stat.st_size)


def _put(root: Path, target: Path, body: bytes, packed: tuple[str, ...]) -> None:
    endings = packed if target.suffix in TEXT_ENDINGS else ()
    if _stands(target, body, endings):
        return
    _make_folder(root, target.parent)
    if not target.parent.resolve().is_relative_to(root.resolve()):
        raise ValueError("a link leads out of the document root")
    versions = [(target, body), *((_sibling(target, ending), _pack(body, ending)) for ending in endings)]
    written: list[tuple[Path, Path]] = []
    try:
        for place, version in versions:
            written.append((_temporary(place), place))
            _write_new(written[-1][0], version)
        stamp = written[0][0].stat().st_mtime_ns
        if endings == _QUICK:  # nginx would give out the former version's
            _sibling(target, ".br").unlink(missing_ok=True)
        for temporary, place in reversed(written):  # the plain file last
            os.utime(temporary, ns=(stamp, stamp))
            temporary.replace(place)
    except BaseException:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _remove(target: Path) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        target.unlink(missing_ok=True)
        for ending in COMPRESSED_ENDINGS:
            _sibling(target, ending).unlink(missing_ok=True)
        _sync_folder(target.parent)


def _pack(body: bytes, ending: str) -> bytes:
    if ending == ".gz":
        return bytes(deflate.gzip_compress(body, 9))
    return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=5))


def _stands(target: Path, body: bytes, endings: tuple[str, ...]) -> bool:
    """Say whether the bytes are there already, with siblings of the same stamp."""
    try:
        stat = target.stat()
        if stat.st_size != len(body) or target.read_bytes() != body:
            return False
        return all(_sibling(target, ending).stat().st_mtime_ns == stat.st_mtime_ns for ending in endings)
    except OSError:
        return False


def _sibling(target: Path, ending: str) -> Path:
    return target.with_name(target.name + ending)


def _temporary(place: Path) -> Path:
    return place.with_name(f".{place.name[:64]}.{secrets.token_hex(6)}.new")


def _write_new(temporary: Path, body: bytes) -> None:
    # By the system's own calls: a file object costs as much again as writing and syncing.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fchmod(descriptor, 0o644)  # whatever the umask says
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(root: Path, folder: Path) -> None:
    """Make the folders down to one, each written down in the folder above it."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(root, folder.parent)
    folder.mkdir(parents=folder == root, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
