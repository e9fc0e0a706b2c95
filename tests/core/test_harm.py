"""One channel never harms another: with the real adapters, a site on a socket and the pretended platforms."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from server.core.draft import create_item
from server.core.ids import new_id
from server.core.lanes import lanes_of
from server.core.release import ReleaseOrder, release
from server.core.rounds import run_rounds
from server.review.approvals import approve, submit
from server.store.deliveries import list_deliveries
from tests.faults.office import Office, _draft, open_office
from tests.tampering import take_guards_away

HANGS = 300.0
"""So long a call may last here (the setting `http_seconds`); what must not wait for one is done before."""


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(
        database_url, f"unix://{tmp_path}/no-redis", tmp_path, http_seconds=HANGS
    ) as opened:
        yield opened


async def released(office: Office, *accounts: str, title: str = "办事大厅开放时间") -> str:
    parts = office.house.parts
    at = parts.now()
    async with office.store.begin() as tx:
        made = await create_item(tx, _draft(office.org, title), by=office.author, at=at, new_id=new_id)
        await submit(tx, made.id, by=office.author, at=at)
        await approve(tx, made.id, by=office.chief, at=at, new_id=new_id)
    examined = await parts.examiner.examine(made.id, at=at)
    async with office.store.begin() as tx:
        await release(
            tx, ReleaseOrder(made.id, accounts), examined=examined, open_channel=parts.open_channel,
            calendar=parts.calendar, site=parts.site, by=office.chief, at=at, new_id=new_id,
        )  # fmt: skip
    return made.id


async def states(office: Office, item_id: str) -> dict[str, str]:
    async with office.store.read() as tx:
        return {leg.account: leg.state for leg in await list_deliveries(tx, item_id)}


async def until(office: Office, item_id: str, **wanted: str) -> dict[str, str]:
    """Wait until deliveries stand like this; gives up long before a single hanging call would have ended."""
    async with asyncio.timeout(HANGS / 3):
        while True:
            found = await states(office, item_id)
            if all(found[account] == state for account, state in wanted.items()):
                return found
            await asyncio.sleep(0.05)


@asynccontextmanager
async def working(office: Office, slots: int) -> AsyncIterator[None]:
    """Let a worker with so many slots work; calls that hang at the end are let go."""
    stop = asyncio.Event()
    house = office.house
    rounds = asyncio.create_task(
        run_rounds(house.workplace, house.wakeups, slots=slots, poll_seconds=0.1, stop=stop)
    )
    try:
        yield
    finally:
        stop.set()
        office.sandbox.wechat.wire.close()
        office.sandbox.weibo.wire.close()
        await rounds


async def test_a_wechat_that_hangs_slows_neither_the_website_nor_weibo(office: Office):
    office.sandbox.wechat.next_call("*", "hang_before", times=10_000)
    waiting = [await released(office, "site", "wechat") for _number in range(6)]
    async with working(office, slots=4):
        for item_id in waiting:
            await until(office, item_id, site="live")
        while not office.sandbox.wechat.requests():  # noqa: ASYNC110 -- nothing tells from outside
            await asyncio.sleep(0.05)
        late = await released(office, "site", "weibo", "feed")
        await until(office, late, site="live", weibo="live", feed="live")


@pytest.mark.slow
async def test_looks_at_a_platform_that_hangs_leave_room_for_the_website(office: Office):
    """Each look holds a slot as long as a call may last."""
    items = [await released(office, "site", "wechat") for _number in range(6)]
    async with office.store.begin() as tx:
        await take_guards_away(tx)
        await tx.execute(
            sa.text(
                "UPDATE deliveries SET state = 'unknown', gate = NULL, due_at = changed_at"
                " WHERE channel = 'wechat'"
            )
        )
    office.sandbox.wechat.next_call("*", "hang_before", times=10_000)
    async with working(office, slots=4):
        for item_id in items:
            await until(office, item_id, site="live")
        late = await released(office, "site")
        await until(office, late, site="live")


async def test_a_poisoned_item_does_not_stop_those_behind_it(office: Office):
    """One that breaks our own code while others are claimed with it is that item's matter alone."""
    poisoned = await released(office, "site", "weibo", title="第一篇")
    async with office.store.begin() as tx:
        # As no editor can write it: what is stored cannot even be read.
        await tx.execute(
            sa.text('UPDATE revisions SET sheet = \'{"column": "tzgg"}\' WHERE item_id = :id'),
            {"id": poisoned},
        )
    behind = [await released(office, "site", "weibo", title=f"第{number}篇") for number in (2, 3)]
    async with working(office, slots=4):
        for item_id in behind:
            await until(office, item_id, site="live", weibo="live")


@given(
    st.integers(1, 64), st.dictionaries(st.sampled_from(["weibo", "wechat", "website"]), st.integers(0, 64))
)
def test_platforms_never_hold_every_slot(slots: int, held: dict[str, int]):
    lanes = lanes_of(slots, Counter(held))
    outside = held.get("weibo", 0) + held.get("wechat", 0)
    assert outside + lanes.outside <= max(outside, 1, slots - max(1, slots // 4))
    assert {
        channel for channel in ("weibo", "wechat") if held.get(channel, 0) >= max(1, slots // 2)
    } == lanes.shut
