"""A whole publishing core on one real database, with the plain platform behind every account."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer
from yarl import URL

from channels.contract import Channel, Limits, Tools
from channels.item import Account, Column, Site
from channels.sandbox.run import credentials_at
from channels.transport import Answer, Transport
from scheduler.workdays import Calendar
from server.core.draft import Draft, create_item, revise_item
from server.core.examined import Examined
from server.core.live_site import LiveSite
from server.core.practice import Stage
from server.core.release import ReleaseMade, ReleaseOrder, release
from server.core.rounds import open_time_gates, recover_lapsed, take_errands
from server.core.settle import Bench
from server.core.shelf import StoreShelf
from server.core.withdraw import withdraw
from server.core.workplace import Workplace
from server.report.figures import Question, channel_figures
from server.review.approvals import approve, submit
from server.review.examiner import Examiner
from server.review.planned import PlannedExaminer
from server.security.practising import Rehearsal
from server.store.accounts import AccountRow, insert_account
from server.store.deliveries import DeliverySeen, get_delivery, list_deliveries
from server.store.items import ItemSeen, WithdrawnAs
from server.store.ledger import list_lines
from server.store.older_posts import Fate
from server.store.orgs import OrgRow, insert_org
from server.store.people import PersonRow, insert_person
from server.store.releases import Change
from server.store.texts import MediaText
from server.store.tx import Store, Tx, refuse_network_inside_transaction
from tests.platform import Plain, Platform

SITE = Site(
    name="某旗人民政府",
    url="http://site.invalid",
    domain="site.invalid",
    since=2026,
    id_code="1500000000",
    record_number="",
    organiser="某旗人民政府办公室",
    columns=(
        Column("zcwj", "政策文件", "政策文件", ""),
        Column("zcjd", "政策解读", "政策解读", ""),
        Column("tzgg", "通知公告", "通知公告", ""),
    ),
)
CODE = "000000019"
"""A made-up organisation code."""


class House:
    """One org, an author and an approver, an account on each channel; time is moved by hand."""

    def __init__(
        self, store: Store, now: Any, new_id: Any, platform: Platform, base: str, tools: Tools
    ) -> None:
        self.store, self.now, self.new_id = store, now, new_id
        self.platform, self._base, self._tools = platform, base, tools
        self.is_rehearsed = True
        self.real: dict[str, Callable[[AccountRow], Channel]] = {}  # channels that are not the plain one
        self.calendar = Calendar()
        self.bench = Bench(self.calendar, new_id)
        self.place = self.workplace("worker-1")
        self.planned = PlannedExaminer(store, self.calendar)
        self.examiner = Examiner(store, LiveSite(SITE), _no_blob, _no_text)

    def lives_on(self, store: Store) -> "House":
        """Give the house over another database, with the same platform, channels and time."""
        born = House(store, self.now, self.new_id, self.platform, self._base, self._tools)
        born.place = replace(born.place, open_channel=self.place.open_channel, limits=self.place.limits)
        return born

    @property
    def rehearsal(self) -> Rehearsal:
        """The plain platform as what practice accounts post to; `is_rehearsed` says whether it is up."""
        told = credentials_at(self._base, self._base, "site.invalid")

        async def answers() -> bool:
            return self.is_rehearsed

        return Rehearsal(Stage(told["wechat"], told["weibo"]), answers)

    def workplace(self, worker: str) -> Workplace:
        return Workplace(
            store=self.store,
            bench=self.bench,
            sites=LiveSite(SITE),
            open_channel=self.open_channel,
            limits=LIMITS,
            now=self.now,
            worker=worker,
            lease=timedelta(seconds=60),
        )

    def open_channel(self, row: AccountRow) -> Channel:
        if row.channel in self.real:
            return self.real[row.channel](row)
        if row.practice:  # its site and feeds need no address: the real channels write files
            return self.open_here(row)
        return self.open_plain(row)

    def open_here(self, row: AccountRow) -> Any:
        """Open the plain channel of an account that does not say where its platform is."""
        return self.open_plain(replace(row, settings={"base_url": self._base, **row.settings}))

    def open_plain(self, row: AccountRow) -> Any:
        return open_plain(row, self._tools)

    async def found(self) -> None:
        """Set up the org, the people and the accounts."""
        at = self.now()
        async with self.store.begin() as tx:
            self.org = OrgRow(self.new_id(), CODE, "某旗人民政府办公室", None)
            await insert_org(tx, self.org, at=at)
            self.author, self.chief = self.new_id(), self.new_id()
            for key, login in ((self.author, "author"), (self.chief, "chief")):
                await insert_person(tx, PersonRow(key, login, login, None, None), at=at)
            for channel, counted_as in ACCOUNTS.items():
                await insert_account(
                    tx,
                    AccountRow(
                        self.new_id(), self.org.as_org(), channel, channel, channel, counted_as,
                        {"base_url": self._base}, None, "active",
                    ),
                    at=at,
                )  # fmt: skip

    def draft(self, **changes: Any) -> Draft:
        values: dict[str, Any] = {
            "kind": "policy",
            "org": self.org.as_org(),
            "title": "关于做好医疗救助工作的通知",
            "summary": "明确救助对象和标准",
            "body_html": "<p>正文</p>",
            "column": "zcwj",
            "source": None,
            "document_number": "某政办发〔2026〕1号",
            "formed_on": None,
            "topic": "民政",
            "genre": "通知",
            "keywords": ("医疗救助",),
            "openness": "open",
            "validity": "valid",
            "overview": "明确救助对象和标准",
            "pictures": (),
            "attachments": (),
        }
        return Draft(**{**values, **changes})

    async def item(self, **changes: Any) -> ItemSeen:
        """Write an item and have it approved."""
        async with self.store.begin() as tx:
            made = await create_item(
                tx, self.draft(**changes), by=self.author, at=self.now(), new_id=self.new_id
            )
        return await self.approved(made.id)

    async def corrected(self, item_id: str, **changes: Any) -> ItemSeen:
        """Write the next revision of an item and have it approved."""
        async with self.store.begin() as tx:
            await revise_item(
                tx, item_id, self.draft(**changes), by=self.author, at=self.now(), new_id=self.new_id
            )
        return await self.approved(item_id)

    async def approved(self, item_id: str) -> ItemSeen:
        async with self.store.begin() as tx:
            await submit(tx, item_id, by=self.author, at=self.now())
            return await approve(tx, item_id, by=self.chief, at=self.now(), new_id=self.new_id)

    async def release(
        self,
        item_id: str,
        on: Iterable[str] = ("website",),
        not_before: datetime | None = None,
        *,
        change: Change = "major",
        note: str | None = None,
        older: Mapping[str, Fate] | None = None,
    ) -> ReleaseMade:
        examined = await self.examiner.examine(item_id, at=self.now())
        order = ReleaseOrder(item_id, tuple(on), change, not_before, note=note, older_posts=older or {})
        async with self.store.begin() as tx:
            return await self.release_in(tx, order, examined)

    async def release_in(self, tx: Tx, order: ReleaseOrder, examined: Examined) -> ReleaseMade:
        """Release in a transaction of the caller's."""
        return await release(
            tx,
            order,
            examined=examined,
            open_channel=self.open_channel,
            calendar=self.calendar,
            site=SITE,
            by=self.chief,
            at=self.now(),
            new_id=self.new_id,
        )

    async def published(self, on: Iterable[str] = ("website",), **changes: Any) -> ItemSeen:
        """Write, approve, release and deliver an item."""
        made = await self.item(**changes)
        await self.release(made.id, on)
        await self.run_until_quiet()
        return made

    async def withdraw(
        self, item_id: str, reason: str = "内容有误", *, withdrawn_as: WithdrawnAs = "other"
    ) -> None:
        async with self.store.begin() as tx:
            await withdraw(tx, item_id, reason, self.bench, withdrawn_as=withdrawn_as, at=self.now())

    async def tick(self) -> None:
        """Do what the clock does."""
        await recover_lapsed(self.place)
        await open_time_gates(self.place)
        await self.planned.examine(at=self.now())

    async def claim(self, place: Workplace | None = None, room: int = 8) -> tuple[Any, ...]:
        return await take_errands(place or self.place, room=room)

    async def run_until_quiet(self) -> None:
        """Do errands until there are none at this moment."""
        for _round in range(50):
            errands = await self.claim()
            if not errands:
                return
            for errand in errands:
                await errand.run()
        raise AssertionError("the house does not come to rest")

    async def legs(self, item_id: str) -> dict[str, DeliverySeen]:
        """Give the newest delivery on each account."""
        async with self.store.read() as tx:
            return {leg.account: leg for leg in await list_deliveries(tx, item_id)}

    async def states(self, item_id: str) -> dict[str, str]:
        return {account: leg.state for account, leg in (await self.legs(item_id)).items()}

    async def leg(self, delivery_id: str) -> DeliverySeen:
        async with self.store.read() as tx:
            return await get_delivery(tx, delivery_id)

    @property
    def http(self) -> Transport:
        return self._tools.http

    async def platform_answers(self) -> int:
        """Ask the platform for anything at all."""
        answer = await self._tools.http.send("GET", URL(self._base) / "website" / "posts", query={"mark": ""})
        return answer.status if isinstance(answer, Answer) else 0

    async def lines(self, item_id: str) -> list[tuple[str, str]]:
        """Give the ledger lines of an item: what each says, and on which channel."""
        async with self.store.read() as tx:
            return sorted((line.line, line.channel) for line in await list_lines(tx, item_id))

    async def figures(self, start: Any, end: Any, group_by: Any = "channel") -> dict[str, Any]:
        async with self.store.read() as tx:
            figures = await channel_figures(tx, Question(start, end, None, group_by), at=self.now())
        return figures.as_json()


