"""Arrivals: many posts that went live, settled in one commit by a script (see scripts.py).

Everything an arrival changes is changed here for all of them: state and receipt, attempt, ledger lines and
counters, and the release that is live with its first delivery. SQLite takes it in steps, PostgreSQL at once.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Final

from server.store.ledger_tables import FIRST
from server.store.scripts import Dialect, Script, commit_script, json_of
from server.store.tx import Store


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery in flight that readers can see: its attempt, the proof, and what is counted by it."""

    delivery_id: str
    attempt_id: str
    release_id: str
    item_id: str
    platform_id: str
    link: str | None
    live_at: datetime
    day: date  # in Asia/Shanghai
    counted_as: str
    org_id: str
    kind: str
    column: str
    look_at: datetime | None  # when it is looked at again; None: never
    is_counted: bool = True  # False for practice


async def settle_arrivals(
    store: Store, arrivals: tuple[Arrival, ...], *, at: datetime, new_id: Callable[[], str]
) -> frozenset[str]:
    """Settle those whose release is still planned or live; give the ids of deliveries left to settle().

    A delivery that is no longer sent under its attempt is neither moved nor given back: its lease was lost.
    """
    return await commit_script(store, partial(_settle, arrivals=arrivals, at=at, new_id=new_id))


def _settle(
    dialect: Dialect, arrivals: tuple[Arrival, ...], at: datetime, new_id: Callable[[], str]
) -> Script[frozenset[str]]:
    settle = _settle_in_steps if dialect.is_sqlite else _settle_at_once
    return settle(dialect, arrivals, dialect.text_of(at), new_id)


def _settle_at_once(
    dialect: Dialect, arrivals: tuple[Arrival, ...], now: str, new_id: Callable[[], str]
) -> Script[frozenset[str]]:
    """Settle by one statement, which is its own transaction: a journey in place of six."""
    rows = [
        (
            *move,
            one.release_id,
            one.org_id,
            one.kind,
            one.column,
            one.day.isoformat(),
            one.counted_as,
            new_id() if one.is_counted else None,
            new_id() if one.is_counted else None,
        )
        for one, move in zip(arrivals, _moves(arrivals, dialect), strict=True)
    ]
    given = dialect.rows_of(_WHOLE, rows)
    return frozenset(row[0] for row in (yield _text_at_once(dialect), (given, now)))


def _settle_in_steps(
    dialect: Dialect, arrivals: tuple[Arrival, ...], now: str, new_id: Callable[[], str]
) -> Script[frozenset[str]]:
    texts = _texts(dialect)
    rows = yield texts["releases"], (json_of(sorted({one.release_id for one in arrivals})),)
    states = {row[0]: row[1] for row in rows}
    here = tuple(one for one in arrivals if states[one.release_id] in ("planned", "live"))
    moves = dialect.rows_of(_MOVE, _moves(here, dialect))
    moved = {row[0] for row in (yield texts["move"], (moves, now))}
    come = tuple(one for one in here if one.delivery_id in moved)
    if come:
        yield texts["close"], (json_of([one.attempt_id for one in come]), now)
        yield texts["live"], (json_of(sorted({one.release_id for one in come})),)
        lines = _lines(tuple(one for one in come if one.is_counted), new_id)
        if lines:
            written = yield texts["ledger"], (dialect.rows_of(_LINE, lines), now)
            counts = Counter(tuple(row) for row in written)
            # In the order of the keys: no two wait for each other.
            sums = [(*key, counts[key]) for key in sorted(counts)]
            yield texts["count"], (dialect.rows_of(_COUNT, sums),)
    return frozenset(one.delivery_id for one in arrivals) - {one.delivery_id for one in here}


def _moves(arrivals: tuple[Arrival, ...], dialect: Dialect) -> list[tuple[str | None, ...]]:
    text = dialect.text_of
    return [
        (
            one.delivery_id,
            one.attempt_id,
            one.platform_id,
            one.link,
            text(one.live_at),
            None if one.look_at is None else text(one.look_at),
        )
        for one in arrivals
    ]


