"""Words held by comparisons on SQLite, and an index of what an account showed that knows nothing else.

For a list of three words and more behind IN, SQLite builds a table: for a check constraint with each statement,
for a trigger with each row. That was a quarter of what moving a delivery cost. PostgreSQL has no such table.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "0067"
down_revision: str | None = "0064"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LISTED: Final = re.compile(r"CHECK \((\w+) IN \(('\w+'(?:, '\w+')*)\)\)")
_COMPARED: Final = re.compile(r"CHECK \((\w+) = '\w+'(?: OR \1 = '\w+')*\)")
_WORD: Final = re.compile(r"'\w+'")

_MOVES: Final = {
    "sending": "live accepted unknown retry_wait refused blocked",
    "ready": "sending waiting cancelled superseded",
    "waiting": "ready live cancelled superseded",
    "retry_wait": "sending waiting ready cancelled superseded",
    "accepted": "live refused needs_person withdrawing",
    "live": "withdrawing gone_at_platform replaced",
    "unknown": "live accepted ready needs_person",
    "blocked": "ready cancelled superseded",
    "refused": "ready",
    "needs_person": "live ready cancelled",
    "cancelled": "withdrawing",
    "superseded": "withdrawing",
    "replaced": "withdrawing",
    "withdrawing": "withdrawn withdraw_by_hand replaced",
    "withdraw_by_hand": "withdrawn replaced",
}
"""Those of 0056, the common ones first."""

_MOVE: Final = """
    CREATE TRIGGER deliveries_move BEFORE UPDATE OF state ON deliveries
    WHEN OLD.state <> NEW.state AND {refused}
    BEGIN SELECT RAISE(ABORT, 'no such move of a delivery'); END"""

_ACTED: Final = "OLD.state IN ('sending', 'accepted', 'unknown', 'withdrawing')"


def upgrade() -> None:
    _index("live_at IS NOT NULL")
    if op.get_bind().dialect.name == "sqlite":
        _reword(_LISTED, lambda found: _check(_compared(found[1], _WORD.findall(found[2]))))
        ends = {old: [f"'{new}'" for new in news.split()] for old, news in _MOVES.items()}
        cases = " ".join(f"WHEN '{old}' THEN {_compared('NEW.state', news)}" for old, news in ends.items())
        _guard_moves(f"NOT CASE OLD.state {cases} ELSE 0 END")
        _write_audit(lambda text: text.replace(_ACTED, f"({_compared('OLD.state', _WORD.findall(_ACTED))})"))


def downgrade() -> None:
    _index(None)
    if op.get_bind().dialect.name == "sqlite":
        _reword(_COMPARED, lambda found: _check(f"{found[1]} IN ({', '.join(_WORD.findall(found[0]))})"))
        pairs = ", ".join(f"'{old} {new}'" for old, news in _MOVES.items() for new in news.split())
        _guard_moves(f"OLD.state || ' ' || NEW.state NOT IN ({pairs})")
        _write_audit(lambda text: text.replace(f"({_compared('OLD.state', _WORD.findall(_ACTED))})", _ACTED))


def _compared(column: str, words: list[str]) -> str:
    return " OR ".join(f"{column} = {word}" for word in words)


def _check(held: str) -> str:
    return f"CHECK ({held})"


def _index(where: str | None) -> None:
    """Write the index of an account's arrivals anew: a delivery that never was live is not asked for by it."""
    held, name = None if where is None else sa.text(where), "ix_deliveries_account_live"
    spread = _spread_of(name)
    op.drop_index(name, table_name="deliveries")
    op.create_index(name, "deliveries", ["account_id", "live_at"], sqlite_where=held, postgresql_where=held)
    if spread is not None:
        put = sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('deliveries', :idx, :stat)")
        op.get_bind().execute(put, {"idx": name, "stat": spread})
        op.execute("ANALYZE sqlite_schema")  # take it in


def _spread_of(index: str) -> str | None:
    """Give what SQLite knows of how an index is spread, which goes with the index (0017)."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return None
    wanted = sa.text("SELECT stat FROM sqlite_stat1 WHERE idx = :idx")
    found: str | None = connection.execute(wanted, {"idx": index}).scalar_one_or_none()
    return found


def _guard_moves(refused: str) -> None:
    op.execute("DROP TRIGGER deliveries_move")
    op.execute(sa.text(_MOVE.format(refused=refused)))


def _write_audit(reword: Callable[[str], str]) -> None:
    wanted = sa.text("SELECT sql FROM sqlite_schema WHERE name = 'audit_delivery_steps'")
    told = op.get_bind().execute(wanted).scalar_one()
    op.execute("DROP TRIGGER audit_delivery_steps")
    op.execute(sa.text(reword(told)))


def _reword(held: re.Pattern[str], put: Callable[[re.Match[str]], str]) -> None:
    """Say the check constraints of all tables in other words; no row is touched.

    It is SQLite's own way to change a CHECK without writing the table anew (lang_altertable.html, section 7).
    """
    connection = op.get_bind()
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    tables = connection.execute(sa.text("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")).all()
    write = sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :name")
    op.execute("PRAGMA writable_schema = ON")
    for name, told in tables:
        if held.search(told or ""):
            connection.execute(write, {"name": name, "sql": held.sub(put, told)})
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
