"""公开目录: the lines of what stands on the website, and what changed for readers since a moment."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from channels.words import is_chinese, is_exact, words_of
from server.store.reading_tables import catalogue_line, number_piece, page_change
from server.store.rows import upsert
from server.store.search import are_common, having, put_words
from server.store.tables import item, org
from server.store.tx import Tx

_NEAR: Final = 3000
"""So many of the newest lines are read one by one for what most lines have."""
FARTHEST: Final = 20_000
"""So many of the newest lines are looked through for words that many have."""
_MANY: Final = 2000  # lines of a piece of a number, above which the newest are found sooner by their date
_HIGHEST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Line:
    """What the catalogue keeps of an item; `title`, `number` and `text` as a search compares them."""

    item_id: str
    release_id: str
    org_id: str
    kind: str
    column: str
    topic: str | None
    statutory: tuple[int, ...]
    year: int
    number: str
    published_at: datetime
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the catalogue; None takes all."""

    year: int | None = None
    org: str | None = None  # the code
    kind: str | None = None
    columns: tuple[str, ...] = ()  # one of these; none: any
    topic: str | None = None
    number: str | None = None  # a piece of a 文号, as a search compares it
    statutory: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that was found: enough to rank it and to fetch the rest."""

    item_id: str
    release_id: str
    published_at: datetime
    title: str
    number: str


@dataclass(frozen=True, slots=True)
class Found:
    """The newest lines that were found; cut off, there may be more behind the `FARTHEST` that were read."""

    hits: tuple[Hit, ...]
    is_cut_off: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An item that changed for readers; `serial` tells whether it did so once more meanwhile."""

    item_id: str
    changed_at: datetime
    serial: int


async def note_change(tx: Tx, item_id: str, *, at: datetime) -> None:
    """Note that an item's page appeared, changed or went; of practice the public never hears."""
    told = sa.select(item.c.id, sa.literal(at, page_change.c.changed_at.type), sa.literal(1), sa.false())
    told = told.where(item.c.id == item_id, ~item.c.practice)
    await tx.execute(
        upsert(tx, page_change)
        .from_select(["item_id", "changed_at", "serial", "is_read"], told)
        .on_conflict_do_update(
            index_elements=["item_id"],
            set_={"changed_at": at, "serial": page_change.c.serial + 1, "is_read": False},
        )
    )


async def list_unread(tx: Tx, limit: int) -> tuple[Change, ...]:
    """Give changes that the catalogue has not taken in, oldest first."""
    # In the words of the index, or SQLite does not take it (`is_read = 0` means nothing to it).
    unread = sa.text("NOT is_read")
    wanted = sa.select(page_change).where(unread).order_by(page_change.c.changed_at)
    return tuple(_change_of(row) for row in await tx.execute(wanted.limit(limit)))


async def list_changes(
    tx: Tx, after: tuple[datetime, str] | None, until: datetime, limit: int
) -> tuple[Change, ...]:
    """Give changes after a moment and id, oldest first, none later than `until`."""
    wanted = sa.select(page_change).where(page_change.c.changed_at <= until)
    if after is not None:
        wanted = wanted.where(
            sa.tuple_(page_change.c.changed_at, page_change.c.item_id)
            > sa.tuple_(sa.bindparam("at", after[0], page_change.c.changed_at.type), sa.literal(after[1]))
        )
    wanted = wanted.order_by(page_change.c.changed_at, page_change.c.item_id).limit(limit)
    return tuple(_change_of(row) for row in await tx.execute(wanted))


async def replace_line(tx: Tx, change: Change, line: Line | None) -> None:
    """Put an item's line in place of its former one, or take it out; the change is read by that."""
    former = sa.select(catalogue_line.c.serial).where(catalogue_line.c.item_id == change.item_id)
    await tx.execute(number_piece.delete().where(number_piece.c.serial.in_(former)))
    await tx.execute(catalogue_line.delete().where(catalogue_line.c.item_id == change.item_id))
    if line is not None:
        told = {name: getattr(line, name) for name in Line.__slots__}
        told["statutory"] = f",{','.join(str(number) for number in line.statutory)},"
        put = catalogue_line.insert().values(told).returning(catalogue_line.c.serial)
        serial = (await tx.execute(put)).scalar_one()
        heading = words_of(f"{line.title} {line.number}")
        await put_words(tx, serial, heading, words_of(line.text))
        if line.number:
            rests = [{"piece": line.number[at:], "serial": serial} for at in range(len(line.number))]
            await tx.execute(number_piece.insert(), rests)
    await tx.execute(
        page_change.update()
        .where(page_change.c.item_id == change.item_id, page_change.c.serial == change.serial)
        .values(is_read=True)
    )


