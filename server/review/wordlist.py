"""The office's word list is changed: whole files in, single lines out, each change noted."""

from collections.abc import Callable, Sequence
from datetime import datetime

from server.core.acts import note
from server.core.problems import Problem
from server.store.dictionary import MOST_WORDS, WordPlace, WordRow, count_words, delete_word, put_words
from server.store.tx import Tx


async def take_words(
    tx: Tx, rows: Sequence[WordRow], *, by: str, at: datetime, new_id: Callable[[], str]
) -> tuple[int, int]:
    """Take lines in, all of them or none; gives how many, and the list's new serial."""
    serial = await put_words(tx, rows, ids=[new_id() for _ in rows], by=by, at=at)
    if await count_words(tx) > MOST_WORDS:
        raise Problem("too_large", f"词库最多 {MOST_WORDS} 条，请先删去不用的词条", field="file")
    await note(tx, "dictionary.import", at=at, lines=len(rows), serial=serial)
    return len(rows), serial


async def drop_word(tx: Tx, word: str, place: WordPlace, *, at: datetime) -> None:
    """Take a line out; refuses one that is not there."""
    if not await delete_word(tx, word, place):
        raise Problem("invalid", f"词库里没有“{word}”", field="word")
    await note(tx, "dictionary.remove", at=at, word=word, place=place)
