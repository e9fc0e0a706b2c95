"""What both engines say differently, and the error for a row that is not there."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.store.tx import Tx


class NotThere(LookupError):
    """No such row. `noun` is the code's word for it (item, account …)."""

    def __init__(self, noun: str, key: str) -> None:
        """Say what was looked for and by which key."""
        super().__init__(f"no {noun} {key!r}")
        self.noun, self.key = noun, key


class Taken(Exception):
    """A unique key is in use already. `noun` is the code's word for what is taken."""

    def __init__(self, noun: str, key: str) -> None:
        """Say what is taken and which value it has."""
        super().__init__(f"{noun} {key!r} is taken")
        self.noun, self.key = noun, key


def upsert(tx: Tx, table: sa.Table) -> Any:
    """Give an INSERT that knows ON CONFLICT on the engine at hand (the two dialects' classes differ)."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)
