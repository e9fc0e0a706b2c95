"""The two pages that are made when asked for: search, and the catalogue with its filters."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from channels.addresses import FEED_TYPES, Addresses, FeedFormat
from channels.characters import one_line
from channels.disclosure import FIFTEEN
from channels.feeds.document import NEWEST, feed_document
from channels.feeds.formats import write_feed
from channels.item import KIND_NAMES, Content, Entry, Kind, Site
from channels.website.pages import Pages
from channels.website.results import Choice, Marked, ResultLine, ResultPage
from channels.words import plain
from server.caller import caller_address
from server.core.contents import lines_of_releases
from server.core.moved_columns import moved_column
from server.core.moves import LONGEST
from server.core.search import Piece, excerpt, marked, search
from server.ephemeral.crowd import Crowded
from server.parts import PARTS
from server.prepared import prepared
from server.public.heads import HTML, PUBLIC_SECURITY
from server.store.catalogue import (
    Filters,
    Hit,
    count_lines,
    list_hits,
    list_publishers,
    list_topics,
    list_years,
)
from server.store.moves import find_move
from server.store.tx import Store, StoreAway, Tx
from server.turns import TURNS

A_PAGE: Final = 20
_FARTHEST: Final = 500
_MOST: Final = A_PAGE * _FARTHEST
_TOPICS: Final = 60
_LONGEST: Final = 60
"""Characters of a question; it is a search word, not a text."""
_KEEP: Final = {**PUBLIC_SECURITY, "Cache-Control": "public, max-age=60", "X-Robots-Tag": "noindex"}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _nothing(value: object) -> object:
    """Take an empty field of a form for one that was left out, and out of any what no database takes."""
    return one_line(value) or None if isinstance(value, str) else value


_Word = Annotated[Annotated[str, Field(max_length=80)] | None, BeforeValidator(_nothing)]


class Asked(BaseModel):
    """What stands behind the question mark. Words that others hang on our links are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    q: Annotated[str, Field(max_length=_LONGEST)] = ""
    year: Annotated[Annotated[int, Field(ge=1900, le=2200)] | None, BeforeValidator(_nothing)] = None
    org: _Word = None
    kind: Annotated[Kind | None, BeforeValidator(_nothing)] = None
    column: _Word = None
    topic: _Word = None
    number: _Word = None
    statutory: Annotated[Annotated[int, Field(ge=1, le=15)] | None, BeforeValidator(_nothing)] = None
    page: Annotated[int, Field(ge=1, le=_FARTHEST)] = 1

    def filters(self, site: Site) -> Filters:
        """Give what narrows the catalogue."""
        number = plain(one_line(self.number)) if self.number else None
        return Filters(
            self.year,
            self.org,
            self.kind,
            site.with_below(self.column) if self.column is not None else (),
            self.topic,
            number or None,
            self.statutory,
        )

    def words(self) -> str:
        """Give the question as it stands in an address, without the page."""
        told = self.model_dump(exclude={"page"}).items()
        return urlencode({name: value for name, value in told if value not in (None, "")})

    def link(self, front: str, page: int) -> str:
        """Give the address of another page of the same question."""
        return f"{front}?{self.words()}&page={page}".replace("?&", "?")


@dataclass(frozen=True, slots=True)
class _Choices:
    """What there is to choose from."""

    years: tuple[int, ...]
    organs: tuple[tuple[str, str], ...]
    topics: tuple[str, ...]


def add_finding(app: web.Application) -> None:
    """Serve search and catalogue; the application has its parts."""
    app.router.add_get("/search", _calmly(show_search))  # HEAD as well
    app.router.add_get("/catalogue", _calmly(show_catalogue))
    app.router.add_get("/feed/search.{form:(?:rss|atom|json)}", _calmly(feed_search))


