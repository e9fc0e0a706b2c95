"""What only code kept the database keeps now: how deliveries move, what ends once, and that the ledger only grows.

Moves are those of server/core/states.py as they stood; a test walks every pair of states through the database.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "0056"
down_revision: str | None = "0055"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MOVES: Final = {
    "waiting": "ready live cancelled superseded",
    "ready": "waiting sending cancelled superseded",
    "retry_wait": "sending waiting ready cancelled superseded",
    "blocked": "ready cancelled superseded",
    "refused": "ready",
    "sending": "live accepted unknown retry_wait refused blocked",
    "accepted": "live refused needs_person withdrawing",
    "unknown": "live accepted ready needs_person",
    "needs_person": "live ready cancelled",
    "live": "withdrawing gone_at_platform replaced",
    "cancelled": "withdrawing",
    "superseded": "withdrawing",
    "replaced": "withdrawing",
    "withdrawing": "withdrawn withdraw_by_hand replaced",
    "withdraw_by_hand": "withdrawn replaced",
}
_PAIRS: Final = ", ".join(f"'{old} {new}'" for old, ends in _MOVES.items() for new in ends.split())

_SEEN_ABSENT: Final = """EXISTS (SELECT 1 FROM looks WHERE looks.delivery_id = OLD.id
    AND looks.sighting = 'absent' AND looks.attempt_id {same} OLD.attempt_id)"""

# What is watched, when it is refused, unless what is found, and what is said.
_GUARDS: Final = {
    "deliveries_move": (
        "UPDATE OF state ON deliveries",
        f"OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN ({_PAIRS})",
        None,
        "no such move of a delivery",
    ),
    # Invariant 4: of the very try that is unknown; what was seen of an earlier one proves nothing.
    "deliveries_proved_absent": (
        "UPDATE OF state ON deliveries",
        "OLD.state IN ('unknown', 'needs_person') AND NEW.state = 'ready'",
        _SEEN_ABSENT,
        "nobody has seen that it is not there",
    ),
    # Invariant 3.
    "attempts_end_once": (
        "UPDATE OF closed_at, outcome ON attempts",
        "OLD.outcome IS NOT NULL AND (NEW.outcome {other} OLD.outcome OR NEW.closed_at {other} OLD.closed_at)",
        None,
        "an attempt has one outcome",
    ),
    # Invariant 10.
    "ledger_never_changed": ("UPDATE ON ledger", "1 = 1", None, "lines of the ledger never change"),
    "ledger_never_deleted": ("DELETE ON ledger", "1 = 1", None, "lines of the ledger are never deleted"),
}


def upgrade() -> None:
    op.add_column("looks", sa.Column("attempt_id", sa.String(length=16), nullable=True))
    write = _on_sqlite if op.get_bind().dialect.name == "sqlite" else _on_postgresql
    for name, guard in _GUARDS.items():
        for statement in write(name, *guard):
            op.execute(sa.text(statement))


def _on_sqlite(name: str, watched: str, refused: str, unless: str | None, told: str) -> list[str]:
    when = (refused if unless is None else f"{refused} AND NOT {unless}").format(same="IS", other="IS NOT")
    return [f"CREATE TRIGGER {name} BEFORE {watched} WHEN {when} BEGIN SELECT RAISE(ABORT, '{told}'); END"]


def _on_postgresql(name: str, watched: str, refused: str, unless: str | None, told: str) -> list[str]:
    # A condition of a trigger may not ask another table; the function may.
    words = {"same": "IS NOT DISTINCT FROM", "other": "IS DISTINCT FROM"}
    found = "false" if unless is None else unless.format(**words)
    made = [
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF {found} THEN RETURN NEW; END IF;
        RAISE EXCEPTION '{told}' USING ERRCODE = 'check_violation'; END $$""",
        f"""
        CREATE TRIGGER {name} BEFORE {watched} FOR EACH ROW WHEN ({refused.format(**words)})
        EXECUTE FUNCTION {name}()""",
    ]
    if watched == "DELETE ON ledger":
        made.append(
            f"CREATE TRIGGER ledger_never_emptied BEFORE TRUNCATE ON ledger EXECUTE FUNCTION {name}()"
        )
    return made


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name in _GUARDS:
        op.execute(sa.text(f"DROP TRIGGER {name}" if is_sqlite else f"DROP FUNCTION {name}() CASCADE"))
    op.drop_column("looks", "attempt_id")
