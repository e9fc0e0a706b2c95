"""Twenty people at once, and backups meanwhile, in an office of two webs, three workers and a clock."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from channels.registry import LIMITS
from server.console.cookies import SESSION
from server.core.ids import new_id
from server.core.keeping import backup, restore
from server.core.sealing import verify_chain
from server.core.verify import verify_files, verify_revisions, verify_rows
from server.security.sign_in import SESSION_LASTS, issue_token
from server.store.blobs import Blobs
from server.store.deliveries import list_deliveries
from server.store.orgs import find_org_by_code
from server.store.people import PersonRow, insert_person, put_grant
from server.store.tx import Store
from tests.browser.office import CODE
from tests.conftest import new_database
from tests.console.conftest import Desk
from tests.faults.branches import ALL, SECONDS, Office, open_branches

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.parametrize("engine", ["postgresql"])]

PEOPLE = 20
ITEMS = 5
ENDED = {"live", "replaced", "superseded", "cancelled", "withdrawn", "withdraw_by_hand"}


@pytest.fixture
async def office(postgres: str, database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_branches(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def desks(office: Office) -> AsyncIterator[list[Desk]]:
    """The browsers of twenty people who decide, each signed in at one of the two webs."""
    async with AsyncExitStack() as stack:
        opened = []
        for number in range(PEOPLE):
            at = datetime.now(UTC)
            async with office.store.begin() as tx:
                org = await find_org_by_code(tx, CODE)
                assert org is not None
                person = PersonRow(new_id(), f"chief{number}", f"主任{number}", None, None)
                await insert_person(tx, person, at=at)
                await put_grant(tx, person.id, org.id, "chief")
                issued = await issue_token(
                    tx, person.id, id=new_id(), name="登录", use="session", at=at, lasts=SESSION_LASTS
                )
            base = URL(office.fleet.base_url(f"web-{1 + number % 2}"))
            jar = aiohttp.CookieJar(unsafe=True)  # a web stands at an address, not a name
            client = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            jar.update_cookies({SESSION: issued.secret}, base)
            opened.append(Desk(base, client, office.store))
            await opened[-1].get("/console/me")
        yield opened


async def test_twenty_people_release_correct_and_withdraw_at_once(office: Office, desks: list[Desk]):
    items = [await office.approved(f"关于第{number}次检修的公告") for number in range(ITEMS)]
    release = [("accounts", account) for account in ALL]

    async def all_at_once(*orders: tuple[str, list[tuple[str, str]]]) -> Counter[int]:
        """Let each person carry out one of the orders, so that each item has several at once."""

        async def act(number: int, desk: Desk) -> int:
            page, fields = orders[number // ITEMS % len(orders)]
            seen = await desk.post(f"/console/items/{items[number % ITEMS]}/{page}", fields)
            assert seen.status in (303, 409), (seen.status, seen.words)
            return seen.status

        return Counter(await asyncio.gather(*(act(*one) for one in enumerate(desks))))

    assert await all_at_once(("release", release)) == {303: ITEMS, 409: PEOPLE - ITEMS}
    for _round in range(3):
        for number, item in enumerate(items):
            await office.corrected(item, f"关于第{number}次检修的公告（更正{_round}）")
        corrected = [*release, ("change", "major"), ("note", "更正题目")]
        took = await all_at_once(
            ("release", corrected), ("withdraw", [("withdrawn_as", "wrong"), ("reason", "内容有误")])
        )
        assert took[303] >= ITEMS, took
    await _until_all_ended(office, items)
    for item in items:
        async with office.store.read() as tx:
            legs = await list_deliveries(tx, item)
        # No call deletes a status, so that every one that ever went out stands there still.
        live = [leg for leg in legs if leg.channel == "weibo" and leg.live_at is not None]
        on_weibo, first_on_wechat = office.posts(item)
        assert (on_weibo, first_on_wechat <= 1) == (len(live), True)
    assert await verify_rows(office.store) == ()
    assert await verify_chain(office.store) is None


async def test_each_backup_of_an_office_at_work_is_restored_and_agrees(
    office: Office, request: pytest.FixtureRequest, tmp_path: Path
):
    """The last one is asked by the commands as well. RUNS lengthens it."""
    stop = asyncio.Event()

    async def work() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            item = await office.released(number, f"web-{1 + number % 2}", on=("site", "feed", "wechat"))
            if number % 3 == 0:
                await office.withdraw(item)

    async with asyncio.TaskGroup() as others:
        others.create_task(work())
        for number in range(int(os.environ.get("RUNS", "4"))):
            place, kept = tmp_path / f"restored-{number}", tmp_path / f"{number}.tar"
            url = await new_database("postgresql", request, place)
            await backup(office.store, tmp_path, kept, at=datetime.now(UTC), version="0")
            async with restored(url, place, kept) as store:
                assert (await verify_rows(store), await verify_revisions(store)) == ((), ())
                assert await verify_files(store, Blobs(place / "media", limit=1 << 20)) == ()
                assert await verify_chain(store) is None
        stop.set()
    elsewhere = {"TONGFA_VAR": str(place), "TONGFA_DATABASE_URL": url}
    await office.fleet.run("rebuild-site", **elsewhere)
    assert "全部一致" in await office.fleet.run("verify", **elsewhere)


@asynccontextmanager
async def restored(url: str, place: Path, kept: Path) -> AsyncIterator[Store]:
    """Restore a backup into an empty place; gives its database."""
    store = Store(url)
    try:
        await restore(store, place, kept, LIMITS, at=datetime.now(UTC), force=False, new_id=new_id)
        yield store
    finally:
        await store.close()


async def _until_all_ended(office: Office, items: list[str]) -> None:
    """Wait until nothing is under way; what lost its answer in the crowd is looked for as late as that."""
    ends = time.monotonic() + max(one.settle_after for one in LIMITS.values()) + 2 * SECONDS
    while True:
        found = [await office.states(item) for item in items]
        left = [one for states in found for one in states if one[1] not in ENDED]
        if not left:
            return
        assert time.monotonic() < ends, left
        await asyncio.sleep(0.3)
