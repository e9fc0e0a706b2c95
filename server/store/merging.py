"""Lists of columns that others become part of, or stand below: their places, readers and catalogue lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.push_tables import push_topic
from server.store.reader_tables import following
from server.store.reading_tables import catalogue_line, page_change
from server.store.rows import upsert
from server.store.tables import item, place, place_list, release, revision
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Numbering:
    """What a list is to hold, in order; what it holds, each item with its ordinal; and the last one given."""

    account_id: str
    key: str
    wanted: tuple[str, ...]
    held: Mapping[str, int]
    last: int


async def list_accounts_with(tx: Tx, slug: str) -> tuple[str, ...]:
    """Give the accounts that have a list of a column."""
    wanted = sa.select(place_list.c.account_id).where(place_list.c.list_key == f"column/{slug}")
    return tuple(sorted((await tx.execute(wanted)).scalars()))


async def read_merged(tx: Tx, account_id: str, slug: str, into: str) -> Numbering:
    """Give what the list of a column is to hold of which another becomes part."""
    key, target = f"column/{slug}", f"column/{into}"
    return await _read(tx, account_id, target, place.c.list_key.in_((key, target)))


async def read_gathered(
    tx: Tx, account_id: str, slug: str, below: tuple[str, ...], filed: tuple[str, ...]
) -> Numbering:
    """Give what the list of a column is to hold with what stands in those below it.

    `filed` are the slugs under which what belongs there is filed. What came from a column that stands there
    no longer leaves the list.
    """
    return await _read(tx, account_id, f"column/{slug}", _belongs(slug, below, filed))


async def list_uneven(tx: Tx, slug: str, below: tuple[str, ...], filed: tuple[str, ...]) -> tuple[str, ...]:
    """Give the accounts in which a column's list holds other things than `read_gathered` says.

    The look goes through all of it, and is for a transaction that only reads: meanwhile others write.
    """
    target, keys = f"column/{slug}", tuple(f"column/{one}" for one in below)
    wanted = sa.select(place_list.c.account_id).where(place_list.c.list_key.in_((target, *keys))).distinct()
    accounts = sorted((await tx.execute(wanted)).scalars())
    return tuple(
        [one for one in accounts if not await _is_level(tx, one, target, _belongs(slug, below, filed))]
    )


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


async def _read(tx: Tx, account_id: str, key: str, belongs: sa.ColumnElement[bool]) -> Numbering:
    """Give a list in the order of publication; what has no moment of it yet is under way, and comes last."""
    # First of all: PostgreSQL shows each statement what came in by then, and `begin_numbering` compares this.
    last = await tx.execute(sa.select(place_list.c.last).where(_is_list(account_id, key)))
    mine = place.c.account_id == account_id
    each = (
        sa.select(place.c.item_id, item.c.published_at, sa.func.min(place.c.ordinal).label("ordinal"))
        .join(item, item.c.id == place.c.item_id)
        .where(mine, belongs)
        .group_by(place.c.item_id, item.c.published_at)
        .subquery()
    )
    order = (each.c.published_at.is_(None), each.c.published_at, each.c.ordinal, each.c.item_id)
    wanted = (await tx.execute(sa.select(each.c.item_id).order_by(*order))).scalars()
    here = sa.select(place.c.item_id, place.c.ordinal).where(mine, place.c.list_key == key)
    held = {row.item_id: row.ordinal for row in await tx.execute(here)}
    return Numbering(account_id, key, tuple(wanted), held, last.scalar_one_or_none() or 0)


async def begin_numbering(tx: Tx, seen: Numbering, *, at: datetime) -> bool:
    """Let whatever comes into a list from now on come behind all that it is to hold.

    Says no when something came in since the list was `seen`.
    """
    await tx.execute(
        upsert(tx, place_list)
        .values(account_id=seen.account_id, list_key=seen.key, last=0, changed_at=at)
        .on_conflict_do_nothing(index_elements=["account_id", "list_key"])
    )
    begun = await tx.execute(
        place_list.update()
        .where(_is_list(seen.account_id, seen.key), place_list.c.last == seen.last)
        .values(last=max(seen.last, len(seen.wanted)), changed_at=at)
    )
    return begun.rowcount == 1


async def put_places(tx: Tx, seen: Numbering, rows: Sequence[tuple[int, str]], *, at: datetime) -> None:
    """Give some items other ordinals in a list, or their first one; none of these may be another's."""
    await _hold(tx, seen.account_id, seen.key, at=at)
    await drop_places(tx, seen.account_id, seen.key, [item_id for _ordinal, item_id in rows])
    told = {"account_id": seen.account_id, "list_key": seen.key}
    await tx.execute(
        place.insert(), [{**told, "ordinal": ordinal, "item_id": item_id} for ordinal, item_id in rows]
    )


