"""/console/items/{item_id}/withdraw: take an item back everywhere, with a reason that readers see."""

from aiohttp import web

from channels.contract import Withdraws
from server.console.items import item_for
from server.console.named import get_named
from server.console.page import Page, Visit
from server.console.rows import Row, rows_of
from server.core.problems import Problem
from server.core.release import OpenChannel
from server.core.replace import replace_item
from server.core.withdraw import withdraw
from server.core.withdrawal_types import WITHDRAWAL_TYPES
from server.forms.complaints import filled_in
from server.forms.orders import WithdrawIn
from server.forms.refusals import REFUSALS, refusals_of
from server.store.accounts import AccountRow, list_accounts_by_id
from server.store.deliveries import DeliverySeen, list_deliveries
from server.store.items import ItemSeen
from server.store.tx import Tx
from server.store.words import APART

_PATH = "/console/items/{item_id}/withdraw"
_SHOWN = ("live", "accepted", "withdrawing", "withdraw_by_hand")
_UNSENT = ("waiting", "ready", "retry_wait", "blocked")


async def show_form(visit: Visit) -> web.StreamResponse:
    """Show on which accounts the item is, what comes down by itself and what a person must take down."""
    return await _shown(visit)


async def take_withdrawal(visit: Visit) -> web.StreamResponse:
    """Withdraw the item; how each account stands is seen on the page of its newest release."""
    parts, successor = visit.parts, visit.fields.get("successor").strip()
    try:
        form = _form_of(visit)
        async with parts.store.begin() as tx:
            seen = await item_for(tx, visit, "withdraw")
            if successor:
                await _let_succeed(tx, visit, seen, successor)
            legs = await withdraw(
                tx, seen.id, form.reason, parts.bench, withdrawn_as=form.withdrawn_as, at=parts.now()
            )
    except REFUSALS as error:
        return await _shown(visit, error)
    await parts.wake()
    newest = max(legs, key=lambda leg: leg.release_number)
    return visit.go(f"/console/releases/{newest.release_id}", done="withdrawn")


def _form_of(visit: Visit) -> WithdrawIn:
    """Give what was ordered; a reason left empty is the sentence with which the chosen type begins."""
    chosen, reason = visit.fields.get("withdrawn_as"), visit.fields.get("reason").strip()
    if chosen == "":
        raise Problem("invalid", "请选择撤回类型", field="withdrawn_as")
    sentence = next((one.sentence for key, one in WITHDRAWAL_TYPES.items() if key == chosen), "")
    return filled_in(WithdrawIn, {"withdrawn_as": chosen, "reason": reason or sentence})


async def _let_succeed(tx: Tx, visit: Visit, seen: ItemSeen, named: str) -> None:
    successor = await get_named(tx, named, field="successor")
    visit.who.require("release", successor.org.id)
    at, by = visit.parts.now(), visit.who.person_id
    await replace_item(tx, seen.id, successor.id, by=by, at=at, field="successor")


async def _shown(visit: Visit, error: Exception | None = None) -> web.Response:
    async with visit.parts.store.read() as tx:
        seen = await item_for(tx, visit, "withdraw")
        legs = await list_deliveries(tx, seen.id)
        shown = await rows_of(tx, [leg for leg in legs if _is_shown(leg)], seen.org.id, visit.who)
        unsent = await rows_of(tx, [leg for leg in legs if leg.state in _UNSENT], seen.org.id, visit.who)
        by_hand = await _by_hand(tx, visit, shown)
    trouble = refusals_of(error)
    return visit.show(
        "withdraw.html", section="releases", seen=seen, shown=shown, unsent=unsent, by_hand=by_hand,
        trouble=trouble, chosen=visit.fields.get("withdrawn_as"),
        reason=visit.fields.get("reason"), successor=visit.fields.get("successor"),
        trouble_heading="没有撤回", terms=visit.parts.terms,
    )  # fmt: skip


def _is_shown(leg: DeliverySeen) -> bool:
    """Say whether a reader can see it: of an earlier version too, where it stands beside the newer one."""
    return leg.state in _SHOWN or (leg.state == "replaced" and leg.channel in APART)


async def _by_hand(tx: Tx, visit: Visit, rows: tuple[Row, ...]) -> frozenset[str]:
    """Give the ids of the deliveries that no call can take down: a person must."""
    accounts = await list_accounts_by_id(tx, frozenset(row.leg.account_id for row in rows))
    able = {key for key, account in accounts.items() if _can_withdraw(visit.parts.open_channel, account)}
    return frozenset(row.leg.id for row in rows if row.leg.account_id not in able)


def _can_withdraw(open_channel: OpenChannel, account: AccountRow) -> bool:
    try:
        return account.channel != "other" and isinstance(open_channel(account), Withdraws)
    except ValueError:  # a setting is missing: nothing can be called there
        return False


PAGES = (
    Page("GET", _PATH, show_form, "withdraw"),
    Page("POST", _PATH, take_withdrawal, "withdraw"),
)
