"""server/console/report.py, report_check.py: a year of an organ, and a report that somebody wrote."""

import re
from urllib.parse import unquote

import pytest

from tests.console.conftest import XSS, ConsoleOffice, Seen
from tests.house import CODE
from tests.report.samples import OUTCOMES


def _figures(seen: Seen) -> list[str]:
    return [name for name in seen.fields if name.startswith("figure:")]


async def test_the_year_shows_what_the_ledger_counts_and_what_is_missing(office: ConsoleOffice):
    await office.house.published(("website",))
    seen = await (await office.desk("reporter")).get("/console/report?year=2026")
    assert "主动公开政府信息 1 条" in seen.words
    assert re.search(r"表里还有 [1-9]\d* 格没有数字", seen.words)
    assert _figures(seen) == []


async def test_figures_are_entered_with_their_source(office: ConsoleOffice):
    desk = await office.desk("chief")
    form = await desk.get("/console/report?year=2026")
    key = _figures(form)[0]
    told = {"org": CODE, "year": "2026", key: "12", "source": ""}
    without = await desk.post("/console/report/figures", told)
    assert (without.status, "请写明这些数字的来源" in without.words) == (422, True)
    assert without.fields[key] == "12"
    wrong = await desk.post("/console/report/figures", {**told, key: XSS, "source": XSS})
    assert (wrong.status, wrong.fields[key], wrong.fields["source"]) == (422, XSS, XSS)
    done = await desk.follow(await desk.post("/console/report/figures", {**told, "source": "登记簿"}))
    assert done.fields[key] == "12"


async def test_figures_that_do_not_add_up_are_told_with_the_way_to_their_cell(office: ConsoleOffice):
    desk = await office.desk("chief")
    told = {"org": CODE, "year": "2026", "source": "登记簿"}
    block = {f"figure:四|行政复议|{name}": count for name, count in zip(OUTCOMES, "31024", strict=True)}
    seen = await desk.follow(await desk.post("/console/report/figures", {**told, **block}))
    assert "数字核对：1 处不符" in seen.words
    assert "写为 4，应为 6，相差 2" in seen.words
    (link,) = [one for one in seen.links if one.startswith("#cell:")]
    assert unquote(link) == "#cell:四|行政复议|总计"
    assert "cell:四|行政复议|总计" in [fields.get("id") for _tag, fields in seen.tags]
    mended = {**told, "figure:四|行政复议|总计": "6"}
    seen = await desk.follow(await desk.post("/console/report/figures", mended))
    assert "已填的数字之间没有不符" in seen.words


async def test_figures_stand_still_from_their_submission_until_they_are_sent_back(office: ConsoleOffice):
    desk = await office.desk("chief")
    year = {"org": CODE, "year": "2025"}
    entered = {**year, "source": "簿", "figure:四|行政复议|总计": "3"}

    async def move(step: str, reason: str = "") -> None:
        told = {**year, "about": CODE, "move": step, "reason": reason}
        assert "已登记" in (await desk.follow(await desk.post("/console/report/filing", told))).words

    for step in ("submit", "accept"):
        await move(step)
        refused = await desk.post("/console/report/figures", entered)
        assert (refused.status, "退回以后才能改" in refused.words) == (409, True)
        assert _figures(refused) == []
    await move("return", "复议数字有误")
    done = await desk.follow(await desk.post("/console/report/figures", entered))
    assert done.fields["figure:四|行政复议|总计"] == "3"


async def test_what_is_carried_over_is_compared_with_the_year_before(office: ConsoleOffice):
    desk = await office.desk("chief")
    for year, row, count in (
        ("2025", "四、结转下年度继续办理", "3"),
        ("2026", "二、上年结转政府信息公开申请数量", "2"),
    ):
        page = await desk.get(f"/console/report?year={year}")
        (key,) = [name for name in _figures(page) if row in name and name.endswith("|自然人")]
        await desk.post("/console/report/figures", {"org": CODE, "year": year, "source": "簿", key: count})
    seen = await desk.get("/console/report?year=2026")
    assert "写为 2，应为 3" in seen.words
    assert "数字核对" not in (await desk.get("/console/report?year=2024")).words


@pytest.mark.parametrize("page", ["report", "report/assessment", "report/months", "report/silent", "follows"])
async def test_a_year_that_is_none_is_no_fault_of_ours(office: ConsoleOffice, page: str):
    desk = await office.desk("chief")
    for year in ("020261", "2" * 5000, "0", "٢٠٢٦"):
        assert (await desk.get(f"/console/{page}?year={year}")).status < 500, year[:9]


async def test_a_reporter_enters_nothing(office: ConsoleOffice):
    desk = await office.desk("reporter")
    for path in ("figures", "snapshot"):
        seen = await desk.post(f"/console/report/{path}", {"org": CODE, "year": "2026"})
        assert seen.status == 403
    moved = await desk.post(
        "/console/report/filing", {"org": CODE, "about": CODE, "year": "2026", "move": "submit"}
    )
    assert moved.status == 403


