"""A release and its frozen plan of deliveries, as they are written (scripts, see scripts.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Final

from server.store.releases import ReleaseRow
from server.store.scripts import Dialect, Script, dialect_of, run_script
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Planned:
    """A delivery about to be written: `gate` None means ready."""

    id: str
    account_id: str
    channel: str
    counted_as: str
    gate: str | None
    due_at: datetime | None


async def insert_release(tx: Tx, row: ReleaseRow) -> None:
    """Write a release; the table refuses a second one with this number."""
    await run_script(tx, _insert_release(dialect_of(tx), row))


async def insert_planned(tx: Tx, row: ReleaseRow, plan: tuple[Planned, ...]) -> None:
    """Write the deliveries of a release that stands."""
    await run_script(tx, _insert_planned(dialect_of(tx), row, plan))


def _insert_release(dialect: Dialect, row: ReleaseRow) -> Script[None]:
    not_before = None if row.not_before is None else dialect.text_of(row.not_before)
    words = (row.id, row.item_id, row.revision_id, row.number, row.change, row.state)
    at = dialect.text_of(row.created_at)
    yield _texts(dialect)["release"], (*words, not_before, row.created_by, at)


def _insert_planned(dialect: Dialect, row: ReleaseRow, plan: tuple[Planned, ...]) -> Script[None]:
    rows = [
        (
            leg.id,
            leg.account_id,
            leg.channel,
            leg.counted_as,
            "waiting" if leg.gate else "ready",
            leg.gate,
            None if leg.due_at is None else dialect.text_of(leg.due_at),
        )
        for leg in plan
    ]
    at = dialect.text_of(row.created_at)
    if not dialect.is_sqlite:
        yield _texts(dialect)["deliveries"], (dialect.rows_of(_LEG, rows), row.id, row.item_id, at)
    elif rows:
        yield _values_of(len(rows)), (row.id, row.item_id, at, *chain.from_iterable(rows))


_LEG: Final = dict.fromkeys(("id", "account_id", "channel", "counted_as", "state", "gate"), "text") | {
    "due_at": "moment"
}


@cache
def _values_of(legs: int) -> str:
    """Write as many deliveries for SQLite, each value bound: so few rows are not worth their JSON."""
    columns = len(_LEG)
    rows = [[f"?{4 + columns * leg + at}" for at in range(columns)] for leg in range(legs)]
    values = [f"(?1, ?2, {', '.join(row)}, 0, 0, ?3, ?3)" for row in rows]
    return f"""
        INSERT INTO deliveries (release_id, item_id, {", ".join(_LEG)}, tries, looks, changed_at, created_at)
        VALUES {", ".join(values)}"""


@cache
def _texts(dialect: Dialect) -> Mapping[str, str]:
    at = dialect.moment("$4")
    return {
        "release": f"""
            INSERT INTO releases
                (id, item_id, revision_id, number, change, state, not_before, created_by, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, {dialect.moment("$7")}, $8, {dialect.moment("$9")})""",
        "deliveries": f"""
            INSERT INTO deliveries (id, release_id, item_id, account_id, channel, counted_as, state, gate,
                due_at, tries, looks, changed_at, created_at)
            SELECT g.id, $2, $3, g.account_id, g.channel, g.counted_as, g.state, g.gate,
                g.due_at, 0, 0, {at}, {at} FROM {dialect.given("$1", _LEG)}""",
    }
