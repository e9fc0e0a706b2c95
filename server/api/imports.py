"""/api/v1/imports: Word, HTML and Markdown files, each with its own answer; drafts of them at will."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Final, Literal

from aiohttp import BodyPartReader, web
from pydantic import Field

from channels.item import Kind, Openness
from server.api.answers import answer
from server.api.requests import query_of
from server.api.route import Route, signed_in
from server.core.draft import create_item
from server.core.organs import get_org
from server.core.problems import Problem, too_large
from server.forms.drafts import require_column
from server.forms.multipart import BROKEN, file_name
from server.forms.words import OrgCode, Out, Query
from server.importing.documents import read_document
from server.importing.found import PART_NAMES, Document, Mark, Part
from server.importing.html import Body
from server.importing.taking import Filing, draft_of_document, keep_document
from server.parts import PARTS, Parts

MOST_FILES: Final = 500
_BOUNDS: Final = "请用 multipart/form-data 上传一个或多个名为 file 的文件"


class ImportQuery(Query):
    """Where the drafts go; left out altogether, nothing is written and the answer is a proposal."""

    org: Annotated[OrgCode | None, Field(title="发布机构")] = None
    column: Annotated[str | None, Field(title="栏目", min_length=1, max_length=64)] = None
    kind: Annotated[Kind | None, Field(title="种类")] = None
    openness: Annotated[Openness | None, Field(title="公开属性")] = None


class MarkOut(Out):
    """“在这里找到”: a part, the words it was read from, where they stood, and how sure, from 0 to 1."""

    part: Part
    name: str
    value: str
    words: str
    place: str
    confidence: float
    is_dropped: bool

    @classmethod
    def of(cls, mark: Mark) -> "MarkOut":
        """Give a mark with its Chinese name."""
        return cls(
            part=mark.part, name=PART_NAMES[mark.part], value=mark.value, words=mark.words,
            place=mark.place, confidence=mark.confidence, is_dropped=mark.is_dropped,
        )  # fmt: skip


class ProposalOut(Out):
    """What an item could be made of; `body` is clean, and its pictures are kept already."""

    title: str
    document_number: str | None
    formed_on: date | None
    issuer: str | None
    attachments: tuple[str, ...]
    body: str
    marks: tuple[MarkOut, ...]
    warnings: tuple[str, ...]


class FileOut(Out):
    """One file: taken, or refused with a sentence that says what to do."""

    name: str
    result: Literal["proposed", "created", "refused"]
    code: str
    detail: str
    item_id: str | None
    proposal: ProposalOut | None


class ImportOut(Out):
    """Every file in the order it came."""

    files: tuple[FileOut, ...]
    taken: int
    refused: int


async def import_files(request: web.Request) -> web.Response:
    """Take files in one by one: each stands or falls alone, and none is half imported."""
    parts = request.config_dict[PARTS]
    filing = await _filing(request, query_of(request, ImportQuery))
    told = [await _take(request, parts, name, body, filing) async for name, body in _files(request)]
    if not told:
        raise Problem("invalid", _BOUNDS, field="file")
    taken = sum(one.result != "refused" for one in told)
    return answer(ImportOut(files=tuple(told), taken=taken, refused=len(told) - taken))


async def _filing(request: web.Request, query: ImportQuery) -> Filing | None:
    given = (query.org, query.column, query.kind, query.openness)
    if all(one is None for one in given):
        return None
    if query.org is None or query.column is None or query.kind is None or query.openness is None:
        raise Problem("invalid", "要直接建稿，请同时给出发布机构、栏目、种类和公开属性", field="org")
    require_column(request.config_dict[PARTS].site, query.column)
    async with request.config_dict[PARTS].store.read() as tx:
        org = await get_org(tx, query.org, field="org")
    signed_in(request).require("write", org.id)
    return Filing(org.as_org(), query.column, query.kind, query.openness)


async def _take(
    request: web.Request, parts: Parts, name: str, body: bytes | None, filing: Filing | None
) -> FileOut:
    limit, by = parts.bounds.attachment_bytes, signed_in(request).person_id
    try:
        if body is None:
            raise too_large(f"“{name}”", limit)
        document = await read_document(body, name, limit=limit)
        kept = await keep_document(parts.store, parts.blobs, document, by=by, at=parts.now())
        item_id = await _create(parts, document, kept, filing, by) if filing else None
    except Problem as refused:
        return FileOut(
            name=name,
            result="refused",
            code=refused.code,
            detail=refused.message,
            item_id=None,
            proposal=None,
        )
    return FileOut(
        name=name,
        result="created" if item_id else "proposed",
        code="",
        detail="",
        item_id=item_id,
        proposal=_proposal(document, kept, with_body=item_id is None),
    )


async def _create(parts: Parts, document: Document, body: Body, filing: Filing, by: str) -> str:
    async with parts.store.begin() as tx:
        draft = await draft_of_document(tx, document, body, filing, by=by)
        return (await create_item(tx, draft, by=by, at=parts.now(), new_id=parts.new_id)).id


def _proposal(document: Document, body: Body, *, with_body: bool) -> ProposalOut:
    return ProposalOut(
        title=document.title,
        document_number=document.document_number,
        formed_on=document.formed_on,
        issuer=document.issuer,
        attachments=document.attachments,
        body=body.html if with_body else "",
        marks=tuple(MarkOut.of(mark) for mark in document.marks),
        warnings=document.warnings,
    )


async def _files(request: web.Request) -> AsyncIterator[tuple[str, bytes | None]]:
    """Give the files of a form one at a time, None for one that is too large; only one is held at a time."""
    if request.content_type != "multipart/form-data":
        raise Problem("invalid", _BOUNDS, field="file")
    limit, count = request.config_dict[PARTS].bounds.attachment_bytes, 0
    try:
        form = await request.multipart()
        while (part := await form.next()) is not None:
            if not isinstance(part, BodyPartReader) or part.name != "file" or not part.filename:
                raise Problem("invalid", _BOUNDS, field="file")
            count += 1
            if count > MOST_FILES:
                raise Problem("too_large", f"一次最多导入 {MOST_FILES} 个文件，前面的已经处理", field="file")
            yield file_name(part.filename), await _body_of(part, limit)
    except BROKEN as error:
        raise Problem("invalid", _BOUNDS, field="file") from error


async def _body_of(part: BodyPartReader, limit: int) -> bytes | None:
    body = bytearray()
    is_too_large = False
    while chunk := await part.read_chunk(64 * 1024):
        is_too_large = is_too_large or len(body) + len(chunk) > limit
        if not is_too_large:
            body += chunk
    return None if is_too_large else bytes(body)


ROUTES = (
    Route(
        "POST", "/api/v1/imports", import_files, "导入 Word、网页和 Markdown 文件", "write",
        query=ImportQuery, answer=ImportOut, takes="form",
    ),
)  # fmt: skip
