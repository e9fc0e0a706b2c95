"""Word lists, what stored files say, and waivers of findings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "dictionary",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("right_form", sa.String(length=120), nullable=False),
        sa.Column("context", sa.String(length=300), nullable=False),
        sa.Column("severity", sa.String(length=24), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=16), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("place IN ('any', 'title')", name=op.f("ck_dictionary_place_word")),
        sa.CheckConstraint(
            "kind IN ('misspelling', 'state_name', 'leader', 'law', 'sensitive', 'office_phone')",
            name=op.f("ck_dictionary_kind_word"),
        ),
        sa.CheckConstraint(
            "severity IN ('blocking', 'warning', 'note')", name=op.f("ck_dictionary_severity_word")
        ),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_dictionary_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dictionary")),
        sa.UniqueConstraint("word", "place", name=op.f("uq_dictionary_word_place")),
    )
    op.create_index("ix_dictionary_serial", "dictionary", ["serial"])
    op.create_table(
        "media_texts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("pieces", _JSON, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('read', 'unreadable', 'too_large', 'locked', 'no_text')",
            name=op.f("ck_media_texts_state_word"),
        ),
        sa.ForeignKeyConstraint(["sha256"], ["media.sha256"], name=op.f("fk_media_texts_sha256")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_media_texts")),
    )
    op.create_table(
        "waivers",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("finding", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=24), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("waived_by", sa.String(length=16), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconded_by", sa.String(length=16), nullable=True),
        sa.Column("seconded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "severity IN ('blocking', 'warning', 'note')", name=op.f("ck_waivers_severity_word")
        ),
        sa.CheckConstraint(
            "seconded_by IS NULL OR seconded_by <> waived_by", name=op.f("ck_waivers_second_is_another")
        ),
        sa.CheckConstraint(
            "(seconded_by IS NULL) = (seconded_at IS NULL)", name=op.f("ck_waivers_seconded_once")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_waivers_item_id")),
        sa.ForeignKeyConstraint(["waived_by"], ["people.id"], name=op.f("fk_waivers_waived_by")),
        sa.ForeignKeyConstraint(["seconded_by"], ["people.id"], name=op.f("fk_waivers_seconded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers")),
        sa.UniqueConstraint(
            "item_id", "content_hash", "finding", name=op.f("uq_waivers_item_id_content_hash_finding")
        ),
    )
