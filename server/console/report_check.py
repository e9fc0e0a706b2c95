"""/console/report/check: what does not add up in a yearly report that somebody wrote; nothing is kept."""

from decimal import Decimal
from typing import Final

from aiohttp import web

from server.console.fields import Upload
from server.console.page import Page, Visit
from server.core.problems import Problem
from server.forms.refusals import REFUSALS, refusals_of
from server.report.amounts import told
from server.report.apart import Brought, Checked

_PATH: Final = "/console/report/check"
SEVERITIES: Final = {"error": ("错误", "bad"), "warning": ("提醒", "wait"), "note": ("说明", "")}


async def show_form(visit: Visit) -> web.StreamResponse:
    """Show the form."""
    return _shown(visit, None, "")


async def take_report(visit: Visit) -> web.StreamResponse:
    """Check the file that came, against last year's where that came too."""
    try:
        file, last = visit.fields.files("file"), visit.fields.files("last")
        if len(file) != 1 or len(last) > 1:
            raise Problem("invalid", "请选择一份报告", field="file")
        found = await visit.parts.apart.check(_brought(file[0]), _brought(last[0]) if last else None)
    except REFUSALS as error:
        return _shown(visit, None, "", error)
    return _shown(visit, found, file[0].name)


def _brought(file: Upload) -> Brought:
    return Brought(file.name, file.body, file.field)


def said(value: Decimal | str | None) -> str:
    """Give what a finding says is or should be, as a reader writes it."""
    return told(value) if isinstance(value, Decimal) else value or ""


def _shown(visit: Visit, found: Checked | None, name: str, error: Exception | None = None) -> web.Response:
    trouble = refusals_of(error)
    return visit.show(
        "report_check.html", section="report", found=found, name=name, severities=SEVERITIES, said=said,
        trouble=trouble, trouble_heading="没有检查",
    )  # fmt: skip


PAGES = (
    Page("GET", _PATH, show_form, "read_statistics"),
    Page("POST", _PATH, take_report, "read_statistics"),
)
