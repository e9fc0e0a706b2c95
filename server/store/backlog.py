"""The backlog: what may be sent now, in a fair order, and how it is claimed (a script, see scripts.py).

Each account is asked by itself, so a platform that hangs with a thousand posts behind it hides nothing that
waits for another; within an account the organs take turns, so one that releases a thousand at once does not
make the others wait for all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, zip_longest
from operator import itemgetter
from typing import Final, NamedTuple

from server.store.accounts import COLUMNS, JOINED, AccountRow, account_of_script
from server.store.scripts import Dialect, Rows, Script, dialect_of, json_of, run_script
from server.store.tx import Tx

WINDOW: Final = 2000
"""So many of an account's longest waiting are put in order; a longer backlog is seen as it moves up."""

OWN: Final = frozenset({"website", "feed", "other"})
"""Channels behind which no platform stands that could hang."""

_TAKEN: Final = {"id": "text", "attempt_id": "text"}
_BOUNDS: Final = {"id": "text", "most": "int", "room": "int"}

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


class Leg(NamedTuple):
    """A delivery that was just claimed, as its row has it; `tries` counts this one."""

    id: str
    release_id: str
    release_number: int
    item_id: str
    account_id: str
    channel: str
    counted_as: str
    tries: int
    attempt_id: str


@dataclass(frozen=True, slots=True)
class Claims:
    """What was claimed, from which accounts by id; `is_left`: something had to stay for want of room."""

    legs: tuple[Leg, ...]
    accounts: Mapping[str, AccountRow]
    is_left: bool


async def claim_backlog(tx: Tx, order: Order) -> Claims:
    """Claim deliveries: `sending`, each with a lease and an open attempt, and their items' first date fixed.

    PostgreSQL passes over an account that another worker is claiming from at this moment: two claims
    together must not have more in flight than an account allows.
    """
    return await run_script(tx, _claim(dialect_of(tx), order))


def _claim(dialect: Dialect, order: Order) -> Script[Claims]:
    texts, at = _texts(dialect), dialect.text_of(order.at)
    waiting = [account_of_script(row) for row in (yield texts["accounts"], (at,))]
    accounts = {one.id: one for one in waiting if one.id not in order.passed_over}
    if not accounts:
        return Claims((), {}, is_left=False)
    found = yield from search(dialect, [_bounds(one, order) for one in accounts.values()], at)
    is_left = any(len(ids) >= room for _account_id, room, ids in found)
    lines = [[(key, accounts[of].channel not in OWN) for key in ids] for of, _room, ids in found]
    ids, is_cut = _in_turn(lines, order)
    is_left |= is_cut
    if not ids:
        return Claims((), {}, is_left)
    given = dialect.rows_of(_TAKEN, [(key, order.new_id()) for key in ids])
    until = dialect.text_of(order.lease_until)
    if dialect.is_sqlite:
        rows = yield texts["claim"], (given, at, until)
        yield texts["attempts"], (given, order.worker, at, until)
        yield texts["published"], (json_of([row[0] for row in rows]), at)
    else:
        rows = yield texts["claim_whole"], (given, at, until, order.worker)
    legs = {row[0]: Leg._make(row) for row in rows}
    return Claims(tuple(legs[key] for key in ids if key in legs), accounts, is_left)


def _bounds(account: AccountRow, order: Order) -> tuple[str, int, int]:
    """Give an account, how many of its posts may be in flight, and how many more this claim may take."""
    most, limit = order.concurrency[account.channel], order.limit
    if account.channel not in OWN:
        limit = 0 if account.channel in order.shut else min(limit, order.outside)
    return account.id, most, limit


def search(
    dialect: Dialect, bounds: list[tuple[str, int, int]], at: str
) -> Script[list[tuple[str, int, list[str]]]]:
    """Give for each account how much room it has, and that many of what it has to send, in order.

    Of each account `bounds` say its id, the most it may have in flight, and this claim's room for it.
    """
    texts = _texts(dialect)
    if not dialect.is_sqlite:
        return [tuple(row) for row in (yield texts["search"], (dialect.rows_of(_BOUNDS, bounds), at))]
    flying, found = {row[0]: row[1] for row in (yield texts["flying"], ())}, []
    for account_id, most, limit in bounds:
        room = min(most - flying.get(account_id, 0), limit)
        rows = (yield texts["sendable"], (account_id, at, room)) if room > 0 else ()
        found.append((account_id, room, _organs_in_turn(rows)[:room]))
    return found


def _organs_in_turn(rows: Rows) -> list[str]:
    """Put ids with their organs, given in the order of waiting: the first of each organ, then the second."""
    taken, turns = dict[str, int](), list[tuple[int, str]]()
    for key, organ in rows:
        turn = taken.get(organ, 0)
        taken[organ] = turn + 1
        turns.append((turn, key))
    turns.sort(key=itemgetter(0))  # in one turn who waits longest stays first
    return [key for _turn, key in turns]


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


