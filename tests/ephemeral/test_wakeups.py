import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from server.ephemeral.wakeups import Wakeups
from tests.ephemeral.conftest import House


@asynccontextmanager
async def wakeups(house: House, *, topic: str = "work") -> AsyncIterator[Wakeups]:
    made = Wakeups(house.pool(), topic=topic)
    await made.wait(20)  # the first wait subscribes, and ends with the answer to that
    yield made
    await made.close()


async def seconds_of(wait: Awaitable[object]) -> float:
    began = time.monotonic()
    await wait
    return time.monotonic() - began


async def test_a_wait_ends_by_itself(house: House) -> None:
    async with wakeups(house) as mine:
        began = time.monotonic()
        await mine.wait(0.2)
        assert 0.15 < time.monotonic() - began < 15


async def test_a_wake_up_ends_the_wait_of_every_process(house: House) -> None:
    async with wakeups(house) as one, wakeups(house) as two, wakeups(house) as three:
        waits = [asyncio.create_task(w.wait(20)) for w in (one, two)]
        await asyncio.sleep(0.1)
        await three.wake()
        assert await seconds_of(asyncio.gather(*waits)) < 15


async def test_a_wake_up_before_the_wait_is_not_lost(house: House) -> None:
    async with wakeups(house) as mine:
        await mine.wake()
        began = time.monotonic()
        await mine.wait(20)
        assert time.monotonic() - began < 15


async def test_a_burst_is_one_wake_up(house: House) -> None:
    async with wakeups(house) as mine:
        for _ in range(50):
            await mine.wake()
        woken = 0
        while await seconds_of(mine.wait(0.3)) < 0.25:
            woken += 1
        assert 1 <= woken <= 2  # the last message may still be on its way when its sender has his answer


async def test_topics_do_not_wake_one_another(house: House) -> None:
    async with wakeups(house) as work, wakeups(house, topic="console") as console:
        await console.wake()
        began = time.monotonic()
        await work.wait(0.3)
        assert time.monotonic() - began > 0.25


async def test_two_waits_in_one_process_both_end(house: House) -> None:
    async with wakeups(house) as mine:
        waits = [asyncio.create_task(mine.wait(20)) for _ in range(2)]
        await asyncio.sleep(0.1)
        await mine.wake()
        assert await seconds_of(asyncio.gather(*waits)) < 15


async def test_waits_that_are_cut_off_lose_no_wake_up(house: House) -> None:
    async with wakeups(house) as mine:
        for _ in range(20):
            wait = asyncio.create_task(mine.wait(20))
            await asyncio.sleep(0.001)
            wait.cancel()
            await asyncio.gather(wait, return_exceptions=True)
        await mine.wake()
        began = time.monotonic()
        await mine.wait(20)
        assert time.monotonic() - began < 15


async def test_while_redis_is_away_a_process_still_wakes_itself(house: House) -> None:
    async with wakeups(house) as mine:
        await house.kill()
        wait = asyncio.create_task(mine.wait(20))
        await asyncio.sleep(0.2)
        await mine.wake()
        assert await seconds_of(wait) < 15


async def test_redis_dying_in_the_middle_of_a_wait_costs_no_more_than_the_poll(house: House) -> None:
    async with wakeups(house) as mine:
        wait = asyncio.create_task(mine.wait(1))
        await asyncio.sleep(0.1)
        await house.kill()
        assert await seconds_of(wait) < 15


async def test_a_wait_ends_in_time_when_redis_hangs(house: House) -> None:
    mine = Wakeups(house.pool(seconds=20))
    house.hang()
    began = time.monotonic()
    await mine.wait(0.2)
    assert time.monotonic() - began < 15
    await mine.close()


async def test_wake_ups_cross_processes_again_when_redis_is_back(house: House) -> None:
    async with wakeups(house) as one, wakeups(house) as two:
        await house.kill()
        await one.wait(0.1)
        await house.bring_back()
        await one.wait(20)  # subscribes anew; that itself counts as a wake-up
        await one.wait(0.1)
        wait = asyncio.create_task(one.wait(20))
        await asyncio.sleep(0.1)
        await two.wake()
        assert await seconds_of(wait) < 15


async def test_a_wiped_redis_disturbs_nobody(house: House) -> None:
    async with wakeups(house) as mine:
        await house.redis.flushall()
        await mine.wake()
        began = time.monotonic()
        await mine.wait(20)
        assert time.monotonic() - began < 15
