"""server/forms/report_items.py: the yearly report goes out as an item, once for a year of an organ."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import docx
import openpyxl
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from channels.item import Column, Site
from server.core.days import SHANGHAI
from server.core.problems import Problem
from server.forms.report_items import draft_last_year
from server.store.orgs import find_org_by_code
from server.store.report_items import find_report_item
from server.watch.alerts import watch
from server.watch.joblist import JOBS
from server.watch.jobs import Jobs
from server.watch.remind import Reminders, Sinks
from tests.api.conftest import DEPARTMENT, NEIGHBOUR, Office, an_item
from tests.house import CODE, SITE

REPORTS = Column("xxgknb", "年报", "信息公开年报", "")
ITEM = "/api/v1/reports/2026/item"
SECOND_OF_JANUARY = datetime(2027, 1, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def site() -> Site:
    return replace(SITE, columns=(*SITE.columns, REPORTS))


async def reports(office: Office) -> list[dict[str, str]]:
    seen = (await office.get("/api/v1/items", by="chief")).json["items"]
    return [item for item in seen if "工作年度报告" in item["title"]]


async def test_the_report_becomes_a_draft_in_the_column_of_reports_with_its_files(office: Office):
    made = await office.post(ITEM, {"org": CODE})
    assert made.status == 201
    item = (await office.get(f"/api/v1/items/{made.json['id']}")).json
    assert (item["title"], item["column"], item["genre"], item["state"]) == (
        "某旗人民政府办公室2026年政府信息公开工作年度报告", "xxgknb", "年报", "draft",
    )  # fmt: skip
    assert "一、总体情况" in item["body"]
    word, excel = [
        (await office.get(f"/api/v1/media/{file['sha256']}")).content for file in item["attachments"]
    ]
    assert await asyncio.to_thread(lambda: len(docx.Document(io.BytesIO(word)).tables)) > 2
    assert await asyncio.to_thread(lambda: len(openpyxl.load_workbook(io.BytesIO(excel)).sheetnames)) > 2


async def test_it_goes_the_way_of_every_item_and_is_counted_once(office: Office):
    item_id = (await office.post(ITEM, {"org": CODE})).json["id"]
    blanks = (await office.get(f"/api/v1/items/{item_id}/checks")).json["findings"]
    assert {one["severity"] for one in blanks if one["rule"] == "unfilled_blank"} == {"blocking"}
    filled = an_item(
        kind="notice", title="某旗2026年政府信息公开工作年度报告", column="xxgknb", genre="年报",
        body="<p>一、总体情况</p><p>全年主动公开政府信息4条。</p>", document_number=None,
    )  # fmt: skip
    assert (await office.call("PUT", f"/api/v1/items/{item_id}", filled)).status == 200
    await office.post(f"/api/v1/items/{item_id}/submit")
    assert (await office.post(f"/api/v1/items/{item_id}/approve", by="chief")).status == 200
    released = await office.post(f"/api/v1/items/{item_id}/release", {"accounts": ["website"]}, by="chief")
    assert released.status == 201, released.text
    await office.house.run_until_quiet()
    assert await office.house.states(item_id) == {"website": "live"}
    assert await office.house.lines(item_id) == [("counted", "item"), ("counted", "website")]


async def test_asking_again_and_at_once_gives_the_same_item(office: Office):
    asked = await asyncio.gather(*(office.post(ITEM, {"org": CODE}) for _time in range(3)))
    assert len({reply.json["id"] for reply in asked}) == 1
    assert len(await reports(office)) == 1


async def test_nobody_writes_the_report_of_others(office: Office):
    for by in ("reporter", "stranger", "clerk"):
        assert (await office.post(ITEM, {"org": CODE}, by=by)).refusal == (403, "forbidden", "")


async def test_the_second_of_january_drafts_what_is_missing_once(office: Office):
    desk, house = office.parts.report_desk, office.house
    house.now.moment = datetime(2027, 1, 1, 1, 0, tzinfo=UTC)
    assert await draft_last_year(desk) == 0
    house.now.moment = SECOND_OF_JANUARY
    # The neighbour has an admin and no author; every organ has its own report.
    assert await draft_last_year(desk) == 3
    assert await draft_last_year(desk) == 0
    codes = sorted(item["org"]["code"] for item in await reports(office))
    assert codes == [CODE, DEPARTMENT]  # the neighbour's is not for this chief's eyes


class Post:
    """Takes the reminders of the office, as its messenger would."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.sinks = Sinks()

    async def take(self, request: web.Request) -> web.Response:
        self.told += [(one["key"], one["level"]) for one in (await request.json())["alerts"]]
        return web.Response()


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    opened, app = Post(), web.Application()
    app.router.add_post("/hook", opened.take)
    async with TestServer(app) as server:
        opened.sinks = Sinks(webhook=str(server.make_url("/hook")), internal=True)
        yield opened


