"""server/console/months.py: drafts of months, each figure with its rows, and what changed since."""

import re
from datetime import timedelta

from server.report.monthly import draft_last_month
from tests.console.conftest import ConsoleOffice
from tests.house import CODE


async def test_a_draft_shows_its_figures_their_rows_and_what_came_later(office: ConsoleOffice):
    house = office.house
    await house.published(("website",))
    later = house.now() + timedelta(days=32)
    assert await draft_last_month(house.store, at=later)
    await house.published(("website",))
    desk = await office.desk("reporter")
    seen = await desk.get("/console/report/months?year=2026")
    assert "主动公开政府信息1条" in seen.words
    assert "现在是 2 条" in seen.words
    address = re.findall(r'href="(/console/statistics/rows[^"]*)"', seen.html)[0].replace("&amp;", "&")
    assert (await desk.get(address)).status == 200
    assert "还没有草稿" in (await desk.get("/console/report/months?year=2025")).words


async def test_a_month_that_has_ended_is_drafted_by_hand(office: ConsoleOffice):
    desk = await office.desk("chief")
    form = {"org": CODE, "year": "2025", "month": "02"}
    done = await desk.follow(await desk.post("/console/report/months", form))
    assert "2025年2月" in done.words
    early = await desk.post("/console/report/months", {**form, "year": "2099"})
    assert (early.status, "还没有结束" in early.words) == (422, True)


async def test_an_organ_in_practice_has_no_drafts(office: ConsoleOffice):
    admin, desk = await office.desk("admin"), await office.desk("chief")
    await admin.follow(await admin.post("/console/orgs/practice", {"org": CODE, "practice": "on"}))
    refused = await desk.post("/console/report/months", {"org": CODE, "year": "2025", "month": "02"})
    assert (refused.status, "没有各月草稿" in refused.words) == (409, True)
