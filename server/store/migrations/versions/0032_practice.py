"""Practice: what is made in it is marked for ever, and never meets what is real."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("orgs", sa.Column("practice_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("orgs", sa.Column("practice_by", sa.Text(), nullable=True))
    for table in ("items", "accounts"):
        op.add_column(table, sa.Column("practice", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "practice_serials",
        sa.Column("org_id", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_practice_serials_org_id")),
        sa.PrimaryKeyConstraint("org_id", "year", name=op.f("pk_practice_serials")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, told in RULES.items():
        for statement in (_on_sqlite if is_sqlite else _on_postgresql)(name, *told):
            op.execute(sa.text(statement))


def _item(row: str, column: str) -> str:
    return f"(SELECT practice FROM items WHERE items.id = {row}.{column})"  # noqa: S608 -- of constants


PRACTISES = "(SELECT practice_since IS NOT NULL FROM orgs WHERE orgs.id = NEW.org_id)"
NEVER_MEET = "what is practice and what is real never meet"
RULES: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    # name: table, what is watched, when it is refused, what is said
    "practice_deliveries": (
        "deliveries", ("INSERT", "UPDATE OF item_id, account_id"),
        f"{_item('NEW', 'item_id')} <> (SELECT practice FROM accounts WHERE accounts.id = NEW.account_id)",  # noqa: S608
        NEVER_MEET,
    ),
    "practice_items": (
        "items", ("UPDATE OF practice, index_number",),
        "OLD.practice <> NEW.practice OR OLD.index_number <> NEW.index_number",
        "an item keeps its number and its mark for ever",
    ),
    "practice_new_items": (
        "items", ("INSERT",),
        f"NEW.practice <> {PRACTISES} OR NEW.practice <> (NEW.index_number LIKE '演练-%')",
        "an item is practice exactly while its organ practises, and its number says so",
    ),
    "practice_accounts": (
        "accounts", ("UPDATE OF practice",), "OLD.practice <> NEW.practice", "an account keeps its mark for ever",
    ),
    "practice_never_counts": (
        "ledger", ("INSERT",), _item("NEW", "item_id"), "practice is never counted",
    ),
    "practice_never_listed": (
        "page_changes", ("INSERT",), _item("NEW", "item_id"), "practice is never listed",
    ),
    "practice_never_owed": (
        "obligations", ("INSERT",), _item("NEW", "source_id"), "practice obliges nobody",
    ),
    "practice_never_reports": (
        "report_items", ("INSERT", "UPDATE OF item_id"), _item("NEW", "item_id"), "practice is no report",
    ),
    **{
        f"practice_{table}": (
            table, ("INSERT", f"UPDATE OF {one}, {other}"), f"{_item('NEW', one)} <> {_item('NEW', other)}",
            NEVER_MEET,
        )
        for table, one, other in (
            ("followups", "interpretation_id", "source_id"),
            ("replacements", "item_id", "by_id"),
            ("twins", "item_id", "other_id"),
        )
    },
}  # fmt: skip


def _on_sqlite(name: str, table: str, watched: tuple[str, ...], refused: str, told: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name}_{act.partition(' ')[0].lower()} BEFORE {act} ON {table} WHEN {refused}"
        f" BEGIN SELECT RAISE(ABORT, '{told}'); END"
        for act in watched
    ]


def _on_postgresql(name: str, table: str, watched: tuple[str, ...], refused: str, told: str) -> list[str]:
    # A condition of a trigger may not ask another table; the function may.
    function = f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF {refused} THEN RAISE EXCEPTION '{told}' USING ERRCODE = 'check_violation'; END IF;
        RETURN NEW; END $$"""
    trigger = f"""
        CREATE TRIGGER {name} BEFORE {" OR ".join(watched)} ON {table}
        FOR EACH ROW EXECUTE FUNCTION {name}()"""
    return [function, trigger]


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, watched, _refused, _told) in RULES.items():
        if is_sqlite:
            for act in watched:
                op.execute(sa.text(f"DROP TRIGGER {name}_{act.partition(' ')[0].lower()}"))
        else:
            op.execute(sa.text(f"DROP TRIGGER {name} ON {table}"))
            op.execute(sa.text(f"DROP FUNCTION {name}()"))
    op.drop_table("practice_serials")
    for table in ("items", "accounts"):
        op.drop_column(table, "practice")
    op.drop_column("orgs", "practice_by")
    op.drop_column("orgs", "practice_since")
