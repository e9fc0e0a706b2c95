"""When things may go out: hours of an account, an embargo on an item, and the urgent release."""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.deliveries import DeliveriesOut
from server.api.items import get_item_for
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.expedite import expedite, forbid_until, keep_hours
from server.core.notices import show_until
from server.core.problems import Problem
from server.forms.orders import UrgentIn
from server.forms.words import Filled, Form, Moment, Out, Slug
from server.parts import PARTS
from server.store.accounts import find_account
from server.store.notices import Then


class HoursIn(Form):
    """The hours of an account in Beijing, `08:00-22:00`; null: at any time."""

    account: Annotated[Slug, Field(title="账号")]
    window: Annotated[Filled | None, Field(title="发布时段", max_length=300)]


class HoursOut(Out):
    """The hours of an account."""

    account: str
    window: str | None


class EmbargoIn(Form):
    """Until when an item may not go out, and why; `until` null lifts it."""

    until: Annotated[Moment | None, Field(title="期限")]
    reason: Annotated[Filled, Field(title="理由", max_length=200)]


class EmbargoOut(Out):
    """Until when an item may not go out."""

    item_id: str
    until: datetime | None


class NoticeIn(Form):
    """Until when a notice is shown in full, and what becomes of its text then."""

    ends_at: Annotated[Moment, Field(title="公示期结束")]
    then: Annotated[Then, Field(title="期满后")] = "remove"


class NoticeOut(Out):
    """Until when a notice is shown in full; `ended_at` once it has ended."""

    item_id: str
    ends_at: datetime
    then: Then
    ended_at: datetime | None


async def set_hours(request: web.Request) -> web.Response:
    """Give an account its hours."""
    parts, form = request.config_dict[PARTS], await form_of(request, HoursIn)
    async with parts.store.begin() as tx:
        account = await find_account(tx, form.account)
        if account is None:
            raise Problem("unknown_account", f"没有账号“{form.account}”", field="account")
        signed_in(request).require("manage_accounts", account.org.id)
        await keep_hours(tx, account, form.window, parts.calendar, at=parts.now())
    await parts.wake()
    return answer(HoursOut(account=form.account, window=form.window))


async def set_embargo(request: web.Request) -> web.Response:
    """Put an embargo on an item, or lift it."""
    parts, form = request.config_dict[PARTS], await form_of(request, EmbargoIn)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "release")
        await forbid_until(tx, item.id, form.until, form.reason, parts.calendar, by=by, at=parts.now())
    await parts.wake()
    return answer(EmbargoOut(item_id=item.id, until=form.until))


async def release_urgently(request: web.Request) -> web.Response:
    """Let what is planned go at once, and mark it."""
    parts, form = request.config_dict[PARTS], await form_of(request, UrgentIn)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "release")
        legs = await expedite(tx, item.id, form.reason, parts.calendar, by=by, at=parts.now())
    await parts.wake()
    return answer(DeliveriesOut.of(legs))


async def set_notice_end(request: web.Request) -> web.Response:
    """Set until when a notice is shown in full."""
    parts, form = request.config_dict[PARTS], await form_of(request, NoticeIn)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "release")
        end = await show_until(tx, item, form.ends_at, form.then, by=by, at=parts.now())
    await parts.wake()
    return answer(NoticeOut(item_id=item.id, ends_at=end.ends_at, then=end.then, ended_at=end.ended_at))


_ITEM = "/api/v1/items/{item_id}"
ROUTES = (
    Route(
        "POST", "/api/v1/accounts/hours", set_hours, "账号的发布时段", "manage_accounts",
        form=HoursIn, answer=HoursOut,
    ),
    Route(
        "POST", f"{_ITEM}/embargo", set_embargo, "禁止提前发布", "release",
        form=EmbargoIn, answer=EmbargoOut,
    ),
    Route(
        "POST", f"{_ITEM}/notice-end", set_notice_end, "设置公示期", "release",
        form=NoticeIn, answer=NoticeOut,
    ),
    Route(
        "POST", f"{_ITEM}/expedite", release_urgently, "加急发布", "release",
        form=UrgentIn, answer=DeliveriesOut,
    ),
)  # fmt: skip
