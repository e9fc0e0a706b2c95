"""/api/v1/dictionary: the office's word list, out as JSON or CSV, in as CSV."""

from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from server.api.answers import PRIVATE, answer, done
from server.api.requests import file_of, form_of, query_of
from server.api.route import Route, signed_in
from server.core.acts import note
from server.core.problems import Problem
from server.forms.words import Filled, Form, Out, Query
from server.parts import PARTS
from server.review.lexicon import MOST_BYTES, read_words, write_words
from server.review.starting import STARTING_LIST
from server.store.dictionary import (
    MOST_WORDS,
    WordKind,
    WordPlace,
    WordSeverity,
    count_words,
    delete_word,
    list_words,
    put_words,
)


class WordOut(Out):
    """A line of the list."""

    word: str
    right: str
    context: str
    severity: WordSeverity
    place: WordPlace
    kind: WordKind
    note: str


class WordsOut(Out):
    """The office's own lines, and those of the program; an own line goes before one of the same word."""

    words: tuple[WordOut, ...]
    starting: tuple[WordOut, ...]


class WordsQuery(Query):
    """In which form."""

    form: Annotated[Literal["json", "csv"], Field(title="格式")] = "json"


class WordsInOut(Out):
    """What an import took; `serial` grows with every change of the list."""

    taken: int
    serial: int
    at: datetime


class WordGoneIn(Form):
    """Which line goes."""

    word: Annotated[Filled, Field(title="错词", max_length=60)]
    place: Annotated[WordPlace, Field(title="位置")] = "any"


async def show_words(request: web.Request) -> web.Response:
    """Give the list."""
    query = query_of(request, WordsQuery)
    async with request.config_dict[PARTS].store.read() as tx:
        rows = await list_words(tx)
    if query.form == "csv":
        headers = {**PRIVATE, "Content-Disposition": "attachment; filename=dictionary.csv"}
        return web.Response(body=write_words(rows), content_type="text/csv", charset="utf-8", headers=headers)
    return answer(
        WordsOut(
            words=tuple(WordOut.model_validate(row, from_attributes=True) for row in rows),
            starting=tuple(WordOut.model_validate(word, from_attributes=True) for word in STARTING_LIST),
        )
    )


async def import_words(request: web.Request) -> web.Response:
    """Take a CSV in, all of it or nothing; lines of the same word and place are replaced."""
    parts = request.config_dict[PARTS]
    _name, body = await file_of(request, MOST_BYTES)
    rows = read_words(body)
    by, at = signed_in(request).person_id, parts.now()
    async with parts.store.begin() as tx:
        serial = await put_words(tx, rows, ids=[parts.new_id() for _ in rows], by=by, at=at)
        if await count_words(tx) > MOST_WORDS:
            raise Problem("too_large", f"词库最多 {MOST_WORDS} 条，请先删去不用的词条", field="file")
        await note(tx, "dictionary.import", at=at, lines=len(rows), serial=serial)
    return answer(WordsInOut(taken=len(rows), serial=serial, at=at), 201)


async def remove_word(request: web.Request) -> web.Response:
    """Take a line out."""
    parts, form = request.config_dict[PARTS], await form_of(request, WordGoneIn)
    async with parts.store.begin() as tx:
        if not await delete_word(tx, form.word, form.place):
            raise Problem("invalid", f"词库里没有“{form.word}”", field="word")
        await note(tx, "dictionary.remove", at=parts.now(), word=form.word, place=form.place)
    return done()


_DICTIONARY = "/api/v1/dictionary"
ROUTES = (
    Route("GET", _DICTIONARY, show_words, "词库", "read", answer=WordsOut, query=WordsQuery),
    Route(
        "POST", _DICTIONARY, import_words, "导入词库", "manage_dictionary",
        answer=WordsInOut, status=201, takes="form",
    ),
    Route(
        "POST", f"{_DICTIONARY}/remove", remove_word, "删去词条", "manage_dictionary",
        form=WordGoneIn, status=204,
    ),
)  # fmt: skip
