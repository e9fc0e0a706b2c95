"""server/console/accounts.py: the matrix of accounts and its switches."""

from datetime import timedelta

from server.store.accounts import find_account
from tests.console.conftest import XSS, ConsoleOffice


async def _state(office: ConsoleOffice, slug: str) -> tuple[str, str | None]:
    async with office.house.store.read() as tx:
        row = await find_account(tx, slug)
    assert row is not None
    return row.state, row.settings.get("window")


async def test_each_account_shows_its_state_its_last_item_and_its_count(office: ConsoleOffice):
    await office.house.published(("website", "weibo"))
    office.house.now.moment += timedelta(days=15)
    seen = await (await office.desk("author")).get("/console/accounts")
    assert "weibo 微博 正常 2026-11-2" in seen.words
    assert "已 15 天没有更新" in seen.words
    assert "由账号管理人操作" in seen.words
    assert "还没有账号" in (await (await office.desk("stranger")).get("/console/accounts")).words


async def test_an_account_is_paused_and_goes_on(office: ConsoleOffice):
    desk = await office.desk("admin")
    page = await desk.follow(await desk.post("/console/accounts/pause", {"account": "weibo"}))
    assert ("已暂停" in page.words, await _state(office, "weibo")) == (True, ("paused", None))
    await desk.follow(await desk.post("/console/accounts/resume", {"account": "weibo"}))
    assert (await _state(office, "weibo"))[0] == "active"


async def test_hours_are_kept_and_wrong_ones_refused_with_what_was_typed(office: ConsoleOffice):
    desk = await office.desk("admin")
    await desk.follow(
        await desk.post("/console/accounts/hours", {"account": "weibo", "window": "08:00-22:00"})
    )
    assert (await _state(office, "weibo"))[1] == "08:00-22:00"
    wrong = await desk.post("/console/accounts/hours", {"account": "weibo", "window": XSS})
    kept = [told for tag, told in wrong.tags if tag == "input" and told.get("value") == XSS]
    assert (wrong.status, len(kept)) == (422, 1)
    await desk.post("/console/accounts/hours", {"account": "weibo", "window": ""})
    assert (await _state(office, "weibo"))[1] is None


async def test_only_who_manages_an_account_may_switch_it(office: ConsoleOffice):
    for login in ("author", "chief", "stranger"):
        desk = await office.desk(login)
        assert (await desk.post("/console/accounts/pause", {"account": "weibo"})).status == 403
    desk = await office.desk("admin")
    assert (await desk.post("/console/accounts/pause", {"account": "nowhere"})).status == 422
    assert await _state(office, "weibo") == ("active", None)
