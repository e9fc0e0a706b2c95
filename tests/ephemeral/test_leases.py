import asyncio

from server.ephemeral.leases import Leases
from tests.ephemeral.conftest import House


def pair(house: House) -> tuple[Leases, Leases]:
    return Leases(house.redis, owner="one"), Leases(house.pool(), owner="two")


async def test_one_owner_holds_a_lease(house: House) -> None:
    one, two = pair(house)
    assert [await one.hold("clock", 60), await two.hold("clock", 60)] == [True, False]


async def test_its_owner_renews_it(house: House) -> None:
    one, two = pair(house)
    await one.hold("clock", 0.3)
    await one.hold("clock", 60)
    await asyncio.sleep(0.4)
    assert not await two.hold("clock", 60)


async def test_a_lease_that_is_not_renewed_passes_on(house: House) -> None:
    one, two = pair(house)
    await one.hold("clock", 0.1)
    await asyncio.sleep(0.2)
    assert await two.hold("clock", 60)


async def test_a_lease_given_back_is_free_at_once(house: House) -> None:
    one, two = pair(house)
    await one.hold("clock", 60)
    await one.release("clock")
    assert await two.hold("clock", 60)


async def test_nobody_gives_back_the_lease_of_another(house: House) -> None:
    one, two = pair(house)
    await one.hold("clock", 60)
    await two.release("clock")
    assert not await two.hold("clock", 60)


async def test_leases_of_other_names_are_free(house: House) -> None:
    one, two = pair(house)
    await one.hold("clock", 60)
    assert await two.hold("reports", 60)


async def test_while_redis_is_away_everybody_holds_it(house: House) -> None:
    one, two = pair(house)
    await one.hold("clock", 60)
    await house.kill()
    assert [await one.hold("clock", 60), await two.hold("clock", 60)] == [True, True]
    await one.release("clock")


async def test_one_owner_is_left_when_redis_is_back(house: House) -> None:
    one, two = pair(house)
    await house.kill()
    await one.hold("clock", 60)
    await house.bring_back()
    assert [await two.hold("clock", 60), await one.hold("clock", 60)] == [True, False]
