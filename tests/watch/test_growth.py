"""A simulated year and a day at an office: the books agree, and no table grows that should be pruned.

What a table may keep for ever is said here with its reason; a table that nobody thought of fails the test.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from server.core.sealing import seal, verify_chain
from server.core.verify import verify_rows
from server.importing.batches import note_taken
from server.review.keeping import keep
from server.security.sign_in import begin_session
from server.store.accounts import find_account
from server.store.blobs import Blobs
from server.store.hearing import note_push
from server.store.metadata import metadata
from server.store.permissions import GrantRequest, insert_grant_request
from server.store.tx import Store
from tests.api.conftest import Office, open_office
from tests.house import open_house

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

FIRST: Final = datetime(2027, 9, 1, 1, 0, tzinfo=UTC)
DAYS: Final = 366  # over the turn of a year and a 29 February
ON: Final = ("website", "weibo")
JOBS: Final = (
    "calendar", "due", "planned", "notices", "hours", "catalogue", "site", "seal", "lapsed", "repair",
    "archive", "watch", "remind",
)  # fmt: skip

KEPT: Final = {
    "what was made public, and proves it": {
        "items", "revisions", "releases", "deliveries", "attempts", "looks", "ledger", "approvals",
        "takedowns", "older_posts",
    },
    "every act, as a chain": {"audit"},
    "sums over them: a row for each day or month": {"day_counters", "month_counters"},
    "by which list a release was examined that waited for its time: one row for each": {"planned_checks"},
    "one row for each item or place of the site as it stands": {
        "catalogue_lines", "catalogue_number_pieces", "page_changes", "places", "archive_checks",
    },
}  # fmt: skip
RECORDS: Final = frozenset[str]().union(*KEPT.values())
A_FEW: Final = 15
"""So many rows more than half a year before are chance; what nobody prunes gets ten times as many."""


class Year:
    """An office that publishes, corrects, withdraws and works every day, by a seed."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.house, self._chance = office, office.house, random.Random(seed)
        self.live, self.planned, self._numbers = list[str](), list[str](), count(1)

    async def day(self) -> None:
        chance, house = self._chance, self.house
        await self._work_at_desks()
        for _item in range(chance.choice((0, 1, 1, 2))):
            await self._publish(
                house.now() + timedelta(hours=23, minutes=58) if chance.random() < 0.2 else None
            )
        if self.live and chance.random() < 0.4:
            one = chance.choice(self.live)
            await house.corrected(one, **self._told("更正"))
            await house.release(one, ON)
            await house.run_until_quiet()
        if self.live and chance.random() < 0.2:
            await house.withdraw(self.live.pop(chance.randrange(len(self.live))))
            await house.run_until_quiet()
        for name in JOBS:
            row = await self.office.parts.jobs.run(name)
            assert (row.result, row.note) == ("done", None), row
        await house.run_until_quiet()  # what was planned for today

    async def _publish(self, not_before: datetime | None) -> None:
        made = await self.house.item(**self._told("公告"))
        await self.house.release(made.id, ON, not_before)
        await self.house.run_until_quiet()
        (self.live if not_before is None else self.planned).append(made.id)

    def _told(self, what: str) -> dict[str, Any]:
        title = f"{what}，{self.house.now():%F}，{next(self._numbers)}"
        return {"kind": "notice", "column": "tzgg", "title": title, "document_number": None}

    async def _work_at_desks(self) -> None:
        """Sign in, write without saving, take over a file, grant a permission, be told by a platform."""
        house, at = self.house, self.house.now()
        async with house.store.begin() as tx:
            account = await find_account(tx, "wechat")
            assert account is not None
            await begin_session(tx, house.author, id=house.new_id(), at=at)
            slot = f"new-{at:%m%d}"
            await keep(tx, house.author, slot, None, None, {"title": "草稿"}, after=0, most_bytes=9999, at=at)
            await note_push(tx, account.id, f"{at}", at=at)
            request = GrantRequest(account.id, house.chief, "/console")
            await insert_grant_request(
                tx, f"{at.timestamp():.0f}", request, ends_at=at + timedelta(minutes=15), at=at
            )
            if self.live:
                await note_taken(tx, house.author, f"{at:%F}", f"{at}".encode(), self.live[-1], at=at)


async def rows_of(store: Store) -> Counter[str]:
    """Count the rows of every table."""
    async with store.read() as tx:
        return Counter(
            {
                name: (await tx.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
                for name, table in metadata.tables.items()
            }
        )


@pytest.mark.usefixtures("postgres", "sqlite_template", "quick_passwords")
async def test_a_year_later_the_books_agree_and_only_what_is_kept_has_grown(
    store: Store, now: Any, new_id: Any, tmp_path: Path
):
    blobs = Blobs(tmp_path / "media", limit=200_000)
    now.moment = FIRST
    async with (
        open_house(store, now, new_id) as house,
        open_office(Office, house, tmp_path, blobs=blobs, examiner=house.examiner) as office,
    ):
        year, half = Year(office, seed=366), Counter[str]()
        for number in range(DAYS):
            if number == DAYS // 2:
                half = await rows_of(store)
            now.moment = FIRST + timedelta(days=number)
            await year.day()
        whole = await rows_of(store)
        assert await verify_rows(store) == ()
        await seal(store)
        assert await verify_chain(store) is None
        grown = {name for name, rows in whole.items() if rows > half[name] + A_FEW}
        assert grown - RECORDS == set()
        assert whole.keys() >= RECORDS
        states = {key: await house.states(key) for key in (*year.live, *year.planned[:-5])}
        assert {tuple(sorted(told.items())) for told in states.values()} == {
            (("website", "live"), ("weibo", "live"))
        }
