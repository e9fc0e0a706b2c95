"""What is due beside sending: looks at what was sent, and live pages to be written again (a script)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from server.store.backlog import OWN
from server.store.places import Stale
from server.store.scripts import Dialect, Script, dialect_of, json_of, run_script
from server.store.tx import Tx
from server.store.words import CHANNELS

_PLATFORMS: Final = frozenset(CHANNELS) - OWN


@dataclass(frozen=True, slots=True)
class Due:
    """Deliveries to look at, each with the state it is in, pages to write again, and pushes to carry."""

    looks: tuple[tuple[str, str, str], ...]  # state, delivery id, channel
    stale: tuple[Stale, ...]
    pushes: tuple[str, ...]  # 群发 on which somebody must act now
    is_left: bool  # whether there may be more, for which there was no room


async def take_due(
    tx: Tx,
    states: tuple[str, ...],
    *,
    at: datetime,
    until: datetime,
    room: int,
    outside: int = 1_000_000,
    shut: frozenset[str] = frozenset(),
) -> Due:
    """Take at most `room` things whose time has come; looks are put off until then, so nobody else does them.

    Each state gets a quarter of the room at most: no backlog of one kind starves another, or the sending.
    No more than `outside` looks go to platforms, and none to channels that are shut.
    """
    return await run_script(tx, _take(dialect_of(tx), states, (at, until), room, outside, shut))


def _take(
    dialect: Dialect,
    states: tuple[str, ...],
    times: tuple[datetime, datetime],
    room: int,
    outside: int,
    shut: frozenset[str],
) -> Script[Due]:
    texts, looks = _texts(dialect), list[tuple[str, str, str]]()
    is_left = False
    at, until = (dialect.text_of(moment) for moment in times)
    # Most rounds find nothing but what is to be sent; one question tells them, where each answer takes two.
    wanted = {row[0] for row in (yield texts["wanted"], (at, json_of(states)))}
    for state in (state for state in states if state in wanted):
        closed = shut if outside > 0 else _PLATFORMS
        share = min(max(1, room // 4), room - len(looks), outside if outside > 0 else room)
        rows = yield texts["take"], (state, at, until, share, json_of(sorted(closed)))
        looks += [(state, row[0], row[1]) for row in rows]
        is_left |= len(rows) == share
        outside -= sum(row[1] in _PLATFORMS for row in rows)
    room -= len(looks)
    stale = (yield texts["stale"], (max(0, room),)) if "stale" in wanted else ()
    is_left |= len(stale) >= room
    room = 0 if "wechat" in shut or outside < 1 else min(room - len(stale), outside)
    pushes = (yield texts["pushes"], (at, until, max(0, room))) if "pushes" in wanted else ()
    return Due(
        tuple(looks),
        tuple(Stale(row[0], row[1], bool(row[2])) for row in stale),
        tuple(row[0] for row in pushes),
        is_left or 0 < room <= len(pushes),
    )


@cache
def _texts(dialect: Dialect) -> Mapping[str, str]:
    return {
        # Each state by itself: PostgreSQL makes a join of EXISTS, for which it may read the whole table.
        "wanted": f"""
            SELECT w.value FROM {dialect.each("$2")} AS w WHERE 1 = (
                SELECT 1 FROM deliveries
                WHERE state = w.value AND due_at <= {dialect.moment("$1")} LIMIT 1)
            UNION ALL SELECT 'stale' WHERE EXISTS (SELECT 1 FROM stale_pages)
            UNION ALL SELECT 'pushes' WHERE EXISTS (
                SELECT 1 FROM pushes WHERE state IN ('open', 'fixed', 'sent')
                AND due_at <= {dialect.moment("$1")})""",
        # Picked by itself: inside the UPDATE, PostgreSQL may ask again for each row, and take more than that.
        "take": f"""
            WITH picked AS MATERIALIZED (
                SELECT id FROM deliveries WHERE state = $1 AND due_at <= {dialect.moment("$2")}
                AND channel NOT IN {dialect.ids("$5")}
                ORDER BY due_at, id LIMIT $4 {dialect.locked("FOR UPDATE SKIP LOCKED")}
            )
            UPDATE deliveries SET due_at = {dialect.moment("$3")}
            WHERE state = $1 AND id IN (SELECT id FROM picked) RETURNING id, channel""",
        # An account that is paused ends what it began. They have a moment that followers know.
        "pushes": f"""
            WITH picked AS MATERIALIZED (
                SELECT p.id FROM pushes p JOIN accounts a ON a.id = p.account_id
                WHERE p.state IN ('open', 'fixed', 'sent') AND p.due_at <= {dialect.moment("$1")}
                AND (a.state = 'active' OR (a.state = 'paused' AND p.state <> 'open'))
                ORDER BY p.due_at, p.id LIMIT $3 {dialect.locked("FOR UPDATE OF p SKIP LOCKED")}
            )
            UPDATE pushes SET due_at = {dialect.moment("$2")}
            WHERE id IN (SELECT id FROM picked) RETURNING id""",
        # What is on its way keeps its mark until it stands there. What does not stand any more is taken, too,
        # and loses its mark: it would be asked for ever after.
        "stale": f"""
            SELECT s.delivery_id, s.serial, d.state IN ('live', 'withdrawn')
            FROM stale_pages s JOIN deliveries d ON d.id = s.delivery_id
            WHERE {dialect.not_by("d.state")} NOT IN
                ('sending', 'accepted', 'unknown', 'needs_person', 'withdrawing', 'withdraw_by_hand')
            ORDER BY s.since LIMIT $1""",
    }
