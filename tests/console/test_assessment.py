"""server/console/assessment.py: a table of organs, what the ledger computes, and what a person enters."""

import io
import re
from datetime import date

from openpyxl import load_workbook

from tests.api.conftest import DEPARTMENT
from tests.console.conftest import XSS, ConsoleOffice
from tests.house import CODE

AT = "/console/report/assessment"


async def test_points_are_shown_and_come_as_a_workbook(office: ConsoleOffice):
    await office.house.published(("website",))
    desk = await office.desk("reporter")
    seen = await desk.get(f"{AT}?org={CODE}&year=2026")
    assert ("得分" in seen.words, "value:training" in seen.fields) == (True, False)
    book = load_workbook(io.BytesIO((await desk.get(f"{AT}?org={CODE}&year=2026&format=xlsx")).content))
    assert book.sheetnames == ["得分", "数据和依据"]


async def test_values_of_an_organ_are_entered_with_their_source(office: ConsoleOffice):
    desk = await office.desk("chief")
    await desk.get(AT)
    told = {"org": CODE, "year": "2026", "about": DEPARTMENT, "value:training": "2"}
    without = await desk.post(AT, told)
    assert (without.status, "请写明这些数据的来源" in without.words) == (422, True)
    assert without.fields["value:training"] == "2"
    done = await desk.follow(await desk.post(AT, {**told, "source": "检查记录"}))
    assert done.fields["value:training"] == "2"
    assert "检查记录" in done.words
    again = await desk.post(AT, {**told, "source": "检查记录"})
    assert (again.status, "没有改动任何数据" in again.words) == (422, True)


async def test_a_wrong_value_is_told_at_its_place_and_nothing_is_written(office: ConsoleOffice):
    desk = await office.desk("chief")
    await desk.get(AT)
    told = {
        "org": CODE,
        "year": "2026",
        "about": CODE,
        "value:rules": "50",
        "value:training": XSS,
        "source": XSS,
    }
    seen = await desk.post(AT, told)
    assert (seen.status, "“政务公开培训次数”应是不小于 0 的数字" in seen.words) == (422, True)
    assert (seen.fields["source"], seen.fields["value:rules"]) == (XSS, "50")
    assert re.search(r'id="field-value:training"[^>]*aria-invalid', seen.html)
    assert (await desk.get(f"{AT}?org={CODE}&year=2026")).fields["value:rules"] == ""


async def test_a_reporter_and_a_stranger_enter_nothing(office: ConsoleOffice):
    desk = await office.desk("reporter")
    await desk.get(AT)
    told = {"org": CODE, "about": CODE, "year": "2026", "value:rules": "1", "source": "x"}
    assert (await desk.post(AT, told)).status == 403
    assert (await desk.get(f"{AT}?org=none")).status == 422


async def test_a_document_dated_at_the_end_of_the_calendar_keeps_nobody_from_his_pages(office: ConsoleOffice):
    await office.house.published(("website",), formed_on=date.max)
    await office.house.item(formed_on=date.max)
    desk = await office.desk("chief")
    for path in (
        f"{AT}?year=2026",
        f"{AT}/rows?org={CODE}&year=2026&key=in_time",
        "/console",
        "/console/calendar",
        "/console/overdue",
    ):
        assert (await desk.get(path)).status == 200, path
