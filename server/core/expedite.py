"""Hours, embargoes and the urgent release that passes over hours but never over an embargo or a source."""

from datetime import datetime, timedelta

from scheduler.windows import read_window
from server.core.acts import note, of_account, of_item
from server.core.broadcasting import require_urgent_places
from server.core.days import say_moment
from server.core.gates import WorkingDays, fill_vacancies, regate, regate_all, seats_left
from server.core.practice import refuse_other_world
from server.core.problems import Problem
from server.core.states import UNSENT
from server.store.accounts import AccountRow
from server.store.broadcasts import list_plans, list_unseated_releases
from server.store.deliveries import DeliverySeen, list_of_release
from server.store.gates import (
    find_planned_release,
    insert_urgency,
    list_account_releases,
    list_embargoes,
    list_sendable_releases,
    list_windows,
    put_embargo,
    set_window,
)
from server.store.items import get_item
from server.store.releases import get_release, set_not_before
from server.store.tx import Store, Tx

_LONGEST_EMBARGO = timedelta(days=5 * 366)
_MOST = 5000


async def expedite(
    tx: Tx, item_id: str, reason: str, calendar: WorkingDays, *, by: str, at: datetime
) -> tuple[DeliverySeen, ...]:
    """Let what is planned for an item go at once, whatever the hours; the mark with its reason stays.

    Refuses when nothing is planned or an embargo holds; an interpretation still waits for its document.
    """
    await refuse_other_world(tx, await get_item(tx, item_id))
    release_id = await find_planned_release(tx, item_id)
    if release_id is None:
        raise Problem("wrong_state", "这篇稿件没有等待发布的内容")
    until = (await list_embargoes(tx, frozenset({item_id}))).get(item_id)
    if until is not None and until > at:
        raise Problem("wrong_state", f"这篇稿件在{say_moment(until)}前禁止发布，加急也不能提前")
    legs = [leg for leg in await list_of_release(tx, release_id) if leg.state in UNSENT]
    await require_urgent_places(tx, frozenset(leg.account_id for leg in legs), at=at)
    await insert_urgency(tx, release_id, reason, by=by, at=at)
    if (await get_release(tx, release_id)).state == "planned":
        await set_not_before(tx, release_id, None)
    await regate(tx, release_id, calendar, at=at)
    # Whoever sat in the push that gives way goes with the next one, and another may take the seat left here.
    await fill_vacancies(tx, frozenset(leg.account_id for leg in legs), calendar, at=at)
    seen = await get_item(tx, item_id)
    await note(tx, "item.expedite", of_item(seen, release_id=release_id), at=at, reason=reason)
    return await list_of_release(tx, release_id)


async def forbid_until(
    tx: Tx,
    item_id: str,
    until: datetime | None,
    reason: str,
    calendar: WorkingDays,
    *,
    by: str,
    at: datetime,
) -> None:
    """Put an embargo on an item, or lift it; what is planned for it moves along."""
    if until is not None and not at < until <= at + _LONGEST_EMBARGO:
        raise Problem("invalid", "禁止发布的期限应在将来，五年以内", field="until")
    seen = await get_item(tx, item_id)
    await refuse_other_world(tx, seen)
    await put_embargo(tx, item_id, until, reason, by=by, at=at)
    told = None if until is None else until.isoformat()
    await note(tx, "item.embargo", of_item(seen), at=at, until=told, reason=reason)
    release_id = await find_planned_release(tx, item_id)
    if release_id is not None:
        left = seats_left(await list_of_release(tx, release_id))
        await regate(tx, release_id, calendar, at=at)
        await fill_vacancies(tx, left, calendar, at=at)


async def keep_hours(
    tx: Tx, account: AccountRow, window: str | None, calendar: WorkingDays, *, at: datetime
) -> None:
    """Give an account hours in which it posts, or take them away; what waits for them is asked again."""
    if window is not None:
        try:
            read_window(window)
        except ValueError as error:
            raise Problem("invalid", str(error), field="window") from error
    await set_window(tx, account.id, window)
    await note(tx, "account.hours", of_account(account), at=at, account=account.slug, window=window)
    await regate_all(tx, await list_account_releases(tx, account.id, "slot", _MOST), calendar, at=at)


async def hold_outside_hours(store: Store, calendar: WorkingDays, *, at: datetime, limit: int = 500) -> int:
    """Hold what could be sent on accounts whose hours have ended; say how many releases were looked at."""
    async with store.read() as tx:
        windows = await list_windows(tx)
        shut = frozenset(key for key, text in windows.items() if read_window(text).opens_at(at))
        shut |= frozenset(await list_plans(tx))  # what was sent by itself goes with a push from now on
        if not await list_unseated_releases(tx, 1) and not await list_sendable_releases(tx, shut, 1):
            return 0

    async def act(tx: Tx) -> int:
        found = await list_sendable_releases(tx, shut, limit) + await list_unseated_releases(tx, limit)
        await regate_all(tx, found, calendar, at=at)
        return len(found)

    return await store.write(act)
