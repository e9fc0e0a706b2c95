"""server/store/statistics.py: every figure equals the number of its rows, by whichever side it is counted."""

import asyncio
import shutil
from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.report.figures import Question, channel_figures, sieve_of
from server.report.statements import place_after, read_place
from server.store.statistics import GROUPS, count_lines_behind, list_lines_behind
from server.store.tx import Store
from server.store.words import COUNTED_AS
from tests.conftest import drop_postgres, migrated_postgres
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
        st.none() | days,
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
    writer = Writer(store, datetime(2027, 2, 1, tzinfo=UTC))  # after all days: proofs come in in any order
    await writer.found()
    await writer.write(made)


async def rows_behind(
    store: Store,
    question: Question,
    channel: str,
    line: str = "counted",
    page: int = 3,
    *,
    account=None,
    until=None,
):
    found, after = [], None
    while True:
        async with store.read() as tx:
            lines = await list_lines_behind(
                tx,
                replace(await sieve_of(tx, question), until=until),
                channel=channel,
                line=line,
                account_slug=account,
                after=after,
                limit=page,
            )
        found += lines
        if len(lines) < page:
            return found
        after = read_place(place_after(lines[-1]))


# Whole years, and periods that begin and end anywhere in a month.
periods = st.just(YEAR) | st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))


async def check(store: Store, made: list[Written], side, group_by, period) -> None:
    """Let the sums agree, and each figure of each group be as many as its rows and as its count."""
    await written(store, made)
    since, until = period
    question = Question(since, until, group_by=group_by, **side)
    async with store.read() as tx:
        figures = await channel_figures(tx, question, at=NOW)
        single = await channel_figures(tx, replace(question, group_by="channel"), at=NOW)
    for told in (lambda row: row.deliveries, lambda row: row.withdrawn_deliveries):
        added = {one: sum(told(row).get(one, 0) for row in figures.rows) for one in COUNTED_AS}
        assert added == told(figures.total) == told(single.total)
    if group_by != "channel":
        assert sum(row.items for row in figures.rows) == figures.total.items == single.total.items
    for row in (*figures.rows, figures.total):
        asked, account = narrowed(question, row.key) if row is not figures.total else (question, None)
        for line, items, deliveries in (
            ("counted", row.items, row.deliveries),
            ("withdrawn", row.withdrawn_items, row.withdrawn_deliveries),
        ):
            of_items = {} if group_by == "channel" and row is not figures.total else {"item": items}
            for channel, number in {**deliveries, **of_items}.items():
                found = await rows_behind(store, asked, channel, line, page=5, account=account)
                async with store.read() as tx:
                    counted = await count_lines_behind(
                        tx, await sieve_of(tx, asked), channel=channel, line=line, account_slug=account
                    )
                assert len({one.id for one in found}) == len(found) == number == counted


def narrowed(question: Question, key: str) -> tuple[Question, str | None]:
    """Give what one group counts, as the link of its figure asks: and an account, where that is the group."""
    match question.group_by:
        case "month":
            first = date.fromisoformat(f"{key}-01")
            last = first.replace(day=monthrange(first.year, first.month)[1])
            return replace(question, start=max(first, question.start), end=min(last, question.end)), None
        case "org":
            return replace(question, org_code=key, subtree=False), None
        case "account":
            return question, key
        case "channel":
            return question, None
        case side:
            return replace(question, **{side: key}), None


cases = {"made": items, "side": sides, "group_by": st.sampled_from(GROUPS), "period": periods}
ANEW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def run_on_sqlite(template: Path, path: Path, *case) -> None:
    shutil.copy(template, path)
    asyncio.run(checked(f"sqlite+aiosqlite:///{path}", *case))


async def checked(url: str, *case) -> None:
    store = Store(url)
    try:
        await check(store, *case)
    finally:
        await store.close()


@given(**cases)
@settings(max_examples=6, deadline=None, suppress_health_check=ANEW)
def test_however_grouped_the_sums_agree_and_each_equals_its_rows(
    sqlite_template: Path, tmp_path: Path, made: list[Written], side, group_by, period
):
    run_on_sqlite(sqlite_template, tmp_path / "one.db", made, side, group_by, period)


@pytest.mark.slow
@given(**cases)
@settings(max_examples=100, deadline=None, suppress_health_check=ANEW)
def test_the_sums_agree_in_many_more_ledgers(
    sqlite_template: Path, tmp_path: Path, made: list[Written], side, group_by, period
):
    run_on_sqlite(sqlite_template, tmp_path / "one.db", made, side, group_by, period)


@pytest.mark.slow
@given(**cases)
@settings(max_examples=30, deadline=None, suppress_health_check=ANEW)
def test_the_sums_agree_on_postgresql(postgres: str, made: list[Written], side, group_by, period):
    async def look() -> None:
        url = await migrated_postgres(postgres)
        try:
            await checked(url, made, side, group_by, period)
        finally:
            await drop_postgres(postgres, url)

    asyncio.run(look())


async def test_a_joint_release_is_one_item_of_the_organ_that_wrote_it(store: Store):
    day = date(2026, 6, 1)
    legs = tuple((slug, day, None) for slug in ("website", "weibo-a", "weibo-b"))
    await written(store, [Written("000000027", "policy", "zcwj", "民政", legs)])
    counted = {}
    async with store.read() as tx:
        for code in (None, "000000019", "000000027", "000000043"):  # the last one's account carried it too
            total = (await channel_figures(tx, Question(*YEAR, code), at=NOW)).total
            counted[code] = (total.items, total.deliveries["weibo"])
    assert counted == {None: (1, 1), "000000019": (1, 1), "000000027": (1, 1), "000000043": (0, 0)}


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
