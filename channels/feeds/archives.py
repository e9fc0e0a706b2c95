"""Archives of a feed as files: each version has its own address, which says nothing else ever (RFC 5005 §4).

Links lead to the address without a version, `feed/KEY/NUMBER.FORM`. No file stands there: who serves the root
sends on from it to the version that a note beside the versions names. So an archive whose entry was corrected
or withdrawn moves, and no other archive has to change with it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from channels.addresses import Addresses, FeedFormat, archive_path
from channels.feeds.document import FeedDocument
from channels.feeds.formats import write_feed

_LENGTH: Final = 10  # hexadecimal digits: versions of one archive only have to differ from one another
_ARCHIVE: Final = re.compile(
    rf"(?P<place>feed/[\w/-]{{1,100}}/\d{{1,9}})(?:-[0-9a-f]{{{_LENGTH}}})?\.(?P<form>rss|atom|json)",
    re.ASCII,
)


def archive_file(document: FeedDocument, form: FeedFormat, addresses: Addresses) -> tuple[str, bytes]:
    """Give path and bytes of an archive as it is now; the path follows from what it says."""
    digest = hashlib.sha256(write_feed(document, form, addresses)).hexdigest()[:_LENGTH]
    place, _, ending = document.path(form).rpartition(".")
    path = f"{place}-{digest}.{ending}"
    return path, write_feed(document, form, addresses, addresses.url(path))


def archive_note(key: str, number: int) -> str:
    """Give the path of the note that names an archive's versions of today."""
    return f"{archive_path(key, number, 'rss').removesuffix('.rss')}.now"


@dataclass(frozen=True, slots=True)
class ArchiveNote:
    """Where an archive stands now, by format, and what may be left of another version after a crash."""

    now: Mapping[str, str] = field(default_factory=dict)
    spare: tuple[str, ...] = ()

    @classmethod
    def read(cls, note: bytes | None) -> Self:
        """Read a note; none is one that knows of nothing."""
        told = json.loads(note) if note else {}
        return cls(told.get("now", {}), tuple(told.get("spare", ())))

    def written(self) -> bytes:
        """Give it as bytes."""
        return json.dumps({"now": dict(self.now), "spare": self.spare}, sort_keys=True).encode()

    @property
    def every(self) -> frozenset[str]:
        """Give all paths that it knows."""
        return frozenset(self.now.values()).union(self.spare)


def note_for(path: str) -> tuple[str, str] | None:
    """Give the note that knows where an archive stands, and its format; None for what names no archive."""
    found = _ARCHIVE.fullmatch(path)
    return None if found is None else (f"{found['place']}.now", found["form"])
