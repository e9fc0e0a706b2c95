"""Nothing due is lost and nothing goes early: restarts, long stops, two leaders, crowds, many dates."""

import asyncio
import random
import time
from datetime import datetime, timedelta

import pytest

from server.core.follow import bind
from server.core.rounds import open_time_gates
from server.store.backlog import search
from server.store.followups import Follow
from server.store.gates import list_late_marks
from server.store.scripts import Dialect, Script, dialect_of, run_script
from server.store.tables import delivery
from server.store.tx import Store
from tests.house import House
from tests.watch.crowd import another_org, plan_crowd


async def order_of_sending(house: House, limit: int) -> tuple[str, ...]:
    """What the workers would take next, in their order."""
    async with house.store.read() as tx:
        account = (await tx.exec_driver_sql("SELECT id FROM accounts WHERE slug = 'website'")).scalar_one()
        return await run_script(tx, _next(dialect_of(tx), account, house.now(), limit))


def _next(dialect: Dialect, account: str, at: datetime, limit: int) -> Script[tuple[str, ...]]:
    bounds = [(account, limit, limit)]
    ((_account, _room, ids),) = yield from search(dialect, bounds, dialect.text_of(at))
    return tuple(ids)


async def waiting(house: House) -> int:
    async with house.store.read() as tx:
        found = await tx.execute(delivery.select().where(delivery.c.state == "waiting"))
        return len(found.all())


async def test_after_a_long_stop_everything_due_goes_in_the_order_it_was_due_and_is_marked(house: House):
    start = house.now()
    hours = [5, 3, 9, 1, 7, 2]  # planned in another order than due
    made = await plan_crowd(house, (start + timedelta(hours=n) for n in hours))
    house.now.move(days=3)  # nothing ran
    await house.tick()
    in_order = tuple(key for _n, key in sorted(zip(hours, made, strict=True)))
    assert await order_of_sending(house, 10) == in_order
    async with house.store.read() as tx:
        assert len(await list_late_marks(tx, frozenset({house.org.id}), 10)) == len(hours)
    await house.run_until_quiet()
    assert house.platform.requests["publish"] == len(hours)


async def test_a_process_that_starts_anew_finds_what_is_due_in_the_database_alone(house: House, store: Store):
    await plan_crowd(house, (house.now() + timedelta(hours=1),))
    house.now.move(hours=2)
    fresh = Store(store.engine.url.render_as_string(hide_password=False))
    place = house.workplace("worker-2")
    object.__setattr__(place, "store", fresh)
    assert await open_time_gates(place) == 1
    await fresh.close()


async def test_two_leaders_open_each_gate_once_and_each_item_is_sent_once(house: House):
    made = await plan_crowd(house, (house.now() + timedelta(minutes=n) for n in range(40)))
    house.now.move(hours=1)
    leaders = [house.workplace(f"clock-{n}") for n in range(3)]
    opened = await asyncio.gather(*(open_time_gates(place, limit=7) for place in leaders))
    assert sum(opened) == len(made)
    await house.run_until_quiet()
    assert [house.platform.count(f"http://site.invalid/a/{key}.html") for key in made] == [1] * len(made)


async def test_nothing_opens_before_its_second(house: House):
    chance = random.Random(26)
    dues = [house.now() + timedelta(seconds=chance.randrange(1, 600)) for _n in range(60)]
    await plan_crowd(house, dues)
    start = house.now()
    for second in range(0, 601, 30):
        house.now.moment = start + timedelta(seconds=second)
        await house.tick()
        assert await waiting(house) == sum(due > house.now() for due in dues)


async def test_a_clock_set_back_sends_nothing_again_and_a_clock_set_forward_loses_nothing(house: House):
    await plan_crowd(house, (house.now() + timedelta(hours=n) for n in (1, 2)))
    house.now.move(hours=1)
    await house.tick()
    await house.run_until_quiet()
    house.now.move(hours=-3)
    await house.tick()
    await house.run_until_quiet()
    assert house.platform.requests["publish"] == 1
    house.now.move(hours=30)
    await house.tick()
    await house.run_until_quiet()
    assert house.platform.requests["publish"] == 2


@pytest.mark.slow
async def test_ten_thousand_due_in_one_minute_open_in_order_and_starve_nobody(house: House):
    chance, start = random.Random(7), house.now()
    dues = [start + timedelta(seconds=chance.randrange(60), microseconds=n) for n in range(10_000)]
    made = await plan_crowd(house, dues)
    other = await another_org(house, "000000027")
    (alone,) = await plan_crowd(house, [start + timedelta(seconds=5)], org_id=other.id)
    house.now.move(minutes=1)
    longest, done = 0.0, asyncio.Event()

    async def write_meanwhile() -> None:
        """A person who saves something while the crowd is opened."""
        nonlocal longest
        while not done.is_set():
            began = time.monotonic()
            async with house.store.begin():
                pass
            longest = max(longest, time.monotonic() - began)
            await asyncio.sleep(0.01)

    person = asyncio.create_task(write_meanwhile())
    assert await open_time_gates(house.place) == 10_000  # one run has its bound
    await house.tick()
    done.set()
    await person
    assert await waiting(house) == 0
    in_order = [key for _due, key in sorted(zip(dues, made, strict=True))]
    first = await order_of_sending(house, 500)
    assert alone in first[:2]  # the organs take turns
    assert [key for key in first if key != alone] == in_order[:499]
    assert longest < 3.0


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_hundred_thousand_pending_dates_cost_a_waking_next_to_nothing(house: House):
    start = house.now()
    await plan_crowd(house, (start + timedelta(days=1, seconds=n) for n in range(100_000)))
    await plan_crowd(house, (start,))
    house.now.move(seconds=1)
    began = time.monotonic()
    assert await open_time_gates(house.place) == 1
    first = time.monotonic() - began
    began = time.monotonic()
    assert await open_time_gates(house.place) == 0
    assert (time.monotonic() - began) < 0.5
    assert first < 1.0


async def test_a_source_withdrawn_while_it_goes_live_never_lets_its_interpretation_go(house: House):
    """Two transactions change the source at the same time: whichever ends last, no answer is left stale."""
    for _round in range(6):
        source = await house.item(document_number=None)
        made = await house.item(kind="interpretation", title="解读", column="zcjd")
        async with house.store.begin() as tx:
            follow = Follow(made.id, source.id, "same_moment")
            await bind(tx, follow, house.calendar, by=house.author, at=house.now())
        await house.release(made.id)
        await house.release(source.id)
        (errand,) = await house.claim(room=1)
        # An undone transaction is the right of either; its result then never happened.
        await asyncio.gather(errand.run(), house.withdraw(source.id), return_exceptions=True)
        leg = (await house.legs(made.id))["website"]
        page = (await house.legs(source.id))["website"]
        assert page.state == "live" or leg.gate == "source_live"
        await house.run_until_quiet()
