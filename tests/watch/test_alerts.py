"""What somebody should look at: raised once, changed with its level, cleared, and beginning anew."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from channels.item import Column
from server.core.evidence import record_evidence
from server.core.follow import bind
from server.core.takedowns import Terms
from server.core.withdraw import record_taken_down
from server.store.accounts import find_account, move_account
from server.store.alerts import AlertSeen, list_alerts
from server.store.deliveries import get_delivery
from server.store.evidence import Evidence
from server.store.followups import Follow
from server.store.jobs import JobRow, write_run
from server.store.links import LinkSeen, Pair, write_link_check
from server.store.permissions import put_permission, set_account_access
from server.watch.alerts import watch
from server.watch.machine import Machine
from tests.house import SITE, House


async def look(house: House) -> dict[str, AlertSeen]:
    await watch(house.store, SITE, at=house.now())
    async with house.store.read() as tx:
        return {seen.alert.key: seen for seen in await list_alerts(tx, limit=100)}


async def levels(house: House, prefix: str) -> list[str]:
    return [seen.alert.level for key, seen in (await look(house)).items() if key.startswith(prefix)]


async def messages(house: House, prefix: str) -> str:
    return "".join(seen.alert.message for key, seen in (await look(house)).items() if key.startswith(prefix))


async def interpreted(house: House, source_id: str) -> str:
    made = await house.item(kind="interpretation", title="解读", column="zcjd")
    async with house.store.begin() as tx:
        follow = Follow(made.id, source_id, "same_moment")
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    await house.release(made.id)
    await house.run_until_quiet()
    return made.id


async def test_a_post_that_a_person_must_take_down_is_told_of_and_sounded_when_it_is_late(house: House):
    made = await house.published(("other",))
    proof = Evidence("旗政务大厅公告栏", house.now(), "张三", None, None)
    leg = (await house.legs(made.id))["other"]
    async with house.store.begin() as tx:
        await record_evidence(tx, leg.id, proof, house.bench, by=house.author, at=house.now())
    await house.withdraw(made.id, withdrawn_as="privacy")
    assert "请在11月25日（周三）12:00前到“other”上撤下并登记" in await messages(house, "takedown:")
    assert await levels(house, "takedown:") == ["warn"]
    house.now.move(hours=2)
    assert await levels(house, "takedown:") == ["alarm"]
    async with house.store.begin() as tx:
        leg = await get_delivery(tx, leg.id)
        await record_taken_down(tx, leg, "已揭下", house.bench, by=house.author, at=house.now())
    assert await levels(house, "takedown:") == []


async def test_a_call_that_has_not_taken_a_post_down_in_time_is_sounded_too(house: House):
    made = await house.published(("website", "weibo"))
    await house.withdraw(made.id)  # no worker runs
    assert await levels(house, "takedown:") == []
    house.now.move(hours=24)
    assert set(await levels(house, "takedown:")) == {"alarm"}
    assert "系统多次没有撤成，请立即到平台上查看" in await messages(house, "takedown:")


async def test_a_call_that_fails_for_half_of_the_time_is_told_of_while_a_person_can_still_act(house: House):
    made = await house.published(("website", "weibo"))
    await house.withdraw(made.id, withdrawn_as="privacy")  # no worker runs
    house.now.move(minutes=59)
    assert await levels(house, "takedown:") == []
    house.now.move(minutes=1)
    assert set(await levels(house, "takedown:")) == {"warn"}
    assert "系统还没有撤成，请到平台上查看" in await messages(house, "takedown:")


async def test_the_terms_that_an_office_has_set_are_told_with_their_reason(house: House):
    terms = Terms(timedelta(minutes=30), timedelta(hours=4), "某政办发〔2026〕1号")
    house.bench = replace(house.bench, terms=terms)
    made = await house.published(("website", "weibo"))
    await house.withdraw(made.id)
    house.now.move(hours=4)
    await watch(house.store, SITE, at=house.now(), basis=terms.basis)
    async with house.store.read() as tx:
        told = [seen.alert for seen in await list_alerts(tx, limit=100) if seen.alert.kind == "takedown"]
    assert {one.level for one in told} == {"alarm"}
    assert all("前（依据：某政办发〔2026〕1号）从" in one.message for one in told)


async def test_an_old_article_beside_a_newer_one_is_not_called_withdrawn(house: House):
    made = await house.published(("website", "other"))
    for older in ({}, {"other": "take_down"}):
        if older:
            await house.corrected(made.id, title="更正后的标题")
            await house.release(made.id, ("website", "other"), older=older)
            await house.run_until_quiet()
        leg = (await house.legs(made.id))["other"]
        proof = Evidence("旗政务大厅公告栏", house.now(), "张三", None, None)
        async with house.store.begin() as tx:
            await record_evidence(tx, leg.id, proof, house.bench, by=house.author, at=house.now())
    told = await messages(house, "takedown:")
    assert "更正后的新内容已经上线，旧的一条还在，请在" in told
    assert "已撤回" not in told


async def test_a_matter_is_raised_once_and_cleared_when_it_is_settled(house: House):
    source = await house.published()
    house.now.move(days=7)
    raised_at = house.now()
    key = f"interpretation:{source.id}"
    assert (await look(house))[key].raised_at == raised_at
    house.now.move(hours=1)
    assert (await look(house))[key].raised_at == raised_at
    await interpreted(house, source.id)
    assert key not in await look(house)


async def test_a_matter_settled_long_ago_is_forgotten(house: House):
    async def stand_ever() -> list[str]:
        async with house.store.read() as tx:
            rows = await tx.exec_driver_sql("SELECT key FROM alerts WHERE key IN ('disk', 'clock')")
            return sorted(rows.scalars())

    for machine in (Machine(free=0), Machine()):
        await watch(house.store, SITE, at=house.now(), machine=machine)
    assert await stand_ever() == ["disk"]
    house.now.move(days=91)
    for machine in (Machine(ahead=timedelta(hours=1)), Machine()):
        await watch(house.store, SITE, at=house.now(), machine=machine)
    assert await stand_ever() == ["clock"]


@pytest.mark.parametrize(("megabytes", "level"), [(5000, None), (900, "warn"), (200, "alarm")])
async def test_a_disk_that_fills_is_told_of_while_there_is_room_to_write_it_down(
    house: House, megabytes: int, level: str | None
):
    await watch(house.store, SITE, at=house.now(), machine=Machine(free=megabytes << 20))
    async with house.store.read() as tx:
        told = {seen.alert.key: seen.alert.level for seen in await list_alerts(tx, limit=100)}
    assert told.get("disk") == level


async def test_looking_again_changes_nothing(house: House):
    await house.published()
    assert await watch(house.store, SITE, at=house.now()) > 0
    assert await watch(house.store, SITE, at=house.now()) == 0


@pytest.mark.parametrize(("days", "expected"), [(9, []), (10, ["warn"]), (13, ["warn"]), (14, ["alarm"])])
async def test_a_silent_account_is_warned_of_and_then_alarmed(house: House, days: int, expected: list[str]):
    await house.published(("website", "weibo", "wechat"))
    house.now.move(days=days)
    assert await levels(house, "account:") == expected * 2


async def test_an_account_that_never_posted_counts_from_its_beginning(house: House):
    house.now.move(days=14)
    assert await levels(house, "account:") == ["alarm", "alarm"]


@pytest.mark.parametrize(
    ("months", "expected"), [(4, []), (5, ["warn"]), (6, ["alarm"])], ids=["four", "five", "six"]
)
async def test_a_column_of_notices_may_be_silent_for_months(house: House, months: int, expected: list[str]):
    await house.published(column="tzgg", kind="notice")
    house.now.moment = datetime(2026 + (11 + months) // 13, (10 + months) % 12 + 1, 25, 4, 0, tzinfo=UTC)
    assert await levels(house, "column:tzgg") == expected


async def test_an_empty_column_is_told(house: House):
    assert "空栏目" in await messages(house, "column:zcjd")


async def test_lost_authorisation_is_told(house: House):
    async with house.store.begin() as tx:
        account = await find_account(tx, "weibo")
        assert account is not None
        await move_account(tx, account.id, ("active",), "unauthorised")
        await set_account_access(tx, account.id, {**account.settings, "owner": "张三 0477-0000000"}, None)
    assert "请负责人张三 0477-0000000重新授权" in await messages(house, "authorisation:")


async def test_a_document_formed_long_ago_and_never_released_is_told(house: House):
    await house.item(formed_on=date(2026, 11, 2))  # 20 working days: 30 November
    assert await levels(house, "disclosure:") == ["warn"]
    house.now.move(days=6)
    assert await levels(house, "disclosure:") == ["alarm"]


async def test_a_live_interpretation_of_a_withdrawn_document_asks_for_a_decision(house: House):
    source = await house.published()
    await interpreted(house, source.id)
    await house.withdraw(source.id)
    assert "是否一并撤回" in await messages(house, "orphan:")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (datetime(2026, 10, 31, 4, tzinfo=UTC), []),
        (datetime(2026, 11, 1, 4, tzinfo=UTC), ["warn"]),
        (datetime(2026, 12, 1, 4, tzinfo=UTC), ["alarm"]),
    ],
)
async def test_the_missing_notice_is_told_from_november_on(house: House, day: datetime, expected: list[str]):
    house.now.moment = day
    assert await levels(house, "calendar:2027") == expected


REPORTING = replace(SITE, columns=(Column("xxgknb", "年报", "信息公开年报", ""),))


async def test_the_yearly_report_is_told_until_it_is_public(house: House):
    house.now.moment = datetime(2027, 3, 2, 4, 0, tzinfo=UTC)
    await watch(house.store, REPORTING, at=house.now())
    async with house.store.read() as tx:
        (seen,) = [one for one in await list_alerts(tx, limit=50) if one.alert.kind == "report"]
    assert "2026年度" in seen.alert.message
    assert "3月31日" in seen.alert.message
    await house.published(column="xxgknb", kind="notice")
    await watch(house.store, REPORTING, at=house.now())
    async with house.store.read() as tx:
        assert [one for one in await list_alerts(tx, limit=50) if one.alert.kind == "report"] == []


async def test_links_that_stay_wrong_are_told_and_a_moment_of_it_is_not(house: House):
    source = await house.published()
    interpretation = await interpreted(house, source.id)
    pair = Pair(interpretation, source.id, True, True)
    seen = LinkSeen(pair, forward=False, backward=True, trouble="原文的网页没有链接到解读")
    async with house.store.begin() as tx:
        await write_link_check(tx, seen, at=house.now())
    assert await levels(house, "link:") == []
    house.now.move(minutes=11)
    assert await levels(house, "link:") == ["alarm"]


async def test_a_job_that_keeps_failing_is_told(house: House):
    row = JobRow("due", house.now(), house.now(), "failed", 0, "RuntimeError", 0.1, 0, None)
    for _time in range(3):
        async with house.store.begin() as tx:
            await write_run(tx, row)
    assert "连续失败3次" in await messages(house, "job:due")


async def test_a_matter_that_comes_back_begins_anew(house: House):
    due = house.now() + timedelta(hours=1)
    made = await house.item()
    await house.release(made.id, not_before=due)

    async def overdue() -> Any:
        return (await look(house)).get(f"overdue:{house.org.id}")

    assert await overdue() is None
    house.now.moment = due + timedelta(minutes=30)
    first = await overdue()
    await house.tick()
    await house.run_until_quiet()
    assert await overdue() is None
    again = await house.item(document_number=None)
    await house.release(again.id, not_before=house.now() + timedelta(hours=1))
    house.now.move(hours=2)
    second = await overdue()
    assert (first.raised_at, second.raised_at) == (due + timedelta(minutes=30), house.now())


async def ending_in(house: House, **left: float) -> None:
    async with house.store.begin() as tx:
        account = await find_account(tx, "weibo")
        assert account is not None
        await put_permission(tx, account.id, house.now() + timedelta(**left), at=house.now())


@pytest.mark.parametrize(
    ("days", "expected"),
    [(8, []), (7, ["warn"]), (4, ["warn"]), (3, ["warn"]), (2, ["warn"]), (1, ["alarm"]), (0, ["alarm"])],
)
async def test_the_end_of_a_permission_is_told_days_before(house: House, days: int, expected: list[str]):
    await ending_in(house, days=days)
    assert await levels(house, "token:") == expected


async def test_the_end_of_a_permission_is_told_anew_seven_three_and_one_days_before(house: House):
    await ending_in(house, days=8)
    told: list[str] = []
    for _day in range(9):
        told += [key for key in await look(house) if key.startswith("token:") and key not in told]
        house.now.move(days=1)
    assert [key.rpartition(":")[2] for key in told] == ["7", "3", "1"]


async def test_the_days_to_the_end_are_days_in_beijing(house: House):
    # It is 10:00 in Beijing: thirteen hours later it is still the same day there, fourteen hours later not.
    await ending_in(house, days=7, hours=13)
    near = await levels(house, "token:")
    await ending_in(house, days=7, hours=14)
    assert (near, await levels(house, "token:")) == (["warn"], [])


async def test_a_permission_granted_anew_clears_its_warning(house: House):
    await ending_in(house, days=1)
    before = await levels(house, "token:")
    await ending_in(house, days=30)
    assert (before, await levels(house, "token:")) == (["alarm"], [])
