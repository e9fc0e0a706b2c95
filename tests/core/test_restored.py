"""An office that is lost after its backup posts nothing twice once it is restored, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from server.core.decide import Decision, decide
from server.core.keeping import Restored, backup, restore
from server.core.occupancy import is_half
from server.core.reconcile import LOOKS
from server.core.verify import verify_rows
from server.store.attempts import list_attempts
from server.store.deliveries import DeliverySeen
from server.store.tx import Store
from tests.conftest import new_database
from tests.core.test_pushes import SLOT, come, plan, pushes, sent_titles, written
from tests.core.wechat_desk import Desk
from tests.house import House

SOCIAL = ("website", "weibo")
COUNTED = [("counted", "item"), ("counted", "website"), ("counted", "weibo")]


@dataclass
class Fate:
    """Where an office is backed up, and where it lives on after its loss."""

    folder: Path
    store: Store

    async def back_up(self, house: House) -> None:
        await backup(house.store, self.folder / "var", self.folder / "one.tar", at=house.now(), version="0")

    async def put_back(self, house: House) -> Restored:
        return await restore(
            *(self.store, self.folder / "elsewhere", self.folder / "one.tar", house.place.limits),
            at=house.now(), force=False, new_id=house.new_id,
        )  # fmt: skip

    async def restored(self, house: House) -> House:
        """Give the house that lives on, with the platform and the time of the lost one."""
        await self.put_back(house)
        return house.lives_on(self.store)


@pytest.fixture
async def fate(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Fate]:
    await asyncio.to_thread((tmp_path / "var").mkdir)
    store = Store(await new_database(engine, request, tmp_path / "elsewhere"))
    yield Fate(tmp_path, store)
    await store.close()


async def work(house: House, **later: float) -> None:
    house.now.move(**later)
    await house.tick()
    await house.run_until_quiet()


def posts(house: House) -> int:
    return [account for account, _mark in house.platform.posts].count("weibo")


async def seen(house: House, item_id: str) -> DeliverySeen:
    return (await house.legs(item_id))["weibo"]


async def planned(house: House) -> str:
    """Plan an item for an hour from now."""
    made = await house.item()
    await house.release(made.id, SOCIAL, house.now() + timedelta(hours=1))
    await work(house)
    return made.id


async def test_what_waited_in_the_backup_and_went_out_since_is_found_and_counted_once(
    house: House, fate: Fate
):
    made = await planned(house)
    await fate.back_up(house)
    await work(house, hours=2)
    assert (await house.states(made), posts(house)) == ({"website": "live", "weibo": "live"}, 1)
    born = await fate.restored(house)
    await work(born)
    assert (await seen(born, made)).state == "unknown"
    await work(born, minutes=10)
    assert (await born.states(made), posts(born)) == ({"website": "live", "weibo": "live"}, 1)
    assert await born.lines(made) == COUNTED
    assert await verify_rows(born.store) == ()


async def test_what_did_not_go_out_waits_for_its_time_and_goes_once(house: House, fate: Fate):
    made = await planned(house)
    await fate.back_up(house)
    born = await fate.restored(house)
    await work(born, minutes=10)
    leg = await seen(born, made)
    assert (leg.state, leg.gate, leg.due_at) == ("waiting", "time", house.now() + timedelta(minutes=50))
    await work(born, minutes=49)
    assert posts(born) == 0
    await work(born, minutes=2)
    assert (await born.states(made), posts(born)) == ({"website": "live", "weibo": "live"}, 1)
    assert await born.lines(made) == COUNTED
    assert await verify_rows(born.store) == ()


@pytest.mark.parametrize("left", ["retry_wait", "sending"])
async def test_what_was_tried_before_the_backup_and_taken_after_it_is_posted_once(
    house: House, fate: Fate, left: str
):
    if left == "retry_wait":
        house.platform.next_call("ok", "busy")
        made = (await house.published(SOCIAL)).id
        await fate.back_up(house)
        await work(house, minutes=10)
    else:
        made = (await house.item()).id
        await house.release(made, SOCIAL)
        for errand in await house.claim():
            await errand.run()
        errands = await house.claim()
        await fate.back_up(house)
        for errand in errands:
            await errand.run()
    assert ((await seen(house, made)).state, posts(house)) == ("live", 1)
    born = await fate.restored(house)
    assert (await seen(born, made)).state == "unknown"
    await work(born, minutes=10)
    assert ((await seen(born, made)).state, posts(born)) == ("live", 1)
    assert await born.lines(made) == COUNTED
    assert await verify_rows(born.store) == ()


async def test_where_nobody_can_look_nothing_is_sent_and_a_person_is_asked(house: House, fate: Fate):
    made = await planned(house)
    await fate.back_up(house)
    born = await fate.restored(house)
    house.platform.blind = True
    await work(born, hours=2)
    assert ((await seen(born, made)).state, posts(born)) == ("unknown", 0)
    for _ in range(LOOKS):
        await work(born, hours=2)
    assert ((await seen(born, made)).state, posts(born)) == ("needs_person", 0)


async def test_what_a_person_did_not_find_still_waits_for_its_time(house: House, fate: Fate):
    made = await planned(house)
    await fate.back_up(house)
    born = await fate.restored(house)
    house.platform.blind, house.platform.hint = True, {"ask": True}
    await work(born, minutes=10)
    leg, at = await seen(born, made), house.now()
    async with born.store.begin() as tx:
        verdict = Decision("it_is_not_there")
        await decide(tx, leg.id, verdict, born.bench, born.place.open_channel, by=house.new_id(), at=at)
    assert (await seen(born, made)).gate == "time"


async def test_the_try_says_that_it_was_the_restore(house: House, fate: Fate):
    made = await planned(house)
    await fate.back_up(house)
    taken_at = house.now()
    await work(house, hours=2)
    born = await fate.restored(house)
    async with born.store.read() as tx:
        (only,) = await list_attempts(tx, (await seen(born, made)).id)
    assert (only.worker, only.outcome, only.opened_at) == ("restore", "unknown", taken_at)


async def test_the_first_look_waits_as_long_as_the_platform_says(house: House, fate: Fate):
    made = await planned(house)
    await fate.back_up(house)
    limits = house.place.limits
    slow = replace(limits["weibo"], settle_after_loss=5_400)
    house.place = replace(house.place, limits={**limits, "weibo": slow})
    born = await fate.restored(house)
    assert (await seen(born, made)).due_at == house.now() + timedelta(minutes=90)


async def test_nothing_starts_where_a_restore_died_before_it_doubted(
    house: House, fate: Fate, monkeypatch: pytest.MonkeyPatch
):
    made = await planned(house)
    await fate.back_up(house)
    with monkeypatch.context() as patch:

        async def dies(*_args: object, **_more: object) -> None:
            raise OSError("the machine went down")

        patch.setattr("server.core.keeping.doubt_unsent", dies)
        with pytest.raises(OSError, match="went down"):
            await fate.put_back(house)
    assert await asyncio.to_thread(is_half, fate.folder / "elsewhere")
    house.now.move(seconds=1)
    born = await fate.restored(house)
    assert not await asyncio.to_thread(is_half, fate.folder / "elsewhere")
    assert (await seen(born, made)).state == "unknown"


async def test_a_push_that_went_out_since_is_not_pushed_again_but_shown_to_a_person(desk: Desk, fate: Fate):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    await fate.back_up(desk.house)
    await come(desk, SLOT)
    assert sent_titles(desk) == [["甲", "乙"]]
    born = replace(desk, house=await fate.restored(desk.house))
    await come(born, SLOT + timedelta(days=1))
    assert [await born.state(key) for key in made] == ["needs_person", "needs_person"]
    assert sent_titles(born) == [["甲", "乙"]]
    assert await pushes(born) == []
    assert await verify_rows(fate.store) == ()


async def test_an_article_that_a_person_did_not_find_goes_with_the_next_push(desk: Desk, fate: Fate):
    await plan(desk)
    (made,) = await written(desk, "甲")
    await fate.back_up(desk.house)
    born = replace(desk, house=await fate.restored(desk.house))
    leg, at = await born.leg(made), desk.house.now()
    async with fate.store.begin() as tx:
        verdict, bench = Decision("it_is_not_there"), born.house.bench
        await decide(tx, leg.id, verdict, bench, born.house.place.open_channel, by=leg.id, at=at)
    await come(born, SLOT)
    assert sent_titles(born) == [["甲"]]
