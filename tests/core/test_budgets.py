"""server/core/budgets.py: an account over its budget waits; nothing of it fails, and nobody else waits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.budgets import PER_DAY, PER_MINUTE, allowances_of
from server.core.days import day_of, starts_at
from server.core.dispatch import claim
from server.core.settle import LONGEST_WAIT, back_off
from server.core.workplace import Workplace
from server.ephemeral.budgets import Allowance
from server.store.accounts import find_account
from server.store.tables import account
from tests.house import LIMITS, House

WEIBO = LIMITS["weibo"]


class Counting:
    """A budget that counts for itself."""

    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    async def take(self, account_id: str, allowances: tuple[Allowance, ...], /) -> Allowance | None:
        for one in allowances:
            if self.used.get(f"{account_id} {one.window}", 0) >= one.limit:
                return one
        for one in allowances:
            key = f"{account_id} {one.window}"
            self.used[key] = self.used.get(key, 0) + 1
        return None


@pytest.fixture
def thrifty(house: House) -> House:
    place = house.place
    house.place = Workplace(
        place.store, place.bench, place.sites, place.open_channel, place.limits, place.now, place.worker,
        place.lease, budgets=Counting(),
    )  # fmt: skip
    return house


async def allow(house: House, **settings: str) -> None:
    async with house.store.begin() as tx:
        row = await find_account(tx, "weibo")
        assert row is not None
        values = {**row.settings, **settings}
        await tx.execute(account.update().where(account.c.slug == "weibo").values(settings=values))


async def states(house: House, items: list[str], channel: str = "weibo") -> list[str]:
    return [(await house.states(item))[channel] for item in items]


async def test_what_is_over_the_minute_waits_for_the_next_and_fails_not(thrifty: House):
    await allow(thrifty, posts_a_minute="2")
    items = [(await thrifty.published(on=("website", "weibo"))).id for _number in range(3)]
    assert await states(thrifty, items) == ["live", "live", "retry_wait"]
    leg = (await thrifty.legs(items[2]))["weibo"]
    assert (leg.who_acts, leg.due_at) == ("clock", thrifty.now() + timedelta(minutes=1))
    assert leg.reason == "账号这一分钟的发布次数（2 次）已用完，到时自动继续"
    thrifty.now.move(minutes=1)
    await thrifty.run_until_quiet()
    assert await states(thrifty, items) == ["live"] * 3


async def test_what_is_over_the_day_goes_out_after_midnight_in_shanghai(thrifty: House):
    await allow(thrifty, posts_a_day="1")
    items = [(await thrifty.published(on=("website", "weibo"))).id for _number in range(2)]
    thrifty.now.moment = datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)
    await thrifty.run_until_quiet()
    assert await states(thrifty, items) == ["live", "retry_wait"]
    thrifty.now.move(seconds=1)
    await thrifty.run_until_quiet()
    assert await states(thrifty, items) == ["live", "live"]


async def test_no_platform_is_called_for_what_is_put_off(thrifty: House):
    await allow(thrifty, posts_a_minute="1")
    for _number in range(3):
        await thrifty.published(on=("website", "weibo"))
    assert [name for name, _mark in thrifty.platform.posts].count("weibo") == 1


async def test_looks_of_an_account_share_a_day_and_wait_for_the_next_one(thrifty: House):
    limits = {**thrifty.place.limits, "weibo": replace(WEIBO, looks_a_day=1)}
    thrifty.place = replace(thrifty.place, limits=limits)
    made = [await thrifty.item() for _item in range(2)]
    for one in made:
        thrifty.platform.next_call("ok", "drop_after")
        await thrifty.release(one.id, ("website", "weibo"))
        await thrifty.run_until_quiet()
    thrifty.now.move(seconds=600)
    await thrifty.run_until_quiet()
    legs = [(await thrifty.legs(one.id))["weibo"] for one in made]
    unknown = [leg for leg in legs if leg.state == "unknown"]
    tomorrow = starts_at(day_of(thrifty.now()) + timedelta(days=1))
    assert [(leg.due_at, leg.looks) for leg in unknown] == [(tomorrow, 0)]


async def test_an_account_over_its_budget_is_not_claimed_from_again(thrifty: House):
    await allow(thrifty, posts_a_minute="1")
    items = [(await thrifty.published(on=("website", "weibo"))).id for _number in range(4)]
    async with thrifty.store.begin() as tx:
        assert await claim(tx, thrifty.place, at=thrifty.now(), limit=8) == ()
    assert await states(thrifty, items, "website") == ["live"] * 4
    assert (await states(thrifty, items)).count("ready") == 2  # one try showed it; the others just wait


async def test_a_withdrawn_item_that_waits_for_its_budget_is_never_sent(thrifty: House):
    await allow(thrifty, posts_a_minute="1")
    _first, second = [await thrifty.published(on=("website", "weibo")) for _number in range(2)]
    await thrifty.withdraw(second.id)
    thrifty.now.move(minutes=1)
    await thrifty.run_until_quiet()
    assert await states(thrifty, [second.id]) == ["cancelled"]


@pytest.mark.parametrize("text", ["", "0", "-3", "many", "1.5", "٣"])
def test_a_setting_that_is_no_number_limits_nothing(text: str):
    at = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert allowances_of({PER_MINUTE: text, PER_DAY: text}, WEIBO, at=at) == ()


@given(st.integers(1_500_000_000, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_every_window_ends_and_the_next_has_another_name(at: datetime):
    settings = {PER_MINUTE: "1", PER_DAY: "1"}
    for place, one in enumerate(allowances_of(settings, WEIBO, at=at)):
        assert 0 < one.ends_in <= (60, 86_400)[place]
        after = at + timedelta(seconds=one.ends_in, microseconds=1)
        assert allowances_of(settings, WEIBO, at=after)[place].window != one.window


@given(st.floats(0.1, 10_000), st.integers(0, 500), st.floats(0, 1))
def test_waits_grow_up_to_a_cap_and_are_never_shorter_than_asked(after: float, tries: int, chance: float):
    wait = back_off(after, tries, chance)
    assert wait <= LONGEST_WAIT * 1.25
    assert wait >= min(timedelta(seconds=after), LONGEST_WAIT)
    assert back_off(after, tries + 1, chance) >= wait


def test_what_failed_together_does_not_come_back_together():
    assert len({back_off(30, 3, chance / 10) for chance in range(10)}) == 10
