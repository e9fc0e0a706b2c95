"""Random operations on the core, with every invariant asked after every step.

`STEPS` and `EXAMPLES` lengthen it. SQLite goes first, whose transactions are the strictest; PostgreSQL, where
statements that meet wait for one another, is slow.
"""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
)

from server.core.decide import Decision, authorise, decide, set_paused
from server.core.dispatch import hand_back
from server.core.follow import bind
from server.core.problems import Problem
from server.core.verify import verify_rows
from server.store.accounts import list_accounts
from server.store.deliveries import DeliverySeen, list_deliveries
from server.store.followups import Follow
from server.store.releases import Change, ReleaseRow, list_releases
from tests.faults.machine import Machine, run_on_postgresql, run_on_sqlite
from tests.house import SITE

ACCOUNTS = ("website", "weibo", "wechat", "feed")
WITHOUT_PAGE = st.sampled_from(ACCOUNTS[1:])
CHANGES: tuple[Change, ...] = ("minor", "major")
FATES = ("ok", "hold", "refuse", "busy", "logged_out", "drop_after", "drop_before")

Releases = dict[str, tuple[ReleaseRow, ...]]
Legs = dict[str, tuple[DeliverySeen, ...]]


def _tries(legs: Legs, account: str) -> int:
    return sum(leg.tries for seen in legs.values() for leg in seen if leg.account == account)


