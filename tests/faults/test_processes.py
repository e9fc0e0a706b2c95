"""Two webs, three workers and a clock as processes of their own, each of them started anew under way."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from channels.sandbox.run import Sandbox, start_sandbox
from channels.weibo.channel import Weibo
from server.cli.remote import Remote, ServerRefused
from server.core.verify import verify_rows
from server.ephemeral.embedded import PrivateValkey
from server.store.ledger import list_lines
from server.store.tx import Store
from tests.browser.office import CODE, accounts, an_item, staff
from tests.faults.fleet import Fleet, open_fleet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.parametrize("engine", ["postgresql"])]

ALL = ("site", "feed", "weibo", "wechat")
LINES = {("counted", channel) for channel in ("website", "feed", "weibo", "wechat", "item")}
SECONDS = 60
ITEMS_A_RESTART = 4
"""Together with what a web took with it they stay below the thirty posts that Weibo takes in an hour."""


@dataclass
class Office:
    """The fleet, the platforms, and the people by the web they use."""

    fleet: Fleet
    sandbox: Sandbox
    store: Store
    tokens: dict[str, str]

    @asynccontextmanager
    async def at(self, web: str, login: str) -> AsyncIterator[Remote]:
        async with Remote(self.fleet.base_url(web), self.tokens[login]) as remote:
            yield remote

    async def released(self, number: int, web: str) -> str:
        """Write, approve and release an item over one of the webs; gives its id."""
        async with self.at(web, "author") as author, self.at(web, "chief") as chief:
            item = await author.post("/api/v1/items", an_item(title=f"关于第{number}次检修的公告"))
            path = f"/api/v1/items/{item['id']}"
            await author.post(f"{path}/submit")
            await chief.post(f"{path}/approve")
            await chief.post(f"{path}/release", {"accounts": list(ALL)})
        return str(item["id"])

    async def states(self, item_id: str) -> dict[str, str]:
        async with self.at("web-1", "author") as author:
            told = await author.get(f"/api/v1/items/{item_id}/deliveries")
        return {leg["account"]: leg["state"] for leg in told["deliveries"]}

    async def until_live(self, items: list[str], *, seconds: float = SECONDS) -> None:
        ends = time.monotonic() + seconds
        while True:
            found = [await self.states(item_id) for item_id in items]
            if all(set(states.values()) == {"live"} for states in found):
                return
            assert time.monotonic() < ends, Counter(str(states) for states in found)
            await asyncio.sleep(0.3)

    def posts(self, item_id: str) -> tuple[int, int]:
        """Count what stands on Weibo and on WeChat."""
        link = f"{self.fleet.base_url('web-1')}/a/{item_id}.html"
        weibo, wechat = self.sandbox.weibo, self.sandbox.wechat
        return weibo.posts_carrying(link), wechat.published_carrying(f"{link}#r1")

    async def each_was_posted_once(self, items: list[str]) -> None:
        for item_id in items:
            async with self.store.read() as tx:
                lines = [(line.line, line.channel) for line in await list_lines(tx, item_id)]
            assert (self.posts(item_id), set(lines), len(lines)) == ((1, 1), LINES, len(LINES))
        assert await verify_rows(self.store) == ()


@pytest.fixture
async def office(postgres: str, database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        valkey = PrivateValkey(tmp_path)
        stack.push_async_callback(valkey.stop)
        tokens = await staff(database_url)
        sandbox = await start_sandbox(
            host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None,
            now=lambda: datetime.now(UTC), safe_domain="127.0.0.1",
        )  # fmt: skip
        stack.push_async_callback(sandbox.close)
        sandbox.wechat.switch(job_seconds=0)
        store = Store(database_url)
        stack.push_async_callback(store.close)
        fleet = await stack.enter_async_context(open_fleet(database_url, await valkey.start(), tmp_path))
        opened = Office(fleet, sandbox, store, tokens)
        async with opened.at("web-1", "admin") as admin:
            for account in accounts(sandbox.credentials()):
                await admin.post("/api/v1/accounts", {"org": CODE, **account})
        yield opened


async def test_two_webs_and_three_workers_share_the_work(office: Office):
    items = await asyncio.gather(*(office.released(number, f"web-{1 + number % 2}") for number in range(20)))
    await office.until_live(items)
    await office.each_was_posted_once(items)
    workers = await _workers_of(office)
    assert len(workers) >= 2, workers


async def test_a_worker_told_to_stop_while_a_platform_hangs_ends_and_another_finds_the_post(office: Office):
    for number in (2, 3):
        await office.fleet.stop(f"worker-{number}")
    office.sandbox.weibo.next_call("/2/statuses/share.json", "hang")
    item = await office.released(1, "web-2")
    async with asyncio.timeout(SECONDS):
        while not office.posts(item)[0]:  # noqa: ASYNC110 -- nothing tells from outside
            await asyncio.sleep(0.05)
    took = await office.fleet.stop("worker-1")
    assert took < 10, took  # three seconds to finish, some for the interpreter to leave
    await office.fleet.start("worker-4", "worker")
    # A look proves nothing before that.
    await office.until_live([item], seconds=Weibo.limits.settle_after + SECONDS)
    await office.each_was_posted_once([item])


async def test_everything_is_started_anew_one_after_the_other_while_items_go_out(office: Office):
    items: list[str] = []
    refused: list[str] = []

    async def write_until(restarted: asyncio.Task[float]) -> None:
        for _item in range(ITEMS_A_RESTART):
            number = len(items) + len(refused)
            try:
                items.append(await office.released(number, f"web-{1 + number % 2}"))
            except ServerRefused as error:
                refused.append(str(error))  # the web was away: whoever writes asks again
                await asyncio.sleep(0.2)
            if restarted.done():
                return

    for name in ("worker-1", "web-1", "worker-2", "clock", "worker-3", "web-2"):
        restarted = asyncio.create_task(office.fleet.restart(name))
        await write_until(restarted)
        await restarted
    assert all(why.startswith("连不上") for why in refused), refused
    assert len(items) >= 10
    await office.until_live(items)
    await office.each_was_posted_once(items)


async def _workers_of(office: Office) -> set[str]:
    async with office.store.read() as tx:
        told = await tx.execute(sa.text("SELECT DISTINCT worker FROM attempts"))
    names: set[Any] = set(told.scalars())
    return names
