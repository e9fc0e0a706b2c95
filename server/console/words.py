"""/console/words: the office's word list, in from a CSV and out as one, and what the program brings along."""

import asyncio
from typing import Final

from aiohttp import web

from channels.characters import one_line
from server.console.page import Page, Visit
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.lexicon import WordGoneIn
from server.forms.refusals import REFUSALS, refusals_of
from server.review.findings import SEVERITY_NAMES
from server.review.lexicon import MOST_BYTES, read_words, write_words
from server.review.starting import STARTING_LIST
from server.review.wordlist import drop_word, take_words
from server.security.office_wide import refuse_for_office
from server.store.dictionary import WordRow, list_words

_MOST: Final = 200
_KINDS: Final = {
    "misspelling": "错别字", "state_name": "国家机构名称", "leader": "领导", "law": "法律名称",
    "sensitive": "敏感表述", "office_phone": "办公电话",
}  # fmt: skip


async def show_words(visit: Visit) -> web.Response:
    """Show the list, narrowed to what was asked for."""
    return await _page(visit)


async def give_words(visit: Visit) -> web.Response:
    """Give the office's own lines as a CSV."""
    async with visit.parts.store.read() as tx:
        rows = await list_words(tx)
    headers = {
        "Content-Disposition": "attachment; filename=dictionary.csv",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=write_words(rows), content_type="text/csv", charset="utf-8", headers=headers)


async def take_list(visit: Visit) -> web.Response:
    """Take a CSV in, all of it or nothing."""
    parts, files = visit.parts, visit.fields.files("file")
    try:
        if len(files) != 1:
            raise Problem("invalid", "请选择一个 CSV 文件", field="file")
        if len(files[0].body) > MOST_BYTES:
            raise Problem("too_large", f"词库文件超过 {MOST_BYTES // 1_000_000} MB 的上限", field="file")
        rows = await asyncio.to_thread(read_words, files[0].body)
        async with parts.store.begin() as tx:
            await take_words(tx, rows, by=visit.who.person_id, at=parts.now(), new_id=parts.new_id)
    except REFUSALS as error:
        return await _page(visit, trouble=refusals_of(error))
    return visit.back("/console/words", done="imported_words")


async def take_drop(visit: Visit) -> web.Response:
    """Take a line out."""
    parts = visit.parts
    try:
        form = filled_in(WordGoneIn, {name: visit.fields.get(name) for name in ("word", "place")})
        async with parts.store.begin() as tx:
            await drop_word(tx, form.word, form.place, at=parts.now())
    except REFUSALS as error:
        return await _page(visit, trouble=refusals_of(error))
    return visit.back("/console/words", done="changed")


async def _page(visit: Visit, *, trouble: tuple[Problem, ...] = ()) -> web.Response:
    asked = one_line(visit.query("q"))
    async with visit.parts.store.read() as tx:
        rows = await list_words(tx)
        only_office = await refuse_for_office(tx, visit.who, "manage_dictionary")
    return visit.show(
        "words.html", section="words", trouble=trouble, trouble_heading="没有更改",
        rows=_found(rows, asked)[:_MOST], count=len(rows), asked=asked, most=_MOST, kinds=_KINDS,
        starting=STARTING_LIST, severities=SEVERITY_NAMES,
        may_change=not only_office,
        only_office=only_office if visit.who.orgs_for("manage_dictionary") else "",
    )  # fmt: skip


def _found(rows: tuple[WordRow, ...], asked: str) -> tuple[WordRow, ...]:
    return tuple(row for row in rows if asked in row.word or asked in row.right)


PAGES = (
    Page("GET", "/console/words", show_words, "read"),
    Page("GET", "/console/words/list", give_words, "read"),
    Page("POST", "/console/words", take_list, "manage_dictionary"),
    Page("POST", "/console/words/drop", take_drop, "manage_dictionary"),
)
