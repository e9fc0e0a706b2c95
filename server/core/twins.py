"""The same item in two languages: each page leads to the other, and programs are told which is which."""

from datetime import datetime

from server.core.acts import note, of_item
from server.core.follow import mark_item_stale, mark_pages_stale
from server.core.practice import refuse_mixing, refuse_other_world
from server.core.problems import Problem
from server.store.items import ItemSeen, find_item, get_item
from server.store.twins import find_twin, pair_twins, part_twins
from server.store.tx import Tx


async def pair(tx: Tx, item_id: str, other_id: str, *, at: datetime) -> ItemSeen:
    """Make two items twins, in place of any they had; gives the other one.

    Refuses an item that is not there, the item itself, and two in one language.
    """
    one, other = await get_item(tx, item_id), await find_item(tx, other_id)
    if other is None:
        raise Problem("unknown_item", "没有这篇稿件，请核对稿件编号", field="twin_id")
    refuse_mixing(one, other, field="twin_id")
    await refuse_other_world(tx, one)
    if one.id == other.id:
        raise Problem("invalid", "稿件不能与自己对应", field="twin_id")
    if one.revision.sheet.language == other.revision.sheet.language:
        raise Problem("invalid", "两篇稿件文种相同；请先把其中一篇的文种设为蒙古文", field="twin_id")
    await part(tx, one.id, at=at)
    await part(tx, other.id, at=at)
    await pair_twins(tx, one.id, other.id, at=at)
    await note(tx, "item.twin", of_item(one), at=at, twin=other.id)
    await _write_again(tx, one.id, other.id, at=at)
    return other


async def part(tx: Tx, item_id: str, *, at: datetime) -> None:
    """Let an item have no twin any more; nothing happens when it has none."""
    other = await find_twin(tx, item_id)
    if other is None:
        return
    seen = await get_item(tx, item_id)
    await refuse_other_world(tx, seen)
    await part_twins(tx, item_id)
    await note(tx, "item.twin", of_item(seen), at=at, twin=None)
    await _write_again(tx, item_id, other, at=at)


async def _write_again(tx: Tx, *item_ids: str, at: datetime) -> None:
    for item_id in sorted(item_ids):
        await mark_pages_stale(tx, item_id, at=at)
        await mark_item_stale(tx, item_id, at=at)