class Core(Machine):
    """One house, whatever may happen to it, and what must always be true."""

    begins = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

    def __init__(self) -> None:
        super().__init__()
        self.items: list[str] = []
        self.kinds: dict[str, str] = {}
        self.follows: list[tuple[str, str]] = []
        self.tries_at_pause: dict[str, int] = {}

    def refusal(self, work: Any) -> str | None:
        try:
            self.do(work)
        except Problem as refused:
            return refused.code
        return None

    def any_item(self, index: int) -> str:
        return self.items[index % len(self.items)]

    @rule()
    def write(self) -> None:
        self.items.append(self.do(self.house.item()).id)
        self.kinds[self.items[-1]] = "policy"

    @rule(index=st.integers(0, 20), accounts=st.sets(st.sampled_from(ACCOUNTS[1:])))
    @precondition(lambda self: self.items)
    def release(self, index: int, accounts: set[str]) -> None:
        release = self.house.release(self.any_item(index), ("website", *sorted(accounts)))
        assert self.refusal(release) in (None, "wrong_state", "not_approved")

    @rule(index=st.integers(0, 20), change=st.sampled_from(CHANGES), accounts=st.sets(WITHOUT_PAGE))
    @precondition(lambda self: self.items)
    def release_a_correction(self, index: int, change: Change, accounts: set[str]) -> None:
        """Correct an item and send the new version out at once, silently or with a note."""
        item = self.any_item(index)
        self.do(self.house.corrected(item, kind=self.kinds[item], title=f"更正后的标题{index}"))
        is_first = not self.do(self._all())[0][item]
        note = "更正了标题" if change == "major" and not is_first else None
        release = self.house.release(item, ("website", *sorted(accounts)), change=change, note=note)
        assert self.refusal(release) in (None, "wrong_state", "not_approved")

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def correct(self, index: int) -> None:
        item = self.any_item(index)
        self.do(self.house.corrected(item, kind=self.kinds[item], title="更正后的标题"))

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def interpret(self, index: int) -> None:
        interpretation = self.do(self.house.item(kind="interpretation", column="zcjd")).id
        source = self.any_item(index)
        self.items.append(interpretation)
        self.kinds[interpretation] = "interpretation"
        if self.kinds[source] != "policy":
            return

        async def tie() -> None:
            async with self.store.begin() as tx:
                follow = Follow(interpretation, source, "same_moment")
                await bind(tx, follow, self.house.calendar, by=self.house.author, at=self.now())

        self.do(tie())
        self.follows.append((interpretation, source))

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def withdraw(self, index: int) -> None:
        assert self.refusal(self.house.withdraw(self.any_item(index))) in (None, "wrong_state")

    @rule(fates=st.lists(st.sampled_from(FATES), max_size=3))
    def let_calls_go(self, fates: list[str]) -> None:
        self.house.platform.next_call(*fates)

    @rule()
    def work(self) -> None:
        self.do(self.house.run_until_quiet())

    @rule(done=st.integers(0, 3))
    def die_at_work(self, done: int) -> None:
        async def die() -> None:
            for errand in (await self.house.claim())[:done]:
                await errand.run()

        self.do(die())

    @rule(done=st.integers(0, 3))
    def stop_at_work(self, done: int) -> None:
        """A worker is told to stop with errands that it has claimed and not begun."""

        async def stop() -> None:
            for errand in (await self.house.claim())[:done]:
                await errand.run()
            await hand_back(self.house.place, tuple(self.house.place.memory.held))
            await self.house.tick()

        self.do(stop())

    @rule(seconds=st.sampled_from([1, 30, 61, 300, 7200]))
    def pass_time(self, seconds: int) -> None:
        self.now.move(seconds=seconds)
        self.do(self.house.tick())

    @rule(blind=st.booleans())
    def blind_the_platform(self, blind: bool) -> None:
        self.house.platform.blind = blind

    @rule()
    def publish_what_was_held(self) -> None:
        self.house.platform.held.clear()

    @rule()
    def authorise_again(self) -> None:
        async def free() -> None:
            async with self.store.begin() as tx:
                for account in await list_accounts(tx, frozenset([self.house.org.id])):
                    await authorise(tx, account, at=self.now())

        self.do(free())

    @rule(account=st.sampled_from(ACCOUNTS), is_paused=st.booleans())
    def pause_or_resume(self, account: str, is_paused: bool) -> None:
        async def turn() -> None:
            async with self.store.begin() as tx:
                rows = await list_accounts(tx, frozenset([self.house.org.id]))
                row = next(row for row in rows if row.slug == account)
                await set_paused(tx, row, is_paused=is_paused, at=self.now())

        if self.refusal(turn()) is None:
            self.tries_at_pause.pop(account, None)
            if is_paused:
                self.tries_at_pause[account] = _tries(self.do(self._all())[1], account)

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def give_up(self, index: int) -> None:
        """A person gives up whatever of an item waits for him."""

        async def give_up() -> None:
            async with self.store.begin() as tx:
                for leg in await list_deliveries(tx, self.any_item(index)):
                    if leg.state == "needs_person":
                        verdict = Decision("give_up", reason="不再发送")
                        await decide(
                            tx,
                            leg.id,
                            verdict,
                            self.house.bench,
                            self.house.open_channel,
                            by=self.house.chief,
                            at=self.now(),
                        )

        self.do(give_up())

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def decide_what_needs_nobody(self, index: int) -> None:
        """A decision that nobody asked for is refused and changes nothing."""
        legs = self.do(self._legs(self.any_item(index)))
        settled = next((leg for leg in legs if leg.state != "needs_person"), None)
        if settled is None:
            return

        async def meddle() -> None:
            async with self.store.begin() as tx:
                verdict = Decision("it_is_not_there")
                await decide(
                    tx,
                    settled.id,
                    verdict,
                    self.house.bench,
                    self.house.open_channel,
                    by=self.house.chief,
                    at=self.now(),
                )

        assert self.refusal(meddle()) == "wrong_state"
        after = {leg.id: leg.state for leg in self.do(self._legs(settled.item_id))}
        assert after[settled.id] == settled.state

    @rule(index=st.integers(0, 20))
    @precondition(lambda self: self.items)
    def person_looks(self, index: int) -> None:
        """A person always sees the truth."""

        async def look() -> None:
            async with self.store.begin() as tx:
                for leg in await list_deliveries(tx, self.any_item(index)):
                    if leg.state != "needs_person":
                        continue
                    mark = f"{SITE.url}/a/{leg.item_id}.html"
                    there = (leg.account, mark) in self.house.platform.posts
                    verdict = (
                        Decision("it_is_there", f"{mark}#{leg.id}") if there else Decision("it_is_not_there")
                    )
                    await decide(
                        tx,
                        leg.id,
                        verdict,
                        self.house.bench,
                        self.house.open_channel,
                        by=self.house.chief,
                        at=self.now(),
                    )

        self.do(look())

    @invariant()
    def rows_agree(self) -> None:
        assert self.do(verify_rows(self.store)) == ()

    @invariant()
    def what_is_seen_holds_together(self) -> None:
        releases, legs = self.do(self._all())
        self.nothing_is_posted_twice(legs)
        self.nothing_leaves_by_a_paused_account(legs)
        self.one_release_is_in_force_at_most(releases)
        self.what_was_withdrawn_is_on_its_way_down(releases, legs)
        self.no_interpretation_was_live_before_its_source(legs)
        self.social_posts_follow_their_page(legs)

    def nothing_is_posted_twice(self, legs: Legs) -> None:
        posts = Counter(self.house.platform.posts)
        tried = Counter(
            (leg.account, f"{SITE.url}/a/{item}.html") for item in legs for leg in legs[item] if leg.tries
        )
        assert all(count <= tried[post] for post, count in posts.items()), posts - tried

    def nothing_leaves_by_a_paused_account(self, legs: Legs) -> None:
        for account, tries in self.tries_at_pause.items():
            assert _tries(legs, account) == tries, account

    def one_release_is_in_force_at_most(self, releases: Releases) -> None:
        assert all(sum(row.state == "live" for row in rows) <= 1 for rows in releases.values())

    def what_was_withdrawn_is_on_its_way_down(self, releases: Releases, legs: Legs) -> None:
        withdrawn = {row.id for rows in releases.values() for row in rows if row.state == "withdrawn"}
        left = [leg for item in legs for leg in legs[item] if leg.release_id in withdrawn]
        assert not [leg for leg in left if leg.state in ("live", "waiting", "ready", "retry_wait", "blocked")]
        # What an earlier version left on a platform stands beside the newer one and comes down with it.
        apart = [leg for leg in left if leg.channel not in ("website", "feed")]
        assert not [leg for leg in apart if leg.state == "replaced"]

    def no_interpretation_was_live_before_its_source(self, legs: Legs) -> None:
        for interpretation, source in self.follows:
            first = [leg.live_at for leg in legs[interpretation] if leg.live_at]
            if first:
                sources = [leg.live_at for leg in legs[source] if leg.live_at]
                assert sources
                assert min(first) >= min(sources)

    def social_posts_follow_their_page(self, legs: Legs) -> None:
        for seen in legs.values():
            pages = {leg.release_id for leg in seen if leg.channel == "website" and leg.live_at}
            assert all(leg.release_id in pages for leg in seen if leg.channel != "website" and leg.tries)

    async def _all(self) -> tuple[Releases, Legs]:
        """Give every release and every delivery, as they stand at one moment."""
        async with self.store.read() as tx:
            releases = {item: await list_releases(tx, item) for item in self.items}
            return releases, {item: await list_deliveries(tx, item) for item in self.items}

    async def _legs(self, item_id: str) -> tuple[Any, ...]:
        async with self.store.read() as tx:
            return await list_deliveries(tx, item_id)


def test_no_order_of_events_breaks_an_invariant(sqlite_template: Path):
    run_on_sqlite(Core, sqlite_template, examples=8, steps=20)


@pytest.mark.slow
def test_no_order_of_events_breaks_an_invariant_on_postgresql(postgres: str):
    run_on_postgresql(Core, postgres, examples=8, steps=20)


pytestmark = pytest.mark.timeout(3600)
