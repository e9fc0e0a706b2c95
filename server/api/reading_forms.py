"""What readers' programs get: small lines for lists, a whole item, what changed, what was found."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from channels.addresses import FEED_TYPES, Addresses, feed_path, media_path
from channels.body import body_html, body_text
from channels.characters import one_line
from channels.fitting import fit
from channels.item import Attachment, Column, Content, Kind, Openness, Picture, Site, Validity
from channels.website.variants import variants
from server.core.search import Piece
from server.forms.words import Line, Out, Query
from server.store.catalogue import Filters

_SUMMARY: Final = 120
_A_MINUTE: Final = 400  # Chinese characters
_TAG: Final = re.compile(r"<[^>]*>")
_Few = Annotated[int, Field(title="条数", ge=1, le=50)]
_Position = Annotated[str | None, Field(title="位置", max_length=200)]


class PublicQuery(Query):
    """Filters, and where to go on. A column gives what stands below it as well."""

    # Readers come through apps that hang words of their own on an address.
    model_config = ConfigDict(extra="ignore", frozen=True)
    column: Annotated[Line | None, Field(title="栏目", max_length=64)] = None
    org: Annotated[Line | None, Field(title="机构代码", max_length=18)] = None
    kind: Annotated[Kind | None, Field(title="种类")] = None
    topic: Annotated[Line | None, Field(title="主题分类", max_length=60)] = None
    year: Annotated[int | None, Field(title="年份", ge=1900, le=2200)] = None

    def filters(self, site: Site) -> Filters:
        """Give what narrows the catalogue."""
        columns = site.with_below(self.column) if self.column is not None else ()
        return Filters(self.year, self.org, self.kind, columns, self.topic)


class ItemsQuery(PublicQuery):
    """A page of a list; `cursor` is what the answer before gave as `next`."""

    limit: _Few = 20
    cursor: _Position = None


class SearchQuery(PublicQuery):
    """A search; at most 300 results are ranked."""

    q: Annotated[
        str, BeforeValidator(lambda asked: one_line(str(asked))), Field(title="搜索词", max_length=60)
    ]
    limit: _Few = 20
    page: Annotated[int, Field(title="页码", ge=1, le=300)] = 1


class ChangesQuery(Query):
    """What changed since an answer that gave this token; without one everything, since `now` nothing yet.

    `only=deleted` leaves out what can still be read. `only=pages` tells no more of it than where it stands
    and when it changed: enough for whoever keeps pages.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    limit: Annotated[int, Field(title="条数", ge=1, le=200)] = 50
    since: _Position = None
    only: Annotated[Literal["deleted", "pages"] | None, Field(title="只要")] = None


class ThumbOut(Out):
    """The picture of a line."""

    url: str
    w: int
    h: int
    alt: str


class PublicBrief(Out):
    """An item as a line of a list."""

    id: str
    title: str
    summary: str
    kind: Kind
    column: str
    source: str
    document_number: str | None
    published_at: datetime
    updated_at: datetime
    url: str
    thumb: ThumbOut | None
    has_attachment: bool
    reading_minutes: int

    @classmethod
    def of(cls, content: Content, site: Site) -> "PublicBrief":
        """Give a content as a line."""
        return cls(**brief_values(content, site))


class PublicAttachment(Out):
    """附件."""

    name: str
    type: str
    size: int
    url: str


class PublicLink(Out):
    """Another item: a document, its interpretation, the one before or after in the column."""

    role: str
    title: str
    url: str

    @classmethod
    def of(cls, role: str, title: str, url: str) -> "PublicLink":
        """Give a link with its title on one line."""
        return cls(role=role, title=one_line(title), url=url)


class PublicItem(PublicBrief):
    """An item whole: `html` without any style of ours, `text` to be read aloud."""

    html: str
    text: str
    index_number: str
    org: str
    joint_orgs: tuple[str, ...]
    formed_on: date | None
    topic: str | None
    genre: str | None
    keywords: tuple[str, ...]
    openness: Openness
    validity: Validity
    attachments: tuple[PublicAttachment, ...]
    related: tuple[PublicLink, ...]
    neighbours: tuple[PublicLink, ...]

    @classmethod
    def of(cls, content: Content, site: Site) -> "PublicItem":
        """Give a content whole."""
        sheet, addresses = content.disclosure, Addresses(site)
        return cls(
            **brief_values(content, site),
            html=body_html(content, front=site.url),
            text=body_text(content),
            index_number=sheet.index_number,
            org=content.org.name,
            joint_orgs=sheet.joint_orgs,
            formed_on=sheet.formed_on,
            topic=sheet.topic,
            genre=sheet.genre,
            keywords=sheet.keywords,
            openness=sheet.openness,
            validity=sheet.validity,
            attachments=tuple(_attachment(file, addresses) for file in content.attachments),
            related=tuple(PublicLink.of(o.role, o.title, o.url) for o in content.related),
            neighbours=tuple(PublicLink.of(o.role, o.title, o.url) for o in content.neighbours),
        )