async def list_hits(
    tx: Tx, filters: Filters, *, limit: int, skip: int = 0, before: tuple[datetime, str] | None = None
) -> tuple[Hit, ...]:
    """Give the newest lines that pass the filters, newest first."""
    number = filters.number
    wanted = _shown(filters)
    if number is not None and await _is_of_many(tx, number):
        wanted = _shown(replace(filters, number=None)).where(_holds(catalogue_line.c.number, number))
    wanted = wanted.limit(limit).offset(skip)
    if before is not None:
        at = sa.bindparam("at", before[0], catalogue_line.c.published_at.type)
        wanted = wanted.where(
            sa.tuple_(catalogue_line.c.published_at, catalogue_line.c.item_id)
            < sa.tuple_(at, sa.literal(before[1]))
        )
    return await _hits(tx, wanted)


async def count_lines(tx: Tx, filters: Filters, *, most: int) -> int:
    """Say how many lines pass the filters, counting no further than to `most`."""
    some = _narrowed(sa.select(catalogue_line.c.serial), filters).limit(most).subquery()
    return int((await tx.execute(sa.select(sa.func.count()).select_from(some))).scalar_one())


async def find_hits(tx: Tx, terms: tuple[str, ...], filters: Filters, *, in_title: bool, limit: int) -> Found:
    """Give the newest lines that have every term, in the title or anywhere.

    Words that many lines have are looked for among the newest of those that pass a filter: how long that
    takes does not grow with what is behind them.
    """
    are_chinese = all(is_chinese(term) for term in terms)
    # A single sign begins many words: to count their lines takes longer than to look at the newest.
    if are_chinese and (
        any(len(term) == 1 for term in terms) or await are_common(tx, terms, in_title=in_title)
    ):
        near = await _find_near(tx, terms, filters, in_title=in_title, limit=limit)
        if near is not None:
            return Found(near)
    found = having(tx, terms, in_title=in_title)
    serial: Any = catalogue_line.c.serial
    wanted, before = _shown(filters), None
    if await are_common(tx, terms, in_title=in_title):
        serial = serial + 0  # or SQLite fetches every line that has the words, and sorts them all
        before = await _depth(tx, filters, FARTHEST)
    if before is not None:
        wanted = wanted.where(_after(before))
    wanted = wanted.where(serial.in_(sa.select(found.c.serial)))
    place = catalogue_line.c.title if in_title else catalogue_line.c.text
    for term in terms:
        if not is_exact(term):  # the words may stand apart
            wanted = wanted.where(_holds(place, term))
    hits = await _hits(tx, wanted.limit(limit))
    return Found(hits, is_cut_off=before is not None and len(hits) < limit)


async def _find_near(
    tx: Tx, terms: tuple[str, ...], filters: Filters, *, in_title: bool, limit: int
) -> tuple[Hit, ...] | None:
    """Look for the terms in the words of the newest lines alone; None: there may be more behind them."""
    line = catalogue_line.c
    before = await _depth(tx, filters, _NEAR)
    wanted = _shown(filters)
    if before is not None:
        wanted = wanted.where(_after(before))
    for term in terms:
        places = (line.title, line.number) if in_title else (line.text,)
        wanted = wanted.where(sa.or_(*(_holds(place, term) for place in places)))
    hits = await _hits(tx, wanted.limit(limit))
    return hits if before is None or len(hits) == limit else None


async def _depth(tx: Tx, filters: Filters, lines: int) -> datetime | None:
    """Give the moment after which the newest lines are so many, None when there are no more than that.

    Counted along each index that knows a filter in the order of dates, or the one of dates alone; whichever
    reaches furthest holds, since what passes all filters passes that one.
    """
    line = catalogue_line.c
    moments: list[datetime] = []
    of_org = sa.select(org.c.id).where(org.c.code == filters.org).scalar_subquery()
    given = (
        (filters.year, line.year == filters.year),
        (filters.topic, line.topic == filters.topic),
        (filters.org, line.org_id == of_org),
    )
    for passes in [passes for value, passes in given if value is not None] or [sa.true()]:
        dates = sa.select(line.published_at).where(passes).order_by(line.published_at.desc())
        moment: datetime | None = (await tx.execute(dates.offset(lines).limit(1))).scalar_one_or_none()
        if moment is None:
            return None
        moments.append(moment)
    return min(moments)