async def show_search(request: web.Request) -> web.Response:
    """Show what was found, best first; a question that is too long stands in its field to be shortened."""
    parts, query = request.config_dict[PARTS], dict(request.query)
    typed = one_line(query.get("q", ""))
    question = typed if len(typed) <= _LONGEST else ""
    asked = Asked.model_validate({**query, "q": question})
    async with parts.store.read() as tx:
        found = await search(tx, question, asked.filters(parts.site))
        start = (asked.page - 1) * A_PAGE
        hits = found.hits[start : start + A_PAGE]
        lines = await _lines(tx, hits, parts.site, found.terms)
        choices = await _choices(tx)
    count = len(found.hits)
    page = _page(asked, lines, count, "search", parts.site, is_all=found.is_all, among=found.among)
    html = Pages(parts.site).render(
        "search.html",
        feeds=_feeds(asked, parts.site),
        asked=question if found.terms else "", typed=typed, longest=_LONGEST, page=page,
        fields=_fields(asked, choices, parts.site, "year", "org", "kind", "column"),
    )  # fmt: skip
    return await prepared(request, html.encode(), HTML, _KEEP)


def _feeds(asked: Asked, site: Site) -> tuple[tuple[str, str, str], ...]:
    """Give name, type and address of the feeds of a search."""
    names: dict[FeedFormat, str] = {"rss": "RSS", "atom": "Atom", "json": "JSON"}
    front = Addresses(site).url("feed/search.")
    return tuple((name, FEED_TYPES[form], f"{front}{form}?{asked.words()}") for form, name in names.items())


async def feed_search(request: web.Request) -> web.Response:
    """Give what a search finds as a feed, newest first, so that a reader learns of what is found later."""
    parts, asked = request.config_dict[PARTS], Asked.model_validate(dict(request.query))
    question, form = one_line(asked.q), _form(request.match_info["form"])
    async with parts.store.read() as tx:
        found = await search(tx, question, asked.filters(parts.site))
        newest = sorted(found.hits, key=lambda hit: (hit.published_at, hit.item_id), reverse=True)[:NEWEST]
        contents = await lines_of_releases(tx, frozenset(hit.release_id for hit in newest), parts.site)
    entries = tuple(
        Entry(contents[hit.release_id], len(newest) - place, is_live=True) for place, hit in enumerate(newest)
    )
    addresses, key = Addresses(parts.site), f"search?{asked.words()}"
    url = addresses.url(f"feed/search.{form}") + f"?{asked.words()}"

    def write() -> bytes:
        document = feed_document(key, f"搜索“{question}”", parts.site, entries)
        return write_feed(document, form, addresses, url)

    body = await asyncio.to_thread(write)
    headers = {"Cache-Control": "public, max-age=900", "Access-Control-Allow-Origin": "*"}
    return await prepared(request, body, f"{FEED_TYPES[form]}; charset=utf-8", {**PUBLIC_SECURITY, **headers})


async def moved_to(store: Store, addresses: tuple[str, ...]) -> str | None:
    """Give where the first of some addresses that has moved leads now; a database that is away knows none."""
    wanted = tuple(dict.fromkeys(address for address in addresses if len(address) <= LONGEST))
    try:
        async with store.read() as tx:
            move = await find_move(tx, wanted)
            return await moved_column(tx, wanted) if move is None else move.target
    except StoreAway:
        return None


def _form(word: str) -> FeedFormat:
    return "atom" if word == "atom" else "json" if word == "json" else "rss"


async def show_catalogue(request: web.Request) -> web.Response:
    """Show the lines of the catalogue that pass the filters, newest first."""
    parts, asked = request.config_dict[PARTS], Asked.model_validate(dict(request.query))
    filters = asked.filters(parts.site)
    async with parts.store.read() as tx:
        count = await count_lines(tx, filters, most=_MOST + 1)
        hits = await list_hits(tx, filters, limit=A_PAGE, skip=(asked.page - 1) * A_PAGE)
        lines = await _lines(tx, hits, parts.site, ())
        choices = await _choices(tx)
    kind = next((kind.name for kind in FIFTEEN if kind.number == asked.statutory), "")
    html = Pages(parts.site).render(
        "catalogue.html", here="gk",
        page=_page(asked, lines, min(count, _MOST), "catalogue", parts.site, is_all=count <= _MOST),
        fields=_fields(asked, choices, parts.site, "year", "org", "topic", "kind", "statutory"),
        number=asked.number or "", statutory=kind,
    )  # fmt: skip
    return await prepared(request, html.encode(), HTML, _KEEP)