def _lines(arrivals: tuple[Arrival, ...], new_id: Callable[[], str]) -> list[tuple[str, ...]]:
    """Make a line for each item on each channel, and one for each item."""
    lines: dict[tuple[str, str], tuple[str, ...]] = {}
    for one in arrivals:
        for channel in (one.counted_as, "item"):
            if (one.item_id, channel) not in lines:
                key = (one.day.isoformat(), one.org_id, channel, one.kind, one.column)
                lines[one.item_id, channel] = (*key, new_id(), one.item_id, one.delivery_id)
    return list(lines.values())


_MOVE: Final = dict.fromkeys(("id", "attempt_id", "platform_id", "link"), "text") | {
    "live_at": "moment",
    "look_at": "moment",
}
_KEY: Final = {"day": "day"} | dict.fromkeys(("org_id", "channel", "kind", "col"), "text")
_LINE: Final = _KEY | dict.fromkeys(("id", "item_id", "delivery_id"), "text")
_COUNT: Final = _KEY | {"n": "int"}
_WHOLE: Final = {
    **_MOVE,
    **dict.fromkeys(("release_id", "org_id", "kind", "col"), "text"),
    "day": "day",
    **dict.fromkeys(("counted_as", "line", "item_line"), "text"),
}
"""What goes in of arrivals: how they move, lines of the ledger, what a counter adds, or all of it at once."""

_MOVED: Final = """state = 'live', platform_id = g.platform_id, link = g.link, live_at = g.live_at,
                changed_at = {now}, due_at = g.look_at, looks = 0, reason = NULL, who_acts = 'nobody'"""
_COLUMNS: Final = """id, line, item_id, channel, org_id, kind, "column", day, delivery_id, written_at,
                topic, account_id, joint"""
_FIRST_ONLY: Final = f"ON CONFLICT (item_id, channel) WHERE {FIRST} DO NOTHING"
_COUNTED: Final = """(day, org_id, channel, kind, "column", line)
            DO UPDATE SET count = day_counters.count + excluded.count"""


@cache
def _texts(dialect: Dialect) -> Mapping[str, str]:
    """Give SQLite's steps: it has one writer, so nothing is locked.

    On either engine a line is written behind the snapshots of its year, as server/store/ledger.py puts it.
    """
    now = dialect.moment("$2")
    return {
        "releases": f"SELECT id, state FROM releases WHERE id IN {dialect.ids('$1')}",
        "move": f"""
            UPDATE deliveries SET {_MOVED.format(now=now)} FROM {dialect.given("$1", _MOVE)}
            WHERE deliveries.id = g.id AND {dialect.not_by("deliveries.state")} = 'sending'
                AND deliveries.attempt_id = g.attempt_id
            RETURNING deliveries.id""",
        "close": f"""
            UPDATE attempts SET closed_at = {now}, outcome = 'live'
            WHERE closed_at IS NULL AND id IN {dialect.ids("$1")}""",
        "live": f"""
            UPDATE releases SET state = 'live'
            WHERE state = 'planned' AND number = 1 AND id IN {dialect.ids("$1")}""",
        "ledger": f"""
            INSERT INTO ledger ({_COLUMNS})
            SELECT g.id, 'counted', g.item_id, g.channel, g.org_id, g.kind, g.col, g.day, g.delivery_id,
                max({now}, (
                    SELECT coalesce(
                        strftime('%Y-%m-%d %H:%M:%f', max(taken_at), '+0.001 seconds') || '000', '')
                    FROM snapshots WHERE year = CAST(substr(g.day, 1, 4) AS INTEGER))),
                coalesce({dialect.text_in("v.sheet", "topic")}, ''), d.account_id,
                coalesce(nullif({dialect.text_in("v.sheet", "joint_orgs")}, '[]'), '')
            FROM {dialect.given("$1", _LINE)} JOIN deliveries d ON d.id = g.delivery_id
                JOIN releases r ON r.id = d.release_id JOIN revisions v ON v.id = r.revision_id WHERE true
            {_FIRST_ONLY} RETURNING day, org_id, channel, kind, "column"
            """,
        "count": f"""
            INSERT INTO day_counters (day, org_id, channel, kind, "column", line, count)
            SELECT g.day, g.org_id, g.channel, g.kind, g.col, 'counted', g.n
            FROM {dialect.given("$1", _COUNT)} WHERE true
            ON CONFLICT {_COUNTED}""",
    }


