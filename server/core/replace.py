"""An item takes another's place: both pages say so, and lead to each other."""

from datetime import datetime

from server.core.acts import note, of_item
from server.core.follow import mark_item_stale, mark_pages_stale
from server.core.practice import refuse_mixing, refuse_other_world
from server.core.problems import Problem
from server.store.corrections import delete_replacement, find_successor, hold_replacements, put_replacement
from server.store.deliveries import find_live_page
from server.store.items import find_item, get_item
from server.store.tx import Tx

_LONGEST_CHAIN = 100


async def replace_item(
    tx: Tx, item_id: str, by_id: str | None, *, by: str, at: datetime, field: str = "item"
) -> None:
    """Let `by_id` take the place of an item, or None of them any more; refuses itself and circles."""
    await hold_replacements(tx)  # two that are no circle by themselves may be one together
    item = await get_item(tx, item_id)
    await refuse_other_world(tx, item)
    former = await find_successor(tx, item_id)
    if by_id is None:
        if former is None:
            raise Problem("wrong_state", "这篇稿件没有被取代")
        await delete_replacement(tx, item_id)
    else:
        successor = await find_item(tx, by_id)
        if successor is None:
            raise Problem("unknown_item", "没有这篇稿件，请核对稿件编号", field=field)
        refuse_mixing(item, successor, field=field)
        await _refuse_circle(tx, item_id, by_id, field=field)
        await put_replacement(tx, item_id, by_id, by=by, at=at)
    await note(tx, "item.replace", of_item(item), at=at, successor=by_id, former=former)
    # In order, as twins do: two who change the same rows must not wait for each other.
    for one in sorted({one for one in (item_id, by_id, former) if one is not None}):
        await _write_again(tx, one, at=at)


async def _refuse_circle(tx: Tx, item_id: str, by_id: str, *, field: str) -> None:
    after: str | None = by_id
    for _step in range(_LONGEST_CHAIN):
        if after is None:
            return
        if after == item_id:
            raise Problem("wrong_state", "不能让稿件取代自己，也不能互相取代", field=field)
        after = await find_successor(tx, after)
    raise Problem("wrong_state", "取代关系太长，请直接指向最新的稿件", field=field)


async def _write_again(tx: Tx, item_id: str, *, at: datetime) -> None:
    await mark_item_stale(tx, item_id, at=at)
    if await find_live_page(tx, item_id) is not None:
        await mark_pages_stale(tx, item_id, at=at)
