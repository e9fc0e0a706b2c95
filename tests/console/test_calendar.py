"""server/console/calendar.py: what stands on which day, and how a planned release is moved."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.core.expedite import keep_hours
from server.core.follow import bind
from server.store.accounts import find_account
from server.store.dictionary import WordRow, put_words
from server.store.followups import Follow
from tests.console.conftest import XSS, ConsoleOffice, Seen

SHANGHAI = ZoneInfo("Asia/Shanghai")


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def days_of(seen: Seen) -> dict[str, str]:
    """The cells of the month by their day, as markup."""
    cells = seen.html.split('<td data-day="')[1:]
    return {cell[:10]: cell.partition("</td>")[0] for cell in cells}


async def planned(office: ConsoleOffice, moment: str, **changes: object) -> tuple[str, str]:
    """Plan a release on the website; give the ids of item and release."""
    made = await office.house.item(**changes)
    release = await office.house.release(made.id, not_before=beijing(moment))
    return made.id, release.id


async def test_a_planned_release_stands_on_its_day_in_beijing(office: ConsoleOffice):
    await planned(office, "2026-12-08T00:30", title=XSS)
    seen = await (await office.desk("author")).get("/console/calendar?month=2026-12")
    days = days_of(seen)
    assert "00:30" in days["2026-12-08"]
    assert "00:30" not in days["2026-12-07"]
    assert XSS in seen.words
    assert [told for tag, told in seen.tags if tag == "script" and "src" not in told] == []


async def test_the_list_tells_of_every_entry_that_the_month_shows(office: ConsoleOffice):
    await planned(office, "2027-01-01T10:30", title="元旦发布")
    seen = await (await office.desk("author")).get("/console/calendar?month=2026-12")
    assert "10:30" in days_of(seen)["2027-01-01"]
    assert "1月1日 周五" in seen.words.partition("2026年12月的安排")[2]


async def test_holidays_and_days_made_up_are_named_and_unknown_years_are_provisional(office: ConsoleOffice):
    desk = await office.desk("author")
    october = days_of(await desk.get("/console/calendar?month=2026-10"))
    assert "国庆节" in october["2026-10-01"]
    assert "国庆节上班" in october["2026-10-10"]  # a Saturday
    assert "暂定" not in october["2026-10-10"]
    beyond = days_of(await desk.get("/console/calendar?month=2027-02"))
    assert all("暂定" in cell for day, cell in beyond.items() if day.startswith("2027"))


async def test_an_interpretation_stands_where_its_document_will_let_it_go(office: ConsoleOffice):
    house = office.house
    source, _release = await planned(office, "2026-12-04T09:00", title="医疗救助办法")
    made = await house.item(kind="interpretation", title="医疗救助办法解读", document_number=None)
    follow = Follow(made.id, source, "after_working_days", working_days=2, at_clock=time(9))
    async with house.store.begin() as tx:
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    await house.release(made.id)
    seen = await (await office.desk("author")).get("/console/calendar?week=2026-12-10")
    assert "12月8日 周二 09:00 解读 医疗救助办法解读" in seen.words
    assert "等待原文《医疗救助办法》上线 → 12月8日（周二）09:00" in seen.words


async def test_an_interpretation_whose_document_nobody_released_has_no_day_yet(office: ConsoleOffice):
    house = office.house
    source = await house.item(title="医疗救助办法")
    made = await house.item(kind="interpretation", title="医疗救助办法解读", document_number=None)
    async with house.store.begin() as tx:
        follow = Follow(made.id, source.id, "same_moment")
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    await house.release(made.id)
    seen = await (await office.desk("author")).get("/console/calendar")
    assert "时间未定 解读 医疗救助办法解读" in seen.words


async def test_deadlines_stand_on_their_day(office: ConsoleOffice):
    house = office.house
    await house.published(title="防汛工作通知")  # Wednesday 25 November: three working days
    await house.item(title="没有发的通知", formed_on=date(2026, 11, 2), document_number=None)
    days = days_of(await (await office.desk("author")).get("/console/calendar?month=2026-11"))
    assert "解读期限" in days["2026-11-30"]
    assert "防汛工作通知" in days["2026-11-30"]
    assert "公开期限" in days["2026-11-30"]
    assert "已公开 1 篇" in days["2026-11-25"]


async def test_a_release_is_dragged_to_another_day_and_keeps_its_time_of_day(office: ConsoleOffice):
    item, release = await planned(office, "2026-12-08T14:30")
    desk = await office.desk("chief")
    moved = await desk.post(
        "/console/calendar/move", {"release_id": release, "day": "2026-12-10", "month": "2026-12"}
    )
    assert moved.location.startswith("/console/calendar?")
    assert "14:30" in days_of(await desk.follow(moved))["2026-12-10"]
    assert (await office.house.legs(item))["website"].due_at == beijing("2026-12-10T14:30")


async def test_a_release_is_moved_by_a_form_to_the_minute(office: ConsoleOffice):
    item, release = await planned(office, "2026-12-08T14:30")
    desk = await office.desk("chief")
    page = await desk.get("/console/calendar?week=2026-12-07")
    assert page.fields["not_before"] == "2026-12-08T14:30"
    fields = {"release_id": release, "not_before": "2026-12-09T08:15", "week": "2026-12-07"}
    seen = await desk.follow(await desk.post("/console/calendar/move", fields))
    assert "12月9日 周三 08:15" in seen.words
    assert (await office.house.legs(item))["website"].due_at == beijing("2026-12-09T08:15")


async def test_a_move_against_a_rule_is_refused_with_its_reason_and_changes_nothing(office: ConsoleOffice):
    house = office.house
    source, _release = await planned(office, "2026-12-08T09:00", title="医疗救助办法")
    made = await house.item(kind="interpretation", title="解读", document_number=None)
    async with house.store.begin() as tx:
        follow = Follow(made.id, source, "same_moment")
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
        weibo = await find_account(tx, "weibo")
        assert weibo is not None
        await keep_hours(tx, weibo, "08:00-22:00", house.calendar, at=house.now())
    release = await house.release(made.id, ("website", "weibo"), not_before=beijing("2026-12-10T09:00"))
    desk = await office.desk("chief")
    for moment, sentence in (
        ("2026-11-20T09:00", "已经过去"),
        ("2026-12-07T09:00", "解读不能早于它的原文：《医疗救助办法》放行的时间是12月8日（周二）09:00"),
        ("2026-12-10T23:00", "12月10日（周四）23:00不在时段内；最近的时间是12月11日（周五）08:00"),
        ("tomorrow", "不是存在的时间"),
        ("", "请填写发布时间"),
    ):  # fmt: skip
        fields = {"release_id": release.id, "not_before": moment, "month": "2026-12"}
        seen = await desk.post("/console/calendar/move", fields)
        assert (seen.status, sentence in seen.words) == (422, True), seen.words
    async with house.store.read() as tx:
        row = (
            await tx.exec_driver_sql(f"SELECT not_before FROM releases WHERE id = '{release.id}'")
        ).scalar_one()
    assert str(row).startswith("2026-12-10 01:00")


async def test_who_may_not_release_moves_nothing_and_sees_nothing_of_other_organs(office: ConsoleOffice):
    _item, release = await planned(office, "2026-12-08T09:00", title="医疗救助办法")
    fields = {"release_id": release, "day": "2026-12-09"}
    author = await office.desk("author")
    assert (await author.post("/console/calendar/move", fields)).status == 403
    assert 'draggable="true"' not in (await author.get("/console/calendar?month=2026-12")).html
    stranger = await (await office.desk("stranger")).get("/console/calendar?month=2026-12")
    assert (stranger.status, "医疗救助办法" in stranger.words) == (200, False)


@pytest.mark.parametrize("query", ["month=2026-13", "month=x", "week=0001-01-01", "week=9999-12-31", "org=x"])
async def test_an_address_that_names_no_month_shows_this_one(office: ConsoleOffice, query: str):
    seen = await (await office.desk("author")).get(f"/console/calendar?{query}")
    assert seen.status == 200
    assert office.house.now().astimezone(SHANGHAI).strftime("%Y年") in seen.words


async def test_what_is_live_is_not_moved(office: ConsoleOffice):
    item, release = await planned(office, "2026-11-26T09:00")
    office.house.now.move(days=2)
    await office.house.tick()
    await office.house.run_until_quiet()
    desk = await office.desk("chief")
    late = (office.house.now() + timedelta(days=3)).date().isoformat()
    seen = await desk.post("/console/calendar/move", {"release_id": release, "day": late})
    assert (seen.status, "已经上线" in seen.words) == (409, True)
    assert (await office.house.states(item))["website"] == "live"


async def test_what_a_grown_list_of_words_holds_is_marked_on_its_day(office: ConsoleOffice):
    house = office.house
    await planned(office, "2026-12-08T09:00", title="医疗救助办法", body_html="<p>由旧名局负责。</p>")
    row = WordRow("旧名局", "", "", "blocking", "any", "sensitive", "已停用的名称")
    async with house.store.begin() as tx:
        await put_words(tx, [row], ids=[house.new_id()], by=house.author, at=house.now())
    await house.tick()
    seen = await (await office.desk("author")).get("/console/calendar?month=2026-12")
    assert "安排在12月8日（周二）09:00发布。词库更新后有须处理的检查意见，处理以前不会发出" in seen.words


async def test_the_days_of_one_account_show_what_goes_out_on_it_alone(office: ConsoleOffice):
    made = await office.house.item(title="只发微博的")
    await office.house.release(made.id, ("website", "weibo"), not_before=beijing("2026-12-08T10:00"))
    await planned(office, "2026-12-09T10:00", title="只上网站的")
    desk = await office.desk("author")
    seen = await desk.get("/console/calendar?month=2026-12&account=weibo")
    assert ("只发微博的" in seen.words, "只上网站的" in seen.words) == (True, False)
    assert "month=2027-01&amp;account=weibo" in seen.html
    other = await desk.get(f"/console/calendar?month=2026-12&account={XSS}")
    assert "只上网站的" in other.words


async def test_what_nobody_can_move_says_why(office: ConsoleOffice):
    await planned(office, "2026-12-08T10:00", title="安排好的")
    author = days_of(await (await office.desk("author")).get("/console/calendar?week=2026-12-08"))
    assert 'data-stays="您没有发布权限，不能改时间"' in author["2026-12-08"]
    chief = days_of(await (await office.desk("chief")).get("/console/calendar?week=2026-12-08"))
    assert "data-release=" in chief["2026-12-08"]


async def test_a_memorial_day_is_named(office: ConsoleOffice):
    days = days_of(await (await office.desk("author")).get("/console/calendar?month=2026-12"))
    assert "国家公祭日" in days["2026-12-13"]
