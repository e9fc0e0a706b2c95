"""Random operations on an account that pushes to followers, with invariant 9 asked after every step.

The real adapter speaks to the pretended platform over HTTP; time is moved by hand. `STEPS` and `EXAMPLES`
lengthen it, as in `test_stateful.py`.
"""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
)

from channels.sandbox.wechat.book import BEIJING, Push
from channels.sandbox.wechat.events import push_finished
from channels.wechat.pushes import read_push
from scheduler.slots import read_schedule
from server.core.broadcasting import keep_plan, list_queues, put_in_order
from server.core.decide import Decision, decide
from server.core.expedite import expedite, hold_outside_hours
from server.core.problems import Problem
from server.core.states import UNSENT
from server.core.verify import verify_rows
from server.store.accounts import AccountRow, find_account
from server.store.broadcast_tables import push, push_article
from server.store.broadcasts import QUOTAS, BroadcastKind
from server.store.deliveries import list_deliveries
from server.store.releases import list_releases
from server.subscribe.hear import hear
from tests.core.wechat_desk import Desk, open_desk
from tests.faults.machine import Machine, run_on_postgresql, run_on_sqlite
from tests.house import SITE

SOCIAL = ("website", "wechat")
SENDALL, ADD = "/cgi-bin/message/mass/sendall", "/cgi-bin/draft/add"
SLOTS = {
    "subscription": ("每天 18:00", "周一、周三 09:30"),
    "service": ("每天 18:00", "每天 09:30；每天 18:00"),
}
CUTS = ("drop_before", "drop_after", "502_after", "truncated")
REFUSALS = (45011, 45009, 45028, 45166, 48001)
WAYS = ("withdraw", "release_a_correction")
OVER = ("withdrawn", "replaced")
ENDS = ("send success", "send fail", "err(20001)")


