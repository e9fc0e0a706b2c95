"""What the house stands on goes away in the middle and comes back: nothing is lost, nothing posted twice."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import DEVNULL
from urllib.parse import parse_qs, urlsplit

import pytest

from server.core.rounds import run_rounds
from server.core.verify import verify_rows
from server.ephemeral.connection import open_redis
from server.ephemeral.embedded import PrivateValkey
from server.ephemeral.wakeups import Wakeups
from server.store.tx import StoreAway
from tests.conftest import _postgres_tools
from tests.house import House

ON = ("website", "weibo", "wechat", "feed")
ITEMS = 6
SECONDS = 90


async def until_all_live(house: House, items: list[str]) -> None:
    async with asyncio.timeout(SECONDS):
        while True:
            with contextlib.suppress(StoreAway):
                states = [set((await house.states(item)).values()) for item in items]
                if all(found == {"live"} for found in states):
                    return
            await asyncio.sleep(0.5)
            house.now.move(seconds=5)  # no faster, or a call of a busy machine would outlast its lease
            with contextlib.suppress(StoreAway):
                await house.tick()


async def each_was_posted_once(house: House, items: list[str]) -> None:
    counts = Counter(house.platform.posts)
    assert len(counts) == len(items) * len(ON)
    assert set(counts.values()) == {1}
    assert await verify_rows(house.store) == ()


@pytest.fixture
async def items(house: House) -> list[str]:
    made = [(await house.item(title=f"第{number}条")).id for number in range(ITEMS)]
    for item in made:
        await house.release(item, ON)
    return made


@pytest.fixture
async def valkey(tmp_path: Path) -> AsyncIterator[PrivateValkey]:
    started = PrivateValkey(tmp_path / "run")
    yield started
    await started.stop()


async def test_redis_is_flushed_killed_and_started_again(
    house: House, items: list[str], valkey: PrivateValkey
):
    redis = open_redis(await valkey.start(), seconds=20)
    wakeups, stop = Wakeups(redis), asyncio.Event()
    worker = asyncio.create_task(run_rounds(house.place, wakeups, slots=2, poll_seconds=0.05, stop=stop))
    await redis.flushall()
    await asyncio.sleep(0.1)
    assert valkey.pid is not None
    os.kill(valkey.pid, signal.SIGKILL)
    await asyncio.sleep(0.2)
    await valkey.start()
    await until_all_live(house, items)
    stop.set()
    await worker
    await wakeups.close()
    await redis.aclose()
    await each_was_posted_once(house, items)


class Polling:
    """Wake-ups that nobody sends."""

    async def wake(self) -> None:
        """Get lost."""

    async def wait(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)


def restart(database_url: str) -> None:
    """Shut every connection of PostgreSQL and start it again."""
    socket = parse_qs(urlsplit(database_url).query)["host"][0]
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    control = [*become, str(_postgres_tools() / "pg_ctl"), "-D", str(Path(socket).parent / "data")]
    subprocess.run(
        [*control, "-m", "fast", "-w", "restart"], check=True, stdout=DEVNULL, stderr=DEVNULL, cwd="/"
    )


@pytest.mark.parametrize("engine", ["postgresql"])
async def test_postgresql_is_cut_off_and_started_again(
    house: House, items: list[str], database_url: str, postgres: str
):
    stop = asyncio.Event()
    worker = asyncio.create_task(run_rounds(house.place, Polling(), slots=2, poll_seconds=0.05, stop=stop))
    for _cut in range(2):
        await asyncio.sleep(0.1)
        await asyncio.to_thread(restart, database_url)
    try:
        await until_all_live(house, items)
    finally:
        stop.set()
        await worker
    await each_was_posted_once(house, items)


@pytest.mark.parametrize("jumps", [(-3600, 7200), (86_400, -86_400), (-60, 61, -61, 3600)])
async def test_the_clock_jumps_back_and_forth(house: House, items: list[str], jumps: tuple[int, ...]):
    house.platform.next_call("ok", "drop_after", "ok", "drop_before")
    for jump in jumps:
        for errand in await house.claim(room=4):
            house.now.move(seconds=jump)
            await errand.run()
        await house.tick()
    for _visit in range(8):
        house.now.move(hours=18)  # four errands at most put off by a day each are due by then
        await house.tick()
        await house.run_until_quiet()
    assert {state for item in items for state in (await house.states(item)).values()} == {"live"}
    await each_was_posted_once(house, items)
    for item in items:
        assert all(leg.live_at <= house.now() for leg in (await house.legs(item)).values() if leg.live_at)
