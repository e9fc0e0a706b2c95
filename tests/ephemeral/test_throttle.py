import asyncio

from hypothesis import given
from hypothesis import strategies as st

from server.ephemeral.connection import open_redis
from server.ephemeral.throttle import _WINDOWS_KEPT, Throttle
from tests.ephemeral.conftest import House

NOWHERE = "unix:///nonexistent/valkey.sock"


async def tries(throttle: Throttle, key: str, times: int, limit: int = 3, seconds: int = 60) -> list[bool]:
    return [await throttle.allow(key, limit, seconds) for _ in range(times)]


async def test_the_first_tries_are_allowed_and_no_more(house: House) -> None:
    assert await tries(Throttle(house.redis), "login/zhang", 5) == [True, True, True, False, False]


async def test_keys_do_not_share_a_count(house: House) -> None:
    throttle = Throttle(house.redis)
    await tries(throttle, "login/zhang", 4)
    assert await throttle.allow("login/li", 3, 60)


async def test_two_processes_share_a_count(house: House) -> None:
    await tries(Throttle(house.redis), "login/zhang", 3)
    assert not await Throttle(house.pool()).allow("login/zhang", 3, 60)


async def test_a_window_ends(house: House) -> None:
    throttle = Throttle(house.redis)
    await tries(throttle, "login/zhang", 2, limit=1, seconds=1)
    await asyncio.sleep(1.1)
    assert await throttle.allow("login/zhang", 1, 1)


async def test_what_a_stranger_typed_does_not_stand_in_redis(house: House) -> None:
    await Throttle(house.redis).allow("login/\r\nFLUSHALL " + "x" * 10_000, 3, 60)
    names = [len(name) async for name in house.redis.scan_iter()]
    assert len(names) == 1
    assert names[0] < 100


async def test_it_counts_alone_while_redis_is_away(house: House) -> None:
    throttle = Throttle(house.redis)
    await house.kill()
    assert await tries(throttle, "login/zhang", 5) == [True, True, True, False, False]


async def test_it_counts_alone_when_redis_hangs(house: House) -> None:
    throttle = Throttle(house.pool(seconds=0.5))
    house.hang()
    async with asyncio.timeout(15):
        assert await tries(throttle, "login/zhang", 2, limit=1) == [True, False]


async def test_it_counts_in_redis_again_when_that_is_back(house: House) -> None:
    throttle = Throttle(house.redis)
    await house.kill()
    await tries(throttle, "login/zhang", 5)
    await house.bring_back()
    await tries(Throttle(house.pool()), "login/zhang", 3)
    assert not await throttle.allow("login/zhang", 3, 60)


async def test_a_wiped_redis_begins_a_new_window(house: House) -> None:
    throttle = Throttle(house.redis)
    await tries(throttle, "login/zhang", 5)
    await house.redis.flushall()
    assert await throttle.allow("login/zhang", 3, 60)


async def test_counting_alone_ends_its_windows_too() -> None:
    now = [0.0]
    redis = open_redis(NOWHERE)
    throttle = Throttle(redis, clock=lambda: now[0])
    await tries(throttle, "login/zhang", 5)
    now[0] = 60.0
    assert await throttle.allow("login/zhang", 3, 60)
    await redis.aclose()


@given(times=st.integers(1, 12), limit=st.integers(0, 12))
def test_alone_it_allows_exactly_the_limit(times: int, limit: int) -> None:
    async def count() -> int:
        redis = open_redis(NOWHERE)
        allowed = await tries(Throttle(redis), "k", times, limit)
        await redis.aclose()
        return sum(allowed)

    assert asyncio.run(count()) == min(times, limit)


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    throttle = Throttle(open_redis(NOWHERE), clock=lambda: 0.0)
    for name in range(2 * _WINDOWS_KEPT):
        throttle._count_here(str(name), 60)
    assert len(throttle._windows) <= _WINDOWS_KEPT


async def test_a_try_that_was_taken_back_is_not_counted_and_nothing_is_owed(house: House) -> None:
    for throttle in (Throttle(house.redis), Throttle(open_redis(NOWHERE))):
        await throttle.forgive("login/zhang")
        for _ in range(5):
            assert await throttle.allow("login/zhang", 2, 60)
            await throttle.forgive("login/zhang")
        assert await tries(throttle, "login/zhang", 3, limit=2) == [True, True, False]
