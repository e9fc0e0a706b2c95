"""What no machine can decide: deliveries in doubt, refusals, permissions, posts taken down by hand."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.accounts import AccountOut, account_for
from server.api.answers import answer
from server.api.deliveries import DeliveriesOut, DeliveryOut
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.budgets import set_budget
from server.core.decide import Decision, authorise, decide, send_again, set_paused
from server.core.problems import Problem
from server.core.sent import what_was_sent
from server.core.standing import say_standing
from server.core.withdraw import record_taken_down
from server.forms.accounts import PostsIn
from server.forms.orders import DecisionIn, TakenDownIn
from server.forms.words import Form, Out, Slug
from server.importing.files import require_picture
from server.parts import PARTS
from server.security.access import Act
from server.store.accounts import get_account
from server.store.deliveries import DeliverySeen, find_delivery, list_deliveries_by_id
from server.store.doubts import AttemptSeen, LookSeen, list_attempts_seen, list_looks, list_waiting_for_people
from server.store.items import get_item
from server.store.takedowns import find_taken_down
from server.store.tx import Tx

_MOST = 200


class AccountActIn(Form):
    """Which account."""

    account: Annotated[Slug, Field(title="账号")]


class BudgetIn(AccountActIn, PostsIn):
    """How often which account may post."""


class TryOut(Out):
    """尝试."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    outcome: str | None
    reason: str | None

    @classmethod
    def of(cls, seen: AttemptSeen) -> "TryOut":
        """Give an attempt as the API shows it."""
        return cls(**{name: getattr(seen, name) for name in cls.model_fields})


class LookOut(Out):
    """查看: what a look at the platform saw."""

    looked_at: datetime
    sighting: str
    reason: str | None

    @classmethod
    def of(cls, seen: LookSeen) -> "LookOut":
        """Give a look as the API shows it."""
        return cls(**{name: getattr(seen, name) for name in cls.model_fields})


class PostSentOut(Out):
    """What was sent, by which mark it is found, and where a person sees the account."""

    title: str
    text: str
    mark: str
    home: str


class TakenDownOut(Out):
    """The word of a person that he took a post down; `picture` is the hash of a stored one."""

    at: datetime
    by: str
    proof: str
    picture: str | None


class DoubtOut(Out):
    """Everything a person needs to decide about one delivery."""

    delivery: DeliveryOut
    title: str
    sentence: str
    sent: PostSentOut | None
    tries: tuple[TryOut, ...]
    looks: tuple[LookOut, ...]
    taken_down: TakenDownOut | None


class AuthorisedOut(Out):
    """An account that is active again, and how many deliveries that freed."""

    account: AccountOut
    freed: int


async def list_waiting(request: web.Request) -> web.Response:
    """Give the deliveries that wait for a person, longest waiting first."""
    org_ids = signed_in(request).orgs_for("read")
    async with request.config_dict[PARTS].store.read() as tx:
        ids = await list_waiting_for_people(tx, org_ids, _MOST)
        legs = await list_deliveries_by_id(tx, frozenset(ids))
    return answer(DeliveriesOut.of(tuple(legs[key] for key in ids)))


async def show_delivery(request: web.Request) -> web.Response:
    """Give one delivery with every try and the newest looks."""
    parts = request.config_dict[PARTS]
    async with parts.store.read() as tx:
        leg = await _delivery_for(tx, request, "read")
        seen = await get_item(tx, leg.item_id)
        account = await get_account(tx, leg.account_id)
        sent = await what_was_sent(tx, leg, parts.open_channel, parts.site, at=parts.now())
        tries = await list_attempts_seen(tx, leg.id)
        looks = await list_looks(tx, leg.id, 50)
        taken = await find_taken_down(tx, leg.id)
    return answer(
        DoubtOut(
            delivery=DeliveryOut.of(leg),
            title=seen.revision.title,
            sentence=say_standing(leg, account.state),
            sent=None if sent is None else PostSentOut(**asdict(sent)),
            tries=tuple(TryOut.of(one) for one in tries),
            looks=tuple(LookOut.of(one) for one in looks),
            taken_down=None if taken is None else TakenDownOut(**asdict(taken)),
        )
    )


async def decide_delivery(request: web.Request) -> web.Response:
    """Settle a delivery in doubt by what a person saw."""
    parts, form = request.config_dict[PARTS], await form_of(request, DecisionIn)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        leg = await _delivery_for(tx, request, "release")
        decision = Decision(
            form.verdict, form.link, form.live_at, tries=form.tries, is_elsewhere=form.elsewhere
        )
        decided = await decide(tx, leg.id, decision, parts.bench, parts.open_channel, by=by, at=parts.now())
    await parts.wake()
    return answer(DeliveryOut.of(decided))


