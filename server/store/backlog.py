"""The backlog: what may be sent now, in a fair order, and how it is claimed (a script, see scripts.py).

Each account is asked by itself, so a platform that hangs with a thousand posts behind it hides nothing that
waits for another; within an account the organs take turns, so one that releases a thousand at once does not
make the others wait for all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, zip_longest
from typing import Any, Final

from server.store.scripts import Dialect, Script, dialect_of, json_of, run_script
from server.store.tx import Tx

WINDOW: Final = 2000
"""So many of an account's longest waiting are put in order; a longer backlog is seen as it moves up."""

OWN: Final = frozenset({"website", "feed", "other"})
"""Channels behind which no platform stands that could hang."""

# Word for word the condition of the partial index, or neither engine would use it.
_SENDABLE: Final = "state IN ('ready', 'retry_wait')"


@dataclass(frozen=True, slots=True)
class Order:
    """How to claim: under whose name, until when, at most how many, and of each channel how many at once."""

    worker: str
    at: datetime
    lease_until: datetime
    limit: int
    concurrency: Mapping[str, int]
    new_id: Callable[[], str]
    passed_over: frozenset[str] = frozenset()  # accounts that may not send now
    shut: frozenset[str] = frozenset()  # channels that may not
    outside: int = WINDOW  # at most so many to platforms, all together


@dataclass(frozen=True, slots=True)
class Leg:
    """A delivery that was just claimed; `tries` counts this one."""

    id: str
    release_id: str
    release_number: int
    item_id: str
    account_id: str
    channel: str
    counted_as: str
    tries: int
    attempt_id: str


async def claim_backlog(tx: Tx, order: Order) -> tuple[tuple[Leg, ...], bool]:
    """Claim deliveries: `sending`, each with a lease and an open attempt, and their items' first date fixed.

    PostgreSQL passes over an account that another worker is claiming from at this moment: two claims
    together must not have more in flight than an account allows. The second of what it gives says whether
    something was left behind for want of room.
    """
    return await run_script(tx, _claim(dialect_of(tx), order))


def _claim(dialect: Dialect, order: Order) -> Script[tuple[tuple[Leg, ...], bool]]:
    texts, at = _texts(dialect), dialect.text_of(order.at)
    waiting = [row for row in (yield texts["accounts"], (at,)) if row[0] not in order.passed_over]
    if not waiting:
        return (), False
    flying = {row[0]: row[1] for row in (yield texts["flying"], ())}
    lines, is_left = list[list[tuple[str, bool]]](), False
    platforms = frozenset(row[0] for row in waiting if row[1] not in OWN)
    for account_id, channel in waiting:
        room = min(order.concurrency[channel] - flying.get(account_id, 0), order.limit)
        if channel not in OWN:
            room = 0 if channel in order.shut else min(room, order.outside)
        if room > 0:
            rows = yield texts["sendable"], (account_id, at, room)
            lines.append([(row[0], account_id in platforms) for row in rows])
        is_left |= room <= 0 or len(lines[-1]) == room
    ids, is_cut = _in_turn(lines, order)
    is_left |= is_cut
    if not ids:
        return (), is_left
    seen = {row[0]: row for row in (yield texts["legs"], (json_of(ids),))}
    claims = [_claim_row(seen[key], order, dialect) for key in ids]
    given, until = json_of(claims), dialect.text_of(order.lease_until)
    if dialect.is_sqlite:
        moved = {row[0] for row in (yield texts["claim"], (given, at))}
        yield texts["attempts"], (given, order.worker, at, until)
        yield texts["published"], (json_of(list(moved)), at)
    else:
        moved = {row[0] for row in (yield texts["claim_whole"], (given, at, order.worker, until))}
    return tuple(_leg(seen[row["id"]], row) for row in claims if row["id"] in moved), is_left


def _in_turn(lines: list[list[tuple[str, bool]]], order: Order) -> tuple[list[str], bool]:
    """Take from the accounts' lines in turn, for platforms as there is room; say whether some is left."""
    ids, outside, is_left = list[str](), order.outside, False
    for found in chain.from_iterable(zip_longest(*lines)):
        if found is None:
            continue
        key, is_platform = found
        if len(ids) == order.limit or (is_platform and outside == 0):
            is_left = True
            continue
        ids.append(key)
        outside -= is_platform
    return ids, is_left


