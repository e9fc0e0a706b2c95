"""词库: the words an office wants found, each with its right form, its surroundings and its severity."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.review_tables import dictionary, dictionary_state
from server.store.rows import upsert
from server.store.tx import Tx

WordKind = Literal["misspelling", "state_name", "leader", "law", "sensitive", "office_phone"]
WordPlace = Literal["any", "title"]
WordSeverity = Literal["blocking", "warning", "note"]
MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class WordRow:
    """A line of the dictionary; a word stands in it once for each place."""

    word: str
    right: str
    context: str
    severity: WordSeverity
    place: WordPlace
    kind: WordKind
    note: str


async def dictionary_serial(tx: Tx) -> int:
    """Give a number that grows with every change, a removal too; 0 for a list nobody has touched."""
    return (await tx.execute(sa.select(dictionary_state.c.serial))).scalar_one_or_none() or 0


async def _next_serial(tx: Tx) -> int:
    # One row, so that two who change the list at once stand in line and neither gets the other's number.
    counted = upsert(tx, dictionary_state).values(slot=1, serial=1)
    counted = counted.on_conflict_do_update(
        index_elements=["slot"], set_={"serial": dictionary_state.c.serial + 1}
    )
    return int((await tx.execute(counted.returning(dictionary_state.c.serial))).scalar_one())


async def put_words(
    tx: Tx, rows: Iterable[WordRow], *, ids: Iterable[str], by: str | None, at: datetime
) -> int:
    """Write lines, or change those of the same word and place; gives the list's serial then."""
    if not (lines := tuple(rows)):
        return await dictionary_serial(tx)
    serial = await _next_serial(tx)
    written = upsert(tx, dictionary)
    written = written.on_conflict_do_update(
        index_elements=["word", "place"],
        set_={
            name: written.excluded[name]
            for name in (
                "kind",
                "right_form",
                "context",
                "severity",
                "note",
                "serial",
                "changed_by",
                "changed_at",
            )
        },
    )
    values = [
        {
            "id": key, "word": row.word, "place": row.place, "kind": row.kind, "right_form": row.right,
            "context": row.context, "severity": row.severity, "note": row.note, "serial": serial,
            "changed_by": by, "changed_at": at,
        }
        for row, key in zip(lines, ids, strict=True)
    ]  # fmt: skip
    await tx.execute(written, values)
    return serial


async def list_words(tx: Tx) -> tuple[WordRow, ...]:
    """Give the whole list, by word."""
    wanted = sa.select(dictionary).order_by(dictionary.c.word, dictionary.c.place).limit(MOST_WORDS)
    return tuple(_word_of(row) for row in await tx.execute(wanted))


async def count_words(tx: Tx) -> int:
    """Give how many lines there are."""
    return (await tx.execute(sa.select(sa.func.count()).select_from(dictionary))).scalar_one()


async def delete_word(tx: Tx, word: str, place: WordPlace) -> bool:
    """Take a line out; says whether there was one."""
    gone = await tx.execute(dictionary.delete().where(dictionary.c.word == word, dictionary.c.place == place))
    if gone.rowcount != 1:
        return False
    await _next_serial(tx)  # what the word held or flagged is asked again
    return True


def _word_of(row: sa.Row[Any]) -> WordRow:
    return WordRow(row.word, row.right_form, row.context, row.severity, row.place, row.kind, row.note)
