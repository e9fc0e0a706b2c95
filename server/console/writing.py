"""/console/items/new and …/edit: an item is written and rewritten, and no save hides another."""

import asyncio
from typing import Any, Final

from aiohttp import web

from server.console.media import keep_uploads
from server.console.page import Page, Visit
from server.console.scratch import field_of, find_kept, typed_in
from server.console.shelves import first_column
from server.console.typed import OVERRIDDEN, File, Typed
from server.console.writing_form import WritingForm
from server.core.draft import create_item, find_just_made, revise_item, says_the_same
from server.core.practice import refuse_world
from server.core.problems import Problem, Problems
from server.forms.drafts import draft_of
from server.forms.refusals import REFUSALS, refusals_of
from server.importing.confirming import confirm_marks, legible_marks, read_marks
from server.importing.dropped import dropped_from
from server.importing.html import read_body
from server.importing.shape import shape
from server.review.differences import compare_texts
from server.review.elements import silent_pictures
from server.store.import_marks import insert_marks, list_marks
from server.store.items import ItemSeen, find_item, get_item
from server.store.orgs import OrgRow, list_orgs
from server.store.people import get_person
from server.store.practice import list_practising
from server.store.scratches import delete_scratch, list_new_scratches

_MOST_UNSAVED: Final = 3


class _Refused(Exception):
    """Some files of a form were refused; the others stand in `typed`."""

    def __init__(self, typed: Typed, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(one) for one in problems))
        self.typed, self.problems = typed, problems


async def show_new(visit: Visit) -> web.Response:
    """Show an empty form, in the organ of the visitor."""
    orgs = await orgs_of(visit)
    kind = {"kind": "interpretation"} if visit.query("interprets") else {}
    column = first_column(visit.parts.site, visit.query("column"))
    typed = Typed.new(org=orgs[0].code if orgs else "", column=column, **kind)
    async with visit.parts.store.read() as tx:
        kept = await find_kept(tx, visit, visit.query("restore"))
        unsaved = await list_new_scratches(tx, visit.who.person_id, limit=_MOST_UNSAVED)
    if kept is not None and kept.item_id is None:
        restored = WritingForm(
            typed_in(kept), orgs=orgs, slot=kept.slot, after=kept.serial,
            marks=legible_marks(field_of(kept, "marks")), interprets=field_of(kept, "interprets"),
        )  # fmt: skip
        return restored.show(visit)
    return WritingForm(typed, orgs=orgs, unsaved=unsaved).show(visit)


async def take_new(visit: Visit) -> web.Response:
    """Write a new item; what cannot be taken is shown again as it was typed."""
    typed = Typed.of_fields(visit.fields)
    try:
        typed = await _with_uploads(visit, typed)
        seen = await _write(visit, typed, None)
    except (*REFUSALS, _Refused) as error:
        return await _again(visit, _typed_in(error, typed), error, None)
    if visit.fields.get("interprets") and seen.kind == "interpretation":
        return await _to_its_document(visit, seen)
    return _saved(visit, seen, typed)


async def show_edit(visit: Visit) -> web.Response:
    """Show the newest revision in the form."""
    seen = await _item(visit)
    async with visit.parts.store.read() as tx:
        practising = await list_practising(tx, frozenset({seen.org.id}))
        kept = await find_kept(tx, visit, seen.id)
        marks = await list_marks(tx, seen.id)
    refuse_world(seen, is_practising=bool(practising))  # before anything is typed in vain
    if kept is not None and visit.query("restore") == seen.id:
        return WritingForm(typed_in(kept), seen, after=kept.serial, marks=marks).show(visit)
    after = kept.serial if kept else 0
    return WritingForm(Typed.of_item(seen), seen, kept=kept, after=after, marks=marks).show(visit)


async def take_edit(visit: Visit) -> web.Response:
    """Write the next revision, unless somebody has written one since the form was opened."""
    seen, typed = await _item(visit), Typed.of_fields(visit.fields)
    try:
        typed = await _with_uploads(visit, typed)
        seen = await _write(visit, typed, seen)
    except (*REFUSALS, _Refused) as error:
        return await _again(visit, _typed_in(error, typed), error, seen)
    return _saved(visit, seen, typed)


async def _item(visit: Visit) -> ItemSeen:
    async with visit.parts.store.read() as tx:
        seen = await get_item(tx, visit.place("item_id"))
    visit.who.require("write", seen.org.id)
    return seen


async def _write(visit: Visit, typed: Typed, old: ItemSeen | None) -> ItemSeen:
    parts, by = visit.parts, visit.who.person_id
    form = typed.form()
    body = await read_body(form.body)
    _require_words(body.html)
    async with parts.store.begin() as tx:
        former = None if old is None else old.revision.sheet.column
        draft = await draft_of(tx, form, body, visit.who, parts.site, former=former)
        slot = visit.fields.get("slot")
        if await find_kept(tx, visit, slot) is not None:
            await delete_scratch(tx, by, slot)
        if old is None:
            just_made = await find_just_made(tx, draft, by=by, at=parts.now())
            if just_made is not None:
                return just_made
            made = await create_item(tx, draft, by=by, at=parts.now(), new_id=parts.new_id)
            await insert_marks(tx, made.id, read_marks(visit.fields.get("marks")))
            await confirm_marks(tx, made, _confirmed(visit), at=parts.now())
            return made
        await confirm_marks(tx, old, _confirmed(visit), at=parts.now())
        if draft.org.id != old.org.id:
            raise Problem("wrong_state", "发布机构定下后不能更改", field="org")
        if typed.base is None:
            raise Problem("invalid", "表单不完整，请重新打开这一页再修改")
        if typed.base == old.revision.number and says_the_same(draft, old):
            return old  # whoever only looks at it again must not undo an approval
        return await revise_item(
            tx, old.id, draft, by=by, at=parts.now(), new_id=parts.new_id, base=typed.base
        )


