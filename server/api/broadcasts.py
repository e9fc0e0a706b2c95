"""群发 of a WeChat account: whether and when it pushes, what waits for which push, and in which order."""

from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.broadcasting import Queue, keep_plan, list_queues, put_in_order
from server.core.problems import Problem
from server.forms.words import Filled, Form, Out, Slug
from server.parts import PARTS
from server.security.access import Act
from server.store.accounts import AccountRow, find_account
from server.store.tx import Tx

_SLOTS_SHOWN = 10


class BroadcastIn(Form):
    """Whether an account pushes: as which kind (null: it publishes each article by itself), and when."""

    account: Annotated[Slug, Field(title="账号")]
    kind: Annotated[Literal["subscription", "service"] | None, Field(title="公众号类型")]
    slots: Annotated[str, Field(title="群发时段", max_length=200)] = ""


class BroadcastOut(Out):
    """Whether an account pushes, and when."""

    account: str
    kind: Literal["subscription", "service"] | None
    slots: str


class ArticleOut(Out):
    """An article that waits for a push."""

    delivery_id: str
    item_id: str
    title: str


class PushOut(Out):
    """A slot with what waits for it; `id` null while nothing does, `reason` says what holds it up."""

    id: str | None
    slot_at: datetime
    is_urgent: bool
    reason: str | None
    articles: tuple[ArticleOut, ...]

    @classmethod
    def of(cls, queue: Queue) -> "PushOut":
        """Show a queue."""
        articles = tuple(
            ArticleOut(delivery_id=one.delivery_id, item_id=one.item_id, title=one.title)
            for one in queue.articles
        )
        row = queue.row
        return cls(
            id=row.id if row else None,
            slot_at=queue.slot_at,
            is_urgent=row is not None and row.is_urgent,
            reason=row.reason if row else None,
            articles=articles,
        )


class PushesOut(Out):
    """The next slots of an account, in order."""

    account: str
    pushes: tuple[PushOut, ...]


class OrderIn(Form):
    """The articles of a push in their new order, by their deliveries."""

    account: Annotated[Slug, Field(title="账号")]
    deliveries: Annotated[tuple[Filled, ...], Field(title="顺序", min_length=1, max_length=8)]


async def set_broadcast(request: web.Request) -> web.Response:
    """Let an account push by a schedule, or no more."""
    parts, form = request.config_dict[PARTS], await form_of(request, BroadcastIn)
    async with parts.store.begin() as tx:
        account = await _account(tx, request, form.account, "manage_accounts")
        await keep_plan(tx, account, form.kind, form.slots, parts.calendar, at=parts.now())
    await parts.wake()
    return answer(BroadcastOut(account=form.account, kind=form.kind, slots=form.slots if form.kind else ""))


async def show_pushes(request: web.Request) -> web.Response:
    """Show the next slots of an account."""
    parts, slug = request.config_dict[PARTS], request.match_info["account"][:64]
    async with parts.store.read() as tx:
        account = await _account(tx, request, slug, "read")
        queues = await list_queues(tx, account, at=parts.now(), limit=_SLOTS_SHOWN)
    return answer(PushesOut(account=account.slug, pushes=tuple(PushOut.of(one) for one in queues)))


async def order_push(request: web.Request) -> web.Response:
    """Put the articles of a push in another order."""
    parts, form = request.config_dict[PARTS], await form_of(request, OrderIn)
    push_id, at = request.match_info["push_id"][:40], parts.now()
    async with parts.store.begin() as tx:
        account = await _account(tx, request, form.account, "release")
        await put_in_order(tx, account, push_id, form.deliveries, at=at)
        queues = await list_queues(tx, account, at=at, limit=_SLOTS_SHOWN)
    return answer(PushesOut(account=account.slug, pushes=tuple(PushOut.of(one) for one in queues)))


async def _account(tx: Tx, request: web.Request, slug: str, need: Act) -> AccountRow:
    account = await find_account(tx, slug)
    if account is None:
        raise Problem("unknown_account", f"没有账号“{slug}”", field="account")
    signed_in(request).require(need, account.org.id)
    return account


ROUTES = (
    Route(
        "POST", "/api/v1/accounts/broadcast", set_broadcast, "公众号的群发方式和时段", "manage_accounts",
        form=BroadcastIn, answer=BroadcastOut,
    ),
    Route(
        "GET", "/api/v1/accounts/{account}/pushes", show_pushes, "公众号的下几次群发", "read",
        answer=PushesOut,
    ),
    Route(
        "POST", "/api/v1/pushes/{push_id}/order", order_push, "群发文章的顺序", "release",
        form=OrderIn, answer=PushesOut,
    ),
)  # fmt: skip
