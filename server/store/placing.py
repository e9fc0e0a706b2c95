"""How items get their places in lists, and lists learn of a change (scripts, see scripts.py)."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final

from server.store.scripts import Dialect, Script, dialect_of, run_script
from server.store.tx import Tx

_STEP: Final = {"key": "text", "n": "int"}


async def place_item(tx: Tx, account_id: str, keys: tuple[str, ...], item_id: str, *, at: datetime) -> None:
    """Give an item its place at the end of each list; a list where it has one only learns of a change."""
    await run_script(tx, _place(dialect_of(tx), account_id, keys, item_id, at))


async def touch_lists_of(tx: Tx, account_id: str, item_id: str, *, at: datetime) -> None:
    """Note a change in every list of an account that holds the item."""
    await run_script(tx, _touch(dialect_of(tx), account_id, item_id, at))


def _place(
    dialect: Dialect, account_id: str, keys: tuple[str, ...], item_id: str, at: datetime
) -> Script[None]:
    texts = _texts(dialect)
    has = {row[0] for row in (yield texts["has"], (account_id, item_id))}
    # In order: two transactions that change the same lists must not wait for each other.
    steps = [(key, 0 if key in has else 1) for key in sorted(keys)]
    rows = yield texts["lists"], (account_id, dialect.rows_of(_STEP, steps), dialect.text_of(at))
    new = [(row[0], row[1]) for row in rows if row[0] not in has]
    yield texts["places"], (account_id, dialect.rows_of(_STEP, new), item_id)


def _touch(dialect: Dialect, account_id: str, item_id: str, at: datetime) -> Script[None]:
    texts, now = _texts(dialect), dialect.text_of(at)
    rows = yield texts["has"], (account_id, item_id)
    for row in rows:  # one by one and in order, as above
        yield texts["touch"], (account_id, row[0], now)


@cache
def _texts(dialect: Dialect) -> Mapping[str, str]:
    given = dialect.given("$2", _STEP)
    now = dialect.moment("$3")
    return {
        "has": "SELECT list_key FROM places WHERE account_id = $1 AND item_id = $2 ORDER BY list_key",
        "lists": f"""
            INSERT INTO place_lists (account_id, list_key, last, changed_at)
            SELECT $1, g.key, g.n, {now} FROM {given} WHERE true ORDER BY g.key
            ON CONFLICT (account_id, list_key)
            DO UPDATE SET last = place_lists.last + excluded.last, changed_at = excluded.changed_at
            RETURNING list_key, last""",
        "places": f"""
            INSERT INTO places (account_id, list_key, ordinal, item_id)
            SELECT $1, g.key, g.n, $3 FROM {given}""",
        "touch": f"""
            UPDATE place_lists SET changed_at = {now} WHERE account_id = $1 AND list_key = $2""",
    }