async def retry_delivery(request: web.Request) -> web.Response:
    """Send a refused delivery again, after what was wrong is mended."""
    parts = request.config_dict[PARTS]
    async with parts.store.begin() as tx:
        leg = await _delivery_for(tx, request, "release")
        again = await send_again(tx, leg.id, at=parts.now())
    await parts.wake()
    return answer(DeliveryOut.of(again))


async def file_taken_down(request: web.Request) -> web.Response:
    """Record that a person took a post down where no call can."""
    parts, form = request.config_dict[PARTS], await form_of(request, TakenDownIn)
    who = signed_in(request)
    async with parts.store.begin() as tx:
        leg = await _delivery_for(tx, request, "file_evidence")
        if form.picture is not None:
            await require_picture(tx, form.picture, who.sight, field="picture")
        gone = await record_taken_down(
            tx, leg, form.proof, parts.bench, picture=form.picture, by=who.person_id, at=parts.now()
        )
    return answer(DeliveryOut.of(gone))


async def authorise_account(request: web.Request) -> web.Response:
    """Make an account active again and free everything that waited for it."""
    parts, form = request.config_dict[PARTS], await form_of(request, AccountActIn)
    async with parts.store.begin() as tx:
        row = await account_for(tx, request, form.account)
        freed = await authorise(tx, row, at=parts.now())
        row = await get_account(tx, row.id)
    await parts.wake()
    return answer(AuthorisedOut(account=AccountOut.of(row), freed=freed))


async def pause_account(request: web.Request) -> web.Response:
    """Let an account's deliveries wait; nothing of it fails."""
    return await _set_paused(request, is_paused=True)


async def resume_account(request: web.Request) -> web.Response:
    """Let a paused account send again."""
    return await _set_paused(request, is_paused=False)


async def give_budget(request: web.Request) -> web.Response:
    """Say how often an account may post; what is over it waits and does not fail."""
    parts, form = request.config_dict[PARTS], await form_of(request, BudgetIn)
    async with parts.store.begin() as tx:
        row = await account_for(tx, request, form.account)
        await set_budget(tx, row, form.a_minute, form.a_day, at=parts.now())
    return answer(AccountOut.of(row))


async def _set_paused(request: web.Request, *, is_paused: bool) -> web.Response:
    parts, form = request.config_dict[PARTS], await form_of(request, AccountActIn)
    async with parts.store.begin() as tx:
        row = await account_for(tx, request, form.account)
        row = await set_paused(tx, row, is_paused=is_paused, at=parts.now())
    await parts.wake()
    return answer(AccountOut.of(row))


async def _delivery_for(tx: Tx, request: web.Request, act: Act) -> DeliverySeen:
    leg = await find_delivery(tx, request.match_info["delivery_id"])
    if leg is None:
        raise Problem("unknown_delivery", "没有这条投递记录")
    signed_in(request).require(act, (await get_item(tx, leg.item_id)).org.id)
    return leg


ROUTES = (
    Route("GET", "/api/v1/deliveries/waiting", list_waiting, "等人处理的投递", "read", answer=DeliveriesOut),
    Route(
        "GET", "/api/v1/deliveries/{delivery_id}", show_delivery, "一条投递的全部经过", "read",
        answer=DoubtOut,
    ),
    Route(
        "POST", "/api/v1/deliveries/{delivery_id}/decide", decide_delivery, "判断结果不明的投递", "release",
        form=DecisionIn, answer=DeliveryOut,
    ),
    Route(
        "POST", "/api/v1/deliveries/{delivery_id}/retry", retry_delivery, "重新发送被拒绝的投递", "release",
        answer=DeliveryOut,
    ),
    Route(
        "POST", "/api/v1/deliveries/{delivery_id}/taken-down", file_taken_down, "登记人工撤下",
        "file_evidence", form=TakenDownIn, answer=DeliveryOut,
    ),
    Route(
        "POST", "/api/v1/accounts/authorise", authorise_account, "恢复账号授权", "manage_accounts",
        form=AccountActIn, answer=AuthorisedOut,
    ),
    Route(
        "POST", "/api/v1/accounts/pause", pause_account, "暂停账号", "manage_accounts",
        form=AccountActIn, answer=AccountOut,
    ),
    Route(
        "POST", "/api/v1/accounts/resume", resume_account, "恢复暂停的账号", "manage_accounts",
        form=AccountActIn, answer=AccountOut,
    ),
    Route(
        "POST", "/api/v1/accounts/budget", give_budget, "账号的发布次数", "manage_accounts",
        form=BudgetIn, answer=AccountOut,
    ),
)  # fmt: skip
