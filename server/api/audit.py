"""/api/v1/audit: who did what, when, from where; page by page, or as a sheet."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field

from server.api.answers import PRIVATE, answer
from server.api.requests import query_of
from server.api.route import Route, signed_in
from server.core.acts import note
from server.core.problems import Problem
from server.forms.words import Id, Line, Out, Query
from server.forms.words import Moment as Time
from server.parts import PARTS
from server.report.sheets import CSV
from server.security.audit_sheet import name_of, sheet_of
from server.store.audit import AuditLine, Wanted, list_audit
from server.store.orgs import count_orgs
from server.store.people import find_person
from server.store.tx import Tx

_SHEET_MOST: Final = 20_000
_A_TIME: Final = 1000


class AuditQuery(Query):
    """Which lines. `verb` may be the front of one: `item.` means everything done to items."""

    verb: Annotated[str | None, Field(title="事项", pattern=r"^[a-z_.]{1,40}$")] = None
    person: Annotated[Line | None, Field(title="登录名", max_length=64)] = None
    item: Annotated[Id | None, Field(title="稿件")] = None
    delivery: Annotated[Id | None, Field(title="投递")] = None
    account: Annotated[Id | None, Field(title="账号编号")] = None
    since: Annotated[Time | None, Field(title="不早于")] = None
    until: Annotated[Time | None, Field(title="早于")] = None
    before: Annotated[int | None, Field(title="上一页最后一行", ge=1, le=2**62)] = None
    limit: Annotated[int, Field(title="行数", ge=1, le=500)] = 100


class AuditLineOut(Out):
    """One act; `sealed` once it stands in the chain."""

    id: int
    at: datetime
    verb: str
    name: str
    actor: str
    who: str
    who_id: str | None
    token_id: str | None
    address: str | None
    request_id: str | None
    item_id: str | None
    revision_id: str | None
    release_id: str | None
    delivery_id: str | None
    account_id: str | None
    details: dict[str, Any]
    place: int | None
    digest: str | None

    @classmethod
    def of(cls, line: AuditLine) -> "AuditLineOut":
        """Give a line as the API shows it."""
        names = cls.model_fields.keys() - {"name", "details"}
        told = {name: getattr(line, name) for name in names}
        return cls(name=name_of(line), details=dict(line.details), **told)


class AuditOut(Out):
    """Lines, newest first; `next` is what to give as `before` for those behind."""

    lines: tuple[AuditLineOut, ...]
    next: int | None


async def show_audit(request: web.Request) -> web.Response:
    """Give a page of the audit."""
    query = query_of(request, AuditQuery)
    async with request.config_dict[PARTS].store.read() as tx:
        lines = await list_audit(tx, await _wanted(tx, request, query), query.limit)
    more = lines[-1].id if len(lines) == query.limit else None
    return answer(AuditOut(lines=tuple(AuditLineOut.of(line) for line in lines), next=more))


async def export_audit(request: web.Request) -> web.Response:
    """Give the audit as a sheet, newest first, at most so many lines; that it was taken is noted too."""
    parts, query = request.config_dict[PARTS], query_of(request, AuditQuery)
    found: list[AuditLine] = []
    async with parts.store.read() as tx:
        wanted = await _wanted(tx, request, query)
        while len(found) < _SHEET_MOST:
            lines = await list_audit(tx, wanted, _A_TIME)
            found += lines
            if len(lines) < _A_TIME:
                break
            wanted = replace(wanted, before=lines[-1].id)
    async with parts.store.begin() as tx:
        await note(tx, "audit.export", at=parts.now(), lines=len(found), person=query.person, of=query.verb)
    headers = {**PRIVATE, "Content-Disposition": 'attachment; filename="audit.csv"'}
    return web.Response(body=sheet_of(found), content_type=CSV, charset="utf-8", headers=headers)


async def _wanted(tx: Tx, request: web.Request, query: AuditQuery) -> Wanted:
    """Give what the caller asks for, within his organs; who reaches all sees what belongs to none, too."""
    reached = signed_in(request).orgs_for("read_audit")
    who = None
    if query.person is not None:
        person = await find_person(tx, query.person)
        if person is None:
            raise Problem("unknown_person", f"没有登录名为“{query.person}”的人员", field="person")
        who = person.id
    return Wanted(
        org_ids=None if len(reached) == await count_orgs(tx) else reached,
        verb=query.verb,
        who=who,
        item_id=query.item,
        delivery_id=query.delivery,
        account_id=query.account,
        since=query.since,
        until=query.until,
        before=query.before,
    )


ROUTES = (
    Route("GET", "/api/v1/audit", show_audit, "操作记录", "read_audit", answer=AuditOut, query=AuditQuery),
    Route(
        "GET", "/api/v1/audit.csv", export_audit, "导出操作记录", "read_audit",
        query=AuditQuery, files=(CSV,),
    ),
)  # fmt: skip
