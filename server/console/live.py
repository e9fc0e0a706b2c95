"""/console/releases/{release_id}/events: the rows of a release as they change, as server-sent events.

The database is asked again and again, once for all streams: it is the only truth, and what is sent can be
sent again. A stream ends after some minutes; the browser comes back by itself and is then asked anew who it
is.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Final

from aiohttp import ClientConnectionResetError, web

from server.console.cookies import form_token
from server.console.environment import rendered
from server.console.page import Page, Visit
from server.console.pulse import Pulse
from server.console.rows import Board, read_board
from server.console.streams import Streams
from server.store.items import get_item_at
from server.store.releases import get_release
from server.store.standing import Standing
from server.store.tx import StoreAway

CLOSING: Final = web.AppKey("console_closing", asyncio.Event)
"""Set when the server stops: a stream must not hold it back."""

STREAMS: Final = web.AppKey("console_streams", Streams)

PULSE: Final = web.AppKey("console_pulse", Pulse)
PAUSE: Final = 0.7
"""Seconds between two looks, one for all streams."""

_HEADERS: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Accel-Buffering": "no",  # nginx would otherwise keep events back
}
_CROWDED: Final = "您打开的发布页面太多，这一页改为每 15 秒更新一次。"
_LASTS: Final = 300.0
_QUIET: Final = 15.0  # proxies close what is silent for long


async def stream(visit: Visit) -> web.StreamResponse:
    """Send each row that changed, and an end once nothing moves any more."""
    item_id, board = await _board(visit)
    with visit.request.config_dict[STREAMS].open(visit.who.person_id) as crowded:
        answer = web.StreamResponse(headers=_HEADERS)
        await answer.prepare(visit.request)
        with contextlib.suppress(ClientConnectionResetError, ConnectionResetError, StoreAway):
            await _send_changes(visit, answer, item_id, board, crowded)
            if crowded.is_set():
                await _send(answer, "crowded", {"text": _CROWDED})
    return answer


async def _send_changes(
    visit: Visit, answer: web.StreamResponse, item_id: str, board: Board, crowded: asyncio.Event
) -> None:
    closing, loop = visit.request.config_dict[CLOSING], asyncio.get_running_loop()
    pulse, standing = visit.request.config_dict[PULSE], None
    ends, quiet_until = loop.time() + _LASTS, loop.time() + _QUIET
    sent: dict[str, str] = {}
    while loop.time() < ends and not closing.is_set() and not crowded.is_set():
        fresh = {row.leg.id: _html(visit, row) for row in board.all}
        rows = [key for key, text in fresh.items() if sent.get(key) != text]
        changed = bool(rows) or sent.keys() != fresh.keys()
        for key in rows:
            await _send(answer, "row", {"id": key, "html": fresh[key]})
        if changed:
            told = {"text": board.summary, "holds": sorted(board.holds), "rows": sorted(fresh)}
            await _send(answer, "summary", told)
        if board.is_still:
            await _send(answer, "end", {})
            return
        if not changed and loop.time() > quiet_until:
            await answer.write(b": still here\n\n")
        if changed or loop.time() > quiet_until:
            quiet_until = loop.time() + _QUIET
        sent = fresh
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_QUIET):
                standing = await _change(pulse, item_id, standing, (closing, crowded))
        item_id, board = await _board(visit)


async def _change(
    pulse: Pulse, item_id: str, known: Standing | None, ends: tuple[asyncio.Event, ...]
) -> Standing | None:
    """Wait until the item stands differently, or the stream has to end."""
    changed = asyncio.ensure_future(pulse.change(item_id, known))
    ended = [asyncio.ensure_future(end.wait()) for end in ends]
    try:
        await asyncio.wait((changed, *ended), return_when=asyncio.FIRST_COMPLETED)
        return changed.result() if changed.done() else known
    finally:
        for one in (changed, *ended):
            one.cancel()


async def _board(visit: Visit) -> tuple[str, Board]:
    async with visit.parts.store.read() as tx:
        row = await get_release(tx, visit.place("release_id"))
        seen = await get_item_at(tx, row.revision_id)
        visit.who.require("read", seen.org.id)
        return row.item_id, await read_board(tx, row, seen.org.id, visit.who)


def _html(visit: Visit, row: object) -> str:
    return rendered("release_row.html", row=row, form_token=form_token(visit.request))


async def _send(answer: web.StreamResponse, event: str, value: Mapping[str, object]) -> None:
    told = json.dumps(value, ensure_ascii=False)  # escapes line breaks: one event, one line
    await answer.write(f"event: {event}\ndata: {told}\n\n".encode())


PAGES = (Page("GET", "/console/releases/{release_id}/events", stream, "read"),)
