"""An item's first day may prove to be an earlier one: the ledger takes the counted line back and counts anew.

Lines never change, so both are lines of their own that name the one they restate. `moved` is for days that no
snapshot had frozen, `restated` for those that one had.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0052"
down_revision: str | None = "0051"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OLD = "line IN ('counted', 'withdrawn', 'reinstated', 'restated')"
_NEW = "line IN ('counted', 'withdrawn', 'reinstated', 'moved', 'restated')"
_FIRST = "line = 'counted' AND restates IS NULL"
_BACK = "line IN ('moved', 'restated')"
_AGAIN = "line = 'counted' AND restates IS NOT NULL"


def upgrade() -> None:
    op.add_column("ledger", sa.Column("restates", sa.String(length=16), nullable=True))
    _reword(_OLD, _NEW)
    op.drop_index("uq_ledger_first_live", table_name="ledger")
    _index("uq_ledger_first_live", ["item_id", "channel"], _FIRST)
    _index("uq_ledger_taken_back", ["restates"], _BACK)
    _index("uq_ledger_counted_again", ["restates"], _AGAIN)


def downgrade() -> None:
    """Go back; refused by the index of first-live lines once a line was counted again."""
    for name in ("uq_ledger_counted_again", "uq_ledger_taken_back", "uq_ledger_first_live"):
        op.drop_index(name, table_name="ledger")
    _index("uq_ledger_first_live", ["item_id", "channel"], "line = 'counted'")
    _reword(_NEW, _OLD)
    op.drop_column("ledger", "restates")


def _index(name: str, columns: list[str], where: str) -> None:
    held = sa.text(where)
    op.create_index(name, "ledger", columns, unique=True, sqlite_where=held, postgresql_where=held)


def _reword(old: str, new: str) -> None:
    """Change the check constraint of the lines; no row of the table is touched."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE ledger DROP CONSTRAINT ck_ledger_line_word")
        op.execute(f"ALTER TABLE ledger ADD CONSTRAINT ck_ledger_line_word CHECK ({new})")
        return
    # SQLite's own way to change a CHECK without writing the table anew (lang_altertable.html, section 7).
    version = op.get_bind().execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    op.get_bind().execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'ledger'"
        ),
        {"old": old, "new": new},
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
