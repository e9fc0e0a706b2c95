"""Who brought a stored file and which items use it; every file there is begins its term on the day of this."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision: str = "0064"
down_revision: str | None = "0056"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_IN_BODY: Final = re.compile(r"media:([0-9a-f]{64})")
_A_TIME: Final = 500
_PROOFS: Final = ("evidence", "takedowns")
"""Where a proof of a delivery has its picture."""


def upgrade() -> None:
    bringers = op.create_table(
        "media_bringers",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=16), nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["media.sha256"], name=op.f("fk_media_bringers_sha256")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_media_bringers_person_id")),
        sa.PrimaryKeyConstraint("sha256", "person_id", name=op.f("pk_media_bringers")),
    )
    uses = op.create_table(
        "media_uses",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["media.sha256"], name=op.f("fk_media_uses_sha256")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_media_uses_item_id")),
        sa.PrimaryKeyConstraint("sha256", "item_id", name=op.f("pk_media_uses")),
    )
    op.create_index("ix_media_bringers_brought", "media_bringers", ["brought_at"])
    for table in _PROOFS:  # a file that goes is looked for where a proof could name it
        has_one = sa.text("picture IS NOT NULL")
        op.create_index(
            f"ix_{table}_picture", table, ["picture"], sqlite_where=has_one, postgresql_where=has_one
        )
    connection = op.get_bind()
    media = sa.table("media", sa.column("sha256"), sa.column("created_by"))
    # SQLite keeps moments without a zone, in UTC.
    now = sa.literal(
        datetime.now(UTC).replace(tzinfo=None if connection.dialect.name == "sqlite" else UTC),
        sa.DateTime(timezone=True),
    )
    connection.execute(
        bringers.insert().from_select(
            ["sha256", "person_id", "brought_at"], sa.select(media.c.sha256, media.c.created_by, now)
        )
    )
    for pairs in _uses_of_versions(connection):
        _insert(connection, uses, media, pairs)
    for table in _PROOFS:
        _insert(connection, uses, media, _uses_of_proofs(connection, table))


def _uses_of_versions(connection: sa.Connection) -> Iterator[set[tuple[str, str]]]:
    """Give the file and item of each use, some versions at a time."""
    sheet = sa.column("sheet", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"))
    version = sa.table("revisions", sa.column("id"), sa.column("item_id"), sa.column("body"), sheet)
    after = ""
    while True:
        rows = connection.execute(
            sa.select(version).where(version.c.id > after).order_by(version.c.id).limit(_A_TIME)
        ).all()
        if not rows:
            return
        after = rows[-1].id
        yield {(sha256, row.item_id) for row in rows for sha256 in _files_of(row.body, row.sheet)}


def _files_of(body: str, sheet: dict[str, Any]) -> Iterator[str]:
    yield from _IN_BODY.findall(body)
    for name in ("pictures", "attachments"):
        yield from (file["sha256"] for file in sheet.get(name, ()))
    yield from (one["cover"]["sha256"] for one in sheet.get("overrides", ()) if one.get("cover"))


def _uses_of_proofs(connection: sa.Connection, name: str) -> set[tuple[str, str]]:
    proof = sa.table(name, sa.column("delivery_id"), sa.column("picture"))
    delivery = sa.table("deliveries", sa.column("id"), sa.column("item_id"))
    found = connection.execute(
        sa.select(proof.c.picture, delivery.c.item_id)
        .join(delivery, delivery.c.id == proof.c.delivery_id)
        .where(proof.c.picture.is_not(None))
    )
    return {(row.picture, row.item_id) for row in found}


def _insert(
    connection: sa.Connection, uses: sa.Table, media: sa.TableClause, pairs: set[tuple[str, str]]
) -> None:
    """Write down uses; a body may name a file that was never stored."""
    wanted = {sha256 for sha256, _item_id in pairs}
    stored = set(connection.execute(sa.select(media.c.sha256).where(media.c.sha256.in_(wanted))).scalars())
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = [{"sha256": sha256, "item_id": item_id} for sha256, item_id in sorted(pairs) if sha256 in stored]
    if rows:
        connection.execute(make(uses).on_conflict_do_nothing(), rows)


def downgrade() -> None:
    for table in _PROOFS:
        op.drop_index(f"ix_{table}_picture", table)
    op.drop_table("media_uses")
    op.drop_table("media_bringers")
