"""Pages as HTML: an article, a list, the notice of a withdrawal. Equal values give equal bytes."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import segno
from markupsafe import Markup

from channels.addresses import FEED_TYPES, Addresses, feed_path, media_path, page_keys
from channels.body import Source, body_html, loose_pictures
from channels.characters import one_line
from channels.disclosure import SECTION_TYPES
from channels.item import (
    KIND_NAMES,
    LANGUAGE_NAMES,
    OPENNESS_NAMES,
    VALIDITY_NAMES,
    Column,
    Content,
    Language,
    Org,
    Picture,
    Related,
    Site,
)
from channels.website.assets import assets_of
from channels.website.environment import ENVIRONMENT, ZONE
from channels.website.linked_data import article_data, list_data
from channels.website.marks import entry_mark
from channels.website.variants import Variant, variants

SECTION: Final = "gk/index.html"
_IN_TEXT: Final = "(min-width: 46rem) 40rem, 92vw"
_IN_LIST: Final = "7rem"


@dataclass(frozen=True, slots=True)
class Alternate:
    """A feed as a page announces it."""

    type: str
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """The picture of a card: `sources` beside the address that every browser can show."""

    src: str
    width: int
    height: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A line of a list."""

    link: str
    title: str
    summary: str
    by: str
    kind: str
    time: datetime
    thumbnail: Thumbnail | None
    mark: Markup
    language: Language


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list as a page: its key and name, what is in it, and where one goes on."""

    key: str
    name: str
    path: str
    contents: tuple[Content, ...]
    older: str | None
    newer: str | None
    number: int | None  # None: the page with the newest entries


class Pages:
    """The pages of one site."""

    def __init__(self, site: Site) -> None:
        """Take the site whose frame goes around every page."""
        self._site, self._addresses, self._assets = site, Addresses(site), assets_of(site)

    def article(self, content: Content) -> str:
        """Render the page of a content."""
        body = body_html(
            content, front=self._addresses.base, sources=lambda picture: self._sources(picture, _IN_TEXT)
        )
        return self.render(
            "article.html",
            here=f"column/{content.column.slug}",
            path=self._addresses.path_of(content.url),
            alternates=(
                (f"column/{content.column.slug}", content.column.name), ("site", self._site.name)
            ),
            content=content,
            above=self._site.above(content.column),
            body=Markup(_boxed(body)),  # noqa: S704  cleaned above
            loose=tuple((p, self._sources(p, _IN_TEXT)) for p in loose_pictures(content)),
            facts=_facts(content),
            lists=" ".join(page_keys(content)),
            summary=summary_of(content),
            validity=None
            if content.disclosure.validity == "valid"
            else VALIDITY_NAMES[content.disclosure.validity],
            successor=_successor(content),
            related=tuple(one for one in content.related if one.role != "replaced_by"),
            corrected=content.release > 1 and content.updated_at > content.published_at,
            neighbours=tuple(sorted(content.neighbours, key=lambda n: n.role, reverse=True)),
            twin_name=LANGUAGE_NAMES[content.twin.language] if content.twin else "",
            qr=draw_qr(content.url),
            linked_data=article_data(content, self._addresses),
        )  # fmt: skip

    def listing(self, page: ListPage) -> str:
        """Render a list."""
        feeds = [("site", self._site.name)]
        if page.key != "site":
            feeds.insert(0, (page.key, page.name))
        if not page.contents:  # a list without any entry has no feed yet
            del feeds[0]
        column = next((c for c in self._site.columns if f"column/{c.slug}" == page.key), None)
        return self.render(
            "list.html",
            here=page.key,
            path=page.path,
            alternates=tuple(feeds),
            page=page,
            column=column,
            above=None if column is None else self._site.above(column),
            below=() if column is None else _shown_below(self._site, column),
            cards=tuple(self.card(content) for content in page.contents),
            linked_data=list_data(page.name, page.path, self._addresses),
        )

    def gone(self, content: Content, reason: str, at: datetime) -> str:
        """Render the notice that stands where a page was; it repeats nothing of what was withdrawn."""
        return self.render(
            "gone.html",
            here=f"column/{content.column.slug}",
            index_number=content.disclosure.index_number,
            org=content.org,
            reason=one_line(reason),
            successor=_successor(content),
            at=at,
        )

    def render(
        self,
        name: str,
        *,
        here: str = "",
        path: str = "",
        alternates: tuple[tuple[str, str], ...] = (),
        **values: Any,
    ) -> str:
        """Render a template within the frame; without a path it is a page that no one should keep or find."""
        return ENVIRONMENT.get_template(name).render(
            site=self._site,
            addresses=self._addresses,
            assets=self._assets,
            tabs=(("index.html", "首页", "site"), *_tabs(self._site), (SECTION, "政府信息公开", "gk")),
            here=_tab_of(self._site, here),
            path=path,
            alternates=self._alternates(alternates),
            **values,
        )

    def card(self, content: Content) -> Card:
        """Give the line of a list that stands for a content."""
        return Card(
            link=self._addresses.link(self._addresses.path_of(content.url)),
            title=one_line(content.title),
            summary=summary_of(content),
            by=content.org.name,
            kind=KIND_NAMES[content.kind],
            time=content.published_at,
            thumbnail=self._thumbnail(content.pictures[0]) if content.pictures else None,
            mark=Markup(entry_mark(content)),  # noqa: S704  an item's id and hash, nothing from outside
            language=content.language,
        )

    def _alternates(self, lists: tuple[tuple[str, str], ...]) -> tuple[Alternate, ...]:
        return tuple(
            Alternate(mime, f"{name}({form.upper()})", self._addresses.url(feed_path(key, form)))
            for key, name in lists
            for form, mime in FEED_TYPES.items()
        )

    def _sources(self, picture: Picture, sizes: str) -> tuple[Source, ...]:
        """Give the other widths of a picture, WebP before JPEG; the picture itself is the widest."""
        kinds: dict[str, list[Variant]] = {}
        for variant in variants(picture):
            kinds.setdefault(variant.mime, []).append(variant)
        if picture.mime in kinds:
            own = Variant(media_path(picture), picture.mime, picture.width, picture.height)
            kinds[picture.mime].append(own)
        return tuple(
            Source(mime, ", ".join(f"{self._addresses.link(v.path)} {v.width}w" for v in found), sizes)
            for mime, found in kinds.items()
        )

    def _thumbnail(self, picture: Picture) -> Thumbnail:
        small = next((v for v in variants(picture) if v.mime == picture.mime and v.width >= 320), None)
        path = small.path if small else media_path(picture)
        width, height = (small.width, small.height) if small else (picture.width, picture.height)
        return Thumbnail(self._addresses.link(path), width, height, self._sources(picture, _IN_LIST))


def list_name(key: str, site: Site, org: Org, column: Column) -> str:
    """Give a list's name as a reader sees it."""
    names = {f"column/{c.slug}": c.name for c in (*site.columns, column)}
    return names.get(key) or (org.name if key == f"org/{org.code}" else site.name)