class PublicItemsOut(Out):
    """A page of a list; `next` is None at its end."""

    items: tuple[PublicBrief, ...]
    next: str | None


class PublicColumn(Out):
    """栏目."""

    slug: str
    name: str
    type: str
    description: str
    url: str
    feeds: dict[str, str]
    parent: str | None

    @classmethod
    def of(cls, column: Column, site: Site) -> "PublicColumn":
        """Give a column with its page and feeds."""
        addresses, key = Addresses(site), f"column/{column.slug}"
        return cls(
            slug=column.slug,
            name=column.name,
            type=column.type,
            description=column.description,
            url=addresses.url(addresses.list_path(key)),
            feeds={form: addresses.url(feed_path(key, form)) for form in FEED_TYPES},
            parent=column.parent or None,
        )


class PublicColumnsOut(Out):
    """The columns in the order of the site."""

    columns: tuple[PublicColumn, ...]


class DeletedOut(Out):
    """An item that no reader may keep."""

    id: str
    url: str
    deleted_at: datetime


class ChangedOut(Out):
    """An item whose page is new or other since that moment; whatever was kept of it before is of no use."""

    id: str
    url: str
    changed_at: datetime


class ChangesOut(Out):
    """What is new or other, and what is gone; `next_token` asks on, at once when there is more.

    `changed` stands in the place of `items` when only the pages were asked for.
    """

    items: tuple[PublicBrief, ...]
    changed: tuple[ChangedOut, ...]
    deleted: tuple[DeletedOut, ...]
    next_token: str
    has_more: bool


class PieceOut(Out):
    """A piece of a text, and whether it is what was asked for."""

    text: str
    hit: bool

    @classmethod
    def all_of(cls, pieces: tuple[Piece, ...]) -> "tuple[PieceOut, ...]":
        """Give all pieces of a text."""
        return tuple(cls(text=piece.text, hit=piece.is_hit) for piece in pieces)


class ResultOut(PublicBrief):
    """An item that was found, with the place where."""

    title_pieces: tuple[PieceOut, ...]
    excerpt: tuple[PieceOut, ...]


class SearchOut(Out):
    """Results, best first; `total` counts at most 300, and `is_all` says whether that is all.

    `among` is how many of the newest items were looked through, null for all of them: what is older is found
    with a year.
    """

    total: int
    is_all: bool
    among: int | None
    items: tuple[ResultOut, ...]


def brief_values(content: Content, site: Site) -> dict[str, Any]:
    """Give the values of a line."""
    said = one_line(content.summary or content.disclosure.overview)
    length = len(_TAG.sub("", content.body_html))
    return {
        "id": content.item_id,
        "title": one_line(content.title),
        "summary": fit(said, _SUMMARY, len),
        "kind": content.kind,
        "column": content.column.slug,
        "source": one_line(content.source or content.org.name),
        "document_number": content.disclosure.document_number,
        "published_at": content.published_at,
        "updated_at": content.updated_at,
        "url": content.url,
        "thumb": _thumb(content.pictures[0], site) if content.pictures else None,
        "has_attachment": bool(content.attachments),
        "reading_minutes": max(1, round(length / _A_MINUTE)),
    }


def _thumb(picture: Picture, site: Site) -> ThumbOut:
    addresses, alt = Addresses(site), one_line(picture.alt)
    for variant in variants(picture):
        if variant.width == 320:
            return ThumbOut(url=addresses.url(variant.path), w=variant.width, h=variant.height, alt=alt)
    return ThumbOut(url=addresses.url(media_path(picture)), w=picture.width, h=picture.height, alt=alt)


def _attachment(file: Attachment, addresses: Addresses) -> PublicAttachment:
    url = addresses.url(media_path(file))
    return PublicAttachment(name=one_line(file.name), type=file.mime, size=file.size, url=url)