class Pushing(Machine):
    """One office whose account pushes, whatever may happen to it, and what must always be true."""

    begins = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)

    def __init__(self) -> None:
        super().__init__()
        self.items: list[str] = []
        self.kind: BroadcastKind = "subscription"
        self.slots = ""
        self.taken_back: dict[str, datetime] = {}  # marks of releases, each since when it must not go out

    async def open(self) -> None:
        await super().open()
        self.desk: Desk = await self.stack.enter_async_context(open_desk(self.house, self.now))

    def refusal(self, work: Any) -> str | None:
        try:
            self.do(work)
        except Problem as refused:
            return refused.code
        return None

    def any_item(self, index: int) -> str:
        return self.items[index % len(self.items)]

    @property
    def sent(self) -> list[Push]:
        return list(self.desk.platform.book.pushes.values())

    async def account(self) -> AccountRow:
        async with self.store.read() as tx:
            found = await find_account(tx, "wechat")
        assert found is not None
        return found

    @initialize(kind=st.sampled_from(("subscription", "service")), draft_before_key=st.booleans())
    def begin(self, kind: BroadcastKind, draft_before_key: bool) -> None:
        self.kind = kind
        self.desk.platform.switch(kind=kind, draft_before_key=draft_before_key)
        self.change_schedule(0)

    @rule(number=st.integers(0, 1))
    def change_schedule(self, number: int) -> None:
        self.slots = SLOTS[self.kind][number]

        async def change() -> None:
            account = await self.account()
            async with self.store.begin() as tx:
                await keep_plan(tx, account, self.kind, self.slots, self.house.calendar, at=self.now())

        self.do(change())

    @rule(count=st.integers(1, 4))
    def release(self, count: int) -> None:
        for _one in range(count):
            made = self.do(self.house.published(SOCIAL, title=f"第{len(self.items)}篇"))
            self.items.append(made.id)

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def release_a_correction(self, index: int) -> None:
        item = self.any_item(index)
        self.take_back(item)
        self.do(self.house.corrected(item, title=f"更正后的第{index}篇"))
        self.do(self.house.release(item, SOCIAL, change="minor"))

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def withdraw(self, index: int) -> None:
        item = self.any_item(index)
        if self.refusal(self.house.withdraw(item)) is None:
            self.take_back(item)

    def take_back(self, item: str) -> None:
        """From now on no release of an item that there is by now may go out for the first time."""
        for row in self.do(self.releases(item)):
            self.taken_back.setdefault(f"{SITE.url}/a/{item}.html#r{row.number}", self.now())

    async def releases(self, item: str) -> Any:
        async with self.store.read() as tx:
            return await list_releases(tx, item)

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def hurry(self, index: int) -> None:
        async def hurry() -> None:
            async with self.store.begin() as tx:
                at, by = self.now(), self.house.chief
                await expedite(tx, self.any_item(index), "暴雪预警", self.house.calendar, by=by, at=at)

        assert self.refusal(hurry()) in (None, "wrong_state", "quota_used_up")

    @rule(first=st.integers(0, 7))
    def put_another_article_first(self, first: int) -> None:
        async def move() -> None:
            account = await self.account()
            async with self.store.begin() as tx:
                queue = (await list_queues(tx, account, at=self.now(), limit=1))[0]
                if queue.row is None or not queue.articles:
                    return
                order = [one.delivery_id for one in queue.articles]
                order.insert(0, order.pop(first % len(order)))
                await put_in_order(tx, account, queue.row.id, order, at=self.now())

        self.do(move())

    @rule(cut=st.sampled_from(CUTS), path=st.sampled_from((SENDALL, ADD)), times=st.integers(1, 3))
    def let_answers_be_lost(self, cut: Any, path: str, times: int) -> None:
        self.desk.platform.next_call(path, cut, times=times)

    @rule(code=st.sampled_from(REFUSALS), times=st.integers(1, 3))
    def let_the_platform_refuse(self, code: int, times: int) -> None:
        self.desk.says("message/mass/sendall", code, times)

    @rule(end=st.sampled_from(ENDS))
    def let_pushes_end(self, end: str) -> None:
        self.desk.platform.switch(mass_status=end)

    @rule()
    def a_person_empties_the_draft_box(self) -> None:
        self.desk.platform.book.drafts.clear()

    @rule(seconds=st.sampled_from([3, 61, 181, 3600]))
    def pass_time(self, seconds: int) -> None:
        self.now.move(seconds=seconds)
        self.do(self.tick())

    @rule()
    def the_slot_comes(self) -> None:
        slot = next(read_schedule(self.slots).after(self.now()))
        self.now.moment = slot
        self.do(self.tick())
        self.work()

    @rule()
    def work(self) -> None:
        self.do(self.house.run_until_quiet())

    @rule(done=st.integers(0, 2))
    def die_at_work(self, done: int) -> None:
        """A worker claims and dies; its attempts stay open until their leases run out."""

        async def die() -> None:
            for errand in (await self.house.claim())[:done]:
                await errand.run()

        self.do(die())

    @rule()
    def the_platform_tells_of_an_end(self) -> None:
        async def tell() -> None:
            if not self.sent:
                return
            number, sent = list(self.desk.platform.book.pushes.items())[-1]
            if not sent.is_done(self.now()):
                return
            xml = push_finished(number, sent, self.desk.sandbox.wechat_url).xml
            account = await self.account()
            async with self.store.begin() as tx:
                await hear(tx, account, read_push(xml.encode()), SITE, at=self.now())

        self.do(tell())

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def a_person_looks(self, index: int) -> None:
        """A person always sees the truth."""

        async def look() -> None:
            item = self.any_item(index)
            async with self.store.begin() as tx:
                numbers = {row.id: row.number for row in await list_releases(tx, item)}
                for leg in await list_deliveries(tx, item):
                    if leg.state != "needs_person" or leg.channel != "wechat":
                        continue
                    there = self.goes_out_in(f"{SITE.url}/a/{item}.html#r{numbers[leg.release_id]}")
                    word = Decision("it_is_there", SITE.url) if there else Decision("it_is_not_there")
                    await decide(
                        tx,
                        leg.id,
                        word,
                        self.house.bench,
                        self.house.open_channel,
                        by=self.house.chief,
                        at=self.now(),
                    )

        self.do(look())

    @rule(cut=st.sampled_from(CUTS), index=st.integers(0, 1), way=st.sampled_from(WAYS))
    def take_back_what_nobody_knows_the_end_of(self, cut: Any, index: int, way: str) -> None:
        """The answer to a push is lost, and before anybody looks one of its articles is taken back."""
        self.desk.platform.wire.reset()
        self.release(2)
        self.desk.platform.next_call(SENDALL, cut)
        self.the_slot_comes()
        getattr(self, way)(len(self.items) - 1 - index)
        self.pass_time(181)
        self.work()

    @rule(end=st.sampled_from(ENDS), index=st.integers(0, 1), way=st.sampled_from(WAYS))
    def take_back_what_is_on_its_way(self, end: str, index: int, way: str) -> None:
        """One of the articles of a push is taken back while the platform is at it."""
        self.release(2)
        self.desk.platform.switch(mass_status=end)
        self.the_slot_comes()
        getattr(self, way)(len(self.items) - 1 - index)
        self.pass_time(61)
        self.work()

    async def tick(self) -> None:
        await self.house.tick()
        await hold_outside_hours(self.store, self.house.calendar, at=self.now())

    def goes_out_in(self, mark: str) -> list[Push]:
        """Give the pushes that bring or brought this release to readers."""
        return [one for one in self.sent if one.is_good() and mark in _marks(one)]

    @invariant()
    def rows_agree(self) -> None:
        assert self.do(verify_rows(self.store)) == ()

    @invariant()
    def every_push_has_its_own_key_and_eight_articles_at_most(self) -> None:
        keys = Counter(one.client_id for one in self.sent)
        assert all(count == 1 for count in keys.values()), keys
        assert all(1 <= len(one.articles) <= 8 for one in self.sent)
        assert keys.keys() <= {f"tongfa-{key}" for key in self.do(self.pushes_known())}

    async def pushes_known(self) -> list[str]:
        async with self.store.read() as tx:
            return list((await tx.execute(sa.select(push.c.id))).scalars())

    @invariant()
    def no_release_goes_out_twice(self) -> None:
        marks = Counter(mark for one in self.sent if one.is_good() for mark in _marks(one))
        assert all(count == 1 for count in marks.values()), marks
        assert self.desk.platform.book.jobs == {}  # and none by itself

    @invariant()
    def nothing_goes_out_after_it_was_taken_back(self) -> None:
        for mark, since in self.taken_back.items():
            assert all(one.at <= since for one in self.sent if mark in _marks(one)), mark

    @invariant()
    def what_was_taken_back_waits_for_nothing(self) -> None:
        async def left() -> list[tuple[str, str]]:
            found = []
            async with self.store.read() as tx:
                for item in self.items:
                    over = {row.id for row in await list_releases(tx, item) if row.state in OVER}
                    legs = await list_deliveries(tx, item)
                    found += [(leg.id, leg.state) for leg in legs if leg.release_id in over]
            return [(key, state) for key, state in found if state in UNSENT]

        assert self.do(left()) == []

    @invariant()
    def no_day_or_month_has_more_pushes_than_allowed(self) -> None:
        cut = 10 if self.kind == "subscription" else 7
        good = (one for one in self.sent if one.is_good())
        periods = Counter(one.at.astimezone(BEIJING).date().isoformat()[:cut] for one in good)
        assert all(count <= QUOTAS[self.kind] for count in periods.values()), periods

    @invariant()
    def a_push_that_failed_holds_no_place(self) -> None:
        async def held() -> list[tuple[str, int]]:
            async with self.store.read() as tx:
                wanted = sa.select(push.c.period, push.c.place).where(push.c.state != "failed")
                return [(row.period, row.place) for row in await tx.execute(wanted)]

        places = self.do(held())
        assert len(places) == len(set(places))
        assert all(1 <= place <= QUOTAS[self.kind] for _period, place in places)

    @invariant()
    def whoever_waits_sits_in_a_push_that_still_goes(self) -> None:
        """Unless his push was taken by an urgent one or failed: then the clock seats him anew."""

        async def seats() -> Any:
            async with self.store.read() as tx:
                wanted = sa.select(push_article.c.push_id, sa.func.count().label("count"))
                return (await tx.execute(wanted.group_by(push_article.c.push_id))).all()

        assert all(row.count <= 8 for row in self.do(seats()))


def _marks(sent: Push) -> set[str]:
    return {one.content_source_url for one in sent.articles}


def test_no_order_of_events_breaks_the_rules_of_pushes(sqlite_template: Path):
    run_on_sqlite(Pushing, sqlite_template, examples=2, steps=12)


@pytest.mark.slow
def test_no_order_of_events_breaks_the_rules_of_pushes_on_postgresql(postgres: str):
    run_on_postgresql(Pushing, postgres, examples=2, steps=12)


pytestmark = pytest.mark.timeout(3600)
