"""The publishing core with a channel that posts to the platform that does nothing, and items ready to go."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from yarl import URL

from channels.contract import Finding, Limits, OutcomeUnknown, Post, Receipt
from channels.item import Column, Content, Org, Site
from channels.transport import Answer, Transport
from scheduler.workdays import Calendar
from server.core.draft import Draft, create_item
from server.core.ids import new_id
from server.core.live_site import LiveSite
from server.core.settle import Bench
from server.core.workplace import Workplace
from server.network import open_session
from server.review.approvals import approve, submit
from server.store.accounts import AccountRow, insert_account
from server.store.items import ItemSeen
from server.store.orgs import OrgRow, insert_org
from server.store.people import PersonRow, insert_person
from server.store.plans import Planned, insert_planned, insert_release
from server.store.releases import ReleaseRow
from server.store.tx import Store, Tx

CHANNELS = ("website", "weibo", "wechat", "feed")
"""What the four accounts count as: four ledger lines an item, and one more for the item."""

SITE = Site(
    "某旗",
    "http://site.invalid",
    "site.invalid",
    2026,
    "1",
    "",
    "某办",
    (Column("zcwj", "政策", "政策", ""),),
)
ORG = Org("org", "000000019", "某旗人民政府办公室")


class Noop:
    """One call and a receipt."""

    kind: ClassVar[str] = "weibo"
    limits: ClassVar[Limits] = Limits(None, None, None, None, None, 10.0, 10.0, (), concurrency=256)

    def __init__(self, slug: str, http: Transport, platform: str) -> None:
        """Take where to post."""
        self._http, self._url = http, URL(f"{platform}/{slug}")

    def check(self, _content: Content, /) -> tuple[Finding, ...]:
        """Carry everything."""
        return ()

    def render(self, content: Content, /) -> Post:
        """Take the content as it is."""
        return Post(content.item_id, content.title, content.summary, "", (), (), content)

    async def publish(self, post: Post, _journal: Any, /, *, at: datetime) -> Receipt | OutcomeUnknown:
        """Make the one call."""
        body = json.dumps({"title": post.title, "mark": post.mark}, ensure_ascii=False).encode()
        result = await self._http.send("POST", self._url, body=body)
        if isinstance(result, Answer):
            return Receipt(result.json()["id"], None, at)
        return OutcomeUnknown(result.reason)


@dataclass(slots=True)
class Office:
    """An org, two people, four accounts and one worker."""

    store: Store
    place: Workplace
    accounts: tuple[AccountRow, ...]
    accepted: dict[str, float] = field(default_factory=dict)

    async def approved(self, count: int) -> list[ItemSeen]:
        """Write items and have them approved: this is not timed."""

        async def act(tx: Tx) -> ItemSeen:
            made = await create_item(tx, _draft(), by="author", at=self.place.now(), new_id=new_id)
            await submit(tx, made.id, by="author", at=self.place.now())
            return await approve(tx, made.id, by="chief", at=self.place.now(), new_id=new_id)

        turns = asyncio.Semaphore(8)  # PostgreSQL has so many connections, and nobody waits for ever

        async def one() -> ItemSeen:
            async with turns:
                return await self.store.write(act)

        return list(await asyncio.gather(*(one() for _item in range(count))))

    async def accept(self, seen: ItemSeen) -> None:
        """Take an item for publishing: its release and a delivery for each account, durable on return."""

        async def act(tx: Tx) -> None:
            at, release_id = self.place.now(), new_id()
            row = ReleaseRow(release_id, seen.id, seen.revision.id, 1, "major", "planned", None, "chief", at)
            await insert_release(tx, row)
            plan = (Planned(new_id(), a.id, a.channel, a.counted_as, None, None) for a in self.accounts)
            await insert_planned(tx, row, tuple(plan))

        await self.store.write(act)


async def found(tx: Tx, *, at: datetime) -> None:
    """Set up the org and two people."""
    await insert_org(tx, OrgRow(ORG.id, ORG.code, ORG.name, None), at=at)
    for key in ("author", "chief"):
        await insert_person(tx, PersonRow(key, key, key, None, None), at=at)


@asynccontextmanager
async def open_place(database: str, platform: str, worker: str = "bench") -> AsyncIterator[Workplace]:
    """Open a worker's place on a migrated database."""
    store = Store(database)
    async with open_session() as session:
        http = Transport(session, seconds=15)
        yield Workplace(
            store=store,
            bench=Bench(Calendar(), new_id),
            sites=LiveSite(SITE),
            open_channel=lambda row: Noop(row.slug, http, platform),
            limits={Noop.kind: Noop.limits},
            now=lambda: datetime.now(UTC),
            worker=worker,
            lease=timedelta(seconds=60),
        )
    await store.close()


@asynccontextmanager
async def open_office(database: str, platform: str) -> AsyncIterator[Office]:
    """Open an office on a migrated database that has none yet."""
    async with open_place(database, platform) as place:
        accounts = tuple(
            AccountRow(new_id(), ORG, Noop.kind, word, word, word, {}, None, "active") for word in CHANNELS
        )
        async with place.store.begin() as tx:
            at = place.now()
            await found(tx, at=at)
            for account in accounts:
                await insert_account(tx, account, at=at)
        yield Office(place.store, place, accounts)


def _draft() -> Draft:
    return Draft(
        kind="policy",
        org=ORG,
        title="关于做好医疗救助工作的通知",
        summary="明确救助对象和标准",
        body_html="<p>正文</p>" * 20,
        column="zcwj",
        source=None,
        document_number=None,
        formed_on=None,
        topic="民政",
        genre="通知",
        keywords=("医疗救助",),
        openness="open",
        validity="valid",
        overview="明确救助对象和标准",
        pictures=(),
        attachments=(),
    )
