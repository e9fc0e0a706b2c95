"""An office of two webs, three workers and a clock, as people use it, with the platforms beside it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from channels.sandbox.run import Sandbox, start_sandbox
from server.cli.remote import Remote
from server.core.verify import verify_rows
from server.ephemeral.embedded import PrivateValkey
from server.store.ledger import list_lines
from server.store.tx import Store
from tests.browser.office import CODE, accounts, an_item, staff
from tests.faults.fleet import Fleet, open_fleet

ALL: Final = ("site", "feed", "weibo", "wechat")
LINES: Final = {("counted", channel) for channel in ("website", "feed", "weibo", "wechat", "item")}
SECONDS: Final = 60


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

    async def approved(self, title: str, web: str = "web-1") -> str:
        """Write an item and have it approved over one of the webs; gives its id."""
        async with self.at(web, "author") as author, self.at(web, "chief") as chief:
            item = await author.post("/api/v1/items", an_item(title=title))
            await author.post(f"/api/v1/items/{item['id']}/submit")
            await chief.post(f"/api/v1/items/{item['id']}/approve")
        return str(item["id"])

    async def corrected(self, item_id: str, title: str) -> None:
        """Write another version of an item and have it approved."""
        async with self.at("web-1", "author") as author, self.at("web-2", "chief") as chief:
            await author.put(f"/api/v1/items/{item_id}", an_item(title=title))
            await author.post(f"/api/v1/items/{item_id}/submit")
            await chief.post(f"/api/v1/items/{item_id}/approve")

    async def released(self, number: int, web: str, *, on: tuple[str, ...] = ALL) -> str:
        """Write, approve and release an item over one of the webs; gives its id."""
        item_id = await self.approved(f"关于第{number}次检修的公告", web)
        async with self.at(web, "chief") as chief:
            await chief.post(f"/api/v1/items/{item_id}/release", {"accounts": list(on)})
        return item_id

    async def withdraw(self, item_id: str) -> None:
        async with self.at("web-1", "chief") as chief:
            await chief.post(f"/api/v1/items/{item_id}/withdraw", {"reason": "内容有误"})

    async def states(self, item_id: str) -> Counter[tuple[str, str]]:
        """Count an item's deliveries by account and state."""
        async with self.at("web-1", "author") as author:
            told = await author.get(f"/api/v1/items/{item_id}/deliveries")
        return Counter((leg["account"], leg["state"]) for leg in told["deliveries"])

    async def until_live(self, items: list[str], *, seconds: float = SECONDS) -> None:
        ends = time.monotonic() + seconds
        while True:
            found = [await self.states(item_id) for item_id in items]
            if all(state == "live" for states in found for _account, state in states):
                return
            assert time.monotonic() < ends, found
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


@asynccontextmanager
async def open_branches(database_url: str, folder: Path) -> AsyncIterator[Office]:
    """Start everything on a migrated database."""
    async with AsyncExitStack() as stack:
        valkey = PrivateValkey(folder)
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
        fleet = await stack.enter_async_context(open_fleet(database_url, await valkey.start(), folder))
        opened = Office(fleet, sandbox, store, tokens)
        async with opened.at("web-1", "admin") as admin:
            for account in accounts(sandbox.credentials()):
                await admin.post("/api/v1/accounts", {"org": CODE, **account})
        yield opened
