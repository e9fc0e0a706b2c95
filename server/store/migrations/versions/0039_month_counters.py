"""Count the ledger by month and by every side: topics and accounts were counted line by line.

A line also keeps the topic and the account of its delivery, which never change once it is written.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SIDES = 'org_id, kind, "column", topic, account_id'
_KEY = f"channel, line, month, {_SIDES}"

_SQLITE = f"""
    CREATE TRIGGER ledger_counts_months AFTER INSERT ON ledger
    BEGIN
        INSERT INTO month_counters ({_KEY}, count)
        VALUES (NEW.channel, NEW.line, substr(NEW.day, 1, 7), NEW.org_id, NEW.kind, NEW."column", NEW.topic,
            NEW.account_id, 1)
        ON CONFLICT ({_KEY}) DO UPDATE SET count = count + 1;
    END"""  # noqa: S608 -- of constants
# Once a statement and in the order of the keys, so that no two writers wait for each other.
_POSTGRESQL = (
    f"""
    CREATE FUNCTION ledger_count_months() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO month_counters AS standing ({_KEY}, count)
        SELECT channel, line, to_char(day, 'YYYY-MM') AS month, {_SIDES}, count(*) FROM written
        GROUP BY {_KEY} ORDER BY {_KEY}
        ON CONFLICT ({_KEY}) DO UPDATE SET count = standing.count + excluded.count;
        RETURN NULL;
    END $$""",  # noqa: S608
    """
    CREATE TRIGGER ledger_counts_months AFTER INSERT ON ledger REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_count_months()""",
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("ledger", sa.Column("topic", sa.Text(), nullable=False, server_default=""))
    op.add_column("ledger", sa.Column("account_id", sa.String(length=16), nullable=False, server_default=""))
    topic = "json_extract(v.sheet, '$.topic')" if is_sqlite else "v.sheet ->> 'topic'"
    op.execute(
        sa.text(
            f"""
        UPDATE ledger SET account_id = d.account_id, topic = coalesce({topic}, '')
        FROM deliveries d JOIN releases r ON r.id = d.release_id JOIN revisions v ON v.id = r.revision_id
        WHERE d.id = ledger.delivery_id"""  # noqa: S608
        )
    )
    with_topic = sa.text("topic <> ''")
    op.create_index(
        "ix_ledger_topic",
        "ledger",
        ["topic", "channel", "line", "day", "id"],
        sqlite_where=with_topic,
        postgresql_where=with_topic,
    )
    op.create_table(
        "month_counters",
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("line", sa.String(length=24), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("column", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("account_id", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_month_counters_org_id")),
        sa.PrimaryKeyConstraint(
            "channel", "line", "month", "org_id", "kind", "column", "topic", "account_id",
            name=op.f("pk_month_counters"),
        ),
    )  # fmt: skip
    month = "substr(day, 1, 7)" if is_sqlite else "to_char(day, 'YYYY-MM')"
    op.execute(
        sa.text(
            f"INSERT INTO month_counters ({_KEY}, count)"  # noqa: S608
            f" SELECT channel, line, {month} AS month, {_SIDES}, count(*) FROM ledger GROUP BY {_KEY}"
        )
    )
    for statement in (_SQLITE,) if is_sqlite else _POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text("DROP TRIGGER ledger_counts_months"))
    else:
        op.execute(sa.text("DROP TRIGGER ledger_counts_months ON ledger"))
        op.execute(sa.text("DROP FUNCTION ledger_count_months()"))
    op.drop_table("month_counters")
    op.drop_index("ix_ledger_topic", table_name="ledger")
    op.drop_column("ledger", "account_id")
    op.drop_column("ledger", "topic")
