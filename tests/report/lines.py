"""A ledger of any size written straight into the tables, as the publishing core would leave it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from server.core.first_days import count_first
from server.store.ledger import Entry, append
from server.store.orgs import OrgRow, insert_org
from server.store.people import PersonRow, insert_person
from server.store.tables import account, delivery, item, release, revision
from server.store.tx import Store, Tx

ORGS = {"000000019": None, "000000027": "000000019", "000000035": "000000027", "000000043": None}
ACCOUNTS = {
    "website": "website", "weibo-a": "weibo", "weibo-b": "weibo", "wechat": "wechat", "board": "other",
    "paper": "gazette",
}  # fmt: skip
OWNERS = {"weibo-b": "000000043"}
"""Accounts that are another organ's: what goes out there too is a joint release."""
KINDS = ("policy", "news", "notice")
COLUMNS = ("zcwj", "tzgg")
TOPICS = ("民政", "教育", None)
AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """An item and where it went: an account, the day it was live there, the day it was withdrawn.

    `back_on` is the day on which all that was withdrawn was public again; `joint` are those who issued it
    with its organ: ours by code, others by name.
    """

    org: str
    kind: str
    column: str
    topic: str | None
    legs: tuple[tuple[str, date, date | None], ...]
    back_on: date | None = None
    joint: tuple[str, ...] = ()


class Writer:
    """Writes orgs and accounts once, then items."""

    def __init__(self, store: Store, written_at: datetime = AT) -> None:
        self.store, self.written_at, self._numbers = store, written_at, count(1)

    def new_id(self) -> str:
        return f"{next(self._numbers):016d}"

    async def found(self) -> None:
        self.orgs: dict[str, str] = {}
        self.accounts: dict[str, str] = {}
        async with self.store.begin() as tx:
            self.person = self.new_id()
            await insert_person(tx, PersonRow(self.person, "writer", "writer", None, None), at=AT)
            for code, parent in ORGS.items():
                self.orgs[code] = self.new_id()
                above = None if parent is None else self.orgs[parent]
                await insert_org(tx, OrgRow(self.orgs[code], code, f"机构{code[-2:]}", above), at=AT)
            for slug, counted_as in ACCOUNTS.items():
                self.accounts[slug] = self.new_id()
                channel = "other" if counted_as == "gazette" else counted_as
                await tx.execute(
                    account.insert().values(
                        id=self.accounts[slug], org_id=self.orgs[OWNERS.get(slug, "000000019")],
                        channel=channel, slug=slug, name=slug, counted_as=counted_as, settings={},
                        secret=None, state="active", created_at=AT,
                    )
                )  # fmt: skip

    async def write(self, items: Iterable[Written]) -> None:
        async with self.store.begin() as tx:
            for one in items:
                await self.write_one(tx, one)

    async def write_one(self, tx: Tx, one: Written) -> None:
        """Write an item and where it went."""
        keys = await self.write_item(tx, one)
        for leg in one.legs:
            await self.write_leg(tx, one, keys, leg)

    async def write_item(self, tx: Tx, one: Written) -> dict[str, str]:
        """Write an item that went nowhere yet; give its keys."""
        keys = {name: self.new_id() for name in ("item", "revision", "release")}
        values: dict[str, Any] = {"created_by": self.person, "created_at": AT}
        number = f"{one.org}/2026-{int(keys['item']):05d}"
        await tx.execute(
            item.insert().values(
                id=keys["item"], index_number=number, kind=one.kind, org_id=self.orgs[one.org], **values
            )
        )
        await tx.execute(
            revision.insert().values(
                id=keys["revision"], item_id=keys["item"], number=1, state="released", title=f"稿件{number}",
                summary="", body="", content_hash="0" * 64,
                sheet={"topic": one.topic, "column": one.column, "joint_orgs": _joint_orgs(one)},
                **values,
            )
        )  # fmt: skip
        await tx.execute(
            release.insert().values(
                id=keys["release"], item_id=keys["item"], revision_id=keys["revision"], number=1,
                change="major", state="live", **values,
            )
        )  # fmt: skip
        return keys

    async def write_leg(
        self, tx: Tx, one: Written, keys: dict[str, str], leg: tuple[str, date, date | None]
    ) -> None:
        """Prove where an item went."""
        slug, day, gone = leg
        key, live = self.new_id(), datetime.combine(day, time(4), UTC)
        counted_as = ACCOUNTS[slug]
        channel = "other" if counted_as == "gazette" else counted_as
        await tx.execute(
            delivery.insert().values(
                id=key, release_id=keys["release"], item_id=keys["item"], account_id=self.accounts[slug],
                channel=channel, counted_as=counted_as, state="withdrawn" if gone else "live", live_at=live,
                link=f"http://site.invalid/{key}", platform_id=key, changed_at=AT, created_at=AT,
            )
        )  # fmt: skip
        back = one.back_on if gone is not None else None
        for line, on in (("counted", day), ("withdrawn", gone), ("reinstated", back)):
            for counted in (counted_as, "item") if on is not None else ():
                entry = Entry(
                    self.new_id(), line, keys["item"], counted, self.orgs[one.org], one.kind, one.column, on,
                    key, self.written_at,
                )  # fmt: skip
                if line == "counted":
                    await count_first(tx, entry, self.new_id)
                else:
                    await append(tx, entry)


def _joint_orgs(one: Written) -> list[dict[str, str | None]]:
    return [{"name": name, "code": name if name in ORGS else None} for name in one.joint]


def plain_items(many: int) -> Iterator[Written]:
    """Give items spread over everything there is, over the days of a year."""
    orgs, accounts = tuple(ORGS), tuple(ACCOUNTS)
    for at in range(many):
        day = date.fromordinal(date(2026, 1, 1).toordinal() + at * 7 % 365)
        legs = tuple((slug, day, None) for slug in accounts[: 1 + at % len(accounts)])
        yield Written(orgs[at % len(orgs)], KINDS[at % 3], COLUMNS[at % 2], TOPICS[at % len(TOPICS)], legs)
