"""server/console/accounts.py: the matrix of accounts and its switches."""

from datetime import timedelta

from server.store.accounts import find_account
from tests.console.conftest import XSS, ConsoleOffice
from tests.house import CODE


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


async def test_the_matrix_names_whom_to_call_what_was_shown_last_and_what_is_left_of_today(
    office: ConsoleOffice,
):
    await office.house.published(("website", "weibo"))
    desk = await office.desk("admin")
    path = f"/console/accounts/{await _id(office, 'weibo')}/access"
    await desk.post(path, {"name": "weibo", "setting_owner": f"张三 0477-8000000{XSS}"})
    seen = await desk.get("/console/accounts")
    assert f"负责人：张三 0477-8000000{XSS}" in seen.words
    assert "今天 " in seen.words
    assert [one for one in seen.links if one.startswith("/console/releases/")]


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


async def _id(office: ConsoleOffice, slug: str) -> str:
    async with office.house.store.read() as tx:
        row = await find_account(tx, slug)
    assert row is not None
    return row.id


_WECHAT = {"channel": "wechat", "org": CODE, "slug": "wx-2", "name": "某旗民政"}
_KEYS = {"setting_base_url": "http://127.0.0.1:9", "setting_appid": "wx0000", "secret_appsecret": "geheim-1"}


async def test_an_account_is_added_and_its_secret_never_shown_again(office: ConsoleOffice):
    desk = await office.desk("admin")
    assert "AppSecret" in (await desk.get("/console/accounts/new?channel=wechat")).words
    page = await desk.follow(await desk.post("/console/accounts/new", {**_WECHAT, **_KEYS}))
    assert ("已添加" in page.words, "geheim-1" in page.html, "已保存，不再显示" in page.words) == (
        True,
        False,
        True,
    )
    address = next(
        str(told["action"]) for _, told in page.tags if (told.get("action") or "").endswith("/access")
    )
    changed = {"name": "某旗民政局", "setting_base_url": "http://127.0.0.1:9", "setting_appid": "wx0001"}
    page = await desk.follow(await desk.post(address, changed))
    assert page.fields["setting_appid"] == "wx0001"
    async with office.house.store.read() as tx:
        row = await find_account(tx, "wx-2")
    assert row is not None
    assert (row.name, office.parts.vault.open(row.sealed or "")) == ("某旗民政局", {"appsecret": "geheim-1"})


async def test_another_address_asks_for_the_secret_again(office: ConsoleOffice):
    desk = await office.desk("admin")
    await desk.post("/console/accounts/new", {**_WECHAT, **_KEYS})
    path = f"/console/accounts/{await _id(office, 'wx-2')}/access"
    moved = {"name": "某旗民政", "setting_base_url": "https://collects.example.cn", "setting_appid": "wx0000"}
    refused = await desk.post(path, moved)
    assert (refused.status, "改接口地址时要重新填写全部密钥" in refused.words) == (422, True)
    assert refused.fields["setting_base_url"] == "https://collects.example.cn"
    assert (await desk.post(path, {**moved, "secret_appsecret": "geheim-2"})).status == 303


async def test_what_is_missing_is_said_and_what_was_typed_stays(office: ConsoleOffice):
    desk = await office.desk("admin")
    seen = await desk.post("/console/accounts/new", {**_WECHAT, "name": XSS, "slug": "Nicht Gut"})
    assert (seen.status, seen.fields["name"], "<img src=x" in seen.html) == (422, XSS, False)
    taken = await desk.post("/console/accounts/new", {**_WECHAT, **_KEYS, "slug": "weibo"})
    assert (taken.status, "已被使用" in taken.words, "geheim-1" in taken.html) == (409, True, False)
    assert (await (await office.desk("author")).get("/console/accounts/new")).status == 403
    assert (
        await (await office.desk("stranger")).post("/console/accounts/new", {**_WECHAT, **_KEYS})
    ).status == 403


async def test_a_budget_is_kept_and_a_wrong_one_refused(office: ConsoleOffice):
    desk = await office.desk("admin")
    account = await _id(office, "weibo")
    await desk.follow(await desk.post(f"/console/accounts/{account}/budget", {"a_minute": "2", "a_day": ""}))
    page = await desk.get(f"/console/accounts/{account}")
    assert (page.fields["a_minute"], page.fields["a_day"]) == ("2", "")
    wrong = await desk.post(f"/console/accounts/{account}/budget", {"a_minute": "viele"})
    assert (wrong.status, wrong.fields["a_minute"]) == (422, "viele")
    assert (await (await office.desk("stranger")).get(f"/console/accounts/{account}")).status == 403


async def test_a_connection_is_tried_without_posting(office: ConsoleOffice):
    desk = await office.desk("admin")
    account = await _id(office, "weibo")
    seen = await desk.post(f"/console/accounts/{account}/trial")
    assert (seen.status, "不需要连接平台" in seen.words) == (200, True)
    assert office.house.platform.posts == []


async def test_a_menu_is_offered_where_there_is_one_and_a_refusal_is_said(office: ConsoleOffice):
    desk = await office.desk("admin")
    page = await desk.get("/console/accounts")
    assert page.words.count("更新菜单") == 1
    told = await desk.post("/console/accounts/menu", {"account": "weibo"})
    assert (told.status, "没有自定义菜单" in told.words) == (409, True)
    assert (
        await (await office.desk("author")).post("/console/accounts/menu", {"account": "wechat"})
    ).status == 403


async def test_what_becomes_of_old_articles_is_set_for_an_account_and_nonsense_is_refused(
    office: ConsoleOffice,
):
    desk, path = await office.desk("admin"), f"/console/accounts/{await _id(office, 'weibo')}"
    assert "更正后旧微博" in (await desk.get(path)).words
    for value, status in (("keep", 303), ("burn", 422), ("", 303)):
        fields = {"name": "weibo", "setting_older_posts": value}
        assert (await desk.post(f"{path}/access", fields)).status == status
        async with office.house.store.read() as tx:
            row = await find_account(tx, "weibo")
        assert row is not None
        assert row.settings.get("older_posts") == ("keep" if value else None)