async def drop_places(tx: Tx, account_id: str, key: str, item_ids: Sequence[str]) -> None:
    """Take some items out of a list."""
    await tx.execute(place.delete().where(_is_in(account_id, key), place.c.item_id.in_(item_ids)))


async def end_numbering(tx: Tx, seen: Numbering, *, at: datetime) -> None:
    """Let what came in meanwhile follow without a gap, and the next one after it."""
    await _hold(tx, seen.account_id, seen.key, at=at)
    length = len(seen.wanted)
    behind = sa.select(place.c.item_id).where(_is_in(seen.account_id, seen.key), place.c.ordinal > length)
    late = tuple((await tx.execute(behind.order_by(place.c.ordinal))).scalars())
    if late:
        await put_places(tx, seen, tuple(enumerate(late, length + 1)), at=at)
    await tx.execute(
        place_list.update()
        .where(_is_list(seen.account_id, seen.key))
        .values(last=length + len(late), changed_at=at)
    )


async def list_places(tx: Tx, account_id: str, key: str) -> tuple[str, ...]:
    """Give the items of a list, in its order."""
    wanted = sa.select(place.c.item_id).where(_is_in(account_id, key))
    return tuple((await tx.execute(wanted.order_by(place.c.ordinal))).scalars())


async def drop_list(tx: Tx, account_id: str, slug: str) -> bool:
    """End the list of a column that holds nothing any more; say whether it did."""
    key = f"column/{slug}"
    held = sa.exists().where(_is_in(account_id, key))
    return (await tx.execute(place_list.delete().where(_is_list(account_id, key), ~held))).rowcount == 1


async def _hold(tx: Tx, account_id: str, key: str, *, at: datetime) -> None:
    """Change first what every publisher of a list changes first, so that none comes in between."""
    await tx.execute(place_list.update().where(_is_list(account_id, key)).values(changed_at=at))


def _is_list(account_id: str, key: str) -> sa.ColumnElement[bool]:
    return sa.and_(place_list.c.account_id == account_id, place_list.c.list_key == key)


def _is_in(account_id: str, key: str) -> sa.ColumnElement[bool]:
    return sa.and_(place.c.account_id == account_id, place.c.list_key == key)


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


async def list_lines_in(tx: Tx, slug: str) -> tuple[str, ...]:
    """Give the items that readers can open in a column."""
    wanted = sa.select(catalogue_line.c.item_id).where(catalogue_line.c.column == slug)
    return tuple((await tx.execute(wanted.order_by(catalogue_line.c.item_id))).scalars())


async def note_changes(tx: Tx, item_ids: Sequence[str], *, at: datetime) -> None:
    """Note that some items have changed for their readers."""
    told = {"changed_at": at, "serial": 1, "is_read": False}
    await tx.execute(
        upsert(tx, page_change)
        .values([{"item_id": item_id, **told} for item_id in item_ids])
        .on_conflict_do_update(
            index_elements=["item_id"],
            set_={"changed_at": at, "serial": page_change.c.serial + 1, "is_read": False},
        )
    )
