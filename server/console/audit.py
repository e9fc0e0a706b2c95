"""/console/audit: who did what, when and from where; page by page, and as a sheet."""

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Final

from aiohttp import web

from server.console.audit_words import told_of, who_of
from server.console.environment import ZONE
from server.console.moments import read_day
from server.console.page import Page, Visit
from server.core.acts import VERB_NAMES, note
from server.core.problems import Problem
from server.forms.refusals import REFUSALS, refusals_of
from server.security.audit_sheet import name_of, sheet_of
from server.store.audit import AuditLine, Wanted, list_audit
from server.store.orgs import count_orgs
from server.store.people import find_person
from server.store.tx import Tx

_PATH: Final = "/console/audit"
_A_PAGE: Final = 50
_A_SHEET: Final = 20_000
_A_TIME: Final = 1000
_FILTERS: Final = ("verb", "person", "item", "from", "to")
_GROUPS: Final = {
    "item.": "稿件的一切操作",
    "delivery.": "投递的一切变化",
    "account.": "账号的一切操作",
    "person.": "人员的一切操作",
    "session.": "登录和退出",
    "report.": "年度报告的一切操作",
}


async def show_audit(visit: Visit) -> web.StreamResponse:
    """Show a page of the audit, newest first."""
    lines: tuple[AuditLine, ...] = ()
    trouble: tuple[Problem, ...] = ()
    try:
        async with visit.parts.store.read() as tx:
            lines = await list_audit(tx, await _wanted(tx, visit), _A_PAGE)
    except REFUSALS as error:
        trouble = refusals_of(error)
    asked = {name: visit.query(name) for name in _FILTERS}
    return visit.show(
        "audit.html", section="audit", lines=lines, name_of=name_of, asked=asked, groups=_GROUPS,
        told_of=told_of, who_of=who_of,
        verbs=VERB_NAMES, more=lines[-1].id if len(lines) == _A_PAGE else None, trouble=trouble,
        trouble_heading="不能查看",
    )  # fmt: skip


async def give_sheet(visit: Visit) -> web.StreamResponse:
    """Give the wanted lines as a sheet, at most so many; that it was taken is noted too."""
    found: list[AuditLine] = []
    async with visit.parts.store.read() as tx:
        wanted = await _wanted(tx, visit)
        while len(found) < _A_SHEET:
            lines = await list_audit(tx, wanted, _A_TIME)
            found += lines
            if len(lines) < _A_TIME:
                break
            wanted = replace(wanted, before=lines[-1].id)
    async with visit.parts.store.begin() as tx:
        await note(tx, "audit.export", at=visit.parts.now(), lines=len(found), of=wanted.verb)
    headers = {
        "Content-Disposition": 'attachment; filename="audit.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=sheet_of(found), content_type="text/csv", charset="utf-8", headers=headers)


async def _wanted(tx: Tx, visit: Visit) -> Wanted:
    """Give what is asked for, within the visitor's organs; who reaches all sees what belongs to none, too."""
    reached = visit.who.orgs_for("read_audit")
    verb, before = visit.query("verb"), visit.query("before")
    who, login = None, visit.query("person").strip()
    if login:
        person = await find_person(tx, login)
        if person is None:
            raise Problem("unknown_person", f"没有登录名为“{login}”的人员", field="person")
        who = person.id
    since, until = _midnight(visit, "from", "起始日"), _midnight(visit, "to", "截止日")
    if since and until and since > until:
        raise Problem("invalid", "截止日在起始日之前，请对调", field="to")
    return Wanted(
        org_ids=None if len(reached) == await count_orgs(tx) else reached,
        verb=verb if re.fullmatch(r"[a-z_.]{1,40}", verb) else None,
        who=who,
        item_id=visit.query("item").strip()[:16] or None,
        since=since,
        until=until + timedelta(days=1) if until else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )


def _midnight(visit: Visit, name: str, label: str) -> datetime | None:
    day = read_day(visit.query(name), name, label)
    return None if day is None else datetime.combine(day, time(), ZONE).astimezone(UTC)


PAGES = (
    Page("GET", _PATH, show_audit, "read_audit"),
    Page("GET", f"{_PATH}/sheet", give_sheet, "read_audit"),
)
