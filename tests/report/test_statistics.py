"""server/store/statistics.py: every figure equals the number of its rows, by whichever side it is counted."""

import asyncio
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.report.figures import Question, channel_figures, sieve_of
from server.report.statements import place_after, read_place
from server.store.statistics import GROUPS, list_lines_behind
from server.store.tx import Store
from server.store.words import COUNTED_AS
from tests.report.lines import ACCOUNTS, COLUMNS, KINDS, ORGS, TOPICS, Writer, Written, plain_items

NOW = datetime(2027, 1, 2, tzinfo=UTC)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
days = st.dates(date(2025, 12, 20), date(2027, 1, 10))
legs = st.lists(
    st.tuples(st.sampled_from(list(ACCOUNTS)), days, st.none() | days),
    max_size=4,
    unique_by=lambda leg: leg[0],
)
items = st.lists(
    st.builds(
        Written,
        st.sampled_from(list(ORGS)),
        st.sampled_from(KINDS),
        st.sampled_from(COLUMNS),
        st.sampled_from(TOPICS),
        legs.map(tuple),
    ),
    max_size=8,
)
sides = st.fixed_dictionaries(
    {
        "org_code": st.none() | st.sampled_from(list(ORGS)),
        "subtree": st.booleans(),
        "kind": st.none() | st.sampled_from(KINDS),
        "column": st.none() | st.sampled_from(COLUMNS),
        "topic": st.none() | st.sampled_from(["民政", "教育"]),
    }
)


async def written(store: Store, made: list[Written]) -> None:
    writer = Writer(store)
    await writer.found()
    await writer.write(made)


async def rows_behind(store: Store, question: Question, channel: str, line: str = "counted", page: int = 3):
    found, after = [], None
    while True:
        async with store.read() as tx:
            lines = await list_lines_behind(
                tx,
                await sieve_of(tx, question),
                channel=channel,
                line=line,
                account_slug=None,
                after=after,
                limit=page,
            )
        found += lines
        if len(lines) < page:
            return found
        after = read_place(place_after(lines[-1]))


# Whole years, and periods that begin and end anywhere in a month.
periods = st.just(YEAR) | st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))


@given(made=items, side=sides, group_by=st.sampled_from(GROUPS), period=periods)
@settings(max_examples=18, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_grouped_the_sums_agree_and_equal_their_rows(
    sqlite_template: Path, tmp_path: Path, made: list[Written], side, group_by, period
):
    shutil.copy(sqlite_template, tmp_path / "one.db")

    async def look() -> None:
        store = Store(f"sqlite+aiosqlite:///{tmp_path / 'one.db'}")
        try:
            await written(store, made)
            question = Question(*period, group_by=group_by, **side)
            async with store.read() as tx:
                figures = await channel_figures(tx, question, at=NOW)
            deliveries = {
                channel: sum(row.deliveries.get(channel, 0) for row in figures.rows) for channel in COUNTED_AS
            }
            assert deliveries == figures.total.deliveries
            if group_by != "channel":
                assert sum(row.items for row in figures.rows) == figures.total.items
            for channel in COUNTED_AS:
                assert len(await rows_behind(store, question, channel)) == deliveries[channel]
            assert len(await rows_behind(store, question, "item")) == figures.total.items
            gone = await rows_behind(store, question, "item", "withdrawn")
            assert len(gone) == figures.total.withdrawn_items
        finally:
            await store.close()

    asyncio.run(look())


async def test_pages_of_rows_neither_miss_nor_repeat_a_line(store: Store):
    await written(store, list(plain_items(40)))
    question = Question(*YEAR)
    paged = [line.id for line in await rows_behind(store, question, "website", page=7)]
    assert (len(paged), len(set(paged))) == (40, 40)
    assert paged == [line.id for line in await rows_behind(store, question, "website", page=500)]


async def test_an_organ_alone_is_counted_without_those_below_it(store: Store):
    await written(store, list(plain_items(8)))
    async with store.read() as tx:
        whole = await channel_figures(tx, Question(*YEAR, "000000019"), at=NOW)
        alone = await channel_figures(tx, Question(*YEAR, "000000019", subtree=False), at=NOW)
    assert (whole.total.items, alone.total.items) == (6, 2)


@pytest.mark.parametrize("group_by", ["account", "topic"])
async def test_accounts_and_topics_are_sides_too(store: Store, group_by):
    await written(store, list(plain_items(12)))
    async with store.read() as tx:
        figures = await channel_figures(tx, Question(*YEAR, group_by=group_by), at=NOW)
    names = {row.key for row in figures.rows}
    # A second microblog adds no line, so that the accounts add up to their channel.
    assert names == (
        {"website", "weibo-a", "wechat", "board", "paper"} if group_by == "account" else {"民政", "教育", ""}
    )
    assert sum(row.deliveries["weibo"] for row in figures.rows) == figures.total.deliveries["weibo"]


async def test_a_part_of_a_month_and_one_side_count_as_many_as_their_rows(store: Store):
    await written(store, list(plain_items(24)))
    sides = ({"group_by": "topic"}, {"group_by": "account"}, {"org_code": "000000035"}, {"topic": "教育"})
    for side in sides:
        question = Question(date(2026, 2, 10), date(2026, 5, 20), **side)
        async with store.read() as tx:
            counted = (await channel_figures(tx, question, at=NOW)).total.deliveries["website"]
        paged = [line.id for line in await rows_behind(store, question, "website", page=2)]
        assert paged == [line.id for line in await rows_behind(store, question, "website", page=500)]
        assert len(paged) == counted > 0


async def test_the_same_figures_have_the_same_fingerprint_whenever_they_are_read(store: Store):
    await written(store, list(plain_items(5)))
    async with store.read() as tx:
        first = await channel_figures(tx, Question(*YEAR), at=NOW)
        later = await channel_figures(tx, Question(*YEAR), at=datetime(2027, 2, 1, tzinfo=UTC))
    assert first.fingerprint() == later.fingerprint()
