"""What somebody does who has the database in his hands: he takes its guards away, then changes it."""

import sqlalchemy as sa

from server.store.tx import Tx

_GUARDS = {
    "deliveries": ("deliveries_move", "deliveries_proved_absent"),
    "attempts": ("attempts_end_once",),
    "ledger": ("ledger_never_changed", "ledger_never_deleted"),
}


async def take_guards_away(tx: Tx) -> None:
    """Drop the triggers that refuse what no code of ours does; copies of the database keep theirs."""
    for table, names in _GUARDS.items():
        where = f" ON {table}" if tx.dialect.name == "postgresql" else ""
        for name in names:
            await tx.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}{where}"))
