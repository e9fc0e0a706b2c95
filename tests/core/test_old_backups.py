"""A backup that an early version made is restored whole, doubted, and able to work, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from server.core.keeping import Restored, backup, restore
from server.core.restored import Doubts
from server.core.verify import verify_files, verify_revisions, verify_rows
from server.store.blobs import Blobs
from server.store.schema import is_current
from server.store.tx import Store
from tests.conftest import Hand, Ids, new_database
from tests.house import LIMITS, House
from tests.store import old_office

pytestmark = pytest.mark.slow  # it builds an old schema, and restores an office

PAGE = b"<p>as it was</p>"


@dataclass
class Kept:
    """A backup of the old office, and an empty place on the same kind of database."""

    backup: Path
    store: Store
    var: Path
    now: Hand

    async def put_back(self) -> Restored:
        return await restore(
            self.store, self.var, self.backup, LIMITS, at=self.now(), force=False, new_id=Ids()
        )


@pytest.fixture
async def kept(engine: str, request: pytest.FixtureRequest, tmp_path: Path, now: Hand) -> AsyncIterator[Kept]:
    then, page = tmp_path / "then", tmp_path / "then" / "site" / "articles" / "1.html"
    await asyncio.to_thread(page.parent.mkdir, parents=True)
    await asyncio.to_thread(page.write_bytes, PAGE)
    blobs = Blobs(then / "media", limit=100)
    for body in old_office.BODIES.values():
        await blobs.put(body)
    now.moment = old_office.PLANNED - timedelta(hours=2)
    async with AsyncExitStack() as stack:
        old = Store(await new_database(engine, request, tmp_path / "old"))
        stack.push_async_callback(old.close)
        await old_office.build(old)
        await backup(old, then, tmp_path / "one.tar", at=now(), version="0")
        elsewhere = Store(await new_database(engine, request, tmp_path / "elsewhere"))
        stack.push_async_callback(elsewhere.close)
        yield Kept(tmp_path / "one.tar", elsewhere, tmp_path / "here", now)


async def test_an_old_backup_is_restored_whole_under_the_schema_of_today(kept: Kept):
    done = await kept.put_back()
    assert (done.manifest.schema, await is_current(kept.store)) == (old_office.REVISION, True)
    assert (await verify_rows(kept.store), await verify_revisions(kept.store)) == ((), ())
    assert await verify_files(kept.store, Blobs(kept.var / "media", limit=100)) == ()
    assert await asyncio.to_thread((kept.var / "site" / "articles" / "1.html").read_bytes) == PAGE


async def test_what_waited_in_an_old_backup_is_looked_for_and_goes_at_its_time_once(kept: Kept, house: House):
    assert (await kept.put_back()).doubts == Doubts(1, 0)
    house.real = dict.fromkeys(("website", "feed", "weibo"), house.open_here)
    born = house.lives_on(kept.store)
    for minutes, state, posts in ((9, "unknown", 0), (2, "waiting", 0), (120, "live", 1)):
        kept.now.move(minutes=minutes)
        await born.tick()
        await born.run_until_quiet()
        at_weibo = [account for account, _mark in house.platform.posts if account == "weibo"]
        assert ((await born.states("planned"))["weibo"], len(at_weibo)) == (state, posts)
    assert await verify_rows(kept.store) == ()