async def _no_blob(sha256: str) -> bytes:
    raise KeyError(sha256)


async def _no_text(_body: bytes, _name: str) -> MediaText:
    return MediaText("no_text", ())


class Website(Plain):
    """The plain channel under the word of the website."""

    kind = "website"


class Weibo(Plain):
    kind = "weibo"


class WeChat(Plain):
    kind = "wechat"


class Feed(Plain):
    kind = "feed"


class Other(Plain):
    kind = "other"


CHANNELS: dict[str, Any] = {
    "website": Website,
    "weibo": Weibo,
    "wechat": WeChat,
    "feed": Feed,
    "other": Other,
}
LIMITS: dict[str, Limits] = {kind: channel.limits for kind, channel in CHANNELS.items()}
ACCOUNTS = {"website": "website", "weibo": "weibo", "wechat": "wechat", "feed": "feed", "other": "other"}


def open_plain(row: AccountRow, tools: Tools) -> Channel:
    """Open the plain channel of an account."""
    account = Account(row.id, row.channel, row.slug, row.name, row.org, row.settings, {})
    opened: Channel = CHANNELS[row.channel].open(account, tools)
    return opened


@asynccontextmanager
async def open_house(store: Store, now: Any, new_id: Any) -> AsyncIterator[House]:
    """Open a house with its platform on a free port."""
    platform = Platform()
    server = TestServer(platform.app())
    await server.start_server()
    trace = aiohttp.TraceConfig()

    async def guard(*_args: Any) -> None:
        refuse_network_inside_transaction()

    trace.on_request_start.append(guard)
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector, trace_configs=[trace]) as session:
        http = Transport(session, seconds=5)
        tools = Tools(http, None, SITE, StoreShelf(store, SITE, ""), None, None)
        house = House(store, now, new_id, platform, str(server.make_url("")).rstrip("/"), tools)
        await house.found()
        yield house
    await server.close()
