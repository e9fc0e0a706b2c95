"""The shapes of columns: ids, references, words, and moments that mean the same on both engines."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite has no zones, so it keeps the naive UTC text."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive times: they would silently be taken for UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """Give an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = sa.JSON().with_variant(JSONB(), "postgresql")


def id_column() -> sa.Column[str]:
    """Give a primary key that holds an id."""
    return sa.Column("id", sa.String(16), primary_key=True)


def ref_column(name: str, to: str, *, nullable: bool = False, **more: Any) -> sa.Column[str]:
    """Give a reference to an id of another table."""
    return sa.Column(name, sa.String(16), sa.ForeignKey(to), nullable=nullable, **more)


def text_column(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Give a text of any length."""
    return sa.Column(name, sa.Text, nullable=nullable)


def moment_column(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """Give a moment."""
    return sa.Column(name, Moment, nullable=nullable)


def word_column(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Give a column for a word; `among` says which."""
    return sa.Column(name, sa.String(24), nullable=nullable)


def among(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    """Hold a column to its words; NULL passes.

    Compared one by one, the common ones first: of a list behind IN, SQLite makes a table each time.
    """
    compared = " OR ".join(f"{column} = '{word}'" for word in words)
    return sa.CheckConstraint(compared, name=f"{column}_word")


def mark_column(name: str) -> sa.Column[bool]:
    """Give a mark that a row has or has not; without a word it has it not."""
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
