"""What was found in a file goes with its draft until an editor has confirmed it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError

from server.core.acts import note, of_item
from server.core.problems import Problem
from server.importing.found import PART_NAMES, Mark
from server.store.import_marks import MOST_MARKS, KeptMark, drop_marks
from server.store.items import ItemSeen
from server.store.tx import Tx

_MARKS: Final = TypeAdapter(tuple[KeptMark, ...])
_LONGEST: Final = 300


def marks_to_keep(marks: Iterable[Mark], file: str) -> tuple[KeptMark, ...]:
    """Give marks as they are kept, numbered and cut to what a person reads."""
    return tuple(
        KeptMark(
            number, _cut(file), mark.part, _cut(mark.value), _cut(mark.words), _cut(mark.place),
            round(mark.confidence * 100), mark.is_dropped,
        )
        for number, mark in enumerate(tuple(marks)[:MOST_MARKS])
    )  # fmt: skip


def written_marks(marks: tuple[KeptMark, ...]) -> str:
    """Give marks as a field of a form carries them until there is an item to keep them with."""
    return _MARKS.dump_json(marks).decode() if marks else ""


def read_marks(text: str) -> tuple[KeptMark, ...]:
    """Read such a field; refuses what no page of ours has written."""
    if not text:
        return ()
    try:
        marks = _MARKS.validate_json(text)
    except ValidationError:
        raise _broken() from None
    fits = len(marks) <= MOST_MARKS and len({one.number for one in marks}) == len(marks)
    if not fits or not all(_is_ours(one) for one in marks):
        raise _broken()
    return marks


def legible_marks(text: str) -> tuple[KeptMark, ...]:
    """Read such a field for a page that shows a text again: what was typed matters more than the marks."""
    try:
        return read_marks(text)
    except Problem:
        return ()


async def confirm_marks(tx: Tx, seen: ItemSeen, numbers: frozenset[int] | None, *, at: datetime) -> None:
    """Take an editor's word for the marks with these numbers, or for all."""
    gone = await drop_marks(tx, seen.id, numbers)
    if gone:
        await note(tx, "item.confirm_import", of_item(seen), at=at, number=gone)


def _is_ours(mark: KeptMark) -> bool:
    texts = (mark.file, mark.value, mark.words, mark.place)
    return (
        mark.part in PART_NAMES and 0 <= mark.sureness <= 100 and 0 <= mark.number < MOST_MARKS
        and all(len(one) <= _LONGEST and "\0" not in one for one in texts)
    )  # fmt: skip


def _cut(text: str) -> str:
    return text.replace("\0", "")[:_LONGEST]


def _broken() -> Problem:
    return Problem("invalid", "导入的核对信息不完整，请刷新后再导入", field="marks")
