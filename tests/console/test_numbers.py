"""Every number of the console that can be opened leads to exactly as many rows as it says."""

import re
from datetime import timedelta

import pytest

from server.core.follow import bind
from server.report.monthly import draft_last_month
from server.store.followups import Follow
from server.store.orgs import find_org_by_code
from tests.api.conftest import DEPARTMENT
from tests.console.conftest import ConsoleOffice, Desk, Seen
from tests.house import CODE

YEAR = "org=000000019&year=2026".replace("000000019", CODE)
PAGES = (
    "/console",
    "/console/accounts",
    "/console/overview?year=2026",
    f"/console/overview?year=2026&org={DEPARTMENT}",
    *(
        f"/console/statistics?by={by}"
        for by in ("channel", "account", "org", "month", "kind", "column", "topic")
    ),
    f"/console/statistics?org={CODE}&by=org",
    "/console/statistics?kind=policy&by=month",
    "/console/statistics?topic=民政&by=channel",
    f"/console/report?{YEAR}",
    f"/console/report?org={CODE}&year=2027",  # last year's figure, out of the snapshot
    f"/console/report?org={DEPARTMENT}&year=2027",  # last year's figure, out of the ledger
    f"/console/report/months?{YEAR}",
    f"/console/report/snapshots?{YEAR}",
    f"/console/report/assessment?{YEAR}",
    f"/console/report/assessment?{YEAR}&about={DEPARTMENT}",
    "/console/follows?year=2026",
)
_LINK = re.compile(r'<a [^>]*?href="([^"]*)"[^>]*>(?:<strong>)?[^<\d+-]*([+-]?\d+)[^<\d]*(?:</strong>)?</a>')
_ROWS = ("/statistics/rows?", "/snapshots/rows?", "/assessment/rows?", "only=", "state=", "&alone=1")


async def _lived_in(office: ConsoleOffice) -> None:
    """Publish, withdraw and correct; freeze the year and the month, and publish once more."""
    house = office.house
    async with house.store.read() as tx:
        below = await find_org_by_code(tx, DEPARTMENT)
    assert below is not None
    policy = await house.published(("website", "weibo"), formed_on=house.now().date())
    lonely = await house.published(("website",), title="没有解读的文件", formed_on=house.now().date())
    reading = await house.item(kind="interpretation", title="解读", column="zcjd")
    async with house.store.begin() as tx:
        follow = Follow(reading.id, policy.id, "same_moment")
        await bind(tx, follow, office.parts.calendar, by=house.author, at=house.now())
    await house.release(reading.id, ("website",))
    await house.run_until_quiet()
    gone = await house.published(
        ("website", "weibo"), kind="notice", title="撤回的", column="tzgg", topic=None
    )
    await house.withdraw(gone.id)
    await house.run_until_quiet()
    await house.published(("website",), kind="response", org=below.as_org(), title="回应", genre=None)
    desk = await office.desk("chief")
    frozen = await desk.post("/console/report/snapshot", {"org": CODE, "year": "2026"})
    assert frozen.status == 303
    assert await draft_last_month(house.store, at=house.now() + timedelta(days=32))
    office.house.now.move(days=33)
    await house.published(("website", "weibo"), title="后来的", org=below.as_org())
    await house.withdraw(lonely.id)
    await house.run_until_quiet()
    desk = await office.desk("chief")  # a session does not last a month
    again = await desk.post("/console/report/snapshot", {"org": CODE, "year": "2026", "reason": "补登"})
    assert again.status == 303


async def _rows_behind(desk: Desk, address: str) -> int:
    """Count the rows of a list, page by page."""
    rows = 0
    while address:
        seen = await desk.get(address)
        assert seen.status == 200, address
        rows += _counted(seen, address)
        further = [link for link in seen.links if "after=" in link or re.search(r"page=\d", link)]
        address = address.partition("?")[0] + further[0] if further else ""
    return rows


def _counted(seen: Seen, address: str) -> int:
    if "state=" in address:
        return len(re.findall(r'<li id="document-', seen.html))
    body = seen.html.partition('id="lines"')[2] if "only=" in address else seen.html
    if "/console/statistics?" in address:  # how many channels have anything
        return len(re.findall(r'<td class="number"><a href="[^"]*line=counted', seen.html))
    table = re.search(r"<tbody>(.*?)</tbody>", body, re.DOTALL)
    return len(re.findall(r"<tr>", table[1])) if table else 0


@pytest.mark.slow
async def test_each_number_of_each_page_opens_as_many_rows_as_it_says(office: ConsoleOffice):
    await _lived_in(office)
    desk = await office.desk("chief")
    wrong, seen_kinds = [], dict.fromkeys(_ROWS, 0)
    known: dict[str, int] = {}
    for page in PAGES:
        seen = await desk.get(page)
        assert seen.status == 200, page
        for href, number in _LINK.findall(seen.html):
            link = href.replace("&amp;", "&")
            kind = next((one for one in _ROWS if one in link), None)
            if kind is None:
                continue
            seen_kinds[kind] += 1
            address = (page.partition("?")[0] + link if link.startswith("?") else link).partition("#")[0]
            if address not in known:
                known[address] = await _rows_behind(desk, address)
            if known[address] != abs(int(number)):
                wrong.append((page, number, known[address], address))
    assert wrong == []
    assert all(seen_kinds.values()), seen_kinds
