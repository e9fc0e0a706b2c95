"""The audit: lines that are only added, sealed in a chain, and written by the database where machines act."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXTS = {
    "who_id": 64, "token_id": 16, "address": 64, "request_id": 64, "org_id": 16, "item_id": 16,
    "revision_id": 16, "release_id": 16, "delivery_id": 16, "account_id": 16,
}  # fmt: skip


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _create_tables(sa.JSON() if is_sqlite else sa.dialects.postgresql.JSONB())
    op.execute(sa.text(f"INSERT INTO audit_heads (id, place, digest) VALUES (1, 0, '{'0' * 64}')"))  # noqa: S608
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        op.execute(sa.text(statement))


def _create_tables(json: sa.types.TypeEngine[Any]) -> None:
    op.create_table(
        "audit",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=24), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(length=size), nullable=True) for name, size in TEXTS.items()),
        sa.Column("details", json, nullable=False),
        sa.Column("place", SERIAL, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "actor IN ('person', 'robot', 'operator', 'stranger')", name=op.f("ck_audit_actor_word")
        ),
        sa.CheckConstraint("(place IS NULL) = (digest IS NULL)", name=op.f("ck_audit_sealed_whole")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("place", name=op.f("uq_audit_place")),
        sqlite_autoincrement=True,  # the number of a line that was taken out is never given again
    )
    op.create_index("ix_audit_at", "audit", ["at", "id"])
    op.create_index("ix_audit_item", "audit", ["item_id", "id"])
    for name, columns, where in (
        ("ix_audit_people", ["who_id", "at", "id"], "actor <> 'robot'"),
        ("ix_audit_unsealed", ["id"], "place IS NULL"),
    ):
        op.create_index(name, "audit", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "audit_heads",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", SERIAL, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_heads_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
    )


KEPT = ("id", "at", "verb", "actor", "who", *TEXTS, "details")
OLD, NEW = (", ".join(f"{row}.{name}" for name in KEPT) for row in ("OLD", "NEW"))

# The steps that a machine takes. What a person does to a delivery is written with his name by the core.
STEPS = """
    OLD.state <> NEW.state AND NEW.state <> 'withdrawing' AND NEW.channel <> 'other' AND (
        OLD.state IN ('sending', 'accepted', 'unknown', 'withdrawing')
        OR (OLD.state = 'live' AND NEW.state = 'gone_at_platform'))"""
ROBOT = """
    CASE OLD.state WHEN 'sending' THEN 'worker' WHEN 'accepted' THEN 'confirm'
        WHEN 'unknown' THEN 'reconcile' WHEN 'withdrawing' THEN 'withdraw' ELSE 'watch' END"""
LINE = f"""
    INSERT INTO audit (at, verb, actor, who_id, who, org_id, item_id, release_id, delivery_id, account_id, details)
    SELECT NEW.changed_at, 'delivery.' || NEW.state, 'robot', {ROBOT}, {ROBOT},
        (SELECT org_id FROM items WHERE items.id = NEW.item_id),
        NEW.item_id, NEW.release_id, NEW.id, NEW.account_id, %s(
            'from', OLD.state, 'attempt', OLD.attempt_id, 'reason', NEW.reason, 'platform_id', NEW.platform_id)"""  # noqa: S608 -- of constants

SQLITE = (
    f"""
    CREATE TRIGGER audit_delivery_steps AFTER UPDATE OF state ON deliveries WHEN {STEPS}
    BEGIN {LINE % "json_object"}; END""",
    f"""
    CREATE TRIGGER audit_sealed_once BEFORE UPDATE ON audit
    WHEN OLD.place IS NOT NULL OR NEW.place IS NULL OR ({OLD}) IS NOT ({NEW})
    BEGIN SELECT RAISE(ABORT, 'lines of the audit never change'); END""",
    """
    CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'lines of the audit are never deleted'); END""",
    """
    CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_heads WHEN NEW.place <= OLD.place
    BEGIN SELECT RAISE(ABORT, 'the chain of the audit only grows'); END""",
    """
    CREATE TRIGGER audit_head_never_deleted BEFORE DELETE ON audit_heads
    BEGIN SELECT RAISE(ABORT, 'the head of the audit is never deleted'); END""",
)
POSTGRESQL = (
    f"""
    CREATE FUNCTION audit_delivery_step() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {LINE % "jsonb_build_object"}; RETURN NULL; END $$""",
    f"""
    CREATE TRIGGER audit_delivery_steps AFTER UPDATE OF state ON deliveries FOR EACH ROW
    WHEN ({STEPS}) EXECUTE FUNCTION audit_delivery_step()""",
    """
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'lines of the audit never change and are never deleted'; END $$""",
    f"""
    CREATE TRIGGER audit_sealed_once BEFORE UPDATE ON audit FOR EACH ROW
    WHEN (OLD.place IS NOT NULL OR NEW.place IS NULL OR ({OLD}) IS DISTINCT FROM ({NEW}))
    EXECUTE FUNCTION audit_refuse()""",
    """
    CREATE TRIGGER audit_never_deleted BEFORE DELETE ON audit FOR EACH ROW
    EXECUTE FUNCTION audit_refuse()""",
    """
    CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT
    EXECUTE FUNCTION audit_refuse()""",
    """
    CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_heads FOR EACH ROW
    WHEN (NEW.place <= OLD.place) EXECUTE FUNCTION audit_refuse()""",
    """
    CREATE TRIGGER audit_head_never_deleted BEFORE DELETE ON audit_heads FOR EACH ROW
    EXECUTE FUNCTION audit_refuse()""",
)