def _after(moment: datetime) -> sa.ColumnElement[bool]:
    return catalogue_line.c.published_at > sa.literal(moment, catalogue_line.c.published_at.type)


async def list_years(tx: Tx) -> tuple[int, ...]:
    """Give the years in which something was published, newest first."""
    wanted = sa.select(catalogue_line.c.year).distinct().order_by(catalogue_line.c.year.desc())
    return tuple((await tx.execute(wanted)).scalars())


async def list_topics(tx: Tx, limit: int) -> tuple[str, ...]:
    """Give the topics with the most lines."""
    topic = catalogue_line.c.topic
    wanted = sa.select(topic).where(topic.is_not(None)).group_by(topic)
    wanted = wanted.order_by(sa.func.count().desc(), topic).limit(limit)
    return tuple((await tx.execute(wanted)).scalars())


async def list_publishers(tx: Tx) -> tuple[tuple[str, str], ...]:
    """Give code and name of the organs that stand in the catalogue, by code."""
    there = sa.exists().where(catalogue_line.c.org_id == org.c.id)
    wanted = sa.select(org.c.code, org.c.name).where(there).order_by(org.c.code)
    return tuple((row.code, row.name) for row in await tx.execute(wanted))


def _shown(filters: Filters) -> sa.Select[Any]:
    line = catalogue_line.c
    wanted = sa.select(line.item_id, line.release_id, line.published_at, line.title, line.number)
    narrowed: sa.Select[Any] = _narrowed(wanted, filters)
    return narrowed.order_by(line.published_at.desc(), line.item_id.desc())


def _narrowed(wanted: sa.Select[Any], filters: Filters) -> sa.Select[Any]:
    line = catalogue_line.c
    # What was withdrawn is gone at once, before the catalogue has read of it. No join: SQLite would begin at
    # the items, and look at each of them before it knows which are the newest.
    withdrawn = sa.select(item.c.id).where(item.c.withdrawn_at.is_not(None))
    conditions: list[Any] = [line.item_id.not_in(withdrawn)]
    if filters.org is not None:
        conditions.append(
            line.org_id == sa.select(org.c.id).where(org.c.code == filters.org).scalar_subquery()
        )
    for column, value in (
        (line.year, filters.year),
        (line.kind, filters.kind),
        (line.topic, filters.topic),
    ):
        if value is not None:
            conditions.append(column == value)
    if filters.columns:
        # A single one as it was: its index gives the newest without looking at the rest.
        is_one = len(filters.columns) == 1
        conditions.append(line.column == filters.columns[0] if is_one else line.column.in_(filters.columns))
    if filters.number is not None:
        begins = sa.select(number_piece.c.serial).where(_begins(filters.number))
        conditions.append(line.serial.in_(begins))
    if filters.statutory is not None:
        conditions.append(line.statutory.contains(f",{filters.statutory},"))
    return wanted.where(*conditions)


def _holds(place: sa.Column[str], words: str) -> sa.ColumnElement[bool]:
    return place.contains(words, autoescape=True)


def _begins(piece: str) -> sa.ColumnElement[bool]:
    return sa.and_(number_piece.c.piece >= piece, number_piece.c.piece < piece + _HIGHEST)


async def _is_of_many(tx: Tx, piece: str) -> bool:
    some = sa.select(number_piece.c.serial).where(_begins(piece)).limit(_MANY + 1).subquery()
    return int((await tx.execute(sa.select(sa.func.count()).select_from(some))).scalar_one()) > _MANY


async def _hits(tx: Tx, wanted: sa.Select[Any]) -> tuple[Hit, ...]:
    rows = await tx.execute(wanted)
    return tuple(Hit(r.item_id, r.release_id, r.published_at, r.title, r.number) for r in rows)


def _change_of(row: sa.Row[Any]) -> Change:
    return Change(row.item_id, row.changed_at, row.serial)