def _confirmed(visit: Visit) -> frozenset[int] | None:
    """Give the numbers of the marks that the editor has confirmed; None: all of them."""
    if visit.fields.get("then") == "confirmed":
        return None
    ticked = visit.fields.all("confirmed")
    return frozenset(int(one) for one in ticked if one.isascii() and one.isdigit() and len(one) < 4)


def _require_words(body: str) -> None:
    """Refuse a picture that nobody described: whoever cannot see it would learn nothing."""
    silent = silent_pictures(body)
    if silent:
        numbers = "、".join(str(number) for number in silent[:10])
        raise Problem(
            "invalid",
            f"第 {numbers} 张图片没有说明：请写明图中内容，或标为“装饰图片”；其他内容都在，写好再保存",
            field="body",
        )


async def _with_uploads(visit: Visit, typed: Typed) -> Typed:
    """Keep the files that came with the form; they stay even when something else is wrong with it."""
    files, refused = await keep_uploads(visit, "files")
    pictures, also_refused = await keep_uploads(visit, "pictures")
    typed = typed.with_files(tuple(File(one.row.sha256, one.name) for one in files))
    if pictures:
        typed = typed.with_pictures(tuple(one.row.sha256 for one in pictures))
    for channel in OVERRIDDEN:
        covers, not_taken = await keep_uploads(visit, f"{channel}_cover_file")
        refused += not_taken
        if covers:
            typed = typed.with_cover(channel, covers[0].row.sha256)
        elif visit.fields.has(f"{channel}_cover_drop"):
            typed = typed.with_cover(channel, "")
    if refused or also_refused:
        raise _Refused(typed, (*refused, *also_refused))
    return typed


def _typed_in(error: Exception, typed: Typed) -> Typed:
    return error.typed if isinstance(error, _Refused) else typed


async def _again(visit: Visit, typed: Typed, error: Exception, seen: ItemSeen | None) -> web.Response:
    """Show the form again with what was typed and what is wrong with it; raises what is no refusal."""
    found = refusals_of(Problems(error.problems) if isinstance(error, _Refused) else error)
    if seen is None:
        marks = legible_marks(visit.fields.get("marks"))
        return WritingForm(typed, orgs=await orgs_of(visit), trouble=found, marks=marks).show(visit)
    if found[0].code == "lost_race":
        return await _conflict(visit, typed, seen.id)
    async with visit.parts.store.read() as tx:
        marks = await list_marks(tx, seen.id)
    return WritingForm(typed, seen, trouble=found, marks=marks).show(visit)


async def _conflict(visit: Visit, typed: Typed, item_id: str) -> web.Response:
    """Show both texts: what stands now, and what was just typed. The next save knows of the first."""
    async with visit.parts.store.read() as tx:
        seen = await get_item(tx, item_id)
        other = await get_person(tx, seen.revision.created_by)
        marks = await list_marks(tx, seen.id)
    theirs = Typed.of_item(seen)
    pieces = await asyncio.to_thread(_compare, theirs.values["body"], typed.form().body)
    changed = [
        (name, theirs.values[name], typed.values[name])
        for name in theirs.values
        if name != "body" and theirs.values[name] != typed.values[name]
    ]
    conflict = {"by": other.name, "at": seen.revision.created_at, "pieces": pieces, "changed": changed}
    mine = typed.with_base(seen.revision.number)
    return WritingForm(mine, seen, marks=marks, conflict=conflict).show(visit)


def _compare(theirs: str, mine: str) -> Any:
    return compare_texts(shape(theirs).text, shape(mine).text)


def _saved(visit: Visit, seen: ItemSeen, typed: Typed) -> web.Response:
    codes = [one.code for one in dropped_from(typed.form().body)]
    codes += ["formats"] if typed.is_flattened else []
    told = {"dropped": ".".join(codes)} if codes else {}
    if visit.fields.get("then") == "check":
        find = visit.fields.get("find")[:16]  # the finding that the author wants to answer for
        beside = {"find": find} if find else {}
        return visit.go(f"/console/items/{seen.id}/check", done="saved", **beside, **told)
    return visit.go(f"/console/items/{seen.id}/edit", done="saved", **told)


async def _to_its_document(visit: Visit, seen: ItemSeen) -> web.Response:
    """Lead on to where a new interpretation is tied to the document that it was begun for."""
    async with visit.parts.store.read() as tx:
        source = await find_item(tx, visit.fields.get("interprets")[:16])
    is_seen = source is not None and source.org.id in visit.who.orgs_for("read")
    words = {"q": source.index_number} if source is not None and is_seen else {}
    return visit.go(f"/console/items/{seen.id}/follow", done="saved", **words)


async def orgs_of(visit: Visit) -> tuple[OrgRow, ...]:
    """Give the organs for which the visitor may write."""
    async with visit.parts.store.read() as tx:
        return await list_orgs(tx, visit.who.orgs_for("write"))


_EDIT = "/console/items/{item_id}/edit"
PAGES = (
    Page("GET", "/console/items/new", show_new, "write"),
    Page("POST", "/console/items/new", take_new, "write"),
    Page("GET", _EDIT, show_edit, "write"),
    Page("POST", _EDIT, take_edit, "write"),
)
