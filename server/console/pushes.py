"""/console/pushes: the next pushes of WeChat accounts, what waits for each, and in which order."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiohttp import web

from server.console.names import Tone
from server.console.page import Page, Visit
from server.core.broadcasting import Queue, list_queues, move_article, put_in_order
from server.core.problems import Problem
from server.forms.refusals import REFUSALS, refusals_of
from server.store.accounts import AccountRow, find_account, list_accounts
from server.store.broadcast_tables import MOST_ARTICLES
from server.store.broadcasts import (
    ArticleSeen,
    BroadcastPlan,
    PushRow,
    list_articles,
    list_plans,
    list_pushes,
)
from server.store.practice import list_resting
from server.store.tx import Tx

_PATH: Final = "/console/pushes"
_SHOWN: Final = 7
_PAST: Final = timedelta(days=14)
_MOST: Final = 100
_STATES: Final[dict[str, tuple[str, Tone]]] = {
    "fixed": ("正在发送", "wait"),
    "sent": ("平台已受理", "wait"),
    "done": ("已群发", "good"),
    "failed": ("没有成功", "bad"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A push that has begun, with its articles."""

    row: PushRow
    state: tuple[str, Tone]
    articles: tuple[ArticleSeen, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One account that pushes: what comes, and what went in the last two weeks, the newest first."""

    account: AccountRow
    plan: BroadcastPlan
    queues: tuple[Queue, ...]
    past: tuple[Sent, ...]
    may_order: bool


async def show_pushes(visit: Visit) -> web.StreamResponse:
    """Show the pushes by account."""
    return await _shown(visit)


async def take_order(visit: Visit) -> web.StreamResponse:
    """Move one article up or down, or put all of a push in an order that was dragged."""
    parts, fields, at = visit.parts, visit.fields, visit.parts.now()
    push_id, key = fields.get("push_id")[:40], fields.get("delivery_id")[:40]
    try:
        async with parts.store.begin() as tx:
            account = await find_account(tx, fields.get("account")[:64])
            if account is None:
                raise Problem("unknown_account", "没有这个账号", field="account")
            visit.who.require("release", account.org.id)
            if key:
                await move_article(tx, account, push_id, key, up=fields.get("way") != "down", at=at)
            else:
                order = [one for one in fields.get("order")[:400].split(",") if one]
                await put_in_order(tx, account, push_id, order, at=at)
    except REFUSALS as error:
        return await _shown(visit, error)
    return visit.go(_PATH, done="changed")


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    async with visit.parts.store.read() as tx:
        boards = await _boards(tx, visit)
    trouble = refusals_of(error)
    return visit.show(
        "pushes.html", section="pushes", boards=boards, most=MOST_ARTICLES, trouble=trouble,
        trouble_heading="顺序没有更改", may_manage=bool(visit.who.orgs_for("manage_accounts")),
    )  # fmt: skip


async def _boards(tx: Tx, visit: Visit) -> list[Board]:
    at, plans = visit.parts.now(), await list_plans(tx)
    if not plans:
        return []
    accounts, resting = await list_accounts(tx, visit.who.orgs_for("read")), await list_resting(tx)
    return [
        Board(
            account,
            plans[account.id],
            await list_queues(tx, account, at=at, limit=_SHOWN),
            await _past(tx, visit, account),
            account.org.id in visit.who.orgs_for("release"),
        )
        for account in accounts
        if account.id in plans and account.id not in resting
    ]


async def _past(tx: Tx, visit: Visit, account: AccountRow) -> tuple[Sent, ...]:
    at = visit.parts.now()
    ids = frozenset({account.id})
    rows = [
        row
        for row in await list_pushes(tx, ids, at - _PAST, at + timedelta(days=1), limit=_MOST)
        if row.state != "open"
    ]
    articles = await list_articles(tx, (row.id for row in rows))
    return tuple(Sent(row, _STATES[row.state], tuple(articles[row.id])) for row in reversed(rows))


PAGES = (
    Page("GET", _PATH, show_pushes, "read"),
    Page("POST", f"{_PATH}/order", take_order, "release"),
)
