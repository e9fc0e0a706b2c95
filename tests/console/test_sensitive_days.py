"""server/console/sensitive_days.py: days on which posting is thought over."""

from tests.console.conftest import XSS, ConsoleOffice
from tests.console.test_calendar import days_of

PATH = "/console/sensitive-days"
EXAM = {"first": "2026-12-05", "last": "2026-12-06", "reason": "公务员考试", "weight": "warning"}


async def test_a_release_on_such_a_day_is_warned_of_and_the_calendar_marks_it(office: ConsoleOffice):
    await (await office.desk("admin")).post(PATH, EXAM)
    made = await office.house.item()
    desk = await office.desk("chief")
    order = {"accounts": "website", "not_before": "2026-12-06T10:00"}
    told = await desk.post(f"/console/items/{made.id}/release/look", order)
    assert "警告：12月6日是敏感日期（公务员考试）" in told.words
    days = days_of(await desk.get("/console/calendar?month=2026-12"))
    assert ["公务员考试" in days[f"2026-12-0{day}"] for day in (4, 5, 6, 7)] == [False, True, True, False]


async def test_a_memorial_day_is_told_of_before_a_release(office: ConsoleOffice):
    made = await office.house.item()
    order = {"accounts": "website", "not_before": "2026-12-13T10:00"}
    told = await (await office.desk("chief")).post(f"/console/items/{made.id}/release/look", order)
    assert "12月13日是国家公祭日" in told.words


async def test_a_range_is_put_down_seen_by_everybody_and_taken_out(office: ConsoleOffice):
    desk = await office.desk("admin")
    await desk.post(PATH, {**EXAM, "last": "", "reason": XSS})
    assert XSS in (await (await office.desk("author")).get(PATH)).words
    gone = {"first": EXAM["first"], "last": EXAM["first"], "reason": XSS}
    assert (await desk.post(f"{PATH}/drop", gone)).status == 303
    assert "已登记的（0）" in (await desk.get(PATH)).words
    assert (await desk.post(f"{PATH}/drop", gone)).status == 422


async def test_a_wrong_range_is_refused_and_what_was_typed_stays(office: ConsoleOffice):
    seen = await (await office.desk("admin")).post(PATH, {**EXAM, "last": "2026-12-01"})
    assert (seen.status, "截止日不能早于起始日" in seen.words) == (422, True)
    assert seen.fields["reason"] == "公务员考试"


async def test_a_sheet_comes_in_whole_or_not_at_all(office: ConsoleOffice):
    desk, head = await office.desk("admin"), "起始日,截止日,原因,程度\n"
    wrong = "2026-02-30,,周年,\n2026-05-01,,,严重\n2026-01-01,2027-06-01,长,\n"
    bad = f"{head}2026-06-07,2026-06-10,高考,警告\n{wrong}".encode()
    seen = await desk.post(f"{PATH}/import", {}, [("file", "表.csv", bad)])
    assert [one in seen.words for one in ("已登记的（0）", "第 3 行", "第 4 行", "第 5 行")] == [True] * 4
    assert ("原因要写" in seen.words, "程度只能写" in seen.words) == (True, True)  # both of line 4
    good = f"{head}2026-06-07,2026-06-10,高考,警告\n2099/7/1,,周年,\n".encode("gb18030")
    await desk.post(f"{PATH}/import", {}, [("file", "表.csv", good)])
    page = (await desk.get(PATH)).words
    assert ("已登记的（2）" in page, "2099-07-01" in page) == (True, True)


async def test_only_who_keeps_the_calendar_changes_them(office: ConsoleOffice):
    assert (await (await office.desk("author")).post(PATH, EXAM)).status == 403
