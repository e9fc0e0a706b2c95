"""How the deliveries of many items stand, in one short question (a script, see scripts.py)."""

from collections import defaultdict
from functools import cache
from typing import Any

from server.store.scripts import Dialect, Script, dialect_of, json_of, run_script
from server.store.tx import Tx

Standing = tuple[tuple[Any, ...], ...]
"""All that a person is shown of an item's deliveries; equal ones look the same."""


async def read_standings(tx: Tx, item_ids: frozenset[str]) -> dict[str, Standing]:
    """Give how the deliveries of items stand; an item without any is not in it."""
    return await run_script(tx, _read(dialect_of(tx), item_ids))


def _read(dialect: Dialect, item_ids: frozenset[str]) -> Script[dict[str, Standing]]:
    found = defaultdict[str, list[tuple[Any, ...]]](list)
    for row in (yield _text(dialect), (json_of(sorted(item_ids)),)):
        found[row[0]].append(tuple(row)[1:])
    return {item_id: tuple(rows) for item_id, rows in found.items()}


@cache
def _text(dialect: Dialect) -> str:
    return f"""
        SELECT d.item_id, d.id, d.state, d.gate, d.due_at, d.reason, d.who_acts, d.platform_id, d.link,
            d.live_at, d.tries, d.looks, d.changed_at, a.name, a.state
        FROM deliveries d JOIN accounts a ON a.id = d.account_id
        WHERE d.item_id IN {dialect.ids("$1")} ORDER BY d.item_id, d.id"""  # noqa: S608 -- of constants
