"""/api/v1/items: written and rewritten, submitted, approved and returned."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.item_forms import ItemBrief, ItemOut, ItemsOut
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.core.copying import copy_as_real
from server.core.draft import create_item, revise_item
from server.core.organs import get_org
from server.core.problems import Problem
from server.forms.decisions import ApproveIn, ReturnIn
from server.forms.drafts import ItemIn, draft_of
from server.forms.words import Line, Moment, OrgCode, Query
from server.importing.html import read_body
from server.parts import PARTS
from server.review.approvals import approve, return_item, submit
from server.security.access import Act
from server.store.items import ItemSeen, find_item_by_index_number, get_item, list_items
from server.store.orgs import subtree_ids
from server.store.tx import Tx


class ItemsQuery(Query):
    """Which items: of one organ and all below it, or the one with a 索引号."""

    org: Annotated[OrgCode | None, Field(title="机构代码")] = None
    index_number: Annotated[Line | None, Field(title="索引号", max_length=64)] = None
    before: Annotated[Moment | None, Field(title="早于")] = None
    limit: Annotated[int, Field(title="条数", ge=1, le=100)] = 50


async def get_item_for(tx: Tx, request: web.Request, act: Act) -> ItemSeen:
    """Give the item of the address, when the caller may do this at its organ."""
    seen = await get_item(tx, request.match_info["item_id"])
    signed_in(request).require(act, seen.org.id)
    return seen


async def list_readable(request: web.Request) -> web.Response:
    """Give the newest items that the caller may see."""
    parts, query = request.config_dict[PARTS], query_of(request, ItemsQuery)
    org_ids = signed_in(request).orgs_for("read")
    async with parts.store.read() as tx:
        if query.org is not None:
            org_ids &= await subtree_ids(tx, (await get_org(tx, query.org, field="org")).id)
        if query.index_number is not None:
            found = await find_item_by_index_number(tx, query.index_number)
            items: tuple[ItemSeen, ...] = (found,) if found and found.org.id in org_ids else ()
        else:
            items = await list_items(tx, org_ids, query.limit, query.before)
    more = items[-1].created_at if len(items) == query.limit else None
    return answer(ItemsOut(items=tuple(ItemBrief.of(seen, parts.site) for seen in items), next=more))


async def write_item(request: web.Request) -> web.Response:
    """Write a new item with revision 1."""
    parts, form = request.config_dict[PARTS], await form_of(request, ItemIn)
    body = await read_body(form.body)
    async with parts.store.begin() as tx:
        draft = await draft_of(tx, form, body, signed_in(request), parts.site)
        by = signed_in(request).person_id
        seen = await create_item(tx, draft, by=by, at=parts.now(), new_id=parts.new_id)
    return answer(ItemOut.of(seen, parts.site, body.dropped), 201)


async def rewrite_item(request: web.Request) -> web.Response:
    """Write the next revision of an item."""
    parts, form = request.config_dict[PARTS], await form_of(request, ItemIn)
    body = await read_body(form.body)
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "write")
        former = item.revision.sheet.column
        draft = await draft_of(tx, form, body, signed_in(request), parts.site, former=former)
        if draft.org.id != item.org.id:
            raise Problem("wrong_state", "发布机构定下后不能更改", field="org")
        by = signed_in(request).person_id
        seen = await revise_item(tx, item.id, draft, by=by, at=parts.now(), new_id=parts.new_id)
    return answer(ItemOut.of(seen, parts.site, body.dropped))


async def copy_item(request: web.Request) -> web.Response:
    """Write a real draft that says what a practice item says."""
    parts = request.config_dict[PARTS]
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "write")
        by = signed_in(request).person_id
        seen = await copy_as_real(tx, item.id, by=by, at=parts.now(), new_id=parts.new_id)
    return answer(ItemOut.of(seen, parts.site), 201)


async def show_item(request: web.Request) -> web.Response:
    """Give an item with its newest revision."""
    parts = request.config_dict[PARTS]
    async with parts.store.read() as tx:
        seen = await get_item_for(tx, request, "read")
    return answer(ItemOut.of(seen, parts.site))


async def submit_item(request: web.Request) -> web.Response:
    """Hand the newest revision in for review."""
    parts = request.config_dict[PARTS]
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "submit")
        seen = await submit(tx, item.id, by=signed_in(request).person_id, at=parts.now())
    return answer(ItemOut.of(seen, parts.site))


async def approve_item(request: web.Request) -> web.Response:
    """Approve the newest revision, which another person wrote."""
    parts, form = request.config_dict[PARTS], await form_of(request, ApproveIn)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "approve")
        seen = await approve(tx, item.id, by=by, at=parts.now(), new_id=parts.new_id, reason=form.reason)
    return answer(ItemOut.of(seen, parts.site))


async def send_back(request: web.Request) -> web.Response:
    """Return the newest revision to its author."""
    parts, form = request.config_dict[PARTS], await form_of(request, ReturnIn)
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "return")
        seen = await return_item(tx, item.id, by=by, at=parts.now(), new_id=parts.new_id, reason=form.reason)
    return answer(ItemOut.of(seen, parts.site))


_ONE = "/api/v1/items/{item_id}"
ROUTES = (
    Route("GET", "/api/v1/items", list_readable, "稿件列表", "read", answer=ItemsOut, query=ItemsQuery),
    Route("POST", "/api/v1/items", write_item, "新建稿件", "write", form=ItemIn, answer=ItemOut, status=201),
    Route("GET", _ONE, show_item, "查看稿件", "read", answer=ItemOut),
    Route("PUT", _ONE, rewrite_item, "写出新版本", "write", form=ItemIn, answer=ItemOut),
    Route("POST", f"{_ONE}/copy", copy_item, "把演练稿件复制为正式草稿", "write", answer=ItemOut, status=201),
    Route("POST", f"{_ONE}/submit", submit_item, "提交审核", "submit", answer=ItemOut),
    Route("POST", f"{_ONE}/approve", approve_item, "审核通过", "approve", form=ApproveIn, answer=ItemOut),
    Route("POST", f"{_ONE}/return", send_back, "退回作者", "return", form=ReturnIn, answer=ItemOut),
)
