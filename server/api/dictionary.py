"""/api/v1/dictionary: the office's word list, out as JSON or CSV, in as CSV."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from server.api.answers import PRIVATE, answer, done
from server.api.requests import file_of, form_of, query_of
from server.api.route import Route, signed_in
from server.forms.lexicon import WordGoneIn
from server.forms.words import Out, Query
from server.parts import PARTS
from server.report.sheets import CSV
from server.review.lexicon import MOST_BYTES, read_words, write_words
from server.review.starting import STARTING_LIST
from server.review.wordlist import drop_word, take_words
from server.store.dictionary import (
    WordKind,
    WordPlace,
    WordSeverity,
    list_words,
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


async def show_words(request: web.Request) -> web.Response:
    """Give the list."""
    query = query_of(request, WordsQuery)
    async with request.config_dict[PARTS].store.read() as tx:
        rows = await list_words(tx)
    if query.form == "csv":
        headers = {**PRIVATE, "Content-Disposition": "attachment; filename=dictionary.csv"}
        return web.Response(body=write_words(rows), content_type=CSV, charset="utf-8", headers=headers)
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
    by, at = signed_in(request).person_id, parts.now()
    rows = await asyncio.to_thread(read_words, body)  # thousands of lines: nobody else waits for them
    async with parts.store.begin() as tx:
        taken, serial = await take_words(tx, rows, by=by, at=at, new_id=parts.new_id)
    return answer(WordsInOut(taken=taken, serial=serial, at=at), 201)


async def remove_word(request: web.Request) -> web.Response:
    """Take a line out."""
    parts, form = request.config_dict[PARTS], await form_of(request, WordGoneIn)
    async with parts.store.begin() as tx:
        await drop_word(tx, form.word, form.place, at=parts.now())
    return done()


_DICTIONARY = "/api/v1/dictionary"
ROUTES = (
    Route("GET", _DICTIONARY, show_words, "词库", "read", answer=WordsOut, query=WordsQuery, files=(CSV,)),
    Route(
        "POST", _DICTIONARY, import_words, "导入词库", "manage_dictionary",
        answer=WordsInOut, status=201, takes="form",
    ),
    Route(
        "POST", f"{_DICTIONARY}/remove", remove_word, "删去词条", "manage_dictionary",
        form=WordGoneIn, status=204,
    ),
)  # fmt: skip
