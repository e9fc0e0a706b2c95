"""Counts by hand-made calendars, across the end of a year in Asia/Shanghai."""

from datetime import UTC, date, datetime

import pytest

from server.core.problems import Problem
from server.report.figures import Question, channel_figures
from tests.house import CODE, House

ALL = ("website", "weibo", "wechat", "feed")
NEW_YEAR = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai


async def test_a_period_without_data_gives_zeros(house: House):
    figures = await house.figures(date(1999, 1, 1), date(1999, 12, 31))
    assert (figures["items"], set(figures["deliveries"].values())) == (0, {0})


async def test_one_item_on_four_channels_is_one_item(house: House):
    await house.published(ALL)
    figures = await house.figures(date(2026, 1, 1), date(2026, 12, 31))
    assert figures["items"] == 1
    assert figures["deliveries"] == {
        "website": 1, "weibo": 1, "wechat": 1, "feed": 1, "gazette": 0, "other": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("seconds", "year"), [(-1, 2026), (0, 2027)])
async def test_a_year_ends_at_midnight_in_shanghai(house: House, seconds: int, year: int):
    house.now.moment = NEW_YEAR
    house.now.move(seconds=seconds)
    await house.published()
    counted = {y: (await house.figures(date(y, 1, 1), date(y, 12, 31)))["items"] for y in (2025, 2026, 2027)}
    assert counted == {2025: 0, 2026: 0, 2027: 0} | {year: 1}


async def test_an_item_belongs_to_the_year_it_was_first_live_in(house: House):
    house.now.moment = NEW_YEAR
    house.now.move(hours=-1)
    made = await house.published()
    house.now.move(days=30)
    await house.corrected(made.id, title="更正后的标题")
    await house.release(made.id, ("website", "weibo"))
    await house.run_until_quiet()
    figures = await house.figures(date(2027, 1, 1), date(2027, 12, 31))
    assert (figures["items"], figures["deliveries"]["website"], figures["deliveries"]["weibo"]) == (0, 0, 1)


async def test_the_law_of_the_form_holds(house: House):
    """The largest channel ≤ items ≤ the sum of the channels (domain: 不同渠道和方式公开相同信息计1条)."""
    await house.published(ALL)
    await house.published(("website",))
    await house.published(("website", "weibo"))
    figures = await house.figures(date(2026, 1, 1), date(2026, 12, 31))
    channels = figures["deliveries"].values()
    assert max(channels) <= figures["items"] <= sum(channels)
    assert (figures["items"], sum(channels)) == (3, 7)


@pytest.mark.parametrize("group_by", ["channel", "org", "month", "kind", "column"])
async def test_however_grouped_the_deliveries_add_up(house: House, group_by: str):
    await house.published(ALL)
    await house.published(("website",), kind="news", column="tzgg")
    house.now.move(days=10)
    await house.published(("website", "weibo"))
    figures = await house.figures(date(2026, 1, 1), date(2026, 12, 31), group_by)
    rows = sum(sum(row["deliveries"].values()) for row in figures["rows"])
    assert rows == sum(figures["deliveries"].values()) == 7


async def test_months_are_those_of_shanghai(house: House):
    house.now.moment = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
    await house.published()
    figures = await house.figures(date(2026, 1, 1), date(2026, 12, 31), "month")
    assert [(row["month"], row["items"]) for row in figures["rows"]] == [("2026-12", 1)]


async def test_withdrawn_items_stand_beside_and_are_not_subtracted(house: House):
    made = await house.published()
    await house.withdraw(made.id)
    await house.run_until_quiet()
    figures = await house.figures(date(2026, 1, 1), date(2026, 12, 31))
    assert (figures["items"], figures["withdrawn"]["items"]) == (1, 1)


async def test_an_organ_is_counted_with_its_subtree(house: House):
    await house.published()
    async with house.store.read() as tx:
        question = Question(date(2026, 1, 1), date(2026, 12, 31), CODE)
        figures = await channel_figures(tx, question, at=house.now())
    assert figures.total.items == 1


async def test_an_unknown_organ_is_a_clear_refusal(house: House):
    async with house.store.read() as tx:
        with pytest.raises(Problem) as refused:
            await channel_figures(tx, Question(date(2026, 1, 1), date(2026, 1, 2), "nobody"), at=house.now())
    assert (refused.value.code, refused.value.field) == ("unknown_org", "org")
