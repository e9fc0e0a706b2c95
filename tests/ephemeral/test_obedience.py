"""Whatever the client is asked, it can be called off at every step, and nobody loses the order to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

import pytest
from redis.asyncio import Redis

from server.ephemeral.budgets import Allowance, Budgets
from server.ephemeral.connection import is_answering
from server.ephemeral.leases import Leases
from server.ephemeral.presence import Presence
from server.ephemeral.throttle import Throttle
from server.ephemeral.tokens import SharedTokens
from server.ephemeral.wakeups import Wakeups
from tests.ephemeral.conftest import House

_MOST: Final = 200  # turns of the loop; none of these takes half as many
_AT: Final = datetime(2026, 3, 2, tzinfo=UTC)


async def take_a_turn(redis: Redis) -> None:
    async with SharedTokens(redis, owner="one", turn_seconds=0.01).refreshing("acc"):
        pass


async def read_and_leave(redis: Redis) -> None:
    presence = Presence(redis, now=lambda: _AT)
    await presence.tell("item", "person", "王")
    await presence.leave("item", "person")


async def wait_for_a_message(redis: Redis) -> None:
    wakeups = Wakeups(redis)
    try:
        await wakeups.wait(20)
    finally:
        await wakeups.close()


async def keep_a_token(redis: Redis) -> None:
    tokens = SharedTokens(redis, owner="one")
    await tokens.put("acc", "token", 60)
    await tokens.get("acc")
    await tokens.drop("acc", "token")


async def hold_a_lease(redis: Redis) -> None:
    leases = Leases(redis, owner="one")
    await leases.hold("clock", 30)
    await leases.release("clock")


async def try_and_be_forgiven(redis: Redis) -> None:
    throttle = Throttle(redis)
    await throttle.allow("key", 5, 60)
    await throttle.forgive("key")


ASKED: Final[dict[str, Callable[[Redis], Awaitable[object]]]] = {
    "a ping": is_answering,
    "a budget": lambda redis: Budgets(redis).take("acc", (Allowance("day", 9, 60.0),)),
    "a lease": hold_a_lease,
    "a token": keep_a_token,
    "a turn": take_a_turn,
    "a try": try_and_be_forgiven,
    "who edits": read_and_leave,
    "a wake-up": lambda redis: Wakeups(redis).wake(),
    "a message": wait_for_a_message,
}


async def cancelled_after(turns: int, asked: Awaitable[object]) -> asyncio.Task[object]:
    task = asyncio.ensure_future(asked)
    for _turn in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait((task,), timeout=15)
    assert isinstance(task, asyncio.Task)
    return task


@pytest.mark.parametrize("is_connected", [False, True], ids=["new", "connected"])
async def test_a_question_ends_as_cancelled_wherever_it_is_called_off(
    house: House, is_connected: bool
) -> None:
    for name, asked in ASKED.items():
        for turns in range(_MOST):
            redis = house.pool()
            if is_connected:
                await redis.ping()
            task = await cancelled_after(turns, asked(redis))
            await redis.aclose()
            assert task.done(), f"{name}, called off after {turns} turns of the loop, went on"
            if not task.cancelled():
                break
        # Only what had ended before may end otherwise: cancelling something done changes nothing.
        assert not task.cancelled(), name
        assert not task.cancelling(), f"{name}, called off after {turns} turns of the loop, did not notice"
        assert turns > 0


async def test_a_pool_serves_on_after_questions_that_were_called_off(house: House) -> None:
    redis = house.pool()
    for asked in ASKED.values():
        for turns in range(25):
            await cancelled_after(turns, asked(redis))
    async with asyncio.timeout(15):
        words = [str(number) for number in range(40)]  # a pool has 32 connections
        assert await asyncio.gather(*(redis.echo(word) for word in words)) == words


@pytest.mark.parametrize("hangs", [False, True], ids=["answering", "hanging"])
async def test_a_wait_ends_with_its_limit_wherever_that_strikes(
    house: House, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    if hangs:
        house.hang()
    loop, passed = asyncio.get_running_loop(), 0.0
    real = loop.time
    monkeypatch.setattr(loop, "time", lambda: real() + passed)
    for turns in range(1, 40):
        mine = Wakeups(house.pool(seconds=10_000))  # the client's own limits stay out of it
        wait = asyncio.create_task(mine.wait(100))
        for _turn in range(turns):
            await asyncio.sleep(0)
        passed += 100
        done, _still = await asyncio.wait((wait,), timeout=15)
        assert done, f"a limit that struck after {turns} turns of the loop was not kept"
        wait.result()
        await mine.close()


async def test_whoever_was_called_off_before_may_still_ask_on_the_way_out(house: House) -> None:
    async def leave() -> bool:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return await is_answering(house.redis)
        raise AssertionError("unreachable")

    task = await cancelled_after(1, leave())
    assert task.result() is True
