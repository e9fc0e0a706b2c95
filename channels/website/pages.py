"""Pages as HTML: an article, a list, the notice of a withdrawal, how to subscribe, what is not there.

Pure: the same values give the same bytes. Templates and style sheet are code and are read with it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from channels.addresses import FEED_TYPES, Addresses, feed_path, list_keys, media_path
from channels.body import body_html, loose_pictures
from channels.characters import clean, one_line
from channels.item import (
    KIND_NAMES,
    OPENNESS_NAMES,
    VALIDITY_NAMES,
    Attachment,
    Column,
    Content,
    Org,
    Picture,
    Site,
)
from channels.website.marks import entry_mark

ZONE: Final = ZoneInfo("Asia/Shanghai")
_HERE: Final = files("channels.website")
STYLE: Final = (_HERE / "static" / "site.css").read_bytes()
STYLE_PATH: Final = f"static/site.{hashlib.sha256(STYLE).hexdigest()[:12]}.css"
ICON: Final = (_HERE / "static" / "icon.svg").read_bytes()
ICON_PATH: Final = f"static/icon.{hashlib.sha256(ICON).hexdigest()[:12]}.svg"
_TEMPLATES: Final = (
    "frame.html", "article.html", "list.html", "gone.html", "subscribe.html", "missing.html", "pieces.html",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alternate:
    """A feed as a page announces it."""

    type: str
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class Card:
    """A line of a list."""

    link: str
    title: str
    summary: str
    by: str
    kind: str
    time: datetime
    thumbnail: str
    mark: Markup


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
        self._site, self._addresses = site, Addresses(site)

    def article(self, content: Content) -> str:
        """Render the page of a content."""
        return self._render(
            "article.html",
            content,
            content=content,
            body=Markup(_boxed(body_html(content, front=self._addresses.base))),  # noqa: S704
            loose=loose_pictures(content),
            facts=_facts(content),
            lists=" ".join(list_keys(content)),
            path=self._addresses.path_of(content.url),
            alternates=self._alternates(
                (f"column/{content.column.slug}", content.column.name), ("site", self._site.name)
            ),
            summary=_summary(content),
            validity=None
            if content.disclosure.validity == "valid"
            else VALIDITY_NAMES[content.disclosure.validity],
        )

    def listing(self, page: ListPage) -> str:
        """Render a list."""
        own = () if page.key == "site" else ((page.key, page.name),)
        return self._render(
            "list.html",
            page,
            page=page,
            column=next((c for c in self._site.columns if f"column/{c.slug}" == page.key), None),
            cards=tuple(self._card(content) for content in page.contents),
            path=page.path,
            alternates=self._alternates(*own, ("site", self._site.name)),
        )

    def gone(self, content: Content, reason: str, at: datetime) -> str:
        """Render the notice that stands where a page was; it repeats nothing of what was withdrawn."""
        return self._render(
            "gone.html",
            content,
            index_number=content.disclosure.index_number,
            org=content.org,
            reason=one_line(reason),
            at=at,
            path="",
            alternates=(),
        )

    def subscribe(self, columns: tuple[Column, ...]) -> str:
        """Render the page that offers the feeds of the site and of the columns that have entries."""
        named = (("site", "全站"), *((f"column/{c.slug}", c.name) for c in columns))
        offers = tuple(
            (name, tuple((form, self._addresses.url(feed_path(key, form))) for form in FEED_TYPES))
            for key, name in named
        )
        return self._render(
            "subscribe.html",
            self._site,
            offers=offers,
            path="subscribe.html",
            alternates=self._alternates(("site", self._site.name)),
        )

    def missing(self) -> str:
        """Render the page for an address where nothing is."""
        return self._render("missing.html", self._site, path="", alternates=())

    def _render(self, name: str, about: Content | ListPage | Site, **values: Any) -> str:
        here = f"column/{about.column.slug}" if isinstance(about, Content) else getattr(about, "key", "")
        return _ENVIRONMENT.get_template(name).render(
            site=self._site,
            addresses=self._addresses,
            style=STYLE_PATH,
            icon=ICON_PATH,
            tabs=(("site", "首页"), *((f"column/{c.slug}", c.name) for c in self._site.columns)),
            here=here,
            **values,
        )

    def _alternates(self, *lists: tuple[str, str]) -> tuple[Alternate, ...]:
        return tuple(
            Alternate(mime, f"{name}({form.upper()})", self._addresses.url(feed_path(key, form)))
            for key, name in lists
            for form, mime in FEED_TYPES.items()
        )

    def _card(self, content: Content) -> Card:
        return Card(
            link=self._addresses.link(self._addresses.path_of(content.url)),
            title=one_line(content.title),
            summary=_summary(content),
            by=content.org.name,
            kind=KIND_NAMES[content.kind],
            time=content.published_at,
            thumbnail=self._addresses.link(media_path(content.pictures[0])) if content.pictures else "",
            mark=Markup(entry_mark(content)),  # noqa: S704  an item's id and hash, nothing from outside
        )


def list_name(key: str, site: Site, org: Org, column: Column) -> str:
    """Give a list's name as a reader sees it."""
    names = {f"column/{c.slug}": c.name for c in (*site.columns, column)}
    return names.get(key) or (org.name if key == f"org/{org.code}" else site.name)


def _summary(content: Content) -> str:
    return one_line(content.summary or content.disclosure.overview)


def _facts(content: Content) -> tuple[tuple[str, str], ...]:
    """Give the catalogue elements with the names an office knows them by (domain §6)."""
    sheet = content.disclosure
    rows = (
        ("索引号", sheet.index_number),
        ("文号", sheet.document_number or "无"),
        ("名称", content.title),
        ("发布机构", content.org.name),
        ("成文日期", sheet.formed_on.isoformat() if sheet.formed_on else ""),
        ("发布日期", content.published_at.astimezone(ZONE).strftime("%Y-%m-%d")),
        ("主题分类", sheet.topic or ""),
        ("体裁", sheet.genre or ""),
        ("公开属性", OPENNESS_NAMES[sheet.openness]),
        ("有效性", VALIDITY_NAMES[sheet.validity]),
        ("主题词", " ".join(sheet.keywords)),
        ("内容概述", sheet.overview),
    )
    return tuple((name, one_line(value) or "—") for name, value in rows)


def _boxed(html: str) -> str:
    """Put each table into a box that scrolls: on a phone the table is wide, the page is not."""
    box = '<div class="wide" tabindex="0" role="group" aria-label="表格，可左右滑动">'
    return html.replace("<table", f"{box}<table").replace("</table>", "</table></div>")


def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({name: (_HERE / "templates" / name).read_text("utf-8") for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )
    environment.filters["clock"] = lambda at: at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    environment.filters["iso"] = lambda at: at.astimezone(ZONE).isoformat(timespec="seconds")
    environment.filters["size"] = _size
    environment.filters["ending"] = _ending
    environment.filters["line"] = one_line
    environment.filters["media"] = media_path
    return environment


def _size(size: int) -> str:
    if size < 1024:
        return f"{size} 字节"
    return f"{size / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def _ending(media: Attachment | Picture) -> str:
    ending = media_path(media).rpartition(".")[2]
    return "文件" if ending == "bin" else ending.upper()


# Read and compiled once, when the code is: a page must not wait for the disk on the event loop.
_ENVIRONMENT: Final = _environment()
