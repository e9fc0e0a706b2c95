"""What waits is examined again: by which list it was, and a gate for what was not."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OLD = "gate IN ('source_live', 'website_live', 'time', 'slot', 'quota', 'account', 'evidence')"
_NEW = "gate IN ('source_live', 'website_live', 'time', 'slot', 'quota', 'account', 'evidence', 'check')"


def upgrade() -> None:
    op.create_table(
        "planned_checks",
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("blocking", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_planned_checks_release_id")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_planned_checks")),
    )
    op.create_index(
        "ix_planned_checks_blocking",
        "planned_checks",
        ["release_id"],
        sqlite_where=sa.text("blocking > 0"),
        postgresql_where=sa.text("blocking > 0"),
    )
    _reword(_OLD, _NEW)


def downgrade() -> None:
    op.execute("UPDATE deliveries SET gate = 'time' WHERE gate = 'check'")
    _reword(_NEW, _OLD)
    op.drop_table("planned_checks")


def _reword(old: str, new: str) -> None:
    """Change the check constraint of the gates; no row of the table is touched."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE deliveries DROP CONSTRAINT ck_deliveries_gate_word")
        op.execute(f"ALTER TABLE deliveries ADD CONSTRAINT ck_deliveries_gate_word CHECK ({new})")
        return
    # SQLite's own way to change a CHECK without writing the table anew (lang_altertable.html, section 7).
    version = op.get_bind().execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    op.get_bind().execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :old, :new)"
            " WHERE type = 'table' AND name = 'deliveries'"
        ),
        {"old": old, "new": new},
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