def _leg(seen: Sequence[Any], claim: Mapping[str, Any]) -> Leg:
    key, release_id, number, item_id, account_id, channel, counted_as, *_rest = seen
    return Leg(
        key, release_id, number, item_id, account_id, channel, counted_as, claim["tries"], claim["attempt_id"]
    )


def _claim_row(seen: Sequence[Any], order: Order, dialect: Dialect) -> dict[str, Any]:
    return {
        "id": seen[0],
        "state": seen[7],
        "tries": seen[8] + 1,
        "attempt_id": order.new_id(),
        "due_at": dialect.text_of(order.lease_until),
    }


@cache
def _texts(dialect: Dialect) -> Mapping[str, str]:
    given = dialect.given("$1", id="text", state="text", tries="int", attempt_id="text", due_at="moment")
    first, second = dialect.moment("$1"), dialect.moment("$2")
    state = dialect.not_by("deliveries.state")
    claim = f"""
            UPDATE deliveries SET state = 'sending', attempt_id = g.attempt_id, tries = g.tries,
                due_at = g.due_at, changed_at = {second}, reason = NULL, who_acts = 'clock'
            FROM {given}
            WHERE deliveries.id = g.id AND {state} = g.state AND {dialect.not_by("deliveries")}.{_SENDABLE}
            RETURNING deliveries.id"""
    attempts = "INSERT INTO attempts (id, delivery_id, number, worker, opened_at, lease_until, notes)"
    return {
        # What a broadcasting account has to send goes with a push (core/pushes.py), never by itself.
        "accounts": f"""
            SELECT a.id, a.channel FROM accounts a WHERE a.state = 'active' AND EXISTS (
                SELECT 1 FROM deliveries d
                WHERE d.account_id = a.id AND d.{_SENDABLE} AND (d.due_at IS NULL OR d.due_at <= {first})
            ) AND NOT EXISTS (SELECT 1 FROM broadcast_plans b WHERE b.account_id = a.id)
            ORDER BY a.id {dialect.locked("FOR NO KEY UPDATE OF a SKIP LOCKED")}""",
        "flying": "SELECT account_id, count(*) FROM deliveries WHERE state = 'sending' GROUP BY account_id",
        # An older release still in flight there must land first, or it could overwrite the newer one.
        "sendable": f"""
            SELECT w.id FROM (
                SELECT id, item_id, changed_at FROM deliveries
                WHERE account_id = $1 AND {_SENDABLE} AND (due_at IS NULL OR due_at <= {second})
                AND NOT EXISTS (
                    SELECT 1 FROM deliveries f WHERE f.item_id = deliveries.item_id
                    AND f.account_id = deliveries.account_id AND {dialect.not_by("f.state")} = 'sending')
                ORDER BY changed_at, id LIMIT {WINDOW}
            ) AS w JOIN items i ON i.id = w.item_id
            ORDER BY row_number() OVER (PARTITION BY i.org_id ORDER BY w.changed_at, w.id), w.changed_at, w.id
            LIMIT $3""",
        "legs": f"""
            SELECT d.id, d.release_id, r.number, d.item_id, d.account_id, d.channel, d.counted_as,
                d.state, d.tries
            FROM deliveries d JOIN releases r ON r.id = d.release_id WHERE d.id IN {dialect.ids("$1")}""",
        "claim": claim,
        "attempts": f"""
            {attempts}
            SELECT g.attempt_id, g.id, g.tries, $2, {dialect.moment("$3")}, {dialect.moment("$4")}, '{{}}'
            FROM {given} JOIN deliveries d ON d.id = g.id AND d.attempt_id = g.attempt_id""",
        "published": f"""
            UPDATE items SET published_at = {second} WHERE published_at IS NULL
            AND id IN (SELECT item_id FROM deliveries WHERE id IN {dialect.ids("$1")})""",
        # All three in one journey, which costs PostgreSQL more than what is done at its end.
        "claim_whole": f"""
            WITH moved AS (
                {claim}, deliveries.item_id, deliveries.attempt_id, deliveries.tries
            ), opened AS (
                {attempts}
                SELECT attempt_id, id, tries, $3, {second}, {dialect.moment("$4")}, '{{}}' FROM moved
            ), dated AS (
                UPDATE items SET published_at = {second} WHERE published_at IS NULL
                AND id IN (SELECT item_id FROM moved)
            )
            SELECT id FROM moved""",
    }
