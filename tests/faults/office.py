"""An office with the real adapters for workers that die: database, site on a socket, both platforms."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import lxml.html
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.sandbox.run import Sandbox, start_sandbox
from scheduler.workdays import Calendar
from server.app import House, open_house
from server.core.draft import Draft, create_item, revise_item
from server.core.ids import new_id
from server.core.release import ReleaseOrder, release
from server.core.verify import verify_rows
from server.core.withdraw import withdraw
from server.ephemeral.embedded import PrivateValkey
from server.public.site import add_site
from server.review.approvals import approve, submit
from server.settings import load_settings
from server.store.accounts import AccountRow, insert_account
from server.store.deliveries import list_deliveries
from server.store.ledger import list_lines
from server.store.orgs import OrgRow, insert_org
from server.store.people import PersonRow, insert_person
from tests.faults.mortal import STRIDE, Orders, SharedHand, visit

ACCOUNTS = ("site", "feed", "weibo", "wechat")
CHANNELS = {"site": "website", "feed": "feed", "weibo": "weibo", "wechat": "wechat"}
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_HELD = sa.text(f"{_OTHERS} AND backend_xid IS NOT NULL")
_AT_WORK = sa.text(
    f"{_OTHERS} AND state = 'active' AND coalesce(wait_event_type, '') NOT IN ('Client', 'Lock')"
)
BEGIN = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Reckoning:
    """What the world holds of one item when everything has ended."""

    posts: dict[str, int]
    states: dict[str, str]
    lines: tuple[tuple[str, str], ...]

    @property
    def duplicates(self) -> int:
        return sum(max(0, count - 1) for count in self.posts.values())

    @property
    def losses(self) -> int:
        return sum(self.posts[name] < 1 or self.states.get(name) != "live" for name in ACCOUNTS)

    @property
    def ledger_errors(self) -> int:
        wanted = tuple(("counted", name) for name in sorted((*CHANNELS.values(), "item")))
        return len(set(wanted) ^ set(self.lines)) + abs(len(wanted) - len(self.lines))


@dataclass
class Office:
    """One organ with an account on every channel. Workers come and go beside it."""

    house: House
    sandbox: Sandbox
    hand: SharedHand
    orders: Orders
    org: OrgRow
    author: str
    chief: str

    @property
    def store(self) -> Any:
        return self.house.parts.store

    async def released(self, title: str, accounts: tuple[str, ...] = ACCOUNTS, **changes: Any) -> str:
        """Write, approve and release an item; give its id."""
        draft = replace(_draft(self.org, title), **changes)
        async with self.store.begin() as tx:
            made = await create_item(tx, draft, by=self.author, at=self.hand(), new_id=new_id)
        await self._release(made.id, accounts)
        return made.id

    async def corrected(
        self, item_id: str, accounts: tuple[str, ...] = ("site", "feed"), **changes: Any
    ) -> None:
        """Write another revision of an item and release it."""
        draft = replace(_draft(self.org, ""), **changes)
        async with self.store.begin() as tx:
            await revise_item(tx, item_id, draft, by=self.author, at=self.hand(), new_id=new_id)
        await self._release(item_id, accounts)

    async def _release(self, item_id: str, accounts: tuple[str, ...]) -> None:
        parts, at = self.house.parts, self.hand()
        async with self.store.begin() as tx:
            await submit(tx, item_id, by=self.author, at=at)
            await approve(tx, item_id, by=self.chief, at=at, new_id=new_id)
        examined = await parts.examiner.examine(item_id, at=at)
        async with self.store.begin() as tx:
            await release(
                tx, ReleaseOrder(item_id, accounts, "major", None), examined=examined,
                open_channel=parts.open_channel, calendar=Calendar(), site=parts.site, by=self.chief,
                at=at, new_id=new_id,
            )  # fmt: skip

    async def withdraw(self, item_id: str, reason: str = "内容有误") -> None:
        """Take an item back everywhere."""
        async with self.store.begin() as tx:
            await withdraw(tx, item_id, reason, self.house.workplace.bench, at=self.hand())

    async def work(self, visits: int = 3) -> None:
        """Be a worker oneself for some visits."""
        place = replace(self.house.workplace, now=self.hand)
        for _visit in range(visits):
            await visit(place)
            self.hand.move(STRIDE)

    async def reckon(self, item_id: str) -> Reckoning:
        """Ask everybody who could know: the site over HTTP, the platforms, the tables."""
        link = f"{self.orders.public_url}/a/{item_id}.html"
        async with self.store.read() as tx:
            states = {leg.account: leg.state for leg in await list_deliveries(tx, item_id)}
            lines = tuple(sorted((line.line, line.channel) for line in await list_lines(tx, item_id)))
        async with aiohttp.ClientSession() as session:
            page = await _status(session, link)
            feed = await _json(session, f"{self.orders.public_url}/feed/site.json")
        posts = {
            "site": int(page == 200),
            "feed": sum(entry["url"] == link for entry in feed.get("items", ())),
            "weibo": self.sandbox.weibo.posts_carrying(link),
            "wechat": self.sandbox.wechat.published_carrying(f"{link}#r1"),
        }
        return Reckoning(posts, states, lines)

    async def titles(self, item_id: str) -> set[str]:
        """Give every title that page and feed show of an item."""
        link = f"{self.orders.public_url}/a/{item_id}.html"
        async with aiohttp.ClientSession() as session:
            feed = await _json(session, f"{self.orders.public_url}/feed/site.json")
            async with session.get(link, headers={"Cache-Control": "no-cache"}) as answer:
                page = lxml.html.fromstring(await answer.text())
        shown = {str(heading.text_content()).strip() for heading in page.iter("h1")}
        return shown | {entry["title"] for entry in feed.get("items", ()) if entry["url"] == link}

    async def is_something_held(self) -> bool:
        """Say whether on PostgreSQL a transaction stands open that has written, or locked rows for that.

        Claims and looks pass over such rows, and come to none of them before that transaction ends. SQLite
        has nothing of the kind: everybody waits for the one who writes.
        """
        if self.store.is_sqlite:
            return False
        while await self._ask(_AT_WORK):
            pass  # its last statement has not ended
        return await self._ask(_HELD) > 0

    async def _ask(self, question: sa.TextClause) -> int:
        # In a transaction of its own: PostgreSQL tells the same of its sessions until that ends.
        async with self.store.read() as tx:
            return int((await tx.execute(question)).scalar_one())

    async def row_errors(self) -> int:
        """Count what differs between deliveries, ledger and counters."""
        return len(await verify_rows(self.store))


@asynccontextmanager
async def open_sqlite_office(template: Path, folder: Path) -> AsyncIterator[Office]:
    """Open an office on a copy of a migrated SQLite database, beside a Valkey of its own."""
    await asyncio.to_thread(shutil.copy, template, folder / "tongfa.db")
    async with open_office_with_valkey(f"sqlite+aiosqlite:///{folder / 'tongfa.db'}", folder) as opened:
        yield opened


@asynccontextmanager
async def open_office_with_valkey(database_url: str, folder: Path) -> AsyncIterator[Office]:
    """Open an office on a migrated database, beside a Valkey of its own."""
    valkey = PrivateValkey(folder)
    try:
        async with open_office(database_url, await valkey.start(), folder) as opened:
            yield opened
    finally:
        await valkey.stop()


@asynccontextmanager
async def open_office(database_url: str, redis_url: str, folder: Path, **more: Any) -> AsyncIterator[Office]:
    """Open an office on a migrated database; `more` are settings."""
    hand = await asyncio.to_thread(SharedHand.start, folder / "hand", BEGIN)
    app = web.Application()
    add_site(app, folder / "var" / "site")
    server = TestServer(app)
    await server.start_server()
    public_url = str(server.make_url("")).rstrip("/")
    settings = await asyncio.to_thread(
        load_settings,
        var=folder / "var",
        database_url=database_url,
        redis_url=redis_url,
        public_url=public_url,
        **more,
    )
    sandbox = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None, now=hand, safe_domain="127.0.0.1"
    )
    try:
        async with open_house(settings, migrate_first=False) as house:
            orders = Orders(folder / "var", database_url, redis_url, public_url, folder / "hand")
            office = Office(house, sandbox, hand, orders, OrgRow(new_id(), "000000019", "某旗", None), "", "")
            await _found(office)
            yield office
    finally:
        await sandbox.close()
        await server.close()


async def _found(office: Office) -> None:
    parts, at = office.house.parts, office.hand()
    keys = office.sandbox.credentials()
    weibo, wechat = keys["weibo"], keys["wechat"]
    settings: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        "weibo": (
            {
                "base_url": weibo["base_url"], "web_url": weibo["base_url"],
                "uid": weibo["uid"], "safe_domains": weibo["safe_domain"],
            },
            {"access_token": weibo["access_token"]},
        ),
        "wechat": (
            {"base_url": wechat["base_url"], "appid": wechat["appid"]},
            {"appsecret": wechat["secret"]},
        ),
    }  # fmt: skip
    async with office.store.begin() as tx:
        await insert_org(tx, office.org, at=at)
        office.author, office.chief = new_id(), new_id()
        for key, login in ((office.author, "author"), (office.chief, "chief")):
            await insert_person(tx, PersonRow(key, login, login, None, None), at=at)
        for slug, channel in CHANNELS.items():
            plain, secret = settings.get(channel, ({}, {}))
            sealed = parts.vault.seal(secret) if secret else None
            org = office.org.as_org()
            row = AccountRow(new_id(), org, channel, slug, slug, channel, plain, sealed, "active")
            await insert_account(tx, row, at=at)


def _draft(org: OrgRow, title: str) -> Draft:
    return Draft(
        kind="notice", org=org.as_org(), title=title, summary="开放时间和办理事项", body_html="<p>正文</p>",
        column="tzgg", source=None, document_number=None, formed_on=None, topic=None, genre=None,
        keywords=(), openness="open", validity="valid", overview="开放时间", pictures=(), attachments=(),
    )  # fmt: skip


async def _status(session: aiohttp.ClientSession, url: str) -> int:
    async with session.get(url, headers={"Cache-Control": "no-cache"}) as answer:
        return answer.status


async def _json(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url, headers={"Cache-Control": "no-cache"}) as answer:
        return await answer.json(content_type=None) if answer.status == 200 else {}
