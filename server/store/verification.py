"""Questions whose answer must be empty: counters against lines, lines against deliveries, and back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from server.store.audit_tables import audit
from server.store.items import hash_content, sheet_of
from server.store.ledger import is_standing, joint_of, topic_of
from server.store.ledger_tables import day_counter, ledger, month_counter
from server.store.site_columns import list_absorbing
from server.store.tables import attempt, delivery, item, media, release, revision
from server.store.tx import Tx
from server.store.words import TAKEN_BACK

_KEY = ("day", "org_id", "channel", "kind", "column", "line")
_SIDES = ("channel", "line", "org_id", "kind", "column", "topic", "account_id")
WAS_LIVE = ("live", "replaced", "withdrawing", "withdraw_by_hand", "withdrawn", "gone_at_platform")


@dataclass(frozen=True, slots=True)
class Difference:
    """Two numbers or rows that must agree and do not. `where` names the rows."""

    rule: str
    where: str
    stated: int
    found: int


async def list_counter_differences(tx: Tx, limit: int) -> tuple[Difference, ...]:
    """Count the ledger again and give the counters of days and months that say something else."""
    if tx.dialect.name == "postgresql":
        month: sa.ColumnElement[str] = sa.func.to_char(ledger.c.day, "YYYY-MM")
    else:
        month = sa.func.strftime("%Y-%m", ledger.c.day)
    days = {name: ledger.c[name] for name in _KEY}
    months = {"month": month, **{name: ledger.c[name] for name in _SIDES}}
    return (
        *await _list_differences(tx, day_counter, days, limit),
        *await _list_differences(tx, month_counter, months, limit),
    )


async def _list_differences(
    tx: Tx, counter: sa.Table, key: Mapping[str, sa.ColumnElement[Any]], limit: int
) -> tuple[Difference, ...]:
    lines = (
        sa.select(*(value.label(name) for name, value in key.items()), sa.func.count().label("lines"))
        .group_by(*key.values())
        .subquery()
    )
    same = sa.and_(*(lines.c[name] == counter.c[name] for name in key))
    stated = (
        sa.select(counter, sa.func.coalesce(lines.c.lines, 0).label("lines"))
        .outerjoin(lines, same)
        .where(counter.c.count != sa.func.coalesce(lines.c.lines, 0))
        .limit(limit)
    )
    unstated = sa.select(lines).outerjoin(counter, same).where(counter.c.count.is_(None)).limit(limit)
    found = [(_where(row, key), row._mapping["count"], row.lines) for row in await tx.execute(stated)]  # noqa: SLF001
    found += [(_where(row, key), 0, row.lines) for row in await tx.execute(unstated)]
    return tuple(Difference("counter_equals_lines", *values) for values in found)


async def list_unproved_lines(tx: Tx, limit: int) -> tuple[Difference, ...]:
    """Give counted lines whose delivery was never live, or on another channel (invariant 10)."""
    wanted = (
        sa.select(ledger.c.id, ledger.c.item_id, ledger.c.channel)
        .join(delivery, delivery.c.id == ledger.c.delivery_id)
        .where(
            ledger.c.line == "counted",
            sa.or_(
                delivery.c.live_at.is_(None),
                delivery.c.item_id != ledger.c.item_id,
                sa.and_(ledger.c.channel != "item", ledger.c.channel != delivery.c.counted_as),
            ),
        )
        .limit(limit)
    )
    return tuple(
        Difference("line_has_live_delivery", f"{row.item_id} {row.channel}", 1, 0)
        for row in await tx.execute(wanted)
    )


async def list_foreign_lines(tx: Tx, limit: int) -> tuple[Difference, ...]:
    """Give lines that say something else than their item, their delivery and the version that this carried.

    None of them ever changes, and the version is sealed (`list_broken_seals`). Counters that were changed
    along with their lines agree with them.
    """
    filed = revision.c.sheet["column"].as_string()
    merged = [sa.and_(filed == slug, ledger.c.column == into) for slug, into in await list_absorbing(tx)]
    wanted = (
        sa.select(ledger.c.item_id, ledger.c.channel, ledger.c.line)
        .join(item, item.c.id == ledger.c.item_id)
        .join(delivery, delivery.c.id == ledger.c.delivery_id)
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .where(
            sa.or_(
                ledger.c.org_id != item.c.org_id,
                ledger.c.kind != item.c.kind,
                ledger.c.account_id != delivery.c.account_id,
                ledger.c.topic != topic_of(revision),
                ledger.c.joint != joint_of(revision),
                sa.not_(sa.or_(filed == ledger.c.column, *merged)),
            )
        )
        .limit(limit)
    )
    return tuple(
        Difference("line_is_of_its_item", f"{row.item_id} {row.channel} {row.line}", 1, 0)
        for row in await tx.execute(wanted)
    )


async def list_uncounted_deliveries(tx: Tx, limit: int) -> tuple[Difference, ...]:
    """Give deliveries that were live on a channel without a first-live line (invariant 10)."""
    counted = sa.exists().where(
        ledger.c.item_id == delivery.c.item_id,
        ledger.c.channel == delivery.c.counted_as,
        ledger.c.line == "counted",
    )
    wanted = (
        sa.select(delivery.c.id, delivery.c.item_id, delivery.c.counted_as)
        .join(item, item.c.id == delivery.c.item_id)
        .where(delivery.c.state.in_(WAS_LIVE), delivery.c.live_at.is_not(None), ~counted, ~item.c.practice)
        .limit(limit)
    )
    return tuple(
        Difference("live_delivery_is_counted", f"{row.item_id} {row.counted_as} {row.id}", 0, 1)
        for row in await tx.execute(wanted)
    )


async def list_late_first_days(tx: Tx, limit: int) -> tuple[Difference, ...]:
    """Give lines that stand for another day than the first on which the item was live (invariant 10).

    Says both days as numbers: 20260305.
    """
    shown = sa.and_(delivery.c.state.in_(WAS_LIVE), delivery.c.live_at.is_not(None))
    first = sa.func.min(delivery.c.live_at).label("first")
    by_channel = sa.select(delivery.c.item_id, delivery.c.counted_as.label("channel"), first)
    of_item = sa.select(delivery.c.item_id, sa.literal("item").label("channel"), first)
    firsts = sa.union_all(
        by_channel.where(shown).group_by(delivery.c.item_id, delivery.c.counted_as),
        of_item.where(shown).group_by(delivery.c.item_id),
    ).subquery()
    day = _day_in_beijing(tx, firsts.c.first)
    wanted = (
        sa.select(ledger.c.item_id, ledger.c.channel, ledger.c.day, day.label("first"))
        .join(firsts, sa.and_(firsts.c.item_id == ledger.c.item_id, firsts.c.channel == ledger.c.channel))
        .where(ledger.c.line == "counted", is_standing(), ledger.c.day != day)
        .limit(limit)
    )
    return tuple(
        Difference(
            "first_day_is_counted", f"{row.item_id} {row.channel}", _number_of(row.day), _number_of(row.first)
        )
        for row in await tx.execute(wanted)
    )


async def list_wrong_restatements(tx: Tx, limit: int) -> tuple[Difference, ...]:
    """Give lines that restate another than a counted line of the same sides, or only by half."""
    other = ledger.alias("other")
    sides = (
        "item_id",
        "channel",
        "org_id",
        "kind",
        "column",
        "day",
        "topic",
        "account_id",
        "delivery_id",
        "joint",
    )
    is_back = ledger.c.line.in_(TAKEN_BACK)
    named = sa.exists().where(
        other.c.id == ledger.c.restates,
        other.c.line == "counted",
        other.c.item_id == ledger.c.item_id,
        other.c.channel == ledger.c.channel,
        sa.or_(~is_back, sa.and_(*(other.c[name] == ledger.c[name] for name in sides))),
    )
    # What is taken back is counted again, and the other way.
    half = sa.exists().where(other.c.restates == ledger.c.restates, other.c.line.in_(TAKEN_BACK) != is_back)
    wanted = (
        sa.select(ledger.c.id, ledger.c.line)
        .where(sa.or_(is_back, ledger.c.restates.is_not(None)), sa.or_(~named, ~half))
        .limit(limit)
    )
    return tuple(
        Difference("restatement_is_whole", f"{row.id} {row.line}", 1, 0) for row in await tx.execute(wanted)
    )


def _day_in_beijing(tx: Tx, moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    if tx.dialect.name == "postgresql":
        return sa.cast(sa.func.timezone("Asia/Shanghai", moment), sa.Date)
    # Beijing has had no summer time since 1991.
    return sa.func.date(moment, "+8 hours", type_=sa.Date)


def _number_of(day: date) -> int:
    return int(f"{day:%Y%m%d}")


async def list_loose_attempts(tx: Tx, limit: int) -> tuple[Difference, ...]:
    """Give open attempts that no sending delivery holds, and sending deliveries without an open attempt."""
    wanted = (
        sa.select(delivery.c.id, delivery.c.state, attempt.c.id.label("attempt"))
        .outerjoin(attempt, sa.and_(attempt.c.delivery_id == delivery.c.id, attempt.c.closed_at.is_(None)))
        .where((delivery.c.state == "sending") != (attempt.c.id.is_not(None)))
        .limit(limit)
    )
    return tuple(
        Difference("sending_has_open_attempt", f"{row.id} {row.state}", int(row.state == "sending"), 0)
        for row in await tx.execute(wanted)
    )


async def list_lost_attempts(tx: Tx, limit: int) -> tuple[Difference, ...]:
    """Give attempts that the audit knows and that are not there (invariant 3).

    Each move out of `sending` is a line of the chain, and names the attempt that ended with it.
    """
    named = audit.c.details["attempt"].as_string()
    wanted = (
        sa.select(audit.c.delivery_id, named.label("attempt"))
        .where(
            audit.c.details["from"].as_string() == "sending",
            ~sa.exists().where(attempt.c.id == named, attempt.c.delivery_id == audit.c.delivery_id),
        )
        .limit(limit)
    )
    return tuple(
        Difference("attempt_of_audit_is_there", f"{row.delivery_id} {row.attempt}", 1, 0)
        for row in await tx.execute(wanted)
    )


async def list_blobs(tx: Tx, after: str, limit: int) -> tuple[str, ...]:
    """Give the hashes of stored files behind `after`, in order."""
    wanted = sa.select(media.c.sha256).where(media.c.sha256 > after).order_by(media.c.sha256).limit(limit)
    return tuple((await tx.execute(wanted)).scalars())


async def list_broken_seals(tx: Tx, after: str, limit: int) -> tuple[tuple[Difference, ...], str | None]:
    """Hash the words and files of the revisions behind `after` again, and give those that say something else.

    With them the id of the last one looked at; None when there was none.
    """
    text = sa.cast(revision.c.sheet, sa.Text).label("sheet")
    words = (revision.c.id, item.c.kind, revision.c.title, revision.c.summary, revision.c.body, text)
    wanted = (
        sa.select(*words, revision.c.content_hash)
        .join(item, item.c.id == revision.c.item_id)
        .where(revision.c.id > after)
        .order_by(revision.c.id)
        .limit(limit)
    )
    rows = (await tx.execute(wanted)).all()
    broken = [Difference("revision_is_as_sealed", row.id, 1, 0) for row in rows if not _is_as_sealed(row)]
    return tuple(broken), rows[-1].id if rows else None


def _is_as_sealed(row: sa.Row[Any]) -> bool:
    try:
        sheet = sheet_of(row.sheet)
    except ValueError:  # it was one when it was sealed
        return False
    return hash_content(row.kind, row.title, row.summary, row.body, sheet) == str(row.content_hash)


async def list_shown_pages(tx: Tx, after: tuple[str, str], limit: int) -> tuple[tuple[str, str], ...]:
    """Give the website and feed deliveries whose page was ever written, in the order they went live.

    Each with its key, which is what `after` takes: the place in this order.
    """
    shown = sa.or_(delivery.c.live_at.is_not(None), delivery.c.state == "accepted")
    moment = sa.func.coalesce(delivery.c.live_at, delivery.c.changed_at)
    key = sa.cast(moment, sa.Text)
    wanted = (
        sa.select(key.label("key"), delivery.c.id)
        .where(
            delivery.c.channel.in_(("website", "feed")),
            delivery.c.state.in_((*WAS_LIVE, "accepted")),
            shown,
            sa.or_(key > after[0], sa.and_(key == after[0], delivery.c.id > after[1])),
        )
        .order_by(key, delivery.c.id)
        .limit(limit)
    )
    return tuple((row.key, row.id) for row in await tx.execute(wanted))


async def list_taken_down(tx: Tx) -> tuple[str, ...]:
    """Give the newest withdrawn delivery of each item on each website and feed, as they came down."""
    shown = delivery.alias()
    newer = sa.exists().where(
        shown.c.item_id == delivery.c.item_id,
        shown.c.account_id == delivery.c.account_id,
        sa.or_(
            shown.c.state.in_(("live", "accepted")),
            sa.and_(shown.c.state == "withdrawn", shown.c.release_id > delivery.c.release_id),
        ),
    )
    wanted = (
        sa.select(delivery.c.id)
        .where(
            delivery.c.channel.in_(("website", "feed")),
            delivery.c.state == "withdrawn",
            delivery.c.live_at.is_not(None),
            ~newer,
        )
        .order_by(delivery.c.changed_at, delivery.c.id)
    )
    return tuple((await tx.execute(wanted)).scalars())


def _where(row: sa.Row[Any], key: Iterable[str]) -> str:
    return " ".join(str(row._mapping[name]) for name in key)  # noqa: SLF001
