"""server/core/older_posts.py: the old article after a correction stays or goes, as the release decided."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from channels.contract import NotAccepted, Post, Receipt, Withdrawal, WithdrawByHand
from server.core.decide import Decision, decide
from server.core.evidence import record_evidence
from server.core.foretell import foretell
from server.core.problems import Problem
from server.core.recheck import recheck
from server.core.release import ReleaseOrder
from server.core.verify import verify_rows
from server.core.withdraw import record_taken_down
from server.store.accounts import find_account, set_settings
from server.store.audit_tables import audit
from server.store.deliveries import DeliverySeen, list_deliveries, move
from server.store.evidence import Evidence
from server.store.older_posts import Fate
from server.store.takedowns import list_takedowns
from tests.core.wechat_desk import Desk
from tests.house import SITE, House
from tests.platform import Watched

SOCIAL = ("website", "weibo", "wechat")
GO: dict[str, Fate] = {"weibo": "take_down", "wechat": "take_down"}
STAY: dict[str, Fate] = {"weibo": "keep", "wechat": "keep"}


class Status(Watched):
    kind = "weibo"


class ByHand(Status):
    """An account whose app may not delete."""

    async def withdraw(self, receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:
        return WithdrawByHand("请登录微博删除")


class Deaf(Status):
    """An account whose platform does not answer a deletion, though it may have carried it out."""

    does_it = False

    async def withdraw(self, receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:
        if self.does_it:
            await super().withdraw(receipt, post, reason=reason, at=at)
        return NotAccepted(30, "没有回答")


def on_weibo(house: House, channel: type[Status]) -> None:
    """Let the Weibo account have another channel."""
    house.real["weibo"] = lambda row: channel(house.http, house.open_plain(row)._base)


async def correct(house: House, item_id: str, on: tuple[str, ...] = SOCIAL, **more: Any) -> None:
    house.now.move(hours=1)
    await house.corrected(item_id, title=f"更正后的标题 {house.now():%d%H}")
    await house.release(item_id, on, **more)


async def of(house: House, item_id: str, channel: str) -> list[DeliverySeen]:
    """Give the deliveries to a channel, the oldest first."""
    async with house.store.read() as tx:
        return [leg for leg in await list_deliveries(tx, item_id) if leg.channel == channel]


async def states(house: House, item_id: str, channel: str) -> list[str]:
    return [leg.state for leg in await of(house, item_id, channel)]


def shown(house: House, account: str) -> int:
    return [name for name, _mark in house.platform.posts].count(account)


async def acts(house: House, verb: str) -> list[dict[str, Any]]:
    async with house.store.read() as tx:
        rows = await tx.execute(sa.select(audit.c.details).where(audit.c.verb == verb).order_by(audit.c.id))
        return list(rows.scalars())


async def test_the_old_one_comes_down_once_the_new_one_is_live_and_nothing_is_counted_anew(house: House):
    made = await house.published(SOCIAL)
    before = await house.lines(made.id)
    await correct(house, made.id, older=GO)
    await house.run_until_quiet()
    for channel in ("weibo", "wechat"):
        assert await states(house, made.id, channel) == ["withdrawn", "live"]
        assert shown(house, channel) == 1
    assert (await house.lines(made.id), await verify_rows(house.store)) == (before, ())


async def test_the_old_one_stays_where_the_release_says_so(house: House):
    made = await house.published(SOCIAL)
    await correct(house, made.id, older={"weibo": "keep", "wechat": "take_down"})
    await house.run_until_quiet()
    assert await states(house, made.id, "weibo") == ["replaced", "live"]
    assert await states(house, made.id, "wechat") == ["withdrawn", "live"]
    (old, _new) = await of(house, made.id, "weibo")
    assert (old.reason or "").endswith("保留")


async def test_nothing_is_taken_down_while_the_new_one_is_not_live(house: House):
    made = await house.published(SOCIAL)
    house.platform.next_call("ok", "drop_before", "refuse")
    await correct(house, made.id, older=GO)
    await house.run_until_quiet()
    assert {(await states(house, made.id, name))[0] for name in ("weibo", "wechat")} == {"live"}
    assert (shown(house, "weibo"), shown(house, "wechat")) == (1, 1)
    house.now.move(minutes=10)
    await house.run_until_quiet()  # what was lost goes again, what was refused does not
    ends = sorted([await states(house, made.id, name) for name in ("weibo", "wechat")])
    assert ends == [["live", "refused"], ["withdrawn", "live"]]


async def test_what_an_organ_set_for_its_account_holds_where_a_release_says_nothing(house: House):
    made = await house.published((*SOCIAL, "other"))
    for settings in ({}, {"weibo": "keep", "wechat": "keep"}):
        async with house.store.begin() as tx:
            for name, fate in settings.items():
                account = await find_account(tx, name)
                assert account is not None
                await set_settings(tx, account.id, {"older_posts": fate})
        await correct(house, made.id)
        await house.run_until_quiet()
    assert await states(house, made.id, "weibo") == ["withdrawn", "replaced", "live"]
    told = await acts(house, "item.release")
    assert [one.get("older_taken_down") for one in told] == [None, ["wechat", "weibo"], None]
    assert [one.get("older_kept") for one in told] == [None, None, ["wechat", "weibo"]]


async def test_all_that_still_stands_of_earlier_versions_goes_with_the_decision(house: House):
    made = await house.published(SOCIAL)
    await correct(house, made.id, older=STAY)
    await house.run_until_quiet()
    await correct(house, made.id, older=GO)
    await house.run_until_quiet()
    assert await states(house, made.id, "weibo") == ["withdrawn", "withdrawn", "live"]
    assert shown(house, "weibo") == 1
    assert len(await acts(house, "delivery.outdated")) == 4


async def test_what_no_call_can_delete_comes_to_a_person_with_a_time_and_is_no_withdrawal(house: House):
    on_weibo(house, ByHand)
    made = await house.published(SOCIAL)
    await correct(house, made.id, older=GO)
    decided = house.now()
    await house.run_until_quiet()
    (old, new) = await of(house, made.id, "weibo")
    assert (old.state, new.state) == ("withdraw_by_hand", "live")
    assert old.take_down_by == decided + timedelta(hours=24)
    async with house.store.begin() as tx:
        assert [(one.delivery_id, one.is_older) for one in await list_takedowns(tx, limit=9)] == [
            (old.id, True)
        ]
        gone = await record_taken_down(tx, old, "已删除", house.bench, by=house.chief, at=house.now())
    assert gone.state == "withdrawn"
    assert not [line for line in await house.lines(made.id) if line[0] == "withdrawn"]


async def test_a_paper_on_a_wall_stays_unless_somebody_says_that_it_goes(house: House):
    async def put_up() -> None:
        (leg,) = [one for one in await of(house, made.id, "other") if one.state == "waiting"]
        proof = Evidence("旗政务大厅公告栏", house.now(), "张三", None, None)
        async with house.store.begin() as tx:
            await record_evidence(tx, leg.id, proof, house.bench, by=house.author, at=house.now())

    made = await house.published(("website", "other"))
    await put_up()
    for older, end in (({}, "replaced"), ({"other": "take_down"}, "withdraw_by_hand")):
        await correct(house, made.id, ("website", "other"), older=older)
        await put_up()
        assert (await states(house, made.id, "other"))[-2:] == [end, "live"]


async def test_an_old_one_that_arrives_after_the_new_one_goes_as_well(house: House):
    house.platform.next_call("ok", "ok", "drop_after")
    made = await house.published(SOCIAL)
    await correct(house, made.id, older=GO)
    for _look in range(6):
        house.now.move(minutes=2)
        await house.run_until_quiet()
    for channel in ("weibo", "wechat"):
        assert await states(house, made.id, channel) == ["withdrawn", "live"]
        assert shown(house, channel) == 1
    assert await verify_rows(house.store) == ()


async def test_an_old_one_that_a_person_finds_later_is_to_be_taken_down_by_hand(house: House):
    house.platform.next_call("ok", "drop_after")
    house.platform.blind, house.platform.hint = True, {"ask": True}
    made = await house.published(("website", "weibo"))
    house.now.move(minutes=2)
    await house.run_until_quiet()
    house.platform.blind = False
    await correct(house, made.id, ("website", "weibo"), older={"weibo": "take_down"})
    await house.run_until_quiet()
    (old, new) = await of(house, made.id, "weibo")
    assert (old.state, new.state) == ("needs_person", "live")
    async with house.store.begin() as tx:
        told = Decision("it_is_there", "https://weibo.com/1/2")
        await decide(tx, old.id, told, house.bench, house.open_channel, by=house.chief, at=house.now())
    await house.run_until_quiet()
    assert await states(house, made.id, "weibo") == ["withdraw_by_hand", "live"]


async def test_the_old_one_is_never_taken_for_the_new_one_and_taken_down_for_itself(house: House):
    made = await house.published(("website", "weibo"))
    (old,) = await of(house, made.id, "weibo")
    house.platform.next_call("ok", "drop_before")
    house.platform.blind, house.platform.hint = True, {"ask": True}
    await correct(house, made.id, ("website", "weibo"), older={"weibo": "take_down"})
    await house.run_until_quiet()
    house.now.move(minutes=2)
    await house.run_until_quiet()
    (_old, new) = await of(house, made.id, "weibo")
    assert new.state == "needs_person"
    async with house.store.begin() as tx:
        told = Decision("it_is_there", old.link)
        with pytest.raises(Problem, match="invalid"):
            await decide(tx, new.id, told, house.bench, house.open_channel, by=house.chief, at=house.now())
    # Another writing of the address passes; that it is the same post shows by the platform's id.
    async with house.store.begin() as tx:
        await move(tx, new.id, "needs_person", "needs_person", at=house.now(), platform_id=old.platform_id)
        told = Decision("it_is_there", f"{old.link}?from=app")
        await decide(tx, new.id, told, house.bench, house.open_channel, by=house.chief, at=house.now())
    await house.run_until_quiet()
    assert await states(house, made.id, "weibo") == ["replaced", "live"]
    assert shown(house, "weibo") == 1


async def test_an_old_one_stays_where_the_new_one_was_removed_before_it_went(house: House):
    on_weibo(house, Status)
    made = await house.published(SOCIAL)
    await correct(house, made.id, older=GO)
    while not [leg for leg in await of(house, made.id, "weibo") if leg.state == "withdrawing"]:
        for errand in await house.claim():
            await errand.run()
    (_old, new) = await of(house, made.id, "weibo")
    house.platform.remove(new.platform_id or "")
    await house.run_until_quiet()
    (old, new) = await of(house, made.id, "weibo")
    assert (old.state, new.state, shown(house, "weibo")) == ("replaced", "gone_at_platform", 1)
    assert "不再撤下" in (old.reason or "")
    assert ("withdrawn", "weibo") not in await house.lines(made.id)  # readers see the old one
    async with house.store.read() as tx:
        assert await list_takedowns(tx, limit=9) == ()


async def test_a_person_is_not_asked_any_more_for_the_only_one_that_is_left(house: House):
    on_weibo(house, ByHand)
    made = await house.published(SOCIAL)
    await correct(house, made.id, older=GO)
    await house.run_until_quiet()
    (_old, new) = await of(house, made.id, "weibo")
    house.platform.remove(new.platform_id or "")
    await recheck(house.place, new.id)
    assert await states(house, made.id, "weibo") == ["replaced", "gone_at_platform"]
    assert len(await acts(house, "delivery.replaced")) == 1
    await house.withdraw(made.id)
    await house.run_until_quiet()
    assert await states(house, made.id, "weibo") == ["withdraw_by_hand", "gone_at_platform"]


@pytest.mark.parametrize("does_it", [False, True])
async def test_a_deletion_without_an_answer_is_asked_for_again(house: House, does_it: bool):
    deaf = type("Deaf", (Deaf,), {"does_it": does_it})
    on_weibo(house, deaf)
    made = await house.published(SOCIAL)
    await correct(house, made.id, older=GO)
    await house.run_until_quiet()
    assert await states(house, made.id, "weibo") == ["withdrawing", "live"]
    on_weibo(house, Status)
    house.now.move(minutes=2)
    await house.run_until_quiet()
    assert (await states(house, made.id, "weibo"), shown(house, "weibo")) == (["withdrawn", "live"], 1)


async def test_a_withdrawal_takes_everything_even_where_the_new_one_was_removed(house: House):
    on_weibo(house, Deaf)
    made = await house.published(SOCIAL)
    await correct(house, made.id, older=GO)
    await house.run_until_quiet()
    await house.withdraw(made.id, withdrawn_as="privacy")
    decided = house.now()
    async with house.store.read() as tx:
        terms = {(one.due_at, one.is_older) for one in await list_takedowns(tx, limit=9)}
    assert terms == {(decided + timedelta(hours=2), False)}
    house.platform.remove()
    on_weibo(house, Status)
    house.now.move(hours=1)
    await house.run_until_quiet()
    assert await states(house, made.id, "weibo") == ["withdrawn", "withdrawn"]
    assert ("withdrawn", "item") in await house.lines(made.id)


async def test_a_first_release_and_an_account_where_nothing_stands_apart_have_nothing_to_decide(house: House):
    made = await house.item()
    with pytest.raises(Problem, match="invalid"):
        await house.release(made.id, SOCIAL, older=GO)
    await house.release(made.id, SOCIAL)
    await house.run_until_quiet()
    await house.corrected(made.id, title="更正后的标题")
    for wrong in ("website", "nobody", "other"):
        with pytest.raises(Problem) as refused:
            await house.release(made.id, SOCIAL, older={wrong: "keep"})
        assert (refused.value.code, refused.value.field) == ("invalid", "older_posts")


async def test_it_is_told_before_what_becomes_of_the_old_ones(house: House):
    made = await house.published(SOCIAL)
    await house.corrected(made.id, title="更正后的标题")
    fates: dict[str, Fate] = {"wechat": "keep"}
    told = await foretell(
        house.store, ReleaseOrder(made.id, ("website", "wechat"), older_posts=fates),
        examined=await house.examiner.examine(made.id, at=house.now()), open_channel=house.open_channel,
        calendar=house.calendar, site=SITE, by=house.chief, at=house.now(), new_id=house.new_id,
    )  # fmt: skip
    notes = [note for note in told.notes if "旧" in note]
    assert notes == [
        "wechat：旧文章还在，新的发出后保留，两篇并存。",
        "weibo：旧微博还在，这次没有选这个账号，不会动它。",
    ]


async def test_on_wechat_the_old_article_goes_only_when_the_new_one_can_be_read(desk: Desk):
    made = await desk.house.published(("website", "wechat"))
    await desk.wait(seconds=10)
    desk.platform.switch(job_statuses=(1, 0), job_seconds=600.0)
    await desk.house.corrected(made.id, title="更正后的标题")
    await desk.house.release(made.id, ("website", "wechat"), older={"wechat": "take_down"})
    seen = []
    for _look in range(12):
        await desk.wait(minutes=2)
        seen.append(len(desk.platform.published()))
    assert await states(desk.house, made.id, "wechat") == ["withdrawn", "live"]
    assert min(seen) == 1
    assert desk.platform.published()[0].title == "更正后的标题"


async def test_where_the_new_article_is_refused_the_old_one_stays(desk: Desk):
    made = await desk.house.published(("website", "wechat"))
    await desk.wait(seconds=10)
    desk.platform.switch(job_statuses=(4,))
    await desk.house.corrected(made.id, title="更正后的标题")
    await desk.house.release(made.id, ("website", "wechat"))
    for _look in range(5):
        await desk.wait(minutes=5)
    assert await states(desk.house, made.id, "wechat") == ["live", "refused"]
    assert len(desk.platform.published()) == 1
