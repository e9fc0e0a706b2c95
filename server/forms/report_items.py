"""The yearly report as an item: a draft, finished, reviewed and released like any other (条例 Art. 49)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from channels.item import Site
from server.child import Children
from server.core.days import day_of
from server.core.draft import Draft, create_item
from server.core.live_site import LiveSite
from server.core.organs import get_org
from server.core.problems import Problem
from server.importing.files import Wanted, find_attachments
from server.importing.html import read_body
from server.importing.intake import take_file
from server.report.drafting.draft import Draft as Report
from server.report.drafting.html import draft_as_body
from server.report.drafting.word import draft_as_docx
from server.report.drafting.workbook import draft_as_xlsx
from server.report.yearly import draft_of_year
from server.store.blobs import Blobs
from server.store.media import Sight
from server.store.report_items import find_report_item, insert_report_item, list_report_writers
from server.store.rows import Taken
from server.store.tx import Store

_SEASON: Final = ((1, 2), (6, 30))
"""From when to when in a year, month and day, the last year's reports are drafted."""
_MOST: Final = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """What writing a report's item takes; the bound of a file is in bytes."""

    store: Store
    blobs: Blobs
    sites: LiveSite
    children: Children
    attachment_bytes: int
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    @property
    def site(self) -> Site:
        """Give the site as it stands."""
        return self.sites.current


async def write_report_item(desk: ReportDesk, org_code: str, year: int, *, by: str) -> str:
    """Give the item of an organ's report of a year: the one there is, or else a new draft of this person.

    The draft has the figures of this moment, and the report as a Word and as an Excel file beside it. Raises
    Problem for an unknown organ, a year without a form, and a site without a column for yearly reports.
    """
    column = next((one.slug for one in desk.site.columns if one.is_open and "年报" in one.type), None)
    if column is None:
        raise Problem("invalid", "网站没有开放的年报栏目：请先在“栏目”页添加，类型含“年报”", field="column")
    async with desk.store.read() as tx:
        org = await get_org(tx, org_code, field="org")
        if org.practice_since is not None:
            raise Problem("practice", f"{org.name}正在演练，年报不能写成演练稿件：请先结束演练", field="org")
        known = await find_report_item(tx, org.id, year)
        if known is not None:
            return known
        report = await draft_of_year(tx, org_code, year, at=desk.now())
    body = await read_body(await asyncio.to_thread(draft_as_body, report))
    wanted = [
        await _take(desk, name, written, by) for name, written in await asyncio.to_thread(_files, report)
    ]
    try:
        async with desk.store.begin() as tx:
            files = await find_attachments(tx, wanted, Sight(by))
            draft = Draft(
                kind="notice", org=org.as_org(), title=report.title, column=column,
                summary=f"{org.name}{year}年政府信息公开情况", body_html=body.html,
                source=None, document_number=None, formed_on=None, topic=None,
                genre="年报", keywords=("政府信息公开", "年度报告"), openness="open", validity="valid",
                overview=f"{year}年度政府信息公开工作年度报告", pictures=(), attachments=files,
            )  # fmt: skip
            made = await create_item(tx, draft, by=by, at=desk.now(), new_id=desk.new_id)
            await insert_report_item(tx, org.id, year, made.id, at=desk.now())
    except Taken:  # somebody was quicker: the draft of his is the one
        return await write_report_item(desk, org_code, year, by=by)
    return made.id


async def draft_last_year(desk: ReportDesk) -> int:
    """From 2 January on, write the drafts of last year's reports that are missing; give how many.

    Each belongs to an author of the organ; harmless however often it is done. What is refused for one organ
    keeps no other from its draft, and is raised as Problem at the end.
    """
    today = day_of(desk.now())
    begins, ends = _SEASON
    if not begins <= (today.month, today.day) <= ends or not any(
        one.is_open and "年报" in one.type for one in desk.site.columns
    ):
        return 0
    async with desk.store.read() as tx:
        missing = await list_report_writers(tx, today.year - 1, _MOST)
    refused: list[Problem] = []
    for code, person_id in missing:
        try:
            await write_report_item(desk, code, today.year - 1, by=person_id)
        except Problem as problem:
            log.warning("report_not_drafted", org=code, year=today.year - 1, reason=str(problem))
            refused.append(problem)
    if refused:
        raise refused[0]
    return len(missing)


def _files(report: Report) -> tuple[tuple[str, bytes], ...]:
    return (
        (f"{report.title}.docx", draft_as_docx(report, review=False)),
        (f"{report.title}.xlsx", draft_as_xlsx(report)),
    )


async def _take(desk: ReportDesk, name: str, body: bytes, by: str) -> Wanted:
    stored = await take_file(
        desk.store, desk.blobs, name, body, children=desk.children,
        attachment_bytes=desk.attachment_bytes, picture_bytes=desk.attachment_bytes, by=by, at=desk.now(),
    )  # fmt: skip
    return Wanted(stored.row.sha256, stored.name)
