"""server/api/accounts.py: the menu of a WeChat account, put at the pretended platform."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels.contract import Channel, Tools
from channels.item import Account
from channels.sandbox.run import Sandbox, start_sandbox
from channels.wechat.channel import WeChat
from server.core.renewal import STALE, renew_site
from server.store.accounts import AccountRow
from server.store.audit import Wanted, list_audit
from server.store.menus import list_old_menus
from server.store.renewals import find_renewal
from tests.api.conftest import Office
from tests.channels.wechat_stage import OneProcessTokens, OneProcessUploads
from tests.house import SITE

PATH = "/api/v1/accounts/menu"


@pytest.fixture
async def sandbox(office: Office) -> AsyncIterator[Sandbox]:
    house = office.house
    opened = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None, now=house.now, safe_domain="a.invalid"
    )
    known, tokens = opened.credentials()["wechat"], OneProcessTokens(house.now)

    def wechat(row: AccountRow) -> Channel:
        settings = {"base_url": known["base_url"], "appid": known["appid"]}
        secret = {"appsecret": known["secret"]}
        account = Account(row.id, row.channel, row.slug, row.name, row.org, settings, secret)
        tools: Any = (house.http, None, SITE, None, None, tokens, OneProcessUploads())
        return WeChat.open(account, Tools(*tools))

    house.real["wechat"] = wechat
    yield opened
    await opened.close()


async def test_the_menu_of_the_columns_is_put_and_audited(office: Office, sandbox: Sandbox):
    told = await office.post(PATH, {"account": "wechat"}, by="admin")
    menu = sandbox.wechat.book.menu
    assert (told.status, menu is not None) == (200, True)
    async with office.house.store.read() as tx:
        lines = await list_audit(tx, Wanted(verb="account.menu"), 10)
    assert len(lines) == 1


async def test_who_does_not_manage_the_account_puts_no_menu(office: Office, sandbox: Sandbox):
    for login in ("author", "chief", "stranger"):
        assert (await office.post(PATH, {"account": "wechat"}, by=login)).status == 403
    assert sandbox.wechat.book.menu is None


async def test_a_platform_that_says_no_is_heard_with_its_reason(office: Office, sandbox: Sandbox):
    body = {"errcode": 40055, "errmsg": "invalid sub button url domain rid: 1-2-3"}
    sandbox.wechat.next_call("/cgi-bin/menu/create", "error", body=body)
    told = await office.post(PATH, {"account": "wechat"}, by="admin")
    assert told.refusal == (422, "platform_refused", "account")
    assert "网址" in told.json["detail"]
    assert sandbox.wechat.book.menu is None


@pytest.mark.parametrize(("slug", "code"), [("weibo", "wrong_state"), ("nowhere", "unknown_account")])
async def test_an_account_without_a_menu_is_refused(office: Office, sandbox: Sandbox, slug: str, code: str):
    assert (await office.post(PATH, {"account": slug}, by="admin")).refusal[1] == code


async def renew(office: Office) -> None:
    office.house.now.move(seconds=STALE.total_seconds())
    for _step in range(20):
        await renew_site(office.house.place)


async def test_a_menu_that_stands_follows_the_columns_and_one_that_was_never_put_does_not(
    office: Office, sandbox: Sandbox
):
    renamed = {"version": 0, "name": "本级文件"}
    assert (await office.call("PATCH", "/api/v1/columns/zcwj", renamed, by="admin")).status == 200
    await renew(office)
    assert sandbox.wechat.book.menu is None
    await office.post(PATH, {"account": "wechat"}, by="admin")
    assert "本级文件" in str(sandbox.wechat.book.menu)
    renamed = {"version": 1, "name": "旗级文件"}
    await office.call("PATCH", "/api/v1/columns/zcwj", renamed, by="admin")
    await renew(office)
    assert "旗级文件" in str(sandbox.wechat.book.menu)


async def test_a_menu_that_the_platform_refuses_stays_known_as_old(office: Office, sandbox: Sandbox):
    await office.post(PATH, {"account": "wechat"}, by="admin")
    renamed = {"version": 0, "name": "本级文件"}
    await office.call("PATCH", "/api/v1/columns/zcwj", renamed, by="admin")
    sandbox.wechat.next_call("/cgi-bin/menu/create", "error", body={"errcode": 40055, "errmsg": "x"})
    await renew(office)
    async with office.house.store.read() as tx:
        renewal = await find_renewal(tx)
        assert len(await list_old_menus(tx, 1)) == 1
    assert (renewal is not None and renewal.stage) == "done"  # a refused menu keeps no page back
