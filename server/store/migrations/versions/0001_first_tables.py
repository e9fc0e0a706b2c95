"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "index_serials",
        sa.Column("org_code", sa.String(length=18), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org_code", "year", name=op.f("pk_index_serials")),
    )
    op.create_table(
        "orgs",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=18), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["orgs.id"], name=op.f("fk_orgs_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orgs")),
        sa.UniqueConstraint("code", name=op.f("uq_orgs_code")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("login", name=op.f("uq_people_login")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("counted_as", sa.String(length=24), nullable=False),
        sa.Column("settings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('website', 'weibo', 'wechat', 'feed', 'other')",
            name=op.f("ck_accounts_channel_word"),
        ),
        sa.CheckConstraint(
            "counted_as IN ('website', 'weibo', 'wechat', 'feed', 'gazette', 'other')",
            name=op.f("ck_accounts_counted_as_word"),
        ),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'unauthorised')", name=op.f("ck_accounts_state_word")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_accounts_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("slug", name=op.f("uq_accounts_slug")),
    )
    op.create_table(
        "day_counters",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("column", sa.String(length=64), nullable=False),
        sa.Column("line", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_day_counters_org_id")),
        sa.PrimaryKeyConstraint(
            "day", "org_id", "channel", "kind", "column", "line", name=op.f("pk_day_counters")
        ),
    )
    op.create_table(
        "grants",
        sa.Column("person_id", sa.String(length=16), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.CheckConstraint(
            "role IN ('author', 'reviewer', 'chief', 'reporter', 'admin')", name=op.f("ck_grants_role_word")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_grants_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_grants_person_id")),
        sa.PrimaryKeyConstraint("person_id", "org_id", "role", name=op.f("pk_grants")),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("index_number", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('policy', 'interpretation', 'news', 'notice', 'response')",
            name=op.f("ck_items_kind_word"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_items_created_by")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_items_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("index_number", name=op.f("uq_items_index_number")),
    )
    op.create_index("ix_items_org_created", "items", ["org_id", "created_at"], unique=False)
    op.create_table(
        "media",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=128), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_media_created_by")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_media")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("use", sa.String(length=24), nullable=False),
        sa.Column("only_role", sa.String(length=24), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "only_role IN ('author', 'reviewer', 'chief', 'reporter', 'admin')",
            name=op.f("ck_tokens_only_role_word"),
        ),
        sa.CheckConstraint("use IN ('api', 'session')", name=op.f("ck_tokens_use_word")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tokens_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_table(
        "followups",
        sa.Column("interpretation_id", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=True),
        sa.Column("at_clock", sa.Time(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(rule = 'after_working_days') = (working_days IS NOT NULL AND at_clock IS NOT NULL)",
            name=op.f("ck_followups_days_iff_counted"),
        ),
        sa.CheckConstraint(
            "(rule = 'at_time') = (not_before IS NOT NULL)", name=op.f("ck_followups_time_iff_fixed")
        ),
        sa.CheckConstraint(
            "rule IN ('same_moment', 'after_working_days', 'at_time')", name=op.f("ck_followups_rule_word")
        ),
        sa.CheckConstraint("interpretation_id <> source_id", name=op.f("ck_followups_not_itself")),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_followups_created_by")),
        sa.ForeignKeyConstraint(
            ["interpretation_id"], ["items.id"], name=op.f("fk_followups_interpretation_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["items.id"], name=op.f("fk_followups_source_id")),
        sa.PrimaryKeyConstraint("interpretation_id", "source_id", name=op.f("pk_followups")),
    )
    op.create_index("ix_followups_source", "followups", ["source_id"], unique=False)
    op.create_table(
        "place_lists",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("list_key", sa.String(length=96), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_place_lists_account_id")),
        sa.PrimaryKeyConstraint("account_id", "list_key", name=op.f("pk_place_lists")),
    )
    op.create_table(
        "places",
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("list_key", sa.String(length=96), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_places_account_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_places_item_id")),
        sa.PrimaryKeyConstraint("account_id", "list_key", "ordinal", name=op.f("pk_places")),
        sa.UniqueConstraint(
            "account_id", "list_key", "item_id", name=op.f("uq_places_account_id_list_key_item_id")
        ),
    )
    op.create_table(
        "revisions",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sheet", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'released', 'superseded')",
            name=op.f("ck_revisions_state_word"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_revisions_created_by")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_revisions_item_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["people.id"], name=op.f("fk_revisions_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_revisions_item_id_number")),
    )
    op.create_index(
        "uq_revisions_one_draft",
        "revisions",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'returned')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'returned')"),
    )
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("revision_id", sa.String(length=16), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("author_id", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=16), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision IN ('approved', 'returned')", name=op.f("ck_approvals_decision_word")),
        sa.CheckConstraint("author_id <> decided_by", name=op.f("ck_approvals_not_own")),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_approvals_author_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_approvals_decided_by")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_approvals_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("revision_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("change", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("change IN ('major', 'minor')", name=op.f("ck_releases_change_word")),
        sa.CheckConstraint(
            "state IN ('planned', 'live', 'replaced', 'withdrawn')", name=op.f("ck_releases_state_word")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_releases_created_by")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_releases_item_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_releases_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_releases_item_id_number")),
    )
    op.create_index(
        "uq_releases_one_live",
        "releases",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("release_id", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("counted_as", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("gate", sa.String(length=24), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt_id", sa.String(length=16), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("who_acts", sa.String(length=24), nullable=True),
        sa.Column("platform_id", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("live_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (gate IS NOT NULL)", name=op.f("ck_deliveries_gate_iff_waiting")
        ),
        sa.CheckConstraint(
            "channel IN ('website', 'weibo', 'wechat', 'feed', 'other')",
            name=op.f("ck_deliveries_channel_word"),
        ),
        sa.CheckConstraint(
            "counted_as IN ('website', 'weibo', 'wechat', 'feed', 'gazette', 'other')",
            name=op.f("ck_deliveries_counted_as_word"),
        ),
        sa.CheckConstraint(
            "gate IN ('source_live', 'website_live', 'time', 'slot', 'quota', 'account', 'evidence')",
            name=op.f("ck_deliveries_gate_word"),
        ),
        sa.CheckConstraint(
            "state <> 'live' OR live_at IS NOT NULL", name=op.f("ck_deliveries_live_has_time")
        ),
        sa.CheckConstraint(
            "state <> 'sending' OR attempt_id IS NOT NULL", name=op.f("ck_deliveries_sending_has_attempt")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'ready', 'sending', 'accepted', 'live', 'unknown', 'retry_wait', 'refused', 'blocked', 'needs_person', 'withdrawing', 'withdrawn', 'withdraw_by_hand', 'gone_at_platform', 'cancelled', 'superseded', 'replaced')",
            name=op.f("ck_deliveries_state_word"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_deliveries_account_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_deliveries_item_id")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_deliveries_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("release_id", "account_id", name=op.f("uq_deliveries_release_id_account_id")),
    )
    op.create_index("ix_deliveries_account_state", "deliveries", ["account_id", "state"], unique=False)
    op.create_index("ix_deliveries_item", "deliveries", ["item_id", "account_id"], unique=False)
    op.create_index("ix_deliveries_state_due", "deliveries", ["state", "due_at"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("notes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('live', 'accepted', 'not_accepted', 'refused', 'needs_authorisation', 'unknown')",
            name=op.f("ck_attempts_outcome_word"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_attempts_closed_has_outcome")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("delivery_id", "number", name=op.f("uq_attempts_delivery_id_number")),
    )
    op.create_index(
        "uq_attempts_one_open",
        "attempts",
        ["delivery_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_by", sa.Text(), nullable=False),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.String(length=16), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_evidence_delivery_id")),
        sa.ForeignKeyConstraint(["picture"], ["media.sha256"], name=op.f("fk_evidence_picture")),
        sa.ForeignKeyConstraint(["recorded_by"], ["people.id"], name=op.f("fk_evidence_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_evidence_delivery_id")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("line", sa.String(length=24), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("column", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('website', 'weibo', 'wechat', 'feed', 'gazette', 'other', 'item')",
            name=op.f("ck_ledger_channel_word"),
        ),
        sa.CheckConstraint(
            "line IN ('counted', 'withdrawn', 'reinstated', 'restated')", name=op.f("ck_ledger_line_word")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_ledger_delivery_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_ledger_item_id")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_ledger_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
    )
    op.create_index("ix_ledger_day", "ledger", ["day", "channel"], unique=False)
    op.create_index("ix_ledger_item", "ledger", ["item_id", "channel"], unique=False)
    op.create_index(
        "uq_ledger_first_live",
        "ledger",
        ["item_id", "channel"],
        unique=True,
        sqlite_where=sa.text("line = 'counted'"),
        postgresql_where=sa.text("line = 'counted'"),
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sighting", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "sighting IN ('found', 'absent', 'could_not_look')", name=op.f("ck_looks_sighting_word")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_looks_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
    )
    op.create_index(op.f("ix_looks_delivery_id"), "looks", ["delivery_id"], unique=False)
    op.create_table(
        "stale_pages",
        sa.Column("delivery_id", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_stale_pages_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_stale_pages")),
    )


def downgrade() -> None:
    op.drop_table("stale_pages")
    op.drop_index(op.f("ix_looks_delivery_id"), table_name="looks")
    op.drop_table("looks")
    op.drop_index(
        "uq_ledger_first_live",
        table_name="ledger",
        sqlite_where=sa.text("line = 'counted'"),
        postgresql_where=sa.text("line = 'counted'"),
    )
    op.drop_index("ix_ledger_item", table_name="ledger")
    op.drop_index("ix_ledger_day", table_name="ledger")
    op.drop_table("ledger")
    op.drop_table("evidence")
    op.drop_index(
        "uq_attempts_one_open",
        table_name="attempts",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_table("attempts")
    op.drop_index("ix_deliveries_state_due", table_name="deliveries")
    op.drop_index("ix_deliveries_item", table_name="deliveries")
    op.drop_index("ix_deliveries_account_state", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index(
        "uq_releases_one_live",
        table_name="releases",
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.drop_table("releases")
    op.drop_table("approvals")
    op.drop_index(
        "uq_revisions_one_draft",
        table_name="revisions",
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'returned')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'returned')"),
    )
    op.drop_table("revisions")
    op.drop_table("places")
    op.drop_table("place_lists")
    op.drop_index("ix_followups_source", table_name="followups")
    op.drop_table("followups")
    op.drop_table("tokens")
    op.drop_table("media")
    op.drop_index("ix_items_org_created", table_name="items")
    op.drop_table("items")
    op.drop_table("grants")
    op.drop_table("day_counters")
    op.drop_table("accounts")
    op.drop_table("people")
    op.drop_table("orgs")
    op.drop_table("index_serials")
