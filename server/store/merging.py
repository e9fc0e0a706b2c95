"""Lists of columns that others become part of, or stand below: their places, readers and catalogue lines."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable, DropTable

from server.store.push_tables import push_topic
from server.store.reader_tables import following
from server.store.reading_tables import catalogue_line, page_change
from server.store.rows import upsert
from server.store.tables import item, place, place_list, release, revision
from server.store.tx import Tx

_anew: Final = sa.Table(
    "places_anew",
    sa.MetaData(),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("item_id", sa.String(16), nullable=False),
    prefixes=["TEMPORARY"],
)


async def merge_places(tx: Tx, slug: str, into: str, *, at: datetime) -> bool:
    """Put the places of one column among those of another, numbered anew; say whether there were any."""
    key, target = f"column/{slug}", f"column/{into}"
    wanted = sa.select(place_list.c.account_id).where(place_list.c.list_key == key)
    account_ids = sorted((await tx.execute(wanted)).scalars())
    for account_id in account_ids:
        await _hold(tx, account_id, target, (key,), at=at)
        await _number_anew(tx, account_id, target, place.c.list_key.in_((key, target)), at=at)
        for table in (place, place_list):
            await tx.execute(table.delete().where(table.c.account_id == account_id, table.c.list_key == key))
    return bool(account_ids)


async def list_uneven(tx: Tx, slug: str, below: tuple[str, ...], filed: tuple[str, ...]) -> tuple[str, ...]:
    """Give the accounts in which a column's list holds other things than `gather_places` would put there.

    The look goes through all of it, and is for a transaction that only reads: meanwhile others write.
    """
    target, keys = f"column/{slug}", tuple(f"column/{one}" for one in below)
    wanted = sa.select(place_list.c.account_id).where(place_list.c.list_key.in_((target, *keys))).distinct()
    accounts = sorted((await tx.execute(wanted)).scalars())
    return tuple(
        [one for one in accounts if not await _is_level(tx, one, target, _belongs(slug, below, filed))]
    )


async def gather_places(
    tx: Tx, account_id: str, slug: str, below: tuple[str, ...], filed: tuple[str, ...], *, at: datetime
) -> None:
    """Let a column's list hold what stands in those below it too.

    `filed` are the slugs under which what belongs there is filed. What came from a column that stands there
    no longer leaves the list.
    """
    target, keys = f"column/{slug}", tuple(f"column/{one}" for one in below)
    await _hold(tx, account_id, target, keys, at=at)
    await _number_anew(tx, account_id, target, _belongs(slug, below, filed), at=at)


def _belongs(slug: str, below: tuple[str, ...], filed: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """Say of a place that its item belongs into a column's list."""
    keys = tuple(f"column/{one}" for one in below)
    own = sa.and_(place.c.list_key == f"column/{slug}", ~_is_foreign(filed))
    return sa.or_(place.c.list_key.in_(keys), own)


def _is_foreign(filed: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """Say of a place that its item is filed elsewhere, as far as the catalogue has read of it."""
    elsewhere = sa.exists().where(
        catalogue_line.c.item_id == place.c.item_id, catalogue_line.c.column.not_in(filed)
    )
    unread = sa.exists().where(page_change.c.item_id == place.c.item_id, ~page_change.c.is_read)
    return sa.or_(sa.and_(elsewhere, ~unread), _is_unlisted_elsewhere(filed))


def _is_unlisted_elsewhere(filed: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """Say of a place that its item is filed elsewhere and has no line: it is practice, or was withdrawn."""
    newer, told = release.alias("newer"), ("live", "withdrawn")
    is_newest = ~sa.exists().where(
        newer.c.item_id == release.c.item_id, newer.c.number > release.c.number, newer.c.state.in_(told)
    )
    return sa.exists().where(
        item.c.id == place.c.item_id,
        sa.or_(item.c.practice, item.c.withdrawn_at.is_not(None)),
        release.c.item_id == item.c.id,
        release.c.state.in_(told),
        is_newest,
        revision.c.id == release.c.revision_id,
        revision.c.sheet["column"].as_string().not_in(filed),
    )


async def _is_level(tx: Tx, account_id: str, target: str, belongs: sa.ColumnElement[bool]) -> bool:
    """Say whether a list holds exactly what belongs there."""
    mine = place.c.account_id == account_id
    wanted = sa.select(place.c.item_id).where(mine, belongs)
    held = sa.select(place.c.item_id).where(mine, place.c.list_key == target)
    differing = sa.union_all(
        sa.except_(wanted, held).subquery().select(), sa.except_(held, wanted).subquery().select()
    )
    return (await tx.execute(differing.limit(1))).first() is None


async def _hold(tx: Tx, account_id: str, target: str, keys: tuple[str, ...], *, at: datetime) -> None:
    """Change first what every publisher of these lists changes first, so that none comes in between.

    One by one and in the order in which publishers do it (placing.py), or both could wait for each other.
    A list without any entry has no row that could be held, so the target gets one.
    """
    for key in sorted({target, *keys}):
        if key == target:
            await tx.execute(
                upsert(tx, place_list)
                .values(account_id=account_id, list_key=target, last=0, changed_at=at)
                .on_conflict_do_update(index_elements=["account_id", "list_key"], set_={"changed_at": at})
            )
        else:
            here = (place_list.c.account_id == account_id, place_list.c.list_key == key)
            await tx.execute(place_list.update().where(*here).values(changed_at=at))


async def _number_anew(
    tx: Tx, account_id: str, target: str, belongs: sa.ColumnElement[bool], *, at: datetime
) -> None:
    """Let a list hold the items of some places, each once, numbered anew.

    In the order of publication; what has no moment of it yet is under way, and comes last.
    """
    each = (
        sa.select(place.c.item_id, item.c.published_at, sa.func.min(place.c.ordinal).label("ordinal"))
        .join(item, item.c.id == place.c.item_id)
        .where(place.c.account_id == account_id, belongs)
        .group_by(place.c.item_id, item.c.published_at)
        .subquery()
    )
    order = (each.c.published_at.is_(None), each.c.published_at, each.c.ordinal, each.c.item_id)
    ordered = sa.select(sa.func.row_number().over(order_by=order), each.c.item_id)
    # Put down beside the list first: with their former places there, no line could have its new one.
    await tx.execute(CreateTable(_anew))
    await tx.execute(_anew.insert().from_select(["ordinal", "item_id"], ordered))
    await tx.execute(place.delete().where(place.c.account_id == account_id, place.c.list_key == target))
    told = sa.select(sa.literal(account_id), sa.literal(target), _anew.c.ordinal, _anew.c.item_id)
    put = await tx.execute(
        place.insert().from_select(
            ["account_id", "list_key", "ordinal", "item_id"], told.order_by(_anew.c.ordinal)
        )
    )
    await tx.execute(DropTable(_anew))
    await tx.execute(
        place_list.update()
        .where(place_list.c.account_id == account_id, place_list.c.list_key == target)
        .values(last=put.rowcount, changed_at=at)
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
