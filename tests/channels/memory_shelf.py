"""The lists and media of one site in memory: what channels.contract.Shelf and Media promise, without SQL."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from channels.addresses import list_keys
from channels.contract import Gone
from channels.item import Attachment, Column, Content, Disclosure, Entry, Org, Picture, Related, Site

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ORG = Org(id="org1", code="01163627X", name="鄂托克旗人民政府办公室")
POLICIES = Column(slug="zcwj", name="政策文件", type="政策文件", description="旗政府和旗政府办公室文件")
READINGS = Column(slug="zcjd", name="政策解读", type="政策解读", description="文件怎么理解、怎么办理")
NEWS = Column(slug="zwdt", name="政务动态", type="概况信息", description="旗里的新消息")


def a_site(url: str = "http://127.0.0.1:8080") -> Site:
    """Give a site with three columns."""
    return Site(
        name="鄂托克旗人民政府",
        url=url,
        domain="www.eq.gov.cn",
        since=2026,
        id_code="1506240001",
        record_number="蒙ICP备00000000号",
        organiser="鄂托克旗人民政府办公室",
        columns=(POLICIES, READINGS, NEWS),
    )


def a_content(item_id: str = "i1", **changes: object) -> Content:
    """Give a piece of news, changed as asked."""
    content = Content(
        item_id=item_id,
        release=1,
        kind="news",
        title=f"全旗全域旅游工作推进会召开({item_id})",
        summary="会议对今年的旅游旺季作了安排。",
        body_html=f"<p>会议对今年的旅游旺季作了安排。{item_id}</p>",
        pictures=(),
        attachments=(),
        disclosure=Disclosure(
            index_number="01163627X/2026-00001",
            document_number=None,
            formed_on=date(2026, 3, 1),
            topic="旅游",
            genre="其他",
            keywords=("全域旅游", "会议"),
            openness="open",
            validity="valid",
            overview="会议对旅游旺季作了安排",
        ),
        org=ORG,
        column=NEWS,
        source=None,
        url=f"{a_site().url}/a/{item_id}.html",
        published_at=START,
        updated_at=START,
        related=(),
        content_hash=hashlib.sha256(item_id.encode()).hexdigest(),
    )
    return replace(content, **changes)


def a_correction(content: Content, **changes: object) -> Content:
    """Give the next version of a content."""
    digest = hashlib.sha256((content.content_hash + repr(changes)).encode()).hexdigest()
    return replace(content, release=content.release + 1, content_hash=digest, **changes)


def a_link(content: Content, role: str) -> Related:
    """Give the link to another content."""
    return Related(role=role, title=content.title, url=content.url)


@dataclass
class MemoryShelf:
    """Lists in memory; `place` hands out ordinals as the store does, once per item and list."""

    contents: dict[str, Content] = field(default_factory=dict)
    under_way: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    places: dict[str, dict[str, int]] = field(default_factory=dict)
    changed: dict[str, datetime] = field(default_factory=dict)
    gone_at: dict[str, datetime] = field(default_factory=dict)

    def place(self, content: Content, *, is_live: bool = True) -> Content:
        """Put a content, or its next version, on its lists."""
        self.contents[content.item_id] = content
        self.withdrawn.discard(content.item_id)
        self.gone_at.pop(content.item_id, None)
        (self.under_way.discard if is_live else self.under_way.add)(content.item_id)
        for key in list_keys(content):
            line = self.places.setdefault(key, {})
            line.setdefault(content.item_id, len(line) + 1)
            self._touch(key, content.published_at)
        return content

    def fill(self, count: int, **changes: object) -> None:
        """Put so many contents on their lists, a minute apart."""
        for number in range(count):
            at = START + timedelta(minutes=number)
            self.place(a_content(f"f{number}", published_at=at, updated_at=at, **changes))

    def withdraw(self, item_id: str, at: datetime) -> None:
        """Take a content off its lists; it keeps its ordinals."""
        self.withdrawn.add(item_id)
        self.gone_at[item_id] = at
        for key, line in self.places.items():
            if item_id in line:
                self._touch(key, at)

    async def newest(self, key: str, limit: int, /) -> tuple[Entry, ...]:
        """Give the newest entries, newest first."""
        return self._entries(key)[:limit]

    async def span(self, key: str, first: int, last: int, /) -> tuple[Entry, ...]:
        """Give the entries with ordinals first..last, newest first."""
        return tuple(entry for entry in self._entries(key) if first <= entry.ordinal <= last)

    async def last_ordinal(self, key: str, /) -> int:
        """Give the highest ordinal handed out."""
        return len(self.places.get(key, {}))

    async def last_change(self, key: str, /) -> datetime | None:
        """Give when an entry was last published, corrected or withdrawn."""
        return self.changed.get(key)

    async def ordinal_of(self, key: str, item_id: str, /) -> int | None:
        """Give the place of an item in a list."""
        return self.places.get(key, {}).get(item_id)

    async def gone(self, key: str, limit: int, /) -> tuple[Gone, ...]:
        """Give the entries withdrawn last."""
        found = [
            Gone(item_id, at) for item_id, at in self.gone_at.items() if item_id in self.places.get(key, {})
        ]
        return tuple(sorted(found, key=lambda one: (one.at, one.item_id), reverse=True)[:limit])

    async def lists(self, front: str, /) -> tuple[str, ...]:
        """Give the keys of every list that begins with `front`."""
        return tuple(sorted(key for key in self.places if key.startswith(front)))

    async def keys_of(self, item_id: str, /) -> tuple[str, ...]:
        """Give every list in which an item has a place."""
        return tuple(sorted(key for key, line in self.places.items() if item_id in line))

    def _entries(self, key: str) -> tuple[Entry, ...]:
        lines = sorted(self.places.get(key, {}).items(), key=lambda line: line[1], reverse=True)
        return tuple(
            Entry(self.contents[item_id], ordinal, item_id not in self.under_way)
            for item_id, ordinal in lines
            if item_id not in self.withdrawn and key in list_keys(self.contents[item_id])
        )

    def _touch(self, key: str, at: datetime) -> None:
        self.changed[key] = max(at, self.changed.get(key, at))


@dataclass
class MemoryMedia:
    """Stored files in memory, by content hash."""

    files: dict[str, bytes] = field(default_factory=dict)

    async def read(self, sha256: str, /) -> bytes:
        """Give the bytes; raises KeyError when there are none."""
        return self.files[sha256]

    def attachment(self, name: str, body: bytes, mime: str = "application/pdf") -> Attachment:
        """Store a file."""
        return Attachment(sha256=self._keep(body), name=name, mime=mime, size=len(body))

    def picture(self, body: bytes, *, width: int, height: int, alt: str, mime: str = "image/jpeg") -> Picture:
        """Store a picture."""
        return Picture(self._keep(body), mime, len(body), width, height, alt)

    def _keep(self, body: bytes) -> str:
        digest = hashlib.sha256(body).hexdigest()
        self.files[digest] = body
        return digest
