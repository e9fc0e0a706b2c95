"""Arrivals: many posts that went live, settled in one commit by a script (see scripts.py).

Everything an arrival changes is changed here for all of them: state and receipt, attempt, ledger lines and
counters, and the release that is live with its first delivery.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from server.store.ledger_tables import FIRST
from server.store.scripts import Dialect, Script, dialect_of, json_of, run_script
from server.store.tx import Tx


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
    tx: Tx, arrivals: tuple[Arrival, ...], *, at: datetime, new_id: Callable[[], str]
) -> frozenset[str]:
    """Settle those whose release is still planned or live; give the ids of deliveries left to settle().

    A delivery that is no longer sent under its attempt is neither moved nor given back: its lease was lost.
    """
    return await run_script(tx, _settle(dialect_of(tx), arrivals, at, new_id))


def _settle(
    dialect: Dialect, arrivals: tuple[Arrival, ...], at: datetime, new_id: Callable[[], str]
) -> Script[frozenset[str]]:
    texts, now = _texts(dialect), dialect.text_of(at)
    # Locked until the commit: a withdrawal that overtakes us would not see these live, nor we it.
    rows = yield texts["releases"], (json_of(sorted({one.release_id for one in arrivals})),)
    states = {row[0]: row[1] for row in rows}
    here, left = list[Arrival](), set[str]()
    for one in arrivals:
        if states[one.release_id] in ("planned", "live"):
            here.append(one)
        else:
            left.add(one.delivery_id)
    move = texts["move" if dialect.is_sqlite else "move_whole"]
    moved = {row[0] for row in (yield move, (json_of(_moves(here, dialect)), now))}
    come = tuple(one for one in here if one.delivery_id in moved)
    if come and dialect.is_sqlite:
        yield texts["close"], (json_of([one.attempt_id for one in come]), now)
        yield texts["live"], (json_of(sorted({one.release_id for one in come})),)
    if come:
        lines = _lines(tuple(one for one in come if one.is_counted), new_id)
        if lines:
            first = {row[0] for row in (yield texts["ledger"], (json_of(lines.values()), now))}
            yield texts["count"], (json_of(_counts(lines, first)),)
    return frozenset(left)


def _moves(arrivals: list[Arrival], dialect: Dialect) -> list[dict[str, str | None]]:
    return [
        {
            "id": one.delivery_id,
            "attempt_id": one.attempt_id,
            "platform_id": one.platform_id,
            "link": one.link,
            "live_at": dialect.text_of(one.live_at),
            "look_at": None if one.look_at is None else dialect.text_of(one.look_at),
        }
        for one in arrivals
    ]


def _lines(arrivals: tuple[Arrival, ...], new_id: Callable[[], str]) -> dict[tuple[str, str], dict[str, str]]:
    """Make a line for each item on each channel, and one for each item."""
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for one in arrivals:
        for channel in (one.counted_as, "item"):
            if (one.item_id, channel) not in lines:
                lines[one.item_id, channel] = {
                    "id": new_id(),
                    "item_id": one.item_id,
                    "channel": channel,
                    "org_id": one.org_id,
                    "kind": one.kind,
                    "col": one.column,
                    "day": one.day.isoformat(),
                    "delivery_id": one.delivery_id,
                }
    return lines


def _counts(lines: Mapping[tuple[str, str], dict[str, str]], first: set[str]) -> list[dict[str, str | int]]:
    """Add up the lines that were the first, in the order of the keys: no two wait for each other."""
    keys = ("day", "org_id", "channel", "kind", "col")
    sums = Counter(tuple(line[key] for key in keys) for line in lines.values() if line["id"] in first)
    return [{**dict(zip(keys, key, strict=True)), "n": sums[key]} for key in sorted(sums)]


def _behind_snapshots(dialect: Dialect, now: str) -> str:
    """Give when a line was written, as server/store/ledger.py puts it behind the snapshots of its year."""
    if dialect.is_sqlite:
        return f"""max({now}, (
            SELECT coalesce(strftime('%Y-%m-%d %H:%M:%f', max(taken_at), '+0.001 seconds') || '000', '')
            FROM snapshots WHERE year = CAST(substr(g.day, 1, 4) AS INTEGER)))"""
    return f"""greatest({now}, (
        SELECT max(taken_at) + interval '1 millisecond' FROM snapshots
        WHERE year = extract(year FROM g.day)))"""


@cache
def _texts(dialect: Dialect) -> Mapping[str, str]:
    now = dialect.moment("$2")
    moves = dialect.given(
        "$1",
        id="text",
        attempt_id="text",
        platform_id="text",
        link="text",
        live_at="moment",
        look_at="moment",
    )
    key = {"org_id": "text", "channel": "text", "kind": "text", "col": "text", "day": "day"}
    lines = dialect.given("$1", id="text", item_id="text", delivery_id="text", **key)
    counts = dialect.given("$1", n="int", **key)
    move = f"""
            UPDATE deliveries SET state = 'live', platform_id = g.platform_id, link = g.link,
                live_at = g.live_at, changed_at = {now}, due_at = g.look_at, looks = 0, reason = NULL,
                who_acts = 'nobody'
            FROM {moves}
            WHERE deliveries.id = g.id AND {dialect.not_by("deliveries.state")} = 'sending'
                AND deliveries.attempt_id = g.attempt_id
            RETURNING deliveries.id"""
    close = f"UPDATE attempts SET closed_at = {now}, outcome = 'live' WHERE closed_at IS NULL AND id IN"
    live = "UPDATE releases SET state = 'live' WHERE state = 'planned' AND number = 1 AND id IN"
    return {
        "releases": f"""
            SELECT id, state FROM releases WHERE id IN {dialect.ids("$1")} ORDER BY id
            {dialect.locked("FOR NO KEY UPDATE")}""",
        "move": move,
        "close": f"{close} {dialect.ids('$1')}",
        "live": f"{live} {dialect.ids('$1')}",
        # All three in one journey, which costs PostgreSQL more than what is done at its end.
        "move_whole": f"""
            WITH moved AS (
                {move}, deliveries.attempt_id, deliveries.release_id
            ), closed AS (
                {close} (SELECT attempt_id FROM moved)
            ), begun AS (
                {live} (SELECT release_id FROM moved)
            )
            SELECT id FROM moved""",
        "ledger": f"""
            INSERT INTO ledger
                (id, line, item_id, channel, org_id, kind, "column", day, delivery_id, written_at,
                topic, account_id, joint)
            SELECT g.id, 'counted', g.item_id, g.channel, g.org_id, g.kind, g.col, g.day, g.delivery_id,
                {_behind_snapshots(dialect, now)}, coalesce({dialect.text_in("v.sheet", "topic")}, ''),
                d.account_id,
                coalesce(nullif({dialect.text_in("v.sheet", "joint_orgs")}, '[]'), '')
            FROM {lines} JOIN deliveries d ON d.id = g.delivery_id
                JOIN releases r ON r.id = d.release_id JOIN revisions v ON v.id = r.revision_id WHERE true
            ON CONFLICT (item_id, channel) WHERE {FIRST} DO NOTHING RETURNING id""",
        "count": f"""
            INSERT INTO day_counters (day, org_id, channel, kind, "column", line, count)
            SELECT g.day, g.org_id, g.channel, g.kind, g.col, 'counted', g.n FROM {counts} WHERE true
            ON CONFLICT (day, org_id, channel, kind, "column", line)
            DO UPDATE SET count = day_counters.count + excluded.count""",
    }