def summary_of(content: Content) -> str:
    """Give what a list says of a content below its title."""
    return one_line(content.summary or content.disclosure.overview)


def _tabs(site: Site) -> tuple[tuple[str, str, str], ...]:
    """Give the columns; those that belong to the section of public information have their place there."""
    return tuple(
        (Addresses(site).list_path(f"column/{c.slug}"), c.name, f"column/{c.slug}")
        for c in site.columns
        if c.in_menu and not c.parent and c.type not in SECTION_TYPES
    )


def _shown_below(site: Site, column: Column) -> tuple[Column, ...]:
    return tuple(one for one in site.below(column.slug) if one.in_menu)


def _tab_of(site: Site, here: str) -> str:
    """Give the tab under which a list stands: that of the column above, or that of the section."""
    column = site.column(here.removeprefix("column/")) if here.startswith("column/") else None
    if column is None:
        return here
    top = site.above(column) or column
    is_in_section = top.type in SECTION_TYPES or (not top.in_menu and column.type in SECTION_TYPES)
    return "gk" if is_in_section else f"column/{top.slug}"


_RARE_FACTS: Final = frozenset(("联合发文机关",))
"""Told where there are any; a dash would say that something is missing."""


def _facts(content: Content) -> tuple[tuple[str, str], ...]:
    """Give the catalogue elements with the names an office knows them by (server/RULES.md §5)."""
    sheet = content.disclosure
    rows = (
        ("索引号", sheet.index_number),
        ("文号", sheet.document_number or ("无" if content.kind == "policy" else "")),
        ("名称", content.title),
        ("发布机构", content.org.name),
        ("联合发文机关", "、".join(sheet.joint_orgs)),
        ("成文日期", sheet.formed_on.isoformat() if sheet.formed_on else ""),
        ("发布日期", content.published_at.astimezone(ZONE).strftime("%Y-%m-%d")),
        ("主题分类", sheet.topic or ""),
        ("体裁", sheet.genre or ""),
        ("公开属性", OPENNESS_NAMES[sheet.openness]),
        ("有效性", VALIDITY_NAMES[sheet.validity]),
        ("主题词", " ".join(sheet.keywords)),
        ("内容概述", sheet.overview),
    )
    told = ((name, one_line(value)) for name, value in rows)
    # A document shows every element; of a piece of news half of them would stand there for nothing.
    return tuple(
        (name, value or "—")
        for name, value in told
        if value or (content.kind == "policy" and name not in _RARE_FACTS)
    )


def _boxed(html: str) -> str:
    """Put each table into a box that scrolls: on a phone the table is wide, the page is not."""
    box = '<div class="wide" tabindex="0" role="group" aria-label="表格，可左右滑动">'
    return html.replace("<table", f"{box}<table").replace("</table>", "</table></div>")


@lru_cache(maxsize=1024)
def draw_qr(url: str) -> Markup:
    """Draw an address for a phone's camera: dark on light in every mode, or no camera reads it.

    Kept, because a page is rendered again for every look at it, and drawing costs more than all the rest.
    """
    drawn = segno.make(url, error="m", micro=False)
    svg = drawn.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, light="#fff")
    return Markup(svg)  # noqa: S704  squares only, the address is not in it as text


def _successor(content: Content) -> Related | None:
    """Give the item that took this one's place."""
    return next((other for other in content.related if other.role == "replaced_by"), None)
