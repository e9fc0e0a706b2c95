"""群发 from the core's side: seats, slots, one call for all, and whatever comes of it, on both databases.

The real adapter speaks to the pretended platform, whose key, quota and delays are those of its contract.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import sqlalchemy as sa

from channels.broadcasts import Gathered, Misfits
from channels.contract import Outcome, Post
from channels.sandbox.wechat.events import push_finished
from channels.wechat.channel import WeChat
from channels.wechat.pushes import read_push
from server.core import seating
from server.core.broadcasting import keep_plan, list_queues, move_article, put_in_order
from server.core.expedite import expedite, forbid_until, hold_outside_hours
from server.core.problems import Problem
from server.core.push_looks import look_for
from server.core.pushes import fix
from server.core.seating import peek_slot
from server.core.standing import say_gate
from server.ephemeral.budgets import Allowance
from server.store.accounts import AccountRow, find_account
from server.store.broadcast_tables import push, push_article
from server.store.broadcasts import PushRow, find_push, insert_push, list_plans, take_seat
from server.store.deliveries import list_deliveries
from server.subscribe.hear import hear
from tests.core.wechat_desk import Desk
from tests.house import SITE

SOCIAL = ("website", "wechat")


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


NOON, SLOT = beijing("2026-11-26T12:00"), beijing("2026-11-26T18:00")


async def the_account(desk: Desk) -> AccountRow:
    async with desk.house.store.read() as tx:
        account = await find_account(tx, "wechat")
    assert account is not None
    return account


async def plan(desk: Desk, slots: str = "每天 18:00", kind: str | None = "subscription") -> None:
    desk.house.now.moment = max(desk.house.now(), NOON)
    desk.platform.switch(kind=kind or "subscription")
    account = await the_account(desk)
    async with desk.house.store.begin() as tx:
        await keep_plan(tx, account, kind, slots, desk.house.calendar, at=desk.house.now())


async def written(desk: Desk, *titles: str) -> list[str]:
    """Write, approve and release an item for each title; give their ids."""
    return [(await desk.house.published(SOCIAL, title=title)).id for title in titles]


async def work(desk: Desk) -> None:
    await desk.house.tick()
    await hold_outside_hours(desk.house.store, desk.house.calendar, at=desk.house.now())
    await desk.house.run_until_quiet()


async def come(desk: Desk, at: datetime) -> None:
    """Let a moment come, and what is due at it and within the next minute be done."""
    desk.house.now.moment = at
    await work(desk)
    for seconds in (5, 15, 60):
        desk.house.now.move(seconds=seconds)
        await work(desk)


async def pushes(desk: Desk) -> list[PushRow]:
    async with desk.house.store.read() as tx:
        keys = (await tx.execute(sa.select(push.c.id).order_by(push.c.created_at, push.c.slot_at))).scalars()
        return [row for key in keys if (row := await find_push(tx, key)) is not None]


def sent_titles(desk: Desk) -> list[list[str]]:
    return [[one.title for one in sent.articles] for sent in desk.platform.book.pushes.values()]


async def test_released_items_wait_for_the_slot_and_say_for_which(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    async with desk.house.store.read() as tx:
        own = (await list_plans(tx)).popitem()[1]
        assert await peek_slot(tx, own, at=NOON) == SLOT
    assert [say_gate(await desk.leg(key)) for key in made] == [
        "等待群发时段 11月26日（周四）18:00，第1条/共8条",
        "等待群发时段 11月26日（周四）18:00，第2条/共8条",
    ]
    assert (desk.calls("freepublish/submit"), desk.calls("message/mass/sendall")) == (0, 0)


async def test_at_the_slot_one_push_carries_all_and_each_is_counted_with_its_link(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.house.now.moment = SLOT
    await work(desk)
    assert [await desk.state(key) for key in made] == ["accepted", "accepted"]
    assert ("counted", "wechat") not in await desk.house.lines(made[0])
    desk.house.now.move(seconds=3)
    assert await told_of_the_end(desk)
    await work(desk)
    legs = [await desk.leg(key) for key in made]
    number, sent = next(iter(desk.platform.book.pushes.items()))
    assert sent_titles(desk) == [["甲", "乙"]]
    assert [leg.state for leg in legs] == ["live", "live"]
    assert [leg.link for leg in legs] == [f"{desk.sandbox.wechat_url}/s/{key}" for key in sent.keys]
    assert [leg.platform_id for leg in legs] == [f"push:{number}#1", f"push:{number}#2"]
    assert [(await desk.house.lines(key)).count(("counted", "wechat")) for key in made] == [1, 1]


async def told_of_the_end(desk: Desk) -> bool:
    """Bring the platform's event of its newest push; say whether it gave anybody something to do."""
    number, sent = list(desk.platform.book.pushes.items())[-1]
    xml = push_finished(number, sent, desk.sandbox.wechat_url).xml
    async with desk.house.store.begin() as tx:
        account = await find_account(tx, "wechat")
        assert account is not None
        return (await hear(tx, account, read_push(xml.encode()), SITE, at=desk.house.now())).wakes


