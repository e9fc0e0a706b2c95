"""The last moment of a year and the first of the next, in Beijing, by every way that counts."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from server.core.days import day_of
from server.core.evidence import record_evidence
from server.core.verify import verify_rows
from server.report.figures import Question, channel_figures, sieve_of
from server.report.monthly import draft_last_month
from server.report.snapshots import is_intact, take_snapshot
from server.report.statements import lines_table
from server.report.yearly import draft_of_year
from server.store.assessment import stream_disclosed
from server.store.evidence import Evidence
from server.store.month_drafts import list_drafts_of_month
from server.store.statistics import list_lines_behind
from tests.house import CODE, House

MIDNIGHT = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)  # the first moment of 2027 in Beijing
LAST = MIDNIGHT - timedelta(milliseconds=1)
YEARS = (2026, 2027)


@pytest.fixture
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine stand in another place: its own zone must not matter."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def year_of(year: int) -> Question:
    return Question(date(year, 1, 1), date(year, 12, 31), CODE, "month")


async def published_at(house: House, moment: datetime, *on: str) -> None:
    house.now.moment = moment
    await house.published(on)


async def shown_at(house: House, moment: datetime) -> None:
    """Put an item on the notice board at a moment; the proof is filed three days later."""
    house.now.moment = moment
    made = await house.item(title="公告栏张贴的公告", kind="notice")
    await house.release(made.id, ("other",))
    await house.run_until_quiet()
    (leg,) = (await house.legs(made.id)).values()
    proof = Evidence("政府大院公告栏", moment, "张某", None, None)
    async with house.store.begin() as tx:
        at = moment + timedelta(days=3)
        await record_evidence(tx, leg.id, proof, house.bench, by=house.chief, at=at)


@pytest.mark.usefixtures("_zone")
async def test_the_last_millisecond_and_midnight_itself_fall_into_two_years_by_every_way(house: House):
    for moment in (LAST, MIDNIGHT):
        await published_at(house, moment, "website", "weibo")
        await shown_at(house, moment)
    at = MIDNIGHT + timedelta(days=40)
    for year, month in zip(YEARS, ("2026-12", "2027-01"), strict=True):
        async with house.store.begin() as tx:
            figures = await channel_figures(tx, year_of(year), at=at)
            rows = await list_lines_behind(
                tx, await sieve_of(tx, year_of(year)), channel="item", line="counted", account_slug=None,
                after=None, limit=9,
            )  # fmt: skip
            part = replace(
                year_of(year), start=date(year, 1, 1), end=date(year, 12, 31) - timedelta(year == 2027)
            )
            by_days = await channel_figures(tx, part, at=at)
            frozen = await take_snapshot(
                tx, house.org, year, reason=None, by=None, at=at, new_id=house.new_id
            )
            draft = await draft_of_year(tx, CODE, year, at=at)
            disclosed = [
                one.day
                async for one in stream_disclosed(tx, frozenset((house.org.id,)), part.start, part.end)
            ]
        assert (figures.total.items, [row.key for row in figures.rows]) == (2, [month])
        assert (by_days.total.items, figures.total.deliveries["weibo"]) == (2, 1)
        assert {day_of(row.live_at).year for row in rows if row.live_at} == {year}
        assert {str(told[11])[:7] for told in lines_table(rows)[1:]} == {month}
        assert (frozen.figures["month"]["items"], draft.given.items, len(disclosed)) == (2, 2, 2)
        async with house.store.read() as tx:
            assert await is_intact(tx, frozen)
    async with house.store.read() as tx:
        assert (await draft_of_year(tx, CODE, 2027, at=at)).given.last_items == 2
    assert await verify_rows(house.store) == ()


@pytest.mark.usefixtures("_zone")
async def test_a_month_is_over_at_midnight_and_not_before(house: House):
    await published_at(house, LAST, "website")
    await published_at(house, MIDNIGHT, "website")
    await draft_last_month(house.store, at=LAST)
    async with house.store.read() as tx:
        assert not await list_drafts_of_month(tx, "2026-12", 9)
    await draft_last_month(house.store, at=MIDNIGHT)
    async with house.store.read() as tx:
        (made,) = await list_drafts_of_month(tx, "2026-12", 9)
    assert made.figures["items"] == 1


@pytest.mark.usefixtures("_zone")
async def test_what_is_withdrawn_at_midnight_is_withdrawn_in_the_new_year(house: House):
    house.now.moment = LAST
    made = await house.published(("website",))
    house.now.moment = MIDNIGHT
    await house.withdraw(made.id)
    await house.run_until_quiet()
    for year, counted in zip(YEARS, ((1, 0), (0, 1)), strict=True):
        async with house.store.read() as tx:
            total = (await channel_figures(tx, year_of(year), at=house.now())).total
        assert (total.items, total.withdrawn_items) == counted


async def test_an_item_keeps_its_day_when_its_platform_answers_after_midnight(house: House):
    """The website went live before midnight, the microblog behind it: two years, each its own line."""
    house.now.moment = LAST
    made = await house.item()
    await house.release(made.id, ("website", "weibo"))
    for errand in await house.claim():
        await errand.run()
    house.now.moment = MIDNIGHT
    await house.run_until_quiet()
    for year, counted in zip(YEARS, ((1, 1, 0), (0, 0, 1)), strict=True):
        async with house.store.read() as tx:
            total = (await channel_figures(tx, year_of(year), at=house.now())).total
        assert (total.items, total.deliveries["website"], total.deliveries["weibo"]) == counted
