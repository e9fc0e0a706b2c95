"""Levels of review, deputies, releases before review, archive checks, channel templates, unsaved texts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "deputies",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("principal_id", sa.String(length=16), nullable=False),
        sa.Column("deputy_id", sa.String(length=16), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=16), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_deputies_some_time")),
        sa.CheckConstraint("principal_id <> deputy_id", name=op.f("ck_deputies_not_oneself")),
        sa.ForeignKeyConstraint(["deputy_id"], ["people.id"], name=op.f("fk_deputies_deputy_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["people.id"], name=op.f("fk_deputies_principal_id")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_deputies_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
    )
    op.create_index(op.f("ix_deputies_deputy_id"), "deputies", ["deputy_id"])
    op.create_index(op.f("ix_deputies_principal_id"), "deputies", ["principal_id"])
    op.create_table(
        "review_levels",
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.CheckConstraint(
            "kind IN ('any', 'policy', 'interpretation', 'news', 'notice', 'response')",
            name=op.f("ck_review_levels_kind_word"),
        ),
        sa.CheckConstraint("role IN ('reviewer', 'chief')", name=op.f("ck_review_levels_role_word")),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_review_levels_three_at_most")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_review_levels_org_id")),
        sa.PrimaryKeyConstraint("org_id", "kind", "level", name=op.f("pk_review_levels")),
    )
    op.create_table(
        "archive_checks",
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("blocking", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_archive_checks_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_archive_checks")),
    )
    op.create_index(
        "ix_archive_checks_blocking",
        "archive_checks",
        ["item_id"],
        sqlite_where=sa.text("blocking > 0"),
        postgresql_where=sa.text("blocking > 0"),
    )
    op.create_table(
        "channel_templates",
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('any', 'policy', 'interpretation', 'news', 'notice', 'response')",
            name=op.f("ck_channel_templates_kind_word"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_channel_templates_account_id")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_channel_templates_org_id")),
        sa.PrimaryKeyConstraint("org_id", "kind", "account_id", name=op.f("pk_channel_templates")),
    )
    op.create_table(
        "scratches",
        sa.Column("person_id", sa.String(length=16), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=True),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("fields", _JSON, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_scratches_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_scratches_person_id")),
        sa.PrimaryKeyConstraint("person_id", "slot", name=op.f("pk_scratches")),
    )
    op.create_index("ix_scratches_saved", "scratches", ["saved_at"])
    op.create_table(
        "emergencies",
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("revision_id", sa.String(length=16), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("review_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(length=16), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=24), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=16), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision IN ('approved', 'returned')", name=op.f("ck_emergencies_decision_word")),
        sa.CheckConstraint(
            "(decision IS NULL) = (reviewed_at IS NULL)", name=op.f("ck_emergencies_reviewed_with_decision")
        ),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> released_by", name=op.f("ck_emergencies_second_person")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_emergencies_item_id")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_emergencies_release_id")),
        sa.ForeignKeyConstraint(["released_by"], ["people.id"], name=op.f("fk_emergencies_released_by")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["people.id"], name=op.f("fk_emergencies_reviewed_by")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_emergencies_revision_id")),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_emergencies")),
    )
    op.create_index(op.f("ix_emergencies_item_id"), "emergencies", ["item_id"])
    op.create_index(
        "ix_emergencies_open",
        "emergencies",
        ["review_by"],
        sqlite_where=sa.text("reviewed_at IS NULL"),
        postgresql_where=sa.text("reviewed_at IS NULL"),
    )
    op.create_table(
        "left_out_accounts",
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("left_out_by", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_left_out_accounts_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["left_out_by"], ["people.id"], name=op.f("fk_left_out_accounts_left_out_by")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_left_out_accounts_release_id")
        ),
        sa.PrimaryKeyConstraint("release_id", "account_id", name=op.f("pk_left_out_accounts")),
    )
    op.add_column("approvals", sa.Column("level", sa.Integer(), server_default="1", nullable=False))
    op.add_column("approvals", sa.Column("round", sa.Integer(), server_default="0", nullable=False))
    op.add_column("approvals", sa.Column("is_final", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("approvals", sa.Column("on_behalf_of", sa.String(length=16), nullable=True))
    op.create_index(
        "uq_approvals_level",
        "approvals",
        ["revision_id", "round", "level"],
        unique=True,
        sqlite_where=sa.text("decision = 'approved'"),
        postgresql_where=sa.text("decision = 'approved'"),
    )