@pytest.mark.slow
async def test_without_the_event_a_look_completes_the_push(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    await come(desk, SLOT)
    assert (await desk.state(made[0]), (await pushes(desk))[0].state) == ("live", "done")
    assert await told_of_the_end(desk) is False
    assert (await desk.leg(made[0])).link is not None  # an event that comes late still brings the link


@pytest.mark.slow
async def test_the_ninth_article_waits_for_the_next_day(desk: Desk):
    await plan(desk)
    made = await written(desk, *(f"第{number}篇" for number in range(9)))
    dues = [(await desk.leg(key)).due_at for key in made]
    assert dues == [SLOT] * 8 + [beijing("2026-11-27T18:00")]


async def test_the_database_holds_the_quota_and_the_eight(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    row = (await pushes(desk))[0]
    leg = await desk.leg(made[0])
    for change in ({"id": "other", "slot_at": NOON}, {"id": "other", "place": 2}):
        with pytest.raises(sa.exc.IntegrityError):
            async with desk.house.store.begin() as tx:
                await insert_push(tx, _changed(row, **change), at=NOON)
    with pytest.raises(sa.exc.IntegrityError):
        async with desk.house.store.begin() as tx:
            await take_seat(tx, leg.id, row.id, 9, 9)


def _changed(row: PushRow, **changes: object) -> PushRow:
    values = {name: getattr(row, name) for name in PushRow.__slots__}
    return PushRow(**{**values, **changes})


@pytest.mark.slow
async def test_a_service_account_has_four_pushes_a_month(desk: Desk):
    await plan(desk, "周一至周日 18:00", kind="service")
    made = await written(desk, *(f"第{number}篇" for number in range(8 * 4 + 1)))
    slots = sorted({(await desk.leg(key)).due_at for key in made if (await desk.leg(key)).due_at})
    assert [slot.astimezone().day >= 0 for slot in slots] == [True] * 5
    assert slots[-1] == beijing("2026-12-01T18:00")


@pytest.mark.slow
async def test_an_editor_puts_the_articles_in_order_until_the_push_goes(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙", "丙")
    account, row = await the_account(desk), (await pushes(desk))[0]
    legs = [(await desk.leg(key)).id for key in made]
    async with desk.house.store.begin() as tx:
        await move_article(tx, account, row.id, legs[2], up=True, at=NOON)
        await put_in_order(tx, account, row.id, [legs[2], legs[0], legs[1]], at=NOON)
        with pytest.raises(Problem, match="push_changed"):
            await put_in_order(tx, account, row.id, legs[:2], at=NOON)
        queue = (await list_queues(tx, account, at=NOON, limit=3))[0]
    assert [one.title for one in queue.articles] == ["丙", "甲", "乙"]
    await come(desk, SLOT)
    assert sent_titles(desk) == [["丙", "甲", "乙"]]
    async with desk.house.store.begin() as tx:
        with pytest.raises(Problem, match="push_fixed"):
            await put_in_order(tx, account, row.id, legs, at=SLOT)


@pytest.mark.slow
async def test_an_answer_lost_on_its_way_is_found_by_the_key_and_nothing_goes_twice(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_after")
    await come(desk, SLOT)
    first = [await desk.state(key) for key in made]
    await come(desk, beijing("2026-11-26T18:10"))
    await come(desk, beijing("2026-11-26T18:20"))
    assert (first, [await desk.state(key) for key in made]) == (["unknown"] * 2, ["live"] * 2)
    assert len(desk.platform.book.pushes) == 1
    assert [(await desk.house.lines(key)).count(("counted", "wechat")) for key in made] == [1, 1]


async def test_a_worker_that_died_over_the_call_leaves_a_push_that_the_key_finds(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.house.now.moment = SLOT
    (errand,) = await desk.house.claim()
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "hang")
    death = asyncio.create_task(errand.run())
    while not (desk.platform.book.pushes or death.done()):  # noqa: ASYNC110 -- the platform tells nobody
        await asyncio.sleep(0.01)
    death.cancel()
    await asyncio.wait((death,))
    for minute in (2, 6, 7):
        await come(desk, SLOT + timedelta(minutes=minute))
    assert (sent_titles(desk), [await desk.state(key) for key in made]) == ([["甲", "乙"]], ["live", "live"])
    assert [(await desk.house.lines(key)).count(("counted", "wechat")) for key in made] == [1, 1]


@pytest.mark.slow
async def test_a_push_that_was_surely_not_taken_goes_again_under_its_key(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    desk.says("message/mass/sendall", 45011)
    await come(desk, SLOT)
    await come(desk, beijing("2026-11-26T18:10"))
    row = (await pushes(desk))[0]
    assert (await desk.state(made[0]), row.state, row.tries) == ("live", "done", 2)
    assert len(desk.platform.book.pushes) == 1


@pytest.mark.slow
async def test_a_failed_push_leaves_its_place_and_its_articles_go_under_another_key(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.platform.switch(mass_status="send fail")
    await come(desk, SLOT)
    failed, following = await pushes(desk)
    assert (failed.state, following.state) == ("failed", "open")
    assert [(await desk.leg(key)).due_at for key in made] == [beijing("2026-11-27T18:00")] * 2
    desk.platform.switch(mass_status="send success")
    await come(desk, beijing("2026-11-27T18:00"))
    assert [await desk.state(key) for key in made] == ["live", "live"]
    keys = [one.client_id for one in desk.platform.book.pushes.values()]
    assert len(set(keys)) == 2


@pytest.mark.slow
async def test_what_the_platform_objects_to_is_told_to_the_editor(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    desk.platform.switch(mass_status="err(20001)")
    desk.house.now.moment = SLOT
    await work(desk)
    desk.house.now.move(seconds=3)
    await told_of_the_end(desk)
    await work(desk)
    leg = await desk.leg(made[0])
    assert (leg.state, leg.who_acts, "涉嫌政治" in (leg.reason or "")) == ("refused", "editor", True)


@pytest.mark.slow
async def test_a_day_whose_pushes_a_person_used_up_leaves_the_articles_to_the_next_day(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    desk.says("message/mass/sendall", 45028)
    await come(desk, SLOT)
    leg = await desk.leg(made[0])
    assert (leg.state, leg.gate, leg.due_at) == ("waiting", "quota", beijing("2026-11-27T18:00"))


@pytest.mark.slow
async def test_an_article_withdrawn_before_the_slot_is_not_pushed(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    await desk.house.withdraw(made[0])
    await come(desk, SLOT)
    assert (sent_titles(desk), await desk.state(made[0])) == ([["乙"]], "cancelled")


@pytest.mark.slow
async def test_one_article_of_a_push_is_taken_back_and_the_other_stands(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    await come(desk, SLOT)
    await desk.house.withdraw(made[1])
    await work(desk)
    assert [await desk.state(key) for key in made] == ["live", "withdrawn"]
    assert next(iter(desk.platform.book.pushes.values())).deleted == (2,)


@pytest.mark.slow
async def test_beyond_the_days_ten_deletions_a_person_takes_it_back(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    await come(desk, SLOT)
    desk.says("message/mass/delete", 45009)
    await desk.house.withdraw(made[0])
    await work(desk)
    assert await desk.state(made[0]) == "withdraw_by_hand"


@pytest.mark.slow
async def test_an_empty_slot_pushes_nothing_and_keeps_no_place(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    await desk.house.withdraw(made[0])
    await come(desk, SLOT)
    assert (desk.calls("message/mass/sendall"), await pushes(desk)) == (0, [])


@pytest.mark.slow
async def test_other_slots_seat_what_waits_anew_in_its_order(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    await plan(desk, "周五 09:30")
    assert [(await desk.leg(key)).due_at for key in made] == [beijing("2026-11-27T09:30")] * 2
    async with desk.house.store.read() as tx:
        ranks = await tx.execute(sa.select(push_article.c.rank).order_by(push_article.c.rank))
        assert list(ranks.scalars()) == [1, 2]


async def hurry(desk: Desk, item_id: str) -> None:
    async with desk.house.store.begin() as tx:
        await expedite(tx, item_id, "暴雪预警", desk.house.calendar, by=desk.house.chief, at=desk.house.now())


@pytest.mark.slow
async def test_an_urgent_item_takes_the_days_push_and_the_others_the_next_one(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙", "急")
    await hurry(desk, made[2])
    await come(desk, NOON)
    assert sent_titles(desk) == [["急"]]
    assert [(await desk.leg(key)).due_at for key in made[:2]] == [beijing("2026-11-27T18:00")] * 2
    assert (await pushes(desk))[-1].is_urgent or (await pushes(desk))[0].is_urgent


@pytest.mark.slow
async def test_an_urgent_item_on_a_day_that_a_person_used_up_waits_and_does_not_knock_again(desk: Desk):
    await plan(desk)
    made = await written(desk, "急", "又急")
    desk.says("message/mass/sendall", 45028, times=50)
    await hurry(desk, made[0])
    await come(desk, NOON)
    assert (desk.calls("message/mass/sendall"), (await desk.leg(made[0])).due_at) == (
        1,
        beijing("2026-11-27T18:00"),
    )
    with pytest.raises(Problem, match="手动群发"):
        await hurry(desk, made[1])


@pytest.mark.slow
async def test_an_urgent_item_is_refused_once_the_day_is_used_up(desk: Desk):
    await plan(desk)
    await written(desk, "甲")
    await come(desk, SLOT)
    made = await written(desk, "急")
    with pytest.raises(Problem, match="每天 1 次"):
        await hurry(desk, made[0])
    assert (await desk.leg(made[0])).due_at == beijing("2026-11-27T18:00")


@pytest.mark.slow
async def test_an_account_that_pushes_no_more_publishes_what_waited(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    await plan(desk, "", kind=None)
    await come(desk, NOON)
    assert (await desk.state(made[0]), desk.calls("freepublish/submit"), await pushes(desk)) == (
        "live",
        1,
        [],
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "slots"),
    [("subscription", "每天 09:00；每天 18:00"), ("service", "18:00"), ("service", "周八 01:00")],
)
async def test_a_schedule_that_cannot_be_is_refused(desk: Desk, kind: str, slots: str):
    with pytest.raises(Problem, match="slots"):
        await plan(desk, slots, kind)


async def test_a_push_that_was_not_taken_goes_with_the_draft_that_lies_there(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.says("message/mass/sendall", 45011, times=20)
    await come(desk, SLOT)
    waiting = (await pushes(desk))[0]
    assert list(desk.platform.book.drafts) == [waiting.draft]
    assert waiting.reason == "微信接口调用太快，一分钟后再试"
    desk.platform.wire.reset()
    await come(desk, beijing("2026-11-26T18:10"))
    assert ([await desk.state(key) for key in made], desk.calls("draft/add")) == (["live", "live"], 0)
    assert desk.platform.book.drafts == {}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["drop_after", "truncated"])
async def test_a_draft_whose_answer_was_lost_is_found_by_its_marks(desk: Desk, fault: str):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.platform.next_call("/cgi-bin/draft/add", fault)
    await come(desk, SLOT)
    await come(desk, beijing("2026-11-26T18:10"))
    assert ([await desk.state(key) for key in made], desk.calls("draft/add")) == (["live", "live"], 1)
    assert desk.platform.book.drafts == {}


@pytest.mark.slow
async def test_a_draft_with_an_article_that_was_withdrawn_since_is_deleted(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.says("message/mass/sendall", 45011, times=20)
    await come(desk, SLOT)
    await desk.house.withdraw(made[0])
    desk.platform.wire.reset()
    await come(desk, beijing("2026-11-26T18:10"))
    assert (sent_titles(desk), desk.platform.book.drafts) == ([["乙"]], {})


@pytest.mark.slow
async def test_a_draft_that_nobody_will_push_is_deleted(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    desk.says("message/mass/sendall", 45011, times=20)
    await come(desk, SLOT)
    await desk.house.withdraw(made[0])
    desk.platform.wire.reset()
    await come(desk, beijing("2026-11-26T18:10"))
    assert (await pushes(desk), desk.platform.book.drafts) == ([], {})


@pytest.mark.slow
@pytest.mark.parametrize("code", [45028, 45166])
async def test_a_push_that_the_platform_refuses_leaves_no_draft(desk: Desk, code: int):
    await plan(desk)
    await written(desk, "甲")
    desk.says("message/mass/sendall", code)
    await come(desk, SLOT)
    assert ((await pushes(desk))[0].state, desk.platform.book.drafts) == ("failed", {})


@pytest.mark.slow
async def test_a_push_that_failed_on_its_way_leaves_no_draft(desk: Desk):
    await plan(desk)
    await written(desk, "甲")
    desk.platform.switch(mass_status="send fail")
    await come(desk, SLOT)
    assert ((await pushes(desk))[0].state, desk.platform.book.drafts) == ("failed", {})


@pytest.mark.slow
async def test_a_draft_that_a_person_wrote_is_left_alone(desk: Desk):
    await plan(desk)
    await written(desk, "甲")
    desk.says("message/mass/sendall", 45011, times=20)
    await come(desk, SLOT)
    ours = desk.platform.book.drafts
    (draft,) = ours.values()
    ours["a-persons"] = replace(draft, articles=(replace(draft.articles[0], content_source_url=""),))
    desk.platform.wire.reset()
    await come(desk, beijing("2026-11-26T18:10"))
    assert list(desk.platform.book.drafts) == ["a-persons"]


class Counted:
    """Budgets that keep count in the test's own hand, as one Redis does for all workers."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def take(self, account_id: str, allowances: tuple[Allowance, ...]) -> Allowance | None:
        for one in allowances:
            if self.taken[f"{account_id} {one.window}"] >= one.limit:
                return one
        self.taken.update(f"{account_id} {one.window}" for one in allowances)
        return None

    def of(self, what: str) -> int:
        return sum(count for window, count in self.taken.items() if f" {what}:" in window)


def counting(desk: Desk, **limits: int) -> Counted:
    counted, own = Counted(), replace(desk.house.place.limits["wechat"], **limits)
    desk.house.place = replace(
        desk.house.place, budgets=counted, limits={**desk.house.place.limits, "wechat": own}
    )
    return counted


async def test_a_push_is_one_post_of_the_day_and_each_look_at_it_one_look(desk: Desk):
    counted = counting(desk)
    await plan(desk)
    await written(desk, "甲", "乙")
    await come(desk, SLOT)
    assert (counted.of("day"), counted.of("looks")) == (1, desk.calls("message/mass/get"))
    assert desk.calls("message/mass/get") > 0


@pytest.mark.slow
async def test_a_push_over_the_days_posts_waits_and_its_articles_get_seats_of_the_next_day(desk: Desk):
    counted = counting(desk, calls_a_day=1)
    await plan(desk)
    made = await written(desk, "甲")
    counted.taken[f"{(await the_account(desk)).id} day:2026-11-26"] = 1
    await come(desk, SLOT)
    (waiting,) = await pushes(desk)
    assert (waiting.state, waiting.due_at) == ("open", beijing("2026-11-27T00:00"))
    assert waiting.reason is not None
    assert "已用完" in waiting.reason
    await come(desk, beijing("2026-11-27T00:01"))
    assert (await desk.leg(made[0])).due_at == beijing("2026-11-27T18:00")
    await come(desk, beijing("2026-11-27T18:00"))
    assert (await desk.state(made[0]), sent_titles(desk)) == ("live", [["甲"]])


@pytest.mark.slow
async def test_looks_at_a_push_wait_for_the_next_day_once_the_days_are_used_up(desk: Desk):
    counting(desk, looks_a_day=1)
    await plan(desk)
    made = await written(desk, "甲")
    desk.platform.switch(mass_seconds=60.0)
    await come(desk, SLOT)
    assert (await desk.state(made[0]), desk.calls("message/mass/get")) == ("accepted", 1)
    await come(desk, beijing("2026-11-27T00:01"))
    assert await desk.state(made[0]) == "live"


@pytest.mark.slow
async def test_the_last_look_by_a_key_is_made_whatever_the_budget_says(desk: Desk):
    counted = counting(desk, looks_a_day=0)
    early = "每天 00:30"
    await plan(desk, early)
    made = await written(desk, "甲")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_after")
    await come(desk, beijing("2026-11-27T00:30"))
    assert (await desk.state(made[0]), len(desk.platform.book.pushes)) == ("unknown", 1)
    await come(desk, beijing("2026-11-27T12:00"))
    assert await desk.state(made[0]) == "unknown"
    await come(desk, beijing("2026-11-27T23:10"))
    assert (await desk.state(made[0]), len(desk.platform.book.pushes)) == ("accepted", 1)
    assert counted.of("looks") == 0


@pytest.fixture
def one_slot_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an account look for seats no further than its next slot, instead of 120 slots."""
    monkeypatch.setattr(seating, "_FAR", 1)


@pytest.mark.slow
@pytest.mark.usefixtures("one_slot_ahead")
async def test_a_seat_that_becomes_free_goes_at_once_to_who_waited_longest_without_one(desk: Desk):
    await plan(desk)
    made = await written(desk, *(f"第{number}篇" for number in range(10)))
    assert [(await desk.leg(key)).due_at for key in made] == [SLOT] * 8 + [None] * 2
    await desk.house.withdraw(made[3])
    assert [(await desk.leg(key)).due_at for key in made[8:]] == [SLOT, None]


@pytest.mark.slow
@pytest.mark.usefixtures("one_slot_ahead")
async def test_a_release_that_takes_anothers_place_leaves_its_seat(desk: Desk):
    await plan(desk)
    made = await written(desk, *(f"第{number}篇" for number in range(9)))
    await desk.house.corrected(made[0], title="更正后的标题")
    await desk.house.release(made[0], ("website",))
    assert (await desk.leg(made[8])).due_at == SLOT


@pytest.mark.slow
@pytest.mark.usefixtures("one_slot_ahead")
async def test_an_embargo_leaves_a_seat(desk: Desk):
    await plan(desk)
    made = await written(desk, *(f"第{number}篇" for number in range(9)))
    house, until = desk.house, beijing("2026-12-20T09:00")
    async with house.store.begin() as tx:
        await forbid_until(tx, made[0], until, "等会议", house.calendar, by=house.chief, at=house.now())
    assert (await desk.leg(made[8])).due_at == SLOT


@pytest.mark.slow
@pytest.mark.usefixtures("one_slot_ahead")
async def test_another_schedule_seats_who_found_no_seat_by_the_old_one(desk: Desk):
    await plan(desk)
    made = await written(desk, *(f"第{number}篇" for number in range(9)))
    await desk.house.withdraw(made[0])
    assert (await desk.leg(made[8])).due_at == SLOT
    later = await written(desk, "再一篇")
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patched:
        patched.setattr(seating, "_FAR", 2)
        await plan(desk, "每天 19:00")
    assert (await desk.leg(later[0])).due_at == beijing("2026-11-27T19:00")


@pytest.mark.slow
async def test_who_gives_way_to_an_urgent_item_is_seated_at_once(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "急")
    await hurry(desk, made[1])
    assert (await desk.leg(made[0])).due_at == beijing("2026-11-27T18:00")


@pytest.mark.slow
@pytest.mark.usefixtures("one_slot_ahead")
async def test_a_queue_without_seats_costs_one_reading_of_the_slots(desk: Desk):
    await plan(desk)
    made = await written(desk, *(f"第{number}篇" for number in range(12)))
    asked = 0

    def count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal asked
        asked += "FROM pushes" in statement

    engine = desk.house.store.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", count)
    await hold_outside_hours(desk.house.store, desk.house.calendar, at=desk.house.now())
    sa.event.remove(engine, "before_cursor_execute", count)
    assert [(await desk.leg(key)).due_at for key in made[8:]] == [None] * 4
    assert asked <= 3


@pytest.mark.slow
async def test_what_was_withdrawn_before_a_look_is_not_sent_for_the_first_time_by_it(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_before")
    await come(desk, SLOT)
    await desk.house.withdraw(made[0])
    await come(desk, beijing("2026-11-26T18:10"))
    assert (sent_titles(desk), len(desk.platform.book.drafts)) == ([], 1)  # the call may still be under way
    for minute in (20, 40, 50):
        await come(desk, SLOT + timedelta(minutes=minute))
    assert (sent_titles(desk), desk.platform.book.drafts) == ([["乙"]], {})
    assert [await desk.state(key) for key in made] == ["cancelled", "live"]


@pytest.mark.slow
async def test_a_look_that_stands_still_before_its_call_sends_nothing_that_was_withdrawn_meanwhile(
    desk: Desk,
):
    await plan(desk)
    made = await written(desk, "甲")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_before")
    await come(desk, SLOT)
    has_stood = False

    async def stand_still(*_args: object) -> None:
        nonlocal has_stood
        if not has_stood:
            has_stood = True
            await desk.house.withdraw(made[0])
            desk.house.now.move(minutes=3)

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(stand_still)
    trace.on_connection_create_end.append(stand_still)
    trace.freeze()
    desk.session.trace_configs.append(trace)
    for minute in (10, 20, 60, 70):
        await come(desk, SLOT + timedelta(minutes=minute))
    assert (has_stood, sent_titles(desk), await desk.state(made[0])) == (True, [], "cancelled")


@pytest.mark.slow
async def test_what_was_withdrawn_before_a_look_and_went_out_is_taken_back(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_after")
    await come(desk, SLOT)
    await desk.house.withdraw(made[0])
    for minute in (10, 20):
        await come(desk, SLOT + timedelta(minutes=minute))
    (sent,) = desk.platform.book.pushes.values()
    assert ([await desk.state(key) for key in made], sent.deleted) == (["withdrawn", "live"], (1,))


@pytest.mark.slow
async def test_while_the_draft_cannot_be_deleted_nothing_that_was_withdrawn_is_looked_for(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_before")
    await come(desk, SLOT)
    await desk.house.withdraw(made[0])
    desk.platform.next_call("/cgi-bin/draft/delete", "drop_before")
    await come(desk, beijing("2026-11-26T18:36"))
    assert (sent_titles(desk), (await pushes(desk))[0].looks) == ([], 1)
    await come(desk, beijing("2026-11-26T18:45"))
    await come(desk, beijing("2026-11-26T18:55"))
    assert sent_titles(desk) == [["乙"]]


@pytest.mark.slow
async def test_a_push_that_used_its_draft_up_is_found_though_its_key_is_looked_for_later(desk: Desk):
    await plan(desk)
    desk.platform.switch(draft_before_key=True)
    made = await written(desk, "甲", "乙")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_after")
    await come(desk, SLOT)
    await written(desk, "丙")  # would be counted as sent if the push were opened again
    for minute in (5, 10):
        await come(desk, SLOT + timedelta(minutes=minute))
    assert (sent_titles(desk), desk.platform.book.drafts) == ([["甲", "乙"]], {})
    assert [await desk.state(key) for key in made] == ["live", "live"]


@pytest.mark.slow
@pytest.mark.parametrize("first", ["drop_after", "drop_before"])
async def test_what_was_withdrawn_is_never_called_unsent_where_the_key_is_looked_for_later(
    desk: Desk, first: str
):
    await plan(desk)
    desk.platform.switch(draft_before_key=True)
    made = await written(desk, "甲", "乙")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", first)
    desk.house.now.moment = SLOT
    await work(desk)
    await desk.house.withdraw(made[0])
    for minutes in (10, 50, 60):
        await come(desk, SLOT + timedelta(minutes=minutes))
    states = [await desk.state(key) for key in made]
    if first == "drop_after":  # it reached readers, and nothing that may be called says so
        assert (sent_titles(desk), states) == ([["甲", "乙"]], ["needs_person", "needs_person"])
    else:
        assert (sent_titles(desk), states) == ([["乙"]], ["cancelled", "live"])
    assert not desk.platform.book.drafts


@pytest.mark.slow
async def test_what_is_withdrawn_while_a_look_gathers_anew_is_not_sent_by_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_before")
    desk.house.now.moment = SLOT
    await work(desk)
    desk.platform.book.drafts.clear()  # by a person
    gather = WeChat.gather

    async def slowly(
        self: WeChat, posts: Sequence[Post], left: str | None, /
    ) -> Gathered | Misfits | Outcome:
        gathered = await gather(self, posts, left)
        await desk.house.withdraw(made[0])
        return gathered

    monkeypatch.setattr(WeChat, "gather", slowly)
    desk.house.now.moment = SLOT + timedelta(minutes=4)
    await work(desk)
    assert desk.calls("draft/add") == 2
    assert sent_titles(desk) == []


@pytest.mark.slow
async def test_a_look_that_may_have_pushed_is_waited_for_like_the_first_call(desk: Desk):
    """The first call never arrives, the one that looks for it does, and its answer is lost."""
    await plan(desk)
    desk.platform.switch(draft_before_key=True, mass_protected=True, mass_seconds=1700)
    made = await written(desk, "甲", "乙")
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_before")
    desk.house.now.moment = SLOT
    await work(desk)
    for fate, minutes in (("drop_before", 4), ("drop_before", 8), ("drop_before", 16), ("drop_after", 30)):
        desk.platform.next_call("/cgi-bin/message/mass/sendall", fate)
        desk.house.now.moment = SLOT + timedelta(minutes=minutes)
        await work(desk)
    await desk.house.withdraw(made[0])
    desk.house.now.moment = SLOT + timedelta(minutes=56)
    await work(desk)
    assert (sent_titles(desk), len(desk.platform.book.drafts)) == ([["甲", "乙"]], 1)
    assert await desk.state(made[0]) == "unknown"


@pytest.mark.slow
@pytest.mark.parametrize(("fate", "sent"), [("drop_before", []), ("refused", [["乙"]])])
async def test_a_draft_that_cannot_be_deleted_holds_the_push_only_while_that_may_change(
    desk: Desk, fate: str, sent: list[list[str]]
):
    await plan(desk)
    made = await written(desk, "甲", "乙")
    desk.says("message/mass/sendall", 45011)
    desk.house.now.moment = SLOT
    await work(desk)
    await desk.house.withdraw(made[0])
    if fate == "refused":
        desk.says("draft/delete", 48001)
    else:
        desk.platform.next_call("/cgi-bin/draft/delete", fate)
    desk.house.now.move(minutes=2)
    await work(desk)
    assert sent_titles(desk) == sent
    await come(desk, SLOT + timedelta(minutes=20))
    assert (sent_titles(desk), await desk.state(made[1])) == ([["乙"]], "live")


@pytest.mark.slow
async def test_a_version_that_was_corrected_while_its_push_failed_does_not_go_again(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    desk.platform.switch(mass_status="send fail")
    desk.house.now.moment = SLOT
    await work(desk)
    await desk.house.corrected(made[0], title="更正后的甲")
    await desk.house.release(made[0], SOCIAL)
    await come(desk, beijing("2026-11-26T18:01"))
    desk.platform.switch(mass_status="send success")
    await come(desk, beijing("2026-11-27T18:00"))
    assert sent_titles(desk) == [["甲"], ["更正后的甲"]]
    async with desk.house.store.read() as tx:
        states = sorted(leg.state for leg in await list_deliveries(tx, made[0]) if leg.account == "wechat")
    assert states == ["live", "superseded"]


@pytest.mark.slow
async def test_a_draft_that_a_person_deleted_before_the_push_is_brought_anew(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    desk.says("message/mass/sendall", 40007)
    await come(desk, SLOT)
    await come(desk, beijing("2026-11-26T18:10"))
    assert (await desk.state(made[0]), len(desk.platform.book.pushes)) == ("live", 1)


@pytest.mark.slow
async def test_a_push_that_was_emptied_before_anybody_saw_its_end_has_used_its_place(desk: Desk):
    await plan(desk)
    made = await written(desk, "甲")
    desk.house.now.moment = SLOT
    await work(desk)
    desk.platform.next_call("/cgi-bin/message/mass/get", "drop_before", times=1)
    desk.house.now.move(seconds=30)
    await desk.house.withdraw(made[0])
    for _look in range(3):
        desk.house.now.move(seconds=90)
        await work(desk)
    (row,) = await pushes(desk)
    assert (await desk.state(made[0]), row.state) == ("withdrawn", "done")
    made = await written(desk, "急")
    with pytest.raises(Problem, match="每天 1 次"):
        await hurry(desk, made[0])


async def test_a_look_for_a_push_made_before_another_try_says_nothing_of_that_try(desk: Desk):
    await plan(desk)
    (made,) = await written(desk, "甲")
    desk.house.now.moment = SLOT
    (row,) = await pushes(desk)
    begun = await desk.house.store.write(lambda tx: fix(tx, desk.house.place, row.id, at=SLOT))
    assert begun is not None  # and its worker dies before the call
    desk.platform.next_call("/cgi-bin/message/mass/sendall", "drop_after")
    for minute in (2, 4, 6, 8):
        await come(desk, SLOT + timedelta(minutes=minute))
        (again,) = await pushes(desk)
        if again.tries == 2:
            break
    assert (again.state, again.tries, await desk.state(made)) == ("fixed", 2, "unknown")
    await look_for(desk.house.place, begun.row)
    assert await pushes(desk) == [again]
    for minute in (20, 40):
        await come(desk, SLOT + timedelta(minutes=minute))
    assert (await desk.state(made), len(desk.platform.book.pushes)) == ("live", 1)
