"""Web Push: the browsers that want to be told, and the queue of what they are still to be told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from server.store.push_tables import push_item, push_note, push_subscription, push_topic
from server.store.reading_tables import page_change
from server.store.rows import upsert
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class BrowserRow:
    """A browser as it gave itself; `topics` are lists of the site."""

    key: str
    endpoint: str
    browser_key: str
    browser_secret: str = field(repr=False)
    keeps_quiet: bool
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to tell one browser."""

    key: str
    item_id: str
    endpoint: str
    browser_key: str
    browser_secret: str = field(repr=False)
    keeps_quiet: bool
    expires_at: datetime
    tries: int


async def put_browser(tx: Tx, row: BrowserRow, *, at: datetime) -> None:
    """Write a browser with what it wants; one that is known already wants this from now on."""
    told = {
        "endpoint": row.endpoint,
        "browser_key": row.browser_key,
        "browser_secret": row.browser_secret,
        "keeps_quiet": row.keeps_quiet,
    }
    await tx.execute(
        upsert(tx, push_subscription)
        .values(key=row.key, since=at, **told)
        .on_conflict_do_update(index_elements=["key"], set_=told)
    )
    await tx.execute(push_topic.delete().where(push_topic.c.key == row.key))
    await tx.execute(push_topic.insert(), [{"key": row.key, "topic": topic} for topic in row.topics])


async def delete_browser(tx: Tx, *, key: str) -> bool:
    """Forget a browser and what it was to be told; say whether it was known."""
    await tx.execute(push_note.delete().where(push_note.c.key == key))
    await tx.execute(push_topic.delete().where(push_topic.c.key == key))
    return (await tx.execute(push_subscription.delete().where(push_subscription.c.key == key))).rowcount == 1


async def count_browsers(tx: Tx) -> int:
    """Say how many browsers there are."""
    return int((await tx.execute(sa.select(sa.func.count()).select_from(push_subscription))).scalar_one())


async def has_browsers(tx: Tx) -> bool:
    """Say whether there is anybody to tell."""
    return bool((await tx.execute(sa.select(sa.exists(sa.select(push_subscription.c.key))))).scalar_one())


async def list_unseen(tx: Tx, since: datetime, limit: int) -> tuple[str, ...]:
    """Give the items that changed since a moment and were never looked at, oldest first."""
    seen = sa.exists().where(push_item.c.item_id == page_change.c.item_id)
    wanted = sa.select(page_change.c.item_id).where(page_change.c.changed_at >= since, ~seen)
    return tuple((await tx.execute(wanted.order_by(page_change.c.changed_at).limit(limit))).scalars())


async def note_seen(tx: Tx, item_id: str, *, at: datetime) -> bool:
    """Note that an item was looked at; False when another process did so first."""
    put = upsert(tx, push_item).values(item_id=item_id, seen_at=at).on_conflict_do_nothing()
    return (await tx.execute(put)).rowcount == 1


async def forget_seen(tx: Tx, *, before: datetime) -> None:
    """Forget items looked at before a moment: what went live so long ago is no news, seen or not."""
    await tx.execute(push_item.delete().where(push_item.c.seen_at < before))


async def spread_item(
    tx: Tx, item_id: str, topics: tuple[str, ...], *, live_at: datetime, at: datetime, after_night: datetime,
    lasts: timedelta,
) -> int:  # fmt: skip
    """Put an item into the queue of every browser that wants one of its lists, once each.

    `after_night`: when those are told who want no message at night; the same as `at` by day. From when each
    is told it is news for as long as it `lasts`.
    """
    wants = sa.select(push_topic.c.key).where(push_topic.c.topic.in_(topics))
    quiet = push_subscription.c.keeps_quiet
    picked = sa.select(
        push_subscription.c.key, sa.literal(item_id),
        sa.case((quiet, _moment(after_night)), else_=_moment(at)),
        sa.case((quiet, _moment(after_night + lasts)), else_=_moment(at + lasts)),
        sa.literal(0),
    ).where(push_subscription.c.key.in_(wants), push_subscription.c.since <= live_at)  # fmt: skip
    names = ["key", "item_id", "due_at", "expires_at", "tries"]
    put = upsert(tx, push_note).from_select(names, picked).on_conflict_do_nothing()
    return (await tx.execute(put)).rowcount


async def has_due_notes(tx: Tx, *, at: datetime) -> bool:
    """Say whether somebody is to be told something now."""
    return bool((await tx.execute(sa.select(sa.exists().where(push_note.c.due_at <= at)))).scalar_one())


async def claim_notes(tx: Tx, *, at: datetime, until: datetime, limit: int) -> tuple[Note, ...]:
    """Take notes that are due, those never tried first; until `until` nobody else takes them."""
    await tx.execute(push_note.delete().where(push_note.c.due_at <= at, push_note.c.expires_at <= at))
    picked = (
        sa.select(push_note.c.key, push_note.c.item_id)
        .where(push_note.c.due_at <= at)
        .order_by(push_note.c.tries, push_note.c.due_at)
        .limit(limit)
        .subquery()
    )
    mine = sa.exists().where(picked.c.key == push_note.c.key, picked.c.item_id == push_note.c.item_id)
    taken = await tx.execute(
        push_note.update()
        .where(mine, push_note.c.due_at <= at)
        .values(due_at=until)
        .returning(push_note.c.key, push_note.c.item_id, push_note.c.expires_at, push_note.c.tries)
    )
    rows = taken.all()
    browsers = await _browsers(tx, frozenset(row.key for row in rows))
    return tuple(
        Note(row.key, row.item_id, *browsers[row.key], row.expires_at, row.tries)
        for row in rows
        if row.key in browsers
    )


async def close_note(tx: Tx, *, note: Note) -> None:
    """Take a note off: it was told, or is not to be told any more."""
    await tx.execute(push_note.delete().where(_is(note)))


async def put_off_note(tx: Tx, *, note: Note, until: datetime) -> None:
    """Tell it later."""
    await tx.execute(push_note.update().where(_is(note)).values(due_at=until, tries=push_note.c.tries + 1))


async def _browsers(tx: Tx, keys: frozenset[str]) -> dict[str, tuple[str, str, str, bool]]:
    wanted = sa.select(push_subscription).where(push_subscription.c.key.in_(keys))
    return {
        row.key: (row.endpoint, row.browser_key, row.browser_secret, row.keeps_quiet)
        for row in await tx.execute(wanted)
    }


def _is(note: Note) -> Any:
    return sa.and_(push_note.c.key == note.key, push_note.c.item_id == note.item_id)


def _moment(at: datetime) -> sa.BindParameter[datetime]:
    return sa.bindparam(None, at, type_=push_note.c.due_at.type)