def clock_of(office: Office, post: Post) -> Jobs:
    """Give a process's jobs of the report, in their own rhythms."""
    house, site = office.house, office.parts.site
    acts = {
        "reports": partial(draft_last_year, office.parts.report_desk),
        "watch": lambda: watch(house.store, site, at=house.now()),
        "remind": Reminders(house.store, post.sinks).send,
    }
    return Jobs(
        tuple(one for one in JOBS if one.name in acts), acts, house.store, house.now, office.parts.wake
    )


@pytest.mark.slow
async def test_two_clocks_through_two_years_and_a_leap_day_draft_and_remind_once(office: Office, post: Post):
    house, clocks = office.house, [clock_of(office, post) for _process in range(2)]

    async def look(day: date, hour: int, minute: int = 0) -> int:
        house.now.moment = datetime.combine(day, time(hour, minute), SHANGHAI)
        for scans in zip(*(one.scans() for one in clocks), strict=True):
            if scans[0].name == "remind":  # only the holder of the lease sends; here one after the other
                for scan in scans:
                    await scan.run()
            else:
                await asyncio.gather(*(scan.run() for scan in scans))
        async with house.store.read() as tx:
            organs = [await find_org_by_code(tx, code) for code in (CODE, DEPARTMENT, NEIGHBOUR)]
            found = [await find_report_item(tx, one.id, year - 1) for one in organs if one]
        return sum(one is not None for one in found)

    drafted = {}
    for year in (2028, 2029):  # 2028 has a leap day
        for day in (date(year - 1, 12, 31), date(year, 1, 1)):
            assert await look(day, 23, 59) == 0, day
        assert await look(date(year, 1, 2), 6, 59) == 0
        drafted[year] = await look(date(year, 1, 2), 7)
        for day in (
            date(year, 1, 3),
            date(year, 1, 31),
            date(year, 3, 1) - timedelta(days=1),
            date(year, 3, 31),
        ):
            assert await look(day, 7) == drafted[year], day
    assert drafted == {2028: 3, 2029: 3}
    told = [one for one in post.told if one[0].startswith("report:")]
    # At each level once, for each organ and year.
    assert len(told) == len(set(told))
    alarms = [key.split(":")[1] for key, level in told if level == "alarm"]
    assert sorted(alarms) == ["2028"] * 3 + ["2029"] * 3


async def test_a_refusal_for_one_organ_keeps_no_other_from_its_report(office: Office):
    desk = replace(office.parts.report_desk, attachment_bytes=10)
    office.house.now.moment = SECOND_OF_JANUARY
    with capture_logs() as told, pytest.raises(Problem):
        await draft_last_year(desk)  # no file fits: each is refused, and each was tried
    assert [one["event"] for one in told].count("report_not_drafted") == 3
    assert await reports(office) == []
    assert await draft_last_year(office.parts.report_desk) == 3


async def test_an_organ_that_comes_late_in_the_year_gets_no_report_of_the_last(office: Office):
    office.house.now.moment = datetime(2027, 7, 1, 1, 0, tzinfo=UTC)
    assert await draft_last_year(office.parts.report_desk) == 0


async def test_no_report_is_written_for_an_organ_in_practice(office: Office):
    switch = {"org": CODE, "practice": True}
    assert (await office.post("/api/v1/orgs/practice", switch, by="admin")).status == 200
    assert (await office.post(ITEM, {"org": CODE})).refusal == (409, "practice", "org")
    assert await reports(office) == []
