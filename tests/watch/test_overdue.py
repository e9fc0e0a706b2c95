"""Due but not released, and the repair."""

from datetime import timedelta

from server.core.follow import bind
from server.store.followups import Follow
from server.watch.overdue import list_overdue, repair
from tests.house import House


async def overdue(house: House) -> list[tuple[str, str]]:
    async with house.store.read() as tx:
        found = await list_overdue(tx, frozenset({house.org.id}), at=house.now(), limit=9)
    return [(one.stuck.account, one.stuck.state) for one in found]


async def planned(house: House) -> str:
    made = await house.item()
    await house.release(made.id, ("website",), not_before=house.now() + timedelta(hours=1))
    return made.id


async def test_what_is_planned_for_later_is_not_overdue(house: House):
    await planned(house)
    assert await overdue(house) == []


async def test_what_no_clock_opened_is_overdue_and_the_repair_opens_it(house: House):
    made = await planned(house)
    house.now.move(hours=2)
    assert await overdue(house) == [("website", "waiting")]
    assert await repair(house.place) == 1
    await house.run_until_quiet()
    assert (await house.states(made), await overdue(house)) == ({"website": "live"}, [])


async def test_what_no_worker_took_is_overdue(house: House):
    made = await house.item()
    await house.release(made.id)
    house.now.move(minutes=11)
    assert await overdue(house) == [("website", "ready")]


async def test_the_repair_is_harmless_when_nothing_is_wrong(house: House):
    await house.published()
    await planned(house)
    assert await repair(house.place) == 0


async def test_the_repair_never_opens_what_waits_for_a_source(house: House):
    source = await house.item()
    made = await house.item(kind="interpretation", title="解读", column="zcjd")
    async with house.store.begin() as tx:
        follow = Follow(made.id, source.id, "same_moment")
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    await house.release(made.id)
    house.now.move(days=30)
    assert await repair(house.place) == 0
    assert await house.states(made.id) == {"website": "waiting"}