@cache
def _texts(dialect: Dialect) -> Mapping[str, str]:
    given = dialect.given("$1", _TAKEN)
    at = dialect.moment("$2")
    claim = f"""
            UPDATE deliveries SET state = 'sending', attempt_id = g.attempt_id, tries = deliveries.tries + 1,
                due_at = {dialect.moment("$3")}, changed_at = {at}, reason = NULL, who_acts = 'clock'
            FROM {given} WHERE deliveries.id = g.id AND {dialect.not_by("deliveries")}.{_SENDABLE}
            RETURNING deliveries.id, release_id,
                (SELECT number FROM releases WHERE releases.id = release_id), item_id, account_id, channel,
                counted_as, tries, deliveries.attempt_id"""
    attempts = "INSERT INTO attempts (id, delivery_id, number, worker, opened_at, lease_until, notes)"
    return {
        # What a broadcasting account has to send goes with a push (core/pushes.py), never by itself.
        "accounts": f"""
            SELECT {COLUMNS} FROM {JOINED} WHERE a.state = 'active' AND EXISTS (
                SELECT 1 FROM deliveries d WHERE d.account_id = a.id
                AND d.{_SENDABLE} AND (d.due_at IS NULL OR d.due_at <= {dialect.moment("$1")})
            ) AND NOT EXISTS (SELECT 1 FROM broadcast_plans b WHERE b.account_id = a.id)
            ORDER BY a.id {dialect.locked("FOR NO KEY UPDATE OF a SKIP LOCKED")}""",
        "flying": "SELECT account_id, count(*) FROM deliveries WHERE state = 'sending' GROUP BY account_id",
        # In the order of waiting, each with its organ; where there is one organ, it has all the turns.
        # An older release still in flight there must land first, or it could overwrite the newer one.
        "sendable": f"""
            SELECT w.id, i.org_id FROM (
                SELECT id, item_id FROM deliveries
                WHERE account_id = $1 AND {_SENDABLE} AND (due_at IS NULL OR due_at <= {at})
                AND item_id NOT IN (
                    SELECT item_id FROM deliveries WHERE account_id = $1 AND state = 'sending')
                ORDER BY changed_at, id
                LIMIT CASE (SELECT count(*) FROM orgs) WHEN 1 THEN $3 ELSE {WINDOW} END
            ) AS w CROSS JOIN items i ON i.id = w.item_id""",
        "search": _search(dialect, at),
        "claim": claim,
        "attempts": f"""
            {attempts}
            SELECT g.attempt_id, g.id, d.tries, $2, {dialect.moment("$3")}, {dialect.moment("$4")}, '{{}}'
            FROM {given} JOIN deliveries d ON d.id = g.id AND d.attempt_id = g.attempt_id""",
        "published": f"""
            UPDATE items SET published_at = {at} WHERE published_at IS NULL
            AND id IN (SELECT item_id FROM deliveries WHERE id IN {dialect.ids("$1")})""",
        # All three in one journey, which costs PostgreSQL more than what is done at its end.
        "claim_whole": f"""
            WITH moved AS (
                {claim}
            ), opened AS (
                {attempts}
                SELECT attempt_id, id, tries, $4, {at}, {dialect.moment("$3")}, '{{}}' FROM moved
            ), dated AS (
                UPDATE items SET published_at = {at} WHERE published_at IS NULL
                AND id = ANY (ARRAY(SELECT DISTINCT item_id FROM moved))
            )
            SELECT * FROM moved""",
    }


def _search(dialect: Dialect, at: str) -> str:
    """Ask for all accounts in one journey; they are locked, so no other claim adds to what is in flight.

    An older release still in flight there must land first, or it could overwrite the newer one. Each is
    looked up among what flies, kept at hand; asked for each, PostgreSQL would go through all of it.
    """
    return f"""
            WITH flying AS MATERIALIZED (
                SELECT account_id, item_id FROM deliveries WHERE state = 'sending'
            )
            SELECT g.id, r.room, ARRAY(
                SELECT w.id FROM (
                    SELECT id, item_id, changed_at FROM deliveries
                    WHERE account_id = g.id AND {_SENDABLE} AND (due_at IS NULL OR due_at <= {at})
                    AND (account_id, item_id) NOT IN (SELECT account_id, item_id FROM flying)
                    ORDER BY changed_at, id LIMIT {WINDOW}
                ) AS w JOIN items i ON i.id = w.item_id
                ORDER BY row_number() OVER (PARTITION BY i.org_id ORDER BY w.changed_at, w.id),
                    w.changed_at, w.id
                LIMIT greatest(r.room, 0))::text[]
            FROM {dialect.given("$1", _BOUNDS)}, LATERAL (
                SELECT least(g.most - (SELECT count(*) FROM flying WHERE account_id = g.id), g.room) AS room
            ) AS r
            ORDER BY g.id"""