@cache
def _text_at_once(dialect: Dialect) -> str:
    """Give the same for PostgreSQL, all of it in one statement.

    Releases are locked first: a withdrawal that overtakes us would not see these live, nor we it. A lock
    that was waited for gives the row as it is by then. Lines and counters are written in the order of their
    keys, so that no two of these wait for each other. Ids are looked up from arrays: PostgreSQL expects that
    one row was moved, and would go through a table for each.
    """
    now = dialect.moment("$2")
    return f"""
        WITH given AS MATERIALIZED (
            SELECT * FROM {dialect.given("$1", _WHOLE)}
        ), held AS MATERIALIZED (
            SELECT r.id, r.state, r.revision_id FROM releases r
            WHERE r.id = ANY (ARRAY(SELECT DISTINCT release_id FROM given))
            ORDER BY r.id FOR NO KEY UPDATE
        ), moved AS (
            UPDATE deliveries SET {_MOVED.format(now=now)}
            FROM given g JOIN held ON held.id = g.release_id AND held.state IN ('planned', 'live')
            WHERE deliveries.id = g.id AND deliveries.state = 'sending'
                AND deliveries.attempt_id = g.attempt_id
            RETURNING g.*, deliveries.item_id, deliveries.account_id, held.revision_id
        ), closed AS (
            UPDATE attempts SET closed_at = {now}, outcome = 'live'
            WHERE closed_at IS NULL AND id = ANY (ARRAY(SELECT attempt_id FROM moved))
        ), begun AS (
            UPDATE releases SET state = 'live'
            WHERE state = 'planned' AND number = 1
                AND id = ANY (ARRAY(SELECT DISTINCT release_id FROM moved))
        ), first AS (
            SELECT DISTINCT ON (m.item_id, l.channel) l.line_id, l.channel, m.*
            FROM moved m,
                LATERAL (VALUES (m.line, m.counted_as), (m.item_line, 'item')) AS l(line_id, channel)
            WHERE l.line_id IS NOT NULL ORDER BY m.item_id, l.channel, m.id
        ), written AS (
            INSERT INTO ledger ({_COLUMNS})
            SELECT f.line_id, 'counted', f.item_id, f.channel, f.org_id, f.kind, f.col, f.day, f.id,
                greatest({now}, (
                    SELECT max(taken_at) + interval '1 millisecond' FROM snapshots
                    WHERE year = extract(year FROM f.day))),
                coalesce(v.sheet ->> 'topic', ''), f.account_id,
                coalesce(nullif(v.sheet ->> 'joint_orgs', '[]'), '')
            FROM first f JOIN revisions v ON v.id = f.revision_id ORDER BY f.item_id, f.channel
            {_FIRST_ONLY}
            RETURNING day, org_id, channel, kind, "column"
        ), counted AS (
            INSERT INTO day_counters (day, org_id, channel, kind, "column", line, count)
            SELECT day, org_id, channel, kind, "column", 'counted', count(*) FROM written
            GROUP BY day, org_id, channel, kind, "column" ORDER BY day, org_id, channel, kind, "column"
            ON CONFLICT {_COUNTED}
        )
        SELECT g.id FROM given g JOIN held ON held.id = g.release_id
        WHERE held.state NOT IN ('planned', 'live')"""
