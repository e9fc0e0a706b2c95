"""A backup as one tar with a manifest of its members, each with its SHA-256.

The manifest stands last, so a tar that was cut off has none. Whoever reads one believes nothing before every
member has been checked: plain files under names that we ourselves give, each once, each as it was written.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic import TypeAdapter

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
_MANIFEST_BYTES: Final = 256 * 1024 * 1024
_CHUNK: Final = 1024 * 1024
_NAMES: Final = re.compile(
    r"database/tongfa\.(?:db|dump)|media/[0-9a-f]{2}/[0-9a-f]{64}|site/(?:[^/\\\x00-\x1f\x7f]+/)*[^/\\\x00-\x1f\x7f]+"
)


class BadArchive(Exception):
    """Not a whole backup of ours; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a backup."""

    path: str
    size: int
    sha256: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the format, when and by what it was made, the schema, and every member."""

    format: int
    made_at: str
    version: str
    schema: str
    members: tuple[Member, ...]

    @property
    def database(self) -> str:
        """Give the name of the database's dump."""
        return next(m.path for m in self.members if m.path.startswith("database/")).removeprefix("database/")


_ADAPTER: Final = TypeAdapter(Manifest)


def write_archive(
    target: BinaryIO, files: Iterable[tuple[str, Path]], *, made_at: str, version: str, schema: str
) -> Manifest:
    """Write files and, after them, their manifest; a file that vanishes before its turn is left out."""
    members: list[Member] = []
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in files:
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue  # a page that was taken down meanwhile
            with source:
                members.append(_add(tar, name, source))
        manifest = Manifest(FORMAT, made_at, version, schema, tuple(members))
        told = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
        tar.addfile(_info(MANIFEST, len(told)), io.BytesIO(told))
    return manifest


def check_archive(path: Path) -> Manifest:
    """Read a backup from beginning to end and give its manifest; raises BadArchive, and OSError."""
    seen: dict[str, tuple[int, str]] = {}
    told: bytes | None = None
    with _plain_errors():
        for info, content in _members(path):
            if told is not None:
                raise BadArchive("备份文件在清单之后还有内容")
            if info.name in seen:
                raise BadArchive(f"备份文件里有两个“{info.name}”")
            if info.name != MANIFEST:
                seen[info.name] = (info.size, _sha256(content))
            elif info.size > _MANIFEST_BYTES:
                raise BadArchive("备份文件的清单过大")
            else:
                told = content.read()
    if told is None:
        raise BadArchive("备份文件没有清单，可能没有写完")
    manifest = _read_manifest(told)
    listed = {member.path: (member.size, member.sha256) for member in manifest.members}
    for name in sorted(listed.keys() ^ seen.keys()):
        raise BadArchive(f"备份文件与清单不符：“{name}”")
    for name in sorted(name for name in listed if listed[name] != seen[name]):
        raise BadArchive(f"备份文件里的“{name}”已损坏")
    return manifest


def unpack(path: Path, manifest: Manifest, into: Path) -> None:
    """Write the members of a checked backup below a new folder, checking each once more; durable after it."""
    listed = {member.path: member for member in manifest.members}
    with _plain_errors():
        for info, content in _members(path):
            if info.name == MANIFEST:
                continue
            member, place = listed.get(info.name), into / info.name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                found = _sha256(content, file)
            if member is None or found != member.sha256:
                raise BadArchive(f"备份文件在读取时变了：“{info.name}”")
            # A page and its compressed siblings carry the same stamp, or none of them is given out.
            os.utime(place, ns=(member.mtime_ns, member.mtime_ns))
    os.sync()


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, Any]]:
    with tarfile.open(path, "r:") as tar:
        for info in tar:
            if not _is_ours(info):
                raise BadArchive(f"备份文件里有不该有的内容：“{info.name[:80]}”")
            yield info, tar.extractfile(info)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Say in one sentence whatever the library raises for a file that is none of its own."""
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BadArchive("不是备份文件，或者已损坏") from error


def _is_ours(info: tarfile.TarInfo) -> bool:
    if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or info.issparse() or info.linkname:
        return False
    if info.name == MANIFEST:
        return True
    # No hidden names: neither "..", nor the root's own notes.
    hidden = any(part.startswith(".") for part in info.name.split("/"))
    return _NAMES.fullmatch(info.name) is not None and not hidden


def _read_manifest(told: bytes) -> Manifest:
    try:
        manifest = _ADAPTER.validate_json(told)
    except ValueError as error:  # pydantic's refusal is one
        raise BadArchive("备份文件的清单读不懂") from error
    if manifest.format != FORMAT:
        raise BadArchive(f"备份文件的格式是 {manifest.format}，这个版本只认 {FORMAT}")
    try:
        made_at = datetime.fromisoformat(manifest.made_at)
    except ValueError as error:
        raise BadArchive("备份文件的清单没有说明制作时间") from error
    if made_at.tzinfo is None:
        raise BadArchive("备份文件的清单没有说明制作时间的时区")
    if sum(member.path.startswith("database/") for member in manifest.members) != 1:
        raise BadArchive("备份文件里应当恰有一份数据库")
    return manifest


def _add(tar: tarfile.TarFile, name: str, source: BinaryIO) -> Member:
    stat = os.fstat(source.fileno())
    info = _info(name, stat.st_size)
    info.mtime = int(stat.st_mtime)
    hashing = _Hashing(source)
    tar.addfile(info, hashing)
    return Member(name, stat.st_size, hashing.digest.hexdigest(), stat.st_mtime_ns)


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        body = self._source.read(size)
        self.digest.update(body)
        return body


def _sha256(content: Any, copy: BinaryIO | None = None) -> str:
    digest = hashlib.sha256()
    while body := content.read(_CHUNK):
        digest.update(body)
        if copy is not None:
            copy.write(body)
    return digest.hexdigest()
