"""/api/v1/public: what anybody's program may read. No log-in, no cookie; answers may be kept for a minute."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Final

from aiohttp import web
from pydantic import BaseModel

from channels.item import Site
from server.api.reading_forms import (
    ChangedOut,
    ChangesOut,
    ChangesQuery,
    DeletedOut,
    ItemsQuery,
    PieceOut,
    PublicBrief,
    PublicColumn,
    PublicColumnsOut,
    PublicItem,
    PublicItemsOut,
    ResultOut,
    SearchOut,
    SearchQuery,
    brief_values,
)
from server.api.requests import query_of
from server.api.route import Handler, Route
from server.caller import caller_address
from server.core.contents import content_of_release, lines_of_releases, page_url
from server.core.problems import Problem
from server.core.search import excerpt, marked, search
from server.ephemeral.crowd import Crowded
from server.parts import PARTS
from server.prepared import prepared
from server.store.catalogue import Change, list_changes, list_hits
from server.store.deliveries import find_live_page
from server.store.items import find_item
from server.store.tx import Tx
from server.turns import TURNS

_PUBLIC: Final = {
    "Cache-Control": "public, max-age=60, stale-while-revalidate=600",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Content-Language": "zh-CN",
}
# A commit may come later than the moment it notes, so the last minute is told again with the next answer.
_LATE: Final = timedelta(seconds=60)
_Position = tuple[datetime, str]


async def list_columns(request: web.Request) -> web.Response:
    """Give the columns."""
    site = request.config_dict[PARTS].site
    return await _told(
        request, PublicColumnsOut(columns=tuple(PublicColumn.of(c, site) for c in site.columns))
    )


async def list_public_items(request: web.Request) -> web.Response:
    """Give a page of a list, newest first; what is published meanwhile shifts nothing."""
    parts, asked = request.config_dict[PARTS], query_of(request, ItemsQuery)
    before = _read(asked.cursor, "cursor")
    async with parts.store.read() as tx:
        hits = await list_hits(
            tx, asked.filters(parts.site), limit=asked.limit + 1, before=before[0] if before else None
        )
        shown = hits[: asked.limit]
        contents = await lines_of_releases(tx, frozenset(hit.release_id for hit in shown), parts.site)
    last = shown[-1] if len(hits) > asked.limit else None
    following = _written((last.published_at, last.item_id)) if last else None
    lines = tuple(PublicBrief.of(contents[hit.release_id], parts.site) for hit in shown)
    return await _told(request, PublicItemsOut(items=lines, next=following))


async def show_public_item(request: web.Request) -> web.Response:
    """Give an item whole; one that was withdrawn is gone, and any other unknown."""
    parts, item_id = request.config_dict[PARTS], request.match_info["item_id"]
    async with parts.store.read() as tx:
        seen, page = await find_item(tx, item_id), await find_live_page(tx, item_id)
        if seen is None or seen.practice:  # practice has a page, but not for the public
            raise Problem("unknown_item", "没有这篇稿件，请核对稿件编号")
        if page is None:
            if seen.withdrawn_at is not None and seen.published_at is not None:
                raise Problem("gone", f"索引号 {seen.index_number} 的稿件已经撤回")
            raise Problem("unknown_item", "没有这篇稿件，请核对稿件编号")
        content = await content_of_release(tx, page.release_id, parts.site, at=parts.now())
    return await _told(request, PublicItem.of(content, parts.site))


async def show_changes(request: web.Request) -> web.Response:
    """Give what changed for readers since a token; an item may be told twice, but none is passed over."""
    parts, asked = request.config_dict[PARTS], query_of(request, ChangesQuery)
    now = parts.now()
    begin = (now - _LATE, "0")
    since = (begin, begin) if asked.since == "now" else _read(asked.since, "since")
    at, safe = since or (None, None)
    async with parts.store.read() as tx:
        changes = await list_changes(tx, at, now, asked.limit + 1)
        told = changes[: asked.limit]
        items, pages, deleted = await _changed(tx, told, parts.site, at=now, with_items=asked.only is None)
    for change in told:
        if change.changed_at <= now - _LATE:
            safe = (change.changed_at, change.item_id)
    has_more = len(changes) > asked.limit
    reached = (told[-1].changed_at, told[-1].item_id) if has_more else safe
    token = _written(reached, safe) if reached else ""
    changed = pages if asked.only == "pages" else ()
    return await _told(
        request,
        ChangesOut(items=items, changed=changed, deleted=deleted, next_token=token, has_more=has_more),
    )


async def search_items(request: web.Request) -> web.Response:
    """Give what was found, best first."""
    parts, asked = request.config_dict[PARTS], query_of(request, SearchQuery)
    start = (asked.page - 1) * asked.limit
    async with parts.store.read() as tx:
        found = await search(tx, asked.q, asked.filters(parts.site))
        hits = found.hits[start : start + asked.limit]
        contents = await lines_of_releases(tx, frozenset(hit.release_id for hit in hits), parts.site)
    lines = []
    for hit in hits:
        content = contents[hit.release_id]
        values = brief_values(content, parts.site)
        title = PieceOut.all_of(marked(str(values["title"]), found.terms))
        lines.append(
            ResultOut.model_validate(
                {**values, "title_pieces": title, "excerpt": PieceOut.all_of(excerpt(content, found.terms))}
            )
        )
    return await _told(
        request, SearchOut(total=len(found.hits), is_all=found.is_all, among=found.among, items=tuple(lines))
    )


async def _changed(
    tx: Tx, changes: tuple[Change, ...], site: Site, *, at: datetime, with_items: bool
) -> tuple[tuple[PublicBrief, ...], tuple[ChangedOut, ...], tuple[DeletedOut, ...]]:
    """Tell of each change whether its item can be read or is gone; one that never could be is left out."""
    items, pages, deleted = [], [], []
    for change in changes:
        page = await find_live_page(tx, change.item_id)
        if page is not None:
            url = page_url(site, change.item_id)
            pages.append(ChangedOut(id=change.item_id, url=url, changed_at=change.changed_at))
            if with_items:
                items.append(PublicBrief.of(await content_of_release(tx, page.release_id, site, at=at), site))
            continue
        seen = await find_item(tx, change.item_id)
        if seen is not None and seen.published_at is not None and seen.withdrawn_at is not None:
            url = page_url(site, seen.id)
            deleted.append(DeletedOut(id=seen.id, url=url, deleted_at=seen.withdrawn_at))
    return tuple(items), tuple(pages), tuple(deleted)


async def _told(request: web.Request, value: BaseModel) -> web.Response:
    body = value.model_dump_json(by_alias=True, exclude_none=False).encode()
    return await prepared(request, body, "application/json; charset=utf-8", _PUBLIC)


def _in_turn(handler: Handler) -> Handler:
    """Answer when those before were answered, and refuse where too many wait."""

    @wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            async with request.config_dict[TURNS].turn(caller_address(request)):
                return await handler(request)
        except Crowded:
            raise Problem("too_many_attempts", "现在查询的人很多，请过一会儿再试") from None

    return answer


def _written(*positions: _Position | None) -> str:
    """Write positions in a list down as one word that says nothing to anybody else."""
    parts = [f"{int(p[0].timestamp() * 1_000_000)}.{p[1]}" if p else "" for p in positions]
    return base64.urlsafe_b64encode("~".join(parts).encode()).decode().rstrip("=")


def _read(word: str | None, field: str) -> tuple[_Position, _Position | None] | None:
    """Read what `_written` wrote; refuses anything else."""
    if not word:
        return None
    try:
        text = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True).decode("ascii")
        first, *rest = [_position(part) for part in text.split("~")]
        if first is None or len(rest) > 1:
            raise ValueError(text)
    except (ValueError, OverflowError, binascii.Error):
        raise Problem("invalid", "这个位置不是本接口给出的，请从头开始", field=field) from None
    return first, rest[0] if rest else None


def _position(part: str) -> _Position | None:
    if not part:
        return None
    micros, dot, item_id = part.partition(".")
    if not dot or not item_id.isalnum() or not micros.isdigit() or len(micros) > 17:
        raise ValueError(part)
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(micros)), item_id


ROUTES = (
    Route("GET", "/api/v1/public/columns", list_columns, "公开：栏目", "anyone", answer=PublicColumnsOut),
    Route(
        "GET", "/api/v1/public/items", _in_turn(list_public_items), "公开：稿件列表", "anyone",
        answer=PublicItemsOut, query=ItemsQuery,
    ),
    Route(
        "GET", "/api/v1/public/items/{item_id}", _in_turn(show_public_item), "公开：一篇稿件", "anyone",
        answer=PublicItem,
    ),
    Route(
        "GET", "/api/v1/public/changes", _in_turn(show_changes), "公开：某时以来的变化", "anyone",
        answer=ChangesOut, query=ChangesQuery,
    ),
    Route(
        "GET", "/api/v1/public/search", _in_turn(search_items), "公开：搜索", "anyone",
        answer=SearchOut, query=SearchQuery,
    ),
)  # fmt: skip
