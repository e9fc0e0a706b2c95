"""What a merged column leaves behind: its places in lists, its readers, and its lines of the catalogue."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from server.store.push_tables import push_topic
from server.store.reader_tables import following
from server.store.reading_tables import catalogue_line, page_change
from server.store.rows import upsert
from server.store.tables import item, place, place_list
from server.store.tx import Tx

_UNDER_WAY: Final = "merging"


async def merge_places(tx: Tx, slug: str, into: str, *, at: datetime) -> bool:
    """Put the places of one column among those of another, numbered anew; say whether there were any.

    In the order of publication; what has no moment of it yet is under way, and comes last.
    """
    keys = (f"column/{slug}", f"column/{into}")
    # First of all what every publisher of these lists changes first, so that none comes in between.
    held = await tx.execute(
        place_list.update().where(place_list.c.list_key.in_(keys)).values(changed_at=at)
        .returning(place_list.c.account_id, place_list.c.list_key)
    )  # fmt: skip
    account_ids = sorted({row.account_id for row in held if row.list_key == keys[0]})
    for account_id in account_ids:
        await _number_anew(tx, account_id, keys, at=at)
    return bool(account_ids)


async def _number_anew(tx: Tx, account_id: str, keys: tuple[str, str], *, at: datetime) -> None:
    here = sa.and_(place.c.account_id == account_id, place.c.list_key.in_(keys))
    each = (
        sa.select(place.c.item_id, item.c.published_at, sa.func.min(place.c.ordinal).label("ordinal"))
        .join(item, item.c.id == place.c.item_id)
        .where(here)
        .group_by(place.c.item_id, item.c.published_at)
        .subquery()
    )
    order = (each.c.published_at.is_(None), each.c.published_at, each.c.ordinal, each.c.item_id)
    told = sa.select(
        sa.literal(account_id),
        sa.literal(_UNDER_WAY),
        sa.func.row_number().over(order_by=order),
        each.c.item_id,
    )
    await tx.execute(place.insert().from_select(["account_id", "list_key", "ordinal", "item_id"], told))
    await tx.execute(place.delete().where(here))
    moved = await tx.execute(
        place.update()
        .where(place.c.account_id == account_id, place.c.list_key == _UNDER_WAY)
        .values(list_key=keys[1])
    )
    await tx.execute(
        place_list.delete().where(place_list.c.account_id == account_id, place_list.c.list_key == keys[0])
    )
    last = {"last": moved.rowcount, "changed_at": at}
    await tx.execute(
        upsert(tx, place_list)
        .values(account_id=account_id, list_key=keys[1], **last)
        .on_conflict_do_update(index_elements=["account_id", "list_key"], set_=last)
    )


async def hand_over_readers(tx: Tx, slug: str, into: str) -> None:
    """Let whoever followed one column follow the other, once."""
    for table, name, front in ((following, "column", ""), (push_topic, "topic", "column/")):
        others = [column for column in table.columns if column.name != name]
        told = sa.select(*others, sa.literal(f"{front}{into}")).where(table.c[name] == f"{front}{slug}")
        await tx.execute(
            upsert(tx, table)
            .from_select([*(column.name for column in others), name], told)
            .on_conflict_do_nothing()
        )
        await tx.execute(table.delete().where(table.c[name] == f"{front}{slug}"))


async def note_changes_in(tx: Tx, slug: str, *, at: datetime) -> None:
    """Note that every item which readers can open in a column has changed for them."""
    told = sa.select(
        catalogue_line.c.item_id, sa.literal(at, page_change.c.changed_at.type), sa.literal(1), sa.false()
    ).where(catalogue_line.c.column == slug)
    await tx.execute(
        upsert(tx, page_change)
        .from_select(["item_id", "changed_at", "serial", "is_read"], told)
        .on_conflict_do_update(
            index_elements=["item_id"],
            set_={"changed_at": at, "serial": page_change.c.serial + 1, "is_read": False},
        )
    )
