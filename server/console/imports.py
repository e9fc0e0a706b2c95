"""/console/imports: Word, HTML and Markdown files become drafts, each with what was found in it and where."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from aiohttp import web

from server.console.environment import rendered
from server.console.fields import Upload
from server.console.page import Page, Visit, tell
from server.console.shelves import columns_for
from server.console.typed import Typed
from server.console.writing import orgs_of
from server.console.writing_form import WritingForm
from server.core.draft import create_item
from server.core.organs import get_org
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.drafts import require_column
from server.forms.filing import FilingIn
from server.forms.refusals import REFUSALS, refusals_of, status_of
from server.importing.batches import InTheMeantime, find_taken, note_taken
from server.importing.confirming import marks_to_keep
from server.importing.documents import read_document
from server.importing.found import PART_NAMES, Document, Mark, told
from server.importing.html import Body
from server.importing.taking import Filing, draft_of_document, keep_document
from server.store.import_marks import KeptMark, insert_marks
from server.store.items import get_item
from server.store.tx import Tx

_NAMES: Final = ("org", "column", "kind", "openness")
_BATCH: Final = re.compile(r"[0-9a-z]{8,40}")
_SURE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Taken:
    """One file: a draft with its marks, or a refusal that says what to do."""

    name: str
    item_id: str = ""
    title: str = ""
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def doubts(self) -> int:
        """Give how many things a person should look at: what was told him, and marks that may be wrong."""
        return len(self.notes) + sum(mark.confidence < _SURE for mark in self.marks)


async def show_imports(visit: Visit) -> web.Response:
    """Show the form for files."""
    return await _form(visit, {"kind": "policy", "openness": "open"})


async def take_imports(visit: Visit) -> web.Response:
    """Take files in: one alone opens in the editor, several become drafts, each for itself."""
    uploads = visit.fields.files("file")
    typed = {name: visit.fields.get(name) for name in _NAMES}
    try:
        if not uploads:
            raise Problem("invalid", "请选择要导入的文件（.docx、.html、.md）", field="file")
        filing = await _filing(visit, typed)
        if len(uploads) == 1:
            return await _opened(visit, uploads[0], typed)
    except REFUSALS as error:
        return await _form(visit, typed, trouble=refusals_of(error))
    taken = tuple([await _drafted(visit, one, filing) for one in uploads])
    return await _form(visit, typed, taken=taken)


async def read_import(visit: Visit) -> web.Response:
    """Read one file for the script of the editor, which puts it into the form; the answer is JSON."""
    uploads = visit.fields.files("file")
    try:
        if len(uploads) != 1:
            raise Problem("invalid", "请选择一个文件", field="file")
        document, body = await _read(visit, uploads[0])
    except REFUSALS as error:
        found = refusals_of(error)
        return tell({"error": "；".join(one.message for one in found)}, status_of(found[0]))
    return tell({**_values(document, body), "notes": list(_notes(document))}, 200)


async def take_one(visit: Visit) -> web.Response:
    """Take one file of a batch; the script sends the next when it has heard. The answer is JSON with a row.

    Sent again under the same `batch`, because its answer was lost, a file becomes no second draft.
    """
    batch, uploads = visit.fields.get("batch"), visit.fields.files("file")
    typed = {name: visit.fields.get(name) for name in _NAMES}
    try:
        if len(uploads) != 1 or not _BATCH.fullmatch(batch):
            raise Problem("invalid", "页面不完整，请刷新后再导入", field="file")
        filing = await _filing(visit, typed)
    except REFUSALS as error:
        found = refusals_of(error)
        return tell({"error": "；".join(one.message for one in found)}, status_of(found[0]))
    store = visit.parts.store
    async with store.read() as tx:
        taken = await _known(tx, visit, uploads[0], batch)
    if taken is None:
        try:
            taken = await _drafted(visit, uploads[0], filing, batch)
        except InTheMeantime:
            # Writers share commits: what refused us may not be committed yet, and only writers wait for it.
            async with store.begin() as tx:
                taken = await _known(tx, visit, uploads[0], batch)
    row = rendered("imports_row.html", one=taken, part_names=PART_NAMES)
    return tell({"row": row, "is_taken": bool(taken and taken.item_id)}, 200)


async def _known(tx: Tx, visit: Visit, upload: Upload, batch: str) -> Taken | None:
    item_id = await find_taken(tx, visit.who.person_id, batch, upload.body)
    if item_id is None:
        return None
    title = (await get_item(tx, item_id)).revision.title
    return Taken(upload.name, item_id, title, notes=("这个文件刚才已经导入，没有重复建稿",))


async def _filing(visit: Visit, typed: dict[str, str]) -> Filing:
    form = filled_in(FilingIn, typed)
    require_column(visit.parts.site, form.column)
    async with visit.parts.store.read() as tx:
        org = await get_org(tx, form.org, field="org")
    visit.who.require("write", org.id)
    return Filing(org.as_org(), form.column, form.kind, form.openness)


async def _opened(visit: Visit, upload: Upload, given: dict[str, str]) -> web.Response:
    """Open one file in the editor; nothing becomes an item before its editor saves it."""
    document, body = await _read(visit, upload)
    typed = Typed.new(**given)
    values = {**typed.values, **_values(document, body)}
    opened = WritingForm(
        replace(typed, values=values), orgs=await orgs_of(visit),
        marks=_marks_of(document, upload.name), source=upload.name,
    )  # fmt: skip
    return opened.show(visit)


def _values(document: Document, body: Body) -> dict[str, str]:
    return {
        "title": document.title,
        "body": body.html,
        "document_number": document.document_number or "",
        "formed_on": document.formed_on.isoformat() if document.formed_on else "",
    }


async def _drafted(visit: Visit, upload: Upload, filing: Filing, batch: str = "") -> Taken:
    parts, by, at = visit.parts, visit.who.person_id, visit.parts.now()
    try:
        document, body = await _read(visit, upload)
        async with parts.store.begin() as tx:
            draft = await draft_of_document(tx, document, body, filing, by=by)
            item = await create_item(tx, draft, by=by, at=at, new_id=parts.new_id)
            await insert_marks(tx, item.id, _marks_of(document, upload.name))
            if batch:
                await note_taken(tx, by, batch, upload.body, item.id, at=at)
    except REFUSALS as error:
        found = refusals_of(error)
        return Taken(upload.name, refusal="；".join(one.message for one in found))
    return Taken(upload.name, item.id, draft.title, document.marks, _notes(document))


async def _read(visit: Visit, upload: Upload) -> tuple[Document, Body]:
    parts = visit.parts
    document = await read_document(upload.body, upload.name, limit=parts.bounds.attachment_bytes)
    body = await keep_document(parts.store, parts.blobs, document, by=visit.who.person_id, at=parts.now())
    return document, body


def _marks_of(document: Document, name: str) -> tuple[KeptMark, ...]:
    """Give what goes with the draft: what was lost first, for nobody finds that in the draft itself."""
    return marks_to_keep((*map(told, _notes(document)), *document.marks), name)


def _notes(document: Document) -> tuple[str, ...]:
    if not document.attachments:
        return document.warnings
    named = "、".join(document.attachments)
    return (*document.warnings, f"文中写有附件：{named}。附件文件请另外上传")


async def _form(
    visit: Visit,
    typed: dict[str, str],
    *,
    taken: tuple[Taken, ...] = (),
    trouble: tuple[Problem, ...] = (),
) -> web.Response:
    values: dict[str, Any] = {**dict.fromkeys(_NAMES, ""), **typed}
    return visit.show(
        "imports.html", section="import", trouble=trouble, trouble_heading="没有导入",
        values=values, orgs=await orgs_of(visit), taken=taken, part_names=PART_NAMES,
        columns=columns_for(visit.parts.site, values["column"]),
    )  # fmt: skip


PAGES = (
    Page("GET", "/console/imports", show_imports, "write"),
    Page("POST", "/console/imports", take_imports, "write"),
    Page("POST", "/console/imports/one", take_one, "write"),
    Page("POST", "/console/imports/read", read_import, "write"),
)