async def test_the_draft_comes_as_a_file(office: ConsoleOffice):
    desk = await office.desk("reporter")
    draft = await desk.get(f"/console/report/draft?org={CODE}&year=2026&format=docx")
    assert (draft.status, draft.content[:2]) == (200, b"PK")
    assert (await desk.get(f"/console/report/draft?org={CODE}&year=2026&format=exe")).status == 422


async def test_a_year_is_submitted_sent_back_and_accepted(office: ConsoleOffice):
    desk = await office.desk("chief")
    fields = {"org": CODE, "about": CODE, "year": "2025"}
    page = await desk.follow(await desk.post("/console/report/filing", {**fields, "move": "submit"}))
    assert "已报送" in page.words
    without = await desk.post("/console/report/filing", {**fields, "move": "return"})
    assert (without.status, "退回必须写明原因" in without.words) == (422, True)
    # The refusal leads to the field of the organ it is about, not to another reason on the page.
    assert f"#field-reason-{CODE}" in without.links
    assert f"field-reason-{CODE}" in [told.get("id") for _tag, told in without.tags]
    back = {**fields, "move": "return", "reason": XSS}
    page = await desk.follow(await desk.post("/console/report/filing", back))
    assert "已退回，请重新报送" in page.words
    await desk.follow(await desk.post("/console/report/filing", {**fields, "move": "submit"}))
    page = await desk.follow(await desk.post("/console/report/filing", {**fields, "move": "accept"}))
    assert "已接收" in page.words
    assert "第 2 号" in page.words
    assert (await desk.post("/console/report/filing", {**fields, "move": "fly"})).status == 422


async def test_a_year_or_an_organ_that_is_none_is_refused_in_chinese(office: ConsoleOffice):
    desk = await office.desk("reporter")
    for query in ("year=once", "year=99999", "org=none"):
        seen = await desk.get(f"/console/report?{query}")
        assert (seen.status, "没有代码" in seen.words or "年度应在" in seen.words) == (422, True), query


async def test_a_report_that_does_not_add_up_is_told_where(office: ConsoleOffice):
    desk = await office.desk("reporter")
    counts = "公开信息100条，其中：政府网站公开60条，政务微博公开30条。"
    text = f"某旗2017年政府信息公开工作年度报告\n{counts}\n"
    seen = await desk.post("/console/report/check", files=[("file", "年报.txt", text.encode())])
    assert (seen.status, "年报.txt" in seen.words) == (200, True)
    assert "发现" in seen.words


async def test_a_file_that_cannot_be_read_is_refused_by_name(office: ConsoleOffice):
    desk = await office.desk("reporter")
    old = await desk.post("/console/report/check", files=[("file", "<b>旧.doc", b"\xd0\xcf\x11\xe0")])
    assert (old.status, "“<b>旧.doc”没有检查：这是旧版 Word" in old.words) == (415, True)
    assert (await desk.post("/console/report/check", {})).status == 422


async def test_a_year_that_changed_since_its_snapshot_is_submitted_with_a_reason(office: ConsoleOffice):
    desk = await office.desk("chief")
    told = {"org": CODE, "year": "2026"}
    await desk.post("/console/report/snapshot", told)
    office.house.now.move(minutes=1)
    await office.house.published(("website",))
    form = {**told, "about": CODE, "move": "submit"}
    refused = await desk.post("/console/report/filing", form)
    assert (refused.status, "重新统计的原因" in refused.words) == (422, True)
    done = await desk.follow(await desk.post("/console/report/filing", {**form, "reason": "补录"}))
    assert "已报送" in done.words


async def test_counts_of_a_year_before_the_system_stand_beside_what_is_proved(office: ConsoleOffice):
    desk = await office.desk("chief")
    told = {
        "org": CODE,
        "year": "2025",
        "figure:items": "812",
        "figure:website": "八百",
        "source": "2025年年报",
    }
    await desk.get("/console/report?year=2025")
    wrong = await desk.post("/console/report/figures", told)
    assert (wrong.status, wrong.fields["figure:items"]) == (422, "812")
    assert "“政府网站”应是数字" in wrong.words
    assert re.search(r'id="field-figure:website"[^>]*aria-invalid', wrong.html)
    assert wrong.html.count("<details open>") == 1
    done = await desk.follow(await desk.post("/console/report/figures", {**told, "figure:website": "800"}))
    assert (done.fields["figure:items"], done.fields["figure:website"]) == ("812", "800")
    assert "2025年年报" in done.words
    await office.house.published(("website",))
    seen = await desk.get("/console/report?year=2026")
    assert "主动公开政府信息 1 条，上年 812 条（2025 年填报数字：2025年年报）" in seen.words
