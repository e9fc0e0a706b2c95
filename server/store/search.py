"""The index of words over the catalogue: FTS5 on SQLite, tsvector on PostgreSQL, asked in the same way.

Both hold the words that `channels/words.py` gives, so both find the same lines; ranking is not theirs.
"""

from typing import Final

import sqlalchemy as sa

from channels.words import wanted_words
from server.store.tx import Tx

_COMMON: Final = 2000
_PUT_SQLITE: Final = sa.text(
    "INSERT INTO catalogue_words (rowid, title, body) VALUES (:serial, :title, :body)"
)
_PUT_POSTGRES: Final = sa.text(
    "INSERT INTO catalogue_words (serial, title, body)"
    " VALUES (:serial, array_to_tsvector(:title), array_to_tsvector(:body))"
).bindparams(sa.bindparam("title", type_=sa.ARRAY(sa.Text)), sa.bindparam("body", type_=sa.ARRAY(sa.Text)))


async def put_words(tx: Tx, serial: int, title: frozenset[str], body: frozenset[str]) -> None:
    """Write the words of a line's title and of all of it."""
    if tx.dialect.name == "sqlite":
        row = {"serial": serial, "title": " ".join(sorted(title)), "body": " ".join(sorted(body))}
        await tx.execute(_PUT_SQLITE, row)
    else:
        row = {"serial": serial, "title": sorted(title), "body": sorted(body)}
        await tx.execute(_PUT_POSTGRES, row)


async def are_common(tx: Tx, terms: tuple[str, ...], *, in_title: bool) -> bool:
    """Say whether so many lines have the words that the newest are found sooner by date than by words."""
    found = having(tx, terms, in_title=in_title)
    some = sa.select(found.c.serial).limit(_COMMON + 1).subquery()
    return int((await tx.execute(sa.select(sa.func.count()).select_from(some))).scalar_one()) > _COMMON


def having(tx: Tx, terms: tuple[str, ...], *, in_title: bool) -> sa.TableValuedAlias | sa.Subquery:
    """Give a relation `serial` of the lines that have every word of the terms, in the title or anywhere."""
    words = tuple(dict.fromkeys(word for term in terms for word in wanted_words(term)))
    place = "title" if in_title else "body"
    if tx.dialect.name == "sqlite":
        # A word holds letters, digits and Chinese characters only, so quoting it is enough.
        asked = " AND ".join(f'"{word}"{"*" if longer else ""}' for word, longer in words)
        return (
            sa.text("SELECT rowid AS serial FROM catalogue_words WHERE catalogue_words MATCH :asked")
            .bindparams(asked=f"{place} : ({asked})")
            .columns(sa.column("serial", sa.Integer))
            .subquery("found")
        )
    asked = " & ".join(f"'{word}'{':*' if longer else ''}" for word, longer in words)
    return (
        sa.text(f"SELECT serial FROM catalogue_words WHERE {place} @@ CAST(:asked AS tsquery)")  # noqa: S608
        .bindparams(asked=asked)
        .columns(sa.column("serial", sa.Integer))
        .subquery("found")
    )
