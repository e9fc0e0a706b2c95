"""server/console/statistics.py: figures of a period, and the rows behind each."""

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from server.core.evidence import record_evidence
from server.report.snapshots import take_snapshot
from server.store.evidence import Evidence
from server.store.ledger_tables import month_counter
from server.store.statistics import GROUPS
from tests.console.conftest import XSS, ConsoleOffice, Seen
from tests.house import CODE


def _behind(seen: Seen) -> list[tuple[int, str]]:
    """Give each figure that can be opened with the address behind it."""
    found = re.findall(r'<a href="(/console/statistics/rows\?[^"]*)">(\d+)</a>', seen.html)
    return [(int(number), address.replace("&amp;", "&")) for address, number in found]


@pytest.mark.parametrize("group", GROUPS)
async def test_every_figure_opens_exactly_its_rows(office: ConsoleOffice, group: str):
    await office.house.published(("website", "weibo"))
    await office.house.published(("website",), kind="notice", title="公告", column="tzgg", topic=None)
    desk = await office.desk("reporter")
    seen = await desk.get(f"/console/statistics?from=2026-01-01&to=2026-12-31&by={group}")
    figures = _behind(seen)
    assert figures
    for number, address in figures:
        rows = await desk.get(address)
        assert sum(tag == "tr" for tag, _ in rows.tags) - 1 == number, address


async def test_the_number_of_items_counts_each_once(office: ConsoleOffice):
    await office.house.published(("website", "weibo"))
    seen = await (await office.desk("reporter")).get("/console/statistics")
    assert "主动公开政府信息 1 条" in seen.words


async def test_figures_and_rows_come_as_a_sheet(office: ConsoleOffice):
    await office.house.published(("website",), title=XSS)
    desk = await office.desk("reporter")
    for path in (
        "/console/statistics?by=month&format=xlsx",
        "/console/statistics/rows?channel=website&format=xlsx",
    ):
        book = load_workbook(io.BytesIO((await desk.get(path)).content))
        assert book.active is not None
        assert book.active.max_row >= 2


async def test_markup_in_a_title_stays_text_among_the_rows(office: ConsoleOffice):
    await office.house.published(("website",), title=XSS)
    rows = await (await office.desk("reporter")).get("/console/statistics/rows?channel=website")
    assert XSS in rows.words
    assert [told for tag, told in rows.tags if tag == "script" and "src" not in told] == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-13-01", "“起始日”不是存在的日期"),
        ("from=2026-02-01&to=2026-01-01", "“截止日”不能早于“起始日”"),
        ("by=moon", "不能这样分组"),
        ("org=none", "没有代码为"),
    ],
)
async def test_a_question_that_is_none_is_refused_in_chinese(
    office: ConsoleOffice, query: str, sentence: str
):
    seen = await (await office.desk("reporter")).get(f"/console/statistics?{query}")
    assert (seen.status, sentence in seen.words) == (422, True)


async def test_rows_of_no_figure_are_refused(office: ConsoleOffice):
    desk = await office.desk("reporter")
    for query in ("channel=moon", "line=moon", "channel=website&after=x"):
        assert (await desk.get(f"/console/statistics/rows?{query}")).status == 422


async def test_the_first_page_and_the_year_open_their_rows_too(office: ConsoleOffice):
    await office.house.published(("website", "weibo"))
    desk = await office.desk("reviewer")
    for page in ("/console", "/console/accounts", "/console/report?year=2026"):
        figures = _behind(await desk.get(page))
        assert figures, page
        for number, address in dict.fromkeys(figures):
            rows = await desk.get(address)
            assert sum(tag == "tr" for tag, _ in rows.tags) - 1 == number, (page, address)


async def test_a_sheet_for_people_says_names_and_no_codes(office: ConsoleOffice):
    await office.house.published(("website",))
    desk = await office.desk("reporter")
    told = {}
    for path in ("/console/statistics?by=kind", "/console/statistics/rows?channel=website"):
        book = load_workbook(io.BytesIO((await desk.get(f"{path}&format=xlsx")).content))
        assert book.active is not None
        told[path] = [cell.value for cell in list(book.active)[1]]
    assert told["/console/statistics?by=kind"][:2] == ["文件", 1]
    row = told["/console/statistics/rows?channel=website"]
    assert {"文件", "政府网站", "计入"} <= set(row)
    assert not {"policy", "zcwj", "counted", CODE} & set(row)


async def test_the_sums_are_compared_on_the_page_and_at_the_foot_of_its_sheet(office: ConsoleOffice):
    await office.house.published(("website", "weibo"))
    desk = await office.desk("reporter")
    assert "合计核对： 通过 各行相加等于合计" in (await desk.get("/console/statistics")).words
    async with office.house.store.begin() as tx:  # as no way into the ledger does it
        await tx.execute(month_counter.update().values(count=5).where(month_counter.c.channel == "weibo"))
    seen = await desk.get("/console/statistics?by=month")
    assert "合计核对： 差 4" in seen.words
    assert "政务微博 ：合计 5，台账逐行 1，差 -4" in seen.words
    book = load_workbook(io.BytesIO((await desk.get("/console/statistics?format=xlsx")).content))
    assert book.active is not None
    assert [cell.value for cell in list(book.active)[-1]][:2] == ["合计核对", "差 4"]


async def test_what_was_restated_is_told_with_its_reason(office: ConsoleOffice):
    house = office.house
    made = await house.published(("website", "other"))
    async with house.store.begin() as tx:
        house.now.move(days=1)
        await take_snapshot(
            tx, house.org, 2026, reason=None, by=house.chief, at=house.now(), new_id=house.new_id
        )
        proof = Evidence("公告栏", house.now.move(minutes=1) - timedelta(days=60), "张三", None, None)
        leg = (await house.legs(made.id))["other"]
        await record_evidence(tx, leg.id, proof, house.bench, by=house.author, at=house.now())
    desk = await office.desk("reporter")
    page = await desk.get("/console/statistics")
    assert "主动公开政府信息 1 条" in page.words
    assert "统计快照之后更正 1 条" in page.words
    (address,) = (one for number, one in _behind(page) if "line=restated" in one)
    rows = await desk.get(address)
    assert "首次公开日由 2026-11-25 改为 2026-09-27" in rows.words
    assert "2026 年第 1 号统计快照里是原来的日期" in rows.words
