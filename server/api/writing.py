"""/api/v1: who has an item open, unsaved texts, and the accounts that are ticked for a kind of item."""

from datetime import datetime
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from server.api.answers import answer, done
from server.api.items import get_item_for
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.core.organs import get_org
from server.core.problems import Problem
from server.core.ticked import tick
from server.forms.drafts import template_column
from server.forms.orders import TemplateIn
from server.forms.words import Form, Id, OrgCode, Out, Query
from server.parts import PARTS
from server.review.keeping import MOST_SLOTS, keep
from server.store.items import get_item
from server.store.scratches import Scratch, delete_scratch, find_scratch, list_scratches
from server.store.templates import Reach, list_templates, template_of
from server.store.words import KINDS


class EditingOut(Out):
    """Somebody else who has the item open."""

    name: str
    since: datetime


class EditorsOut(Out):
    """Who else has the item open; `is_known` false: nobody can tell at the moment, do not rely on it."""

    is_known: bool
    others: tuple[EditingOut, ...]


class ScratchIn(Form):
    """What somebody is writing. `after` is the serial of what was kept before, 0 for the first."""

    item: Annotated[Id | None, Field(title="稿件")] = None
    base: Annotated[int | None, Field(title="起始版本", ge=1, le=100_000)] = None
    after: Annotated[int, Field(title="上次保存的序号", ge=0, le=1_000_000_000)] = 0
    fields: Annotated[dict[str, Any], Field(title="内容", max_length=100)]


class ScratchOut(Out):
    """An unsaved text."""

    slot: str
    item: str | None
    base: int | None
    serial: int
    fields: dict[str, Any]
    saved_at: datetime

    @classmethod
    def of(cls, one: Scratch) -> "ScratchOut":
        """Give an unsaved text."""
        return cls(
            slot=one.slot, item=one.item_id, base=one.base, serial=one.serial, fields=dict(one.fields),
            saved_at=one.saved_at,
        )  # fmt: skip


class ScratchesOut(Out):
    """The caller's unsaved texts, newest first."""

    scratches: tuple[ScratchOut, ...]


class TemplateQuery(Query):
    """Of which organ."""

    org: Annotated[OrgCode, Field(title="机构代码")]


class TemplateOut(Out):
    """渠道模板; `column` null: for every column."""

    kind: str
    column: str | None
    accounts: tuple[str, ...]


class TemplatesOut(Out):
    """What an organ has set itself, and what holds for each kind there."""

    own: tuple[TemplateOut, ...]
    holding: tuple[TemplateOut, ...]


async def tell_editing(request: web.Request) -> web.Response:
    """Say that the caller has the item open, and give who else has."""
    parts, who = request.config_dict[PARTS], signed_in(request)
    async with parts.store.read() as tx:
        item = await get_item_for(tx, request, "write")
    others = await parts.presence.tell(item.id, who.person_id, who.name)
    told = tuple(EditingOut(name=one.name, since=one.since) for one in others or ())
    return answer(EditorsOut(is_known=others is not None, others=told))


async def leave_editing(request: web.Request) -> web.Response:
    """Say that the caller has closed the item."""
    await request.config_dict[PARTS].presence.leave(
        request.match_info["item_id"], signed_in(request).person_id
    )
    return done()


async def list_kept(request: web.Request) -> web.Response:
    """Give the caller's unsaved texts."""
    async with request.config_dict[PARTS].store.read() as tx:
        found = await list_scratches(tx, signed_in(request).person_id, limit=MOST_SLOTS)
    return answer(ScratchesOut(scratches=tuple(ScratchOut.of(one) for one in found)))


async def show_kept(request: web.Request) -> web.Response:
    """Give one of the caller's unsaved texts."""
    async with request.config_dict[PARTS].store.read() as tx:
        found = await find_scratch(tx, signed_in(request).person_id, request.match_info["slot"])
    if found is None:
        raise Problem("unknown_item", "没有这份草稿")
    return answer(ScratchOut.of(found))


async def keep_text(request: web.Request) -> web.Response:
    """Keep what the caller is writing."""
    parts, form, who = request.config_dict[PARTS], await form_of(request, ScratchIn), signed_in(request)
    slot = request.match_info["slot"][:40]
    async with parts.store.begin() as tx:
        if form.item is not None:
            who.require("write", (await get_item(tx, form.item)).org.id)
        kept = await keep(
            tx, who.person_id, slot, form.item, form.base, form.fields,
            after=form.after, most_bytes=parts.bounds.body_bytes, at=parts.now(),
        )  # fmt: skip
    return answer(ScratchOut.of(kept))


async def drop_text(request: web.Request) -> web.Response:
    """Throw one of the caller's unsaved texts away."""
    async with request.config_dict[PARTS].store.begin() as tx:
        await delete_scratch(tx, signed_in(request).person_id, request.match_info["slot"])
    return done()


async def show_templates(request: web.Request) -> web.Response:
    """Give the accounts that are ticked for each kind of item at an organ."""
    query = query_of(request, TemplateQuery)
    async with request.config_dict[PARTS].store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        signed_in(request).require("read", org.id)
        own = await list_templates(tx, org.id)
        holding = {Reach("", kind): await template_of(tx, org.id, kind, "") for kind in KINDS}
    return answer(
        TemplatesOut(
            own=tuple(_template(reach, slugs) for reach, slugs in own.items()),
            holding=tuple(_template(reach, slugs) for reach, slugs in holding.items()),
        )
    )


async def put_template(request: web.Request) -> web.Response:
    """Set the accounts of an organ for a kind, in every column or in one."""
    parts, form = request.config_dict[PARTS], await form_of(request, TemplateIn)
    async with parts.store.begin() as tx:
        org = await get_org(tx, form.org, field="org")
        signed_in(request).require("manage_accounts", org.id)
        column = template_column(parts.site, form.column, await list_templates(tx, org.id))
        found = await tick(tx, org.id, Reach(column, form.kind), form.accounts, at=parts.now())
    return answer(_template(Reach(column, form.kind), tuple(one.slug for one in found)))


def _template(reach: Reach, slugs: tuple[str, ...]) -> TemplateOut:
    return TemplateOut(kind=reach.kind, column=reach.column or None, accounts=slugs)


_EDITING, _SLOT = "/api/v1/items/{item_id}/editing", "/api/v1/scratches/{slot}"
_TEMPLATES = "/api/v1/channel-templates"
ROUTES = (
    Route("POST", _EDITING, tell_editing, "正在编辑", "write", answer=EditorsOut),
    Route("DELETE", _EDITING, leave_editing, "不再编辑", "write", status=204),
    Route("GET", "/api/v1/scratches", list_kept, "没有保存的草稿", "write", answer=ScratchesOut),
    Route("GET", _SLOT, show_kept, "取回草稿", "write", answer=ScratchOut),
    Route("PUT", _SLOT, keep_text, "自动保存草稿", "write", form=ScratchIn, answer=ScratchOut),
    Route("DELETE", _SLOT, drop_text, "丢弃草稿", "write", status=204),
    Route("GET", _TEMPLATES, show_templates, "渠道模板", "read", answer=TemplatesOut, query=TemplateQuery),
    Route(
        "PUT",
        _TEMPLATES,
        put_template,
        "设置渠道模板",
        "manage_accounts",
        form=TemplateIn,
        answer=TemplateOut,
    ),
)