def _calmly(handler: _Handler) -> _Handler:
    """Answer in turn; in a sentence what makes no sense, what is too much, and a database that is away."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            async with request.config_dict[TURNS].turn(caller_address(request)):
                return await handler(request)
        except Crowded:
            crowded = "现在查询的人很多，请过一会儿再试；网站其他页面不受影响。"
            return _sorry(request, 503, "查询的人太多", crowded)
        except ValidationError:
            return _sorry(request, 400, "条件不正确", "请检查搜索条件，或者回到公开目录重新选择。")
        except StoreAway:
            return _sorry(
                request, 503, "暂时查不了", "查询服务正在恢复，请过一会儿再试；网站其他页面不受影响。"
            )

    return answer


def _sorry(request: web.Request, status: int, title: str, sentence: str) -> web.Response:
    pages = Pages(request.config_dict[PARTS].site)
    headers = {**PUBLIC_SECURITY, "Cache-Control": "no-store", "Content-Type": HTML}
    if status == 503:
        headers["Retry-After"] = "10"
    # Browsers in apps have no button to load a page anew, and what was asked for would be typed again.
    again = request.path_qs if status == 503 else ""
    body = pages.render("sorry.html", heading=title, sentence=sentence, again=again).encode()
    return web.Response(status=status, body=body, headers=headers)


async def _lines(tx: Tx, hits: tuple[Hit, ...], site: Site, terms: tuple[str, ...]) -> tuple[ResultLine, ...]:
    contents = await lines_of_releases(tx, frozenset(hit.release_id for hit in hits), site)
    return tuple(_line(contents[hit.release_id], site, terms) for hit in hits)


def _line(content: Content, site: Site, terms: tuple[str, ...]) -> ResultLine:
    addresses = Addresses(site)
    return ResultLine(
        link=addresses.link(addresses.path_of(content.url)),
        title=_pairs(marked(one_line(content.title), terms)),
        words=_pairs(excerpt(content, terms)) if terms else (),
        language=content.language,
        kind=KIND_NAMES[content.kind],
        by=content.org.name,
        time=content.published_at,
        index_number=content.disclosure.index_number,
        document_number=content.disclosure.document_number or "",
    )


def _pairs(pieces: tuple[Piece, ...]) -> Marked:
    return tuple((piece.text, piece.is_hit) for piece in pieces)


def _page(
    asked: Asked,
    lines: tuple[ResultLine, ...],
    count: int,
    path: str,
    site: Site,
    *,
    is_all: bool,
    among: int | None = None,
) -> ResultPage:
    front, number = Addresses(site).link(path), asked.page
    newer = asked.link(front, number - 1) if number > 1 else None
    older = asked.link(front, number + 1) if number < _FARTHEST and number * A_PAGE < count else None
    return ResultPage(lines, count, is_all, number, newer, older, among)


async def _choices(tx: Tx) -> _Choices:
    return _Choices(await list_years(tx), await list_publishers(tx), await list_topics(tx, _TOPICS))


def _fields(asked: Asked, choices: _Choices, site: Site, *names: str) -> tuple[Choice, ...]:
    every = {
        "year": ("年份", tuple((str(year), f"{year}年") for year in choices.years)),
        "org": ("发布机构", choices.organs),
        "kind": ("种类", tuple(KIND_NAMES.items())),
        "column": ("栏目", tuple((column.slug, site.column_path(column)) for column in site.columns)),
        "topic": ("主题", tuple((topic, topic) for topic in choices.topics)),
        "statutory": ("法定公开类别", tuple((str(kind.number), kind.name) for kind in FIFTEEN)),
    }
    return tuple(
        Choice(name, every[name][0], str(getattr(asked, name) or ""), every[name][1]) for name in names
    )
