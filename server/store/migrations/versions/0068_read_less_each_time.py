"""What PostgreSQL need not read with each statement, and what one look at all rows of a statement may tell.

It parses the text of a check constraint and of a trigger's condition anew for each statement, word by word; a
function in PL/pgSQL that asks a table costs as much for a row as moving it. SQLite is as it was.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "0068"
down_revision: str | None = "0067"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES: Final = ("releases", "deliveries", "attempts", "ledger", "audit")
"""What is written for each item that goes out."""

_LISTED: Final = re.compile(r"CHECK \(\(\((\w+)\)::text = ANY \(\(ARRAY\[(.+)\]\)::text\[\]\)\)\)")
_FOLDED: Final = re.compile(r"CHECK \(\(\((\w+)\)::text = ANY \('\{(.+)\}'::text\[\]\)\)\)")
_WORD: Final = re.compile(r"'(\w+)'::character varying")

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
"""Those of 0056."""
_PAIRS: Final = ", ".join(f"'{old} {new}'" for old, ends in _MOVES.items() for new in ends.split())
_NO_SUCH_MOVE: Final = "RAISE EXCEPTION 'no such move of a delivery' USING ERRCODE = 'check_violation'"

# The way of nearly all is told apart by a condition that is short; whatever else moves, the function judges.
_GUARDED: Final = (
    "DROP TRIGGER deliveries_move ON deliveries",
    f"""
    CREATE OR REPLACE FUNCTION deliveries_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF OLD.state || ' ' || NEW.state IN ({_PAIRS}) THEN RETURN NEW; END IF;
    {_NO_SUCH_MOVE}; END $$""",
    """
    CREATE TRIGGER deliveries_move BEFORE UPDATE OF state ON deliveries FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND NOT (
        (OLD.state = 'ready' AND NEW.state = 'sending') OR (OLD.state = 'sending' AND NEW.state = 'live')))
    EXECUTE FUNCTION deliveries_move()""",
)
_GUARDED_BEFORE: Final = (
    "DROP TRIGGER deliveries_move ON deliveries",
    f"""
    CREATE OR REPLACE FUNCTION deliveries_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF false THEN RETURN NEW; END IF; {_NO_SUCH_MOVE}; END $$""",
    f"""
    CREATE TRIGGER deliveries_move BEFORE UPDATE OF state ON deliveries FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN ({_PAIRS}))
    EXECUTE FUNCTION deliveries_move()""",
)

# The steps and the line are those of 0014.
_STEPS: Final = """
    {old}.state <> {new}.state AND {new}.state <> 'withdrawing' AND {new}.channel <> 'other' AND (
        {old}.state IN ('sending', 'accepted', 'unknown', 'withdrawing')
        OR ({old}.state = 'live' AND {new}.state = 'gone_at_platform'))"""
_ROBOT: Final = """
    CASE {old}.state WHEN 'sending' THEN 'worker' WHEN 'accepted' THEN 'confirm'
        WHEN 'unknown' THEN 'reconcile' WHEN 'withdrawing' THEN 'withdraw' ELSE 'watch' END"""
_LINE: Final = f"""
    INSERT INTO audit (at, verb, actor, who_id, who, org_id, item_id, release_id, delivery_id, account_id, details)
    SELECT {{new}}.changed_at, 'delivery.' || {{new}}.state, 'robot', {_ROBOT}, {_ROBOT},
        (SELECT org_id FROM items WHERE items.id = {{new}}.item_id),
        {{new}}.item_id, {{new}}.release_id, {{new}}.id, {{new}}.account_id, jsonb_build_object(
            'from', {{old}}.state, 'attempt', {{old}}.attempt_id, 'reason', {{new}}.reason,
            'platform_id', {{new}}.platform_id)"""  # noqa: S608 -- of constants

# A claim moves what no step begins from. Not in nested loops: how many rows there are is not known beforehand.
_AUDITED: Final = (
    "DROP TRIGGER audit_delivery_steps ON deliveries",
    "DROP FUNCTION audit_delivery_step()",
    f"""
    CREATE FUNCTION audit_delivery_steps() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
    BEGIN
        IF EXISTS (SELECT FROM stood WHERE state NOT IN ('waiting', 'ready', 'retry_wait')) THEN
            {_LINE.format(old="stood", new="moved")}
            FROM stood JOIN moved ON moved.id = stood.id WHERE {_STEPS.format(old="stood", new="moved")};
        END IF;
        RETURN NULL;
    END $$""",  # noqa: S608
    """
    CREATE TRIGGER audit_delivery_steps AFTER UPDATE ON deliveries
    REFERENCING OLD TABLE AS stood NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION audit_delivery_steps()""",
)
_AUDITED_BEFORE: Final = (
    "DROP TRIGGER audit_delivery_steps ON deliveries",
    "DROP FUNCTION audit_delivery_steps()",
    f"""
    CREATE FUNCTION audit_delivery_step() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {_LINE.format(old="OLD", new="NEW")}; RETURN NULL; END $$""",
    f"""
    CREATE TRIGGER audit_delivery_steps AFTER UPDATE OF state ON deliveries FOR EACH ROW
    WHEN ({_STEPS.format(old="OLD", new="NEW")}) EXECUTE FUNCTION audit_delivery_step()""",
)

# What is new is looked at as a whole; a row that gets another item or account, as in 0032.
_APART: Final = (
    "DROP TRIGGER practice_deliveries ON deliveries",
    """
    CREATE TRIGGER practice_deliveries BEFORE UPDATE OF item_id, account_id ON deliveries
    FOR EACH ROW EXECUTE FUNCTION practice_deliveries()""",
    """
    CREATE FUNCTION practice_new_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM written JOIN items ON items.id = written.item_id
            JOIN accounts ON accounts.id = written.account_id WHERE items.practice <> accounts.practice
        ) THEN
            RAISE EXCEPTION 'what is practice and what is real never meet' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$""",
    """
    CREATE TRIGGER practice_new_deliveries AFTER INSERT ON deliveries REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION practice_new_deliveries()""",
    "DROP TRIGGER practice_never_counts ON ledger",
    """
    CREATE OR REPLACE FUNCTION practice_never_counts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM written JOIN items ON items.id = written.item_id WHERE items.practice) THEN
            RAISE EXCEPTION 'practice is never counted' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$""",
    """
    CREATE TRIGGER practice_never_counts AFTER INSERT ON ledger REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION practice_never_counts()""",
)
_APART_BEFORE: Final = (
    "DROP FUNCTION practice_new_deliveries() CASCADE",
    "DROP TRIGGER practice_deliveries ON deliveries",
    """
    CREATE TRIGGER practice_deliveries BEFORE INSERT OR UPDATE OF item_id, account_id ON deliveries
    FOR EACH ROW EXECUTE FUNCTION practice_deliveries()""",
    "DROP TRIGGER practice_never_counts ON ledger",
    """
    CREATE OR REPLACE FUNCTION practice_never_counts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF (SELECT practice FROM items WHERE items.id = NEW.item_id)
    THEN RAISE EXCEPTION 'practice is never counted' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW; END $$""",
    """
    CREATE TRIGGER practice_never_counts BEFORE INSERT ON ledger
    FOR EACH ROW EXECUTE FUNCTION practice_never_counts()""",
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        _reword(
            _LISTED, lambda column, words: f"{column} = ANY ('{{{','.join(_WORD.findall(words))}}}'::text[])"
        )
        _say(*_GUARDED, *_AUDITED, *_APART)


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        _say(*_APART_BEFORE, *_AUDITED_BEFORE, *_GUARDED_BEFORE)
        _reword(_FOLDED, _listed)


def _say(*statements: str) -> None:
    for statement in statements:
        op.execute(sa.text(statement))


def _listed(column: str, told: str) -> str:
    words = ", ".join(f"'{word}'" for word in told.split(","))
    return f"{column} IN ({words})"


def _reword(held: re.Pattern[str], put: Callable[[str, str], str]) -> None:
    """Say the check constraints of the tables in other words; what they hold stays the same."""
    wanted = sa.text(
        "SELECT conrelid::regclass::text AS at, conname, pg_get_constraintdef(oid) AS told FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid = ANY (CAST(CAST(:tables AS text[]) AS regclass[]))"
    )
    for table, name, told in op.get_bind().execute(wanted, {"tables": list(_TABLES)}).all():
        if found := held.fullmatch(told):
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            op.execute(sa.text(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({put(*found.groups())})"))
