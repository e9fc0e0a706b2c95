"""The whole way over HTTP: the real server, the real adapters, the sandbox platforms on real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from channels.sandbox.run import Sandbox, start_sandbox
from server.app import serve
from server.cli.remote import Remote, ServerRefused
from server.core.ids import new_id
from server.security.sign_in import issue_token
from server.settings import Settings, load_settings
from server.store.orgs import OrgRow, insert_org
from server.store.people import PersonRow, insert_person, put_grant
from server.store.schema import migrate
from server.store.tx import Store
from tests.ports import free_port

CODE = "000000019"
ALL = ("site", "feed", "weibo", "wechat")
SECONDS = 120
ZONE = ZoneInfo("Asia/Shanghai")  # its last evening of a year is the first of the next here


@dataclass
class Walk:
    """A running office and its platforms."""

    base_url: str
    sandbox: Sandbox
    author: Remote
    chief: Remote
    var: Path

    async def released(self, accounts: tuple[str, ...] = ALL, **changes: Any) -> str:
        """Write, submit, approve and release an item over the API; gives its id."""
        item = await self.author.post("/api/v1/items", ITEM | changes)
        await self.author.post(f"/api/v1/items/{item['id']}/submit")
        await self.chief.post(f"/api/v1/items/{item['id']}/approve")
        await self.chief.post(f"/api/v1/items/{item['id']}/release", {"accounts": list(accounts)})
        return str(item["id"])

    async def legs(self, item_id: str) -> dict[str, Any]:
        found = await self.author.get(f"/api/v1/items/{item_id}/deliveries")
        return {leg["account"]: leg for leg in found["deliveries"]}

    async def until(self, item_id: str, state: str, accounts: tuple[str, ...] = ALL) -> dict[str, Any]:
        """Wait until each account has this state; the platforms take their time, so this takes some."""
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            legs = await self.legs(item_id)
            if all(legs[account]["state"] == state for account in accounts):
                return legs
            await asyncio.sleep(0.1)
        raise AssertionError({account: (leg["state"], leg["reason"]) for account, leg in legs.items()})

    async def until_answered(self, url: str, status: int, word: str) -> str:
        """Wait for a page with a word in it: the server looks at a file once a second at the most."""
        ends = time.monotonic() + SECONDS
        while True:
            given, text = await self.page(url)
            if given == status and word in text:
                return text
            assert time.monotonic() < ends, (given, text)
            await asyncio.sleep(0.1)

    async def page(self, url: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.text()


ITEM: dict[str, Any] = {
    "org": CODE,
    "kind": "notice",
    "title": "关于开展社区服务日活动的公告",
    "summary": "本周六上午,各社区服务站集中办理事项。",
    "body": "<p>本周六上午,各社区服务站集中办理事项。</p>",
    "column": "tzgg",
    "openness": "open",
    "overview": "社区服务日活动安排",
}


async def bootstrap(settings: Settings) -> dict[str, str]:
    """Write an organ and a person for each part, as the command line does; gives their tokens."""
    await asyncio.to_thread(settings.var.mkdir, parents=True, exist_ok=True)
    store = Store(settings.database_url)
    await migrate(store)
    tokens = {}
    at = datetime.now(UTC)
    async with store.begin() as tx:
        org = OrgRow(new_id(), CODE, "某旗人民政府办公室", None)
        await insert_org(tx, org, at=at)
        for login, role in (("admin", "admin"), ("author", "author"), ("chief", "chief")):
            person = PersonRow(new_id(), login, login, None, None)
            await insert_person(tx, person, at=at)
            await put_grant(tx, person.id, org.id, role)
            issued = await issue_token(tx, person.id, id=new_id(), name="test", use="api", at=at, lasts=None)
            tokens[login] = issued.secret
    await store.close()
    return tokens


async def open_accounts(admin: Remote, sandbox: Sandbox) -> None:
    keys = sandbox.credentials()
    weibo, wechat = keys["weibo"], keys["wechat"]
    for account in (
        {"channel": "website", "slug": "site", "name": "网站"},
        {"channel": "feed", "slug": "feed", "name": "订阅源"},
        {
            "channel": "weibo",
            "slug": "weibo",
            "name": "微博",
            "settings": {
                "base_url": weibo["base_url"],
                "web_url": weibo["base_url"],
                "uid": weibo["uid"],
                "safe_domains": weibo["safe_domain"],
            },
            "secret": {"access_token": weibo["access_token"]},
        },
        {
            "channel": "wechat",
            "slug": "wechat",
            "name": "微信",
            "settings": {"base_url": wechat["base_url"], "appid": wechat["appid"]},
            "secret": {"appsecret": wechat["secret"]},
        },
        {"channel": "other", "slug": "board", "name": "公告栏", "counted_as": "other"},
    ):
        await admin.post("/api/v1/accounts", {"org": CODE, **account})


async def answers(base_url: str) -> None:
    async with aiohttp.ClientSession() as session:
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            try:
                async with session.get(f"{base_url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError("the server does not answer")


@pytest.fixture
async def walk(tmp_path: Path) -> AsyncIterator[Walk]:
    port = free_port()
    settings = await asyncio.to_thread(load_settings, var=tmp_path / "var", port=port)
    tokens = await bootstrap(settings)
    sandbox = await start_sandbox(
        host="127.0.0.1",
        wechat_port=0,
        weibo_port=0,
        state_dir=None,
        now=lambda: datetime.now(UTC),
        safe_domain="127.0.0.1",
    )
    sandbox.wechat.switch(job_seconds=0)
    stop = asyncio.Event()
    server = asyncio.create_task(serve(settings, frozenset({"web", "worker", "clock"}), stop))
    base_url = f"http://127.0.0.1:{port}"
    try:
        await answers(base_url)
        async with (
            Remote(base_url, tokens["admin"]) as admin,
            Remote(base_url, tokens["author"]) as author,
            Remote(base_url, tokens["chief"]) as chief,
        ):
            await open_accounts(admin, sandbox)
            yield Walk(base_url, sandbox, author, chief, settings.var)
    finally:
        stop.set()
        await server
        await sandbox.close()


async def test_one_item_goes_to_every_channel_and_is_proved_and_counted(walk: Walk):
    item_id = await walk.released()
    legs = await walk.until(item_id, "live")
    for leg in legs.values():
        assert (await walk.page(leg["link"]))[0] == 200
    year = datetime.now(ZONE).year
    counts = await walk.author.get("/api/v1/statistics/channels", {"year": str(year)})
    assert counts["items"] == 1
    assert {key: n for key, n in counts["deliveries"].items() if n} == {
        "website": 1, "weibo": 1, "wechat": 1, "feed": 1,
    }  # fmt: skip
    assert walk.sandbox.weibo.posts_carrying(legs["site"]["link"]) == 1
    assert walk.sandbox.wechat.published_carrying(f"{legs['site']['link']}#r1") == 1


async def test_a_status_whose_answer_is_lost_is_unknown_and_never_sent_twice(walk: Walk):
    walk.sandbox.weibo.next_call("/2/statuses/share.json", "drop_after")
    item_id = await walk.released(("site", "weibo"))
    legs = await walk.until(item_id, "unknown", ("weibo",))
    assert legs["weibo"]["who_acts"] == "reconcile"
    assert walk.sandbox.weibo.posts_carrying(legs["site"]["link"]) == 1
    assert walk.sandbox.weibo.requests("/2/statuses/share.json") == 1


async def test_a_withdrawn_item_is_gone_from_page_and_feed(walk: Walk):
    item_id = await walk.released(("site", "feed"))
    legs = await walk.until(item_id, "live", ("site", "feed"))
    assert item_id in (await walk.page(f"{walk.base_url}/feed/site.atom"))[1]
    await walk.chief.post(f"/api/v1/items/{item_id}/withdraw", {"reason": "活动取消"})
    await walk.until(item_id, "withdrawn", ("site", "feed"))
    await walk.until_answered(legs["site"]["link"], 410, "活动取消")
    feed = await walk.until_answered(f"{walk.base_url}/feed/site.atom", 200, "when=")
    assert f"article/{item_id}</id>" not in feed
    assert f'article/{item_id}" when=' in feed  # RFC 6721: whoever has it is told that it is gone


async def test_document_and_interpretation_link_to_each_other(walk: Walk):
    source = await walk.author.post(
        "/api/v1/items", ITEM | {"kind": "policy", "title": "实施办法", "column": "zcwj"}
    )
    reading = await walk.author.post(
        "/api/v1/items", ITEM | {"kind": "interpretation", "title": "实施办法解读", "column": "zcjd"}
    )
    await walk.author.post(
        f"/api/v1/items/{reading['id']}/follow", {"source_id": source["id"], "rule": "same_moment"}
    )
    for item in (reading, source):  # the interpretation first: it must wait
        await walk.author.post(f"/api/v1/items/{item['id']}/submit")
        await walk.chief.post(f"/api/v1/items/{item['id']}/approve")
        await walk.chief.post(f"/api/v1/items/{item['id']}/release", {"accounts": ["site"]})
    page = (await walk.until(source["id"], "live", ("site",)))["site"]["link"]
    other = (await walk.until(reading["id"], "live", ("site",)))["site"]["link"]
    assert f"/a/{source['id']}.html" in (await walk.page(other))[1]
    await walk.until_answered(page, 200, f"/a/{reading['id']}.html")


async def test_a_title_that_wechat_cannot_carry_is_refused_and_nothing_leaves(walk: Walk):
    with pytest.raises(ServerRefused, match="微信标题不得超过32字"):
        await walk.released(("site", "wechat"), title="长" * 33)
    assert walk.sandbox.wechat.requests("/cgi-bin/draft/add") == 0
    assert not await asyncio.to_thread((walk.var / "site" / "a").exists)
