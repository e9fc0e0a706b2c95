"""Until when what was withdrawn must be gone, whoever takes it down, and a person's proof that it is."""

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from channels.contract import Post, Receipt, Withdrawal, WithdrawByHand
from server.core.evidence import record_evidence
from server.core.withdraw import record_taken_down
from server.store.deliveries import DeliverySeen, list_deliveries
from server.store.evidence import Evidence
from server.store.older_posts import Fate
from server.store.takedowns import TakedownSeen, find_taken_down, list_takedowns
from tests.house import House, Weibo, open_plain

TWO_HOURS, A_DAY = timedelta(hours=2), timedelta(hours=24)


class NoRight(Weibo):
    """An account whose app may not delete."""

    async def withdraw(self, receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:
        return WithdrawByHand("请登录微博删除")


@pytest.fixture
def house(house: House) -> House:
    house.real["weibo"] = lambda row: NoRight(house.http, open_plain(row, house._tools)._base)  # type: ignore[attr-defined]
    return house


async def terms(house: House) -> dict[str, datetime]:
    async with house.store.read() as tx:
        return {one.account_name: one.due_at for one in await list_takedowns(tx, limit=50)}


async def put_up(house: House, item_id: str) -> DeliverySeen:
    """File the proof that the paper is on the wall."""
    leg = (await house.legs(item_id))["other"]
    proof = Evidence("旗政务大厅公告栏", house.now(), "张三", None, None)
    async with house.store.begin() as tx:
        await record_evidence(tx, leg.id, proof, house.bench, by=house.author, at=house.now())
    return leg


async def take_down(house: House, delivery_id: str) -> DeliverySeen:
    async with house.store.begin() as tx:
        leg = await house.leg(delivery_id)
        return await record_taken_down(tx, leg, "已删除", house.bench, by=house.chief, at=house.now())


@pytest.mark.parametrize(("as_what", "term"), [("privacy", TWO_HOURS), ("wrong", A_DAY)])
async def test_what_a_person_must_take_down_has_a_time_from_the_decision_on(
    house: House, as_what, term: timedelta
):
    made = await house.published(("website", "weibo", "other"))
    await put_up(house, made.id)
    decided = house.now()
    await house.withdraw(made.id, withdrawn_as=as_what)
    house.now.move(minutes=30)  # until the call for the status is made and refused
    await house.run_until_quiet()
    assert await terms(house) == {"weibo": decided + term, "other": decided + term}
    legs = await house.legs(made.id)
    assert {legs[name].take_down_by for name in ("weibo", "other")} == {decided + term}
    assert legs["website"].take_down_by is None


async def test_the_time_outlives_the_type_that_a_later_release_clears(house: House):
    made = await house.published(("website", "weibo"))
    decided = house.now()
    await house.withdraw(made.id, withdrawn_as="privacy")
    await house.corrected(made.id, title="隐去姓名的通知")
    await house.release(made.id)
    await house.run_until_quiet()  # only now is the old status asked for
    assert await terms(house) == {"weibo": decided + TWO_HOURS}


async def test_a_second_withdrawal_for_privacy_shortens_the_time_and_no_other_lengthens_it(house: House):
    made = await house.published(("website", "weibo"))
    await house.withdraw(made.id)
    await house.run_until_quiet()
    for as_what in ("privacy", "wrong"):
        house.now.move(hours=1)
        await house.corrected(made.id, title=f"更正后的标题 {as_what}")
        await house.release(made.id)
        await house.run_until_quiet()
        if as_what == "privacy":
            again = house.now()
        await house.withdraw(made.id, withdrawn_as=as_what)
        await house.run_until_quiet()
    assert (await terms(house))["weibo"] == again + TWO_HOURS


async def test_what_was_under_way_has_the_time_of_the_decision_when_it_lands(house: House):
    made = await house.item()
    await house.release(made.id, ("website", "weibo"))
    (page,) = await house.claim()
    await page.run()
    (errand,) = await house.claim()
    decided = house.now()
    await house.withdraw(made.id, withdrawn_as="privacy")
    house.now.move(seconds=50)
    await errand.run()
    await house.run_until_quiet()
    assert await terms(house) == {"weibo": decided + TWO_HOURS}


async def test_what_an_earlier_version_left_on_platforms_and_walls_comes_down_with_the_newest(house: House):
    made = await house.published(("website", "weibo", "wechat", "other"))
    await put_up(house, made.id)
    await house.corrected(made.id, title="更正后的标题")
    kept: dict[str, Fate] = {"weibo": "keep", "wechat": "keep"}
    await house.release(made.id, ("website", "weibo", "wechat", "other"), older=kept)
    await house.run_until_quiet()
    await put_up(house, made.id)
    async with house.store.read() as tx:
        older = {leg.account: leg.id for leg in await list_deliveries(tx, made.id) if leg.release_number == 1}
    assert {(await house.leg(key)).state for key in older.values()} == {"replaced"}
    await house.withdraw(made.id, withdrawn_as="privacy")
    await house.run_until_quiet()
    states = {name: (await house.leg(key)).state for name, key in older.items()}
    assert states == {
        "website": "replaced",
        "weibo": "withdraw_by_hand",
        "wechat": "withdrawn",
        "other": "withdraw_by_hand",
    }
    async with house.store.read() as tx:
        still = await list_takedowns(tx, limit=50)
    assert sorted(one.account_name for one in still) == ["other", "other", "weibo", "weibo"]
    for one in still[:-1]:
        await take_down(house, one.delivery_id)
    assert ("withdrawn", "item") not in await house.lines(made.id)
    await take_down(house, still[-1].delivery_id)
    assert ("withdrawn", "item") in await house.lines(made.id)


async def test_what_was_taken_down_is_listed_no_more_and_tells_who_did_it(house: House):
    made = await house.published(("website", "weibo"))
    await house.withdraw(made.id)
    await house.run_until_quiet()
    leg = (await house.legs(made.id))["weibo"]
    gone = await take_down(house, leg.id)
    assert (await terms(house), gone.state, gone.take_down_by) == ({}, "withdrawn", None)
    async with house.store.read() as tx:
        told = await find_taken_down(tx, leg.id)
    assert told is not None
    assert (told.at, told.by, told.proof, told.picture) == (house.now(), "chief", "已删除", None)


async def test_what_came_down_before_the_times_were_kept_gets_one_by_the_migration(house: House):
    plain, private = [await house.published(("website", "weibo")) for _one in range(2)]
    await house.withdraw(plain.id)
    house.now.move(minutes=10)
    await house.withdraw(private.id, withdrawn_as="privacy")
    await house.run_until_quiet()
    async with house.store.read() as tx:
        before: tuple[TakedownSeen, ...] = await list_takedowns(tx, limit=50)
    step = import_module("server.store.migrations.versions.0050_takedowns")
    later = import_module("server.store.migrations.versions.0055_older_posts")

    def again(connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            later.downgrade()
            step.downgrade()
            step.upgrade()
            later.upgrade()

    async with house.store.begin() as tx:
        await tx.run_sync(again)
    async with house.store.read() as tx:
        assert await list_takedowns(tx, limit=50) == before
    assert len(before) == 2
