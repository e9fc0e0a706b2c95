import asyncio

from channels.contract import TokenKeeper
from server.ephemeral.tokens import SharedTokens
from tests.ephemeral.conftest import House


def keepers(house: House) -> tuple[SharedTokens, SharedTokens]:
    return SharedTokens(house.redis, owner="one"), SharedTokens(house.pool(), owner="two")


async def test_it_is_what_the_channels_ask_for(house: House) -> None:
    keeper: TokenKeeper = SharedTokens(house.redis, owner="one")
    assert await keeper.get("acc") is None


async def test_a_token_is_shared_by_all_processes(house: House) -> None:
    one, two = keepers(house)
    await one.put("acc", "token-1", 60)
    assert await two.get("acc") == "token-1"


async def test_a_token_ends_with_its_time(house: House) -> None:
    one, _ = keepers(house)
    await one.put("acc", "token-1", 0.05)
    await asyncio.sleep(0.1)
    assert await one.get("acc") is None


async def test_dropping_an_old_token_leaves_the_newer_one(house: House) -> None:
    one, two = keepers(house)
    await one.put("acc", "token-1", 60)
    await two.put("acc", "token-2", 60)
    await one.drop("acc", "token-1")
    assert await one.get("acc") == "token-2"


async def test_dropping_the_token_itself_forgets_it(house: House) -> None:
    one, two = keepers(house)
    await one.put("acc", "token-1", 60)
    await two.drop("acc", "token-1")
    assert await one.get("acc") is None


async def test_one_refreshes_at_a_time_across_processes_and_tasks(house: House) -> None:
    inside, most = 0, 0

    async def refresh(keeper: SharedTokens) -> None:
        nonlocal inside, most
        async with keeper.refreshing("acc"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.02)
            inside -= 1

    one, two = keepers(house)
    await asyncio.gather(*(refresh(keeper) for keeper in (one, two, one, two)))
    assert most == 1


async def test_accounts_refresh_independently(house: House) -> None:
    one, two = keepers(house)
    async with asyncio.timeout(15), one.refreshing("a"), two.refreshing("b"):
        pass


async def test_the_turn_of_a_process_that_died_is_passed_on(house: House) -> None:
    dead = SharedTokens(house.redis, owner="dead", turn_seconds=0.2)
    turn = dead.refreshing("acc")
    await turn.__aenter__()  # and never leaves
    async with asyncio.timeout(15), SharedTokens(house.pool(), owner="two").refreshing("acc"):
        pass


async def test_a_late_leaver_does_not_end_the_turn_of_the_next(house: House) -> None:
    slow = SharedTokens(house.redis, owner="slow", turn_seconds=0.05).refreshing("acc")
    await slow.__aenter__()
    await asyncio.sleep(0.1)
    next_turn = SharedTokens(house.pool(), owner="next").refreshing("acc")
    await next_turn.__aenter__()
    await slow.__aexit__()
    assert await house.redis.get("tongfa:token-turn:acc") == "next"
    await next_turn.__aexit__()


async def test_while_redis_is_away_a_process_keeps_its_own_token(house: House) -> None:
    one, _ = keepers(house)
    await house.kill()
    async with one.refreshing("acc"):
        await one.put("acc", "token-1", 60)
    assert await one.get("acc") == "token-1"
    await one.drop("acc", "token-1")
    assert await one.get("acc") is None


async def test_after_a_wipe_the_token_is_simply_fetched_again(house: House) -> None:
    one, _ = keepers(house)
    await one.put("acc", "token-1", 60)
    await house.redis.flushall()
    assert await one.get("acc") is None
