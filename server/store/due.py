"""What is due beside sending: looks at what was sent, and live pages to be written again (a script)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from server.store.places import Stale
from server.store.scripts import Dialect, Script, dialect_of, run_script
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Due:
    """Deliveries to look at, each with the state it is in, and pages to write again."""

    looks: tuple[tuple[str, str], ...]  # (state, delivery id)
    stale: tuple[Stale, ...]


async def take_due(tx: Tx, states: tuple[str, ...], *, at: datetime, until: datetime, room: int) -> Due:
    """Take at most `room` things whose time has come; looks are put off until then, so nobody else does them.

    Each state gets a quarter of the room at most: no backlog of one kind starves another, or the sending.
    """
    return await run_script(tx, _take(dialect_of(tx), states, at, until, room))


def _take(dialect: Dialect, states: tuple[str, ...], at: datetime, until: datetime, room: int) -> Script[Due]:
    texts, looks = _texts(dialect), list[tuple[str, str]]()
    for state in states:
        share = min(max(1, room // 4), room - len(looks))
        rows = yield texts["take"], (state, dialect.text_of(at), dialect.text_of(until), share)
        looks += [(state, row[0]) for row in rows]
    stale = yield texts["stale"], (max(0, room - len(looks)),)
    return Due(tuple(looks), tuple(Stale(row[0], row[1]) for row in stale))


@cache
def _texts(dialect: Dialect) -> Mapping[str, str]:
    return {
        "take": f"""
            UPDATE deliveries SET due_at = {dialect.moment("$3")} WHERE state = $1 AND id IN (
                SELECT id FROM deliveries WHERE state = $1 AND due_at <= {dialect.moment("$2")}
                ORDER BY due_at, id LIMIT $4 {dialect.locked("FOR UPDATE SKIP LOCKED")}
            ) RETURNING id""",
        "stale": f"""
            SELECT s.delivery_id, s.serial FROM stale_pages s JOIN deliveries d ON d.id = s.delivery_id
            WHERE {dialect.not_by("d.state")} = 'live' ORDER BY s.since LIMIT $1""",
    }
