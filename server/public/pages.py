"""Files of the document root in memory: small ones whole, in every encoding they have, within a bound."""

import asyncio
import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Final, NamedTuple

import brotli

from server.negotiation import Encoding

_SIBLINGS: Final[Mapping[Encoding, str]] = {"br": ".br", "gzip": ".gz"}
# What a feed's writer leaves to us, for only what is asked for is worth it (channels/docroot.py).
_OURS_TO_PACK: Final = frozenset({".rss", ".atom", ".json"})
LARGEST: Final = 1024 * 1024  # above this a file is streamed, not kept
_PLAYED: Final = frozenset({".mp3", ".mp4"})  # players ask for ranges, which only streaming gives
_A_HEAD: Final = 1200  # bytes, about
FRESH: Final = 1.0  # seconds a look at the disk is good for
_Stamp = tuple[int, int, int]


class Heads(NamedTuple):
    """What an answer with a page in one encoding says before its body, and one to who has it already."""

    whole: bytes
    unchanged: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """A file with its encodings; `tag` names the version, whatever its encoding."""

    stamp: _Stamp
    tag: str
    modified: int  # seconds
    last_modified: str
    bodies: Mapping[Encoding, bytes]
    offered: frozenset[Encoding]
    heads: dict[Encoding, Heads] = field(default_factory=dict, compare=False)
    """Written by who gives it out, when it is first asked for."""

    @property
    def weight(self) -> int:
        """Give how many bytes of memory it holds."""
        return sum(len(body) + _A_HEAD for body in self.bodies.values())


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file that is streamed from the disk."""

    path: Path


class PageCache:
    """The files of one root, each looked at again at most once a second, off the event loop."""

    def __init__(self, root: Path, *, bound: int, clock: Callable[[], float]) -> None:
        """Take the root, how many bytes may be kept, and a clock that only goes forward."""
        self._root, self._bound, self._clock = root, bound, clock
        self._pages: OrderedDict[str, tuple[Page, float]] = OrderedDict()
        self._weight = 0

    async def find(self, path: str, *, anew: bool) -> Page | LargeFile | None:
        """Give a file; `anew` looks at the disk whatever is kept."""
        if not anew and (page := self.at_hand(path)) is not None:
            return page
        kept, looked_at = self._pages.get(path), self._clock()
        found = await asyncio.to_thread(_load, self._root, path, kept[0] if kept else None)
        if isinstance(found, Page):
            self._keep(path, found, looked_at)
        else:
            self._drop(path)
        return found

    def at_hand(self, path: str) -> Page | None:
        """Give a page that was looked at just now."""
        kept = self._pages.get(path)
        if kept is None or self._clock() - kept[1] >= FRESH:
            return None
        self._pages.move_to_end(path)
        return kept[0]

    def _keep(self, path: str, page: Page, looked_at: float) -> None:
        self._drop(path)
        self._pages[path] = (page, looked_at)
        self._weight += page.weight
        while self._weight > self._bound:
            self._drop(next(iter(self._pages)))

    def _drop(self, path: str) -> None:
        dropped = self._pages.pop(path, None)
        if dropped is not None:
            self._weight -= dropped[0].weight


def _load(root: Path, path: str, kept: Page | None) -> Page | LargeFile | None:
    """Read a file unless it is the one we keep; a link anywhere on the way counts as no file."""
    target = root.resolve() / path
    try:
        if target.resolve(strict=True) != target or not target.is_file():
            return None
        stamp = _stamp(target)
        if kept is not None and kept.stamp == stamp:
            return kept
        if stamp[1] > LARGEST or target.suffix in _PLAYED:
            return LargeFile(target)
        return _read(target)
    except (OSError, RuntimeError):  # gone meanwhile, a folder, a name too long, a circle of links
        return None


def _read(target: Path) -> Page:
    body, stamp = _read_stamped(target)
    bodies: dict[Encoding, bytes] = {"identity": body}
    for encoding, ending in _SIBLINGS.items():
        try:
            packed, packed_stamp = _read_stamped(target.with_name(target.name + ending))
        except OSError:
            continue
        # A sibling of another version has another time (channels/docroot.py); it is not this page.
        if packed_stamp[0] == stamp[0] and len(packed) < len(body):
            bodies[encoding] = packed
    if "br" not in bodies and target.suffix in _OURS_TO_PACK:
        packed = brotli.compress(body, mode=brotli.MODE_TEXT, quality=5)
        if len(packed) < len(body):
            bodies["br"] = packed
    return Page(
        stamp=stamp,
        tag=hashlib.sha256(body).hexdigest()[:20],
        modified=stamp[0] // 1_000_000_000,
        last_modified=formatdate(stamp[0] // 1_000_000_000, usegmt=True),
        bodies=bodies,
        offered=frozenset(bodies),
    )


def _read_stamped(target: Path) -> tuple[bytes, _Stamp]:
    descriptor = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(), _stamp_of(os.fstat(descriptor))


def _stamp(target: Path) -> _Stamp:
    return _stamp_of(target.stat())


def _stamp_of(stat: os.stat_result) -> _Stamp:
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)
