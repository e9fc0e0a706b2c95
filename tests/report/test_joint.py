"""Joint releases (联合发文): each counts once, as its lead's, and is told of everybody who took part."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from server.cli.counting import counts_table
from server.report.figures import Question, Row, channel_figures, joint_sieve
from server.store.statistics import count_lines_behind, list_lines_behind
from server.store.tx import Store
from server.store.verification import list_counter_differences, list_wrong_restatements
from tests.report.lines import Writer, Written

NOW = datetime(2027, 2, 1, tzinfo=UTC)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
OFFICE, BUREAU, STATION, NEIGHBOUR = "000000019", "000000027", "000000035", "000000043"
"""The bureau is below the office, the station below the bureau; the neighbour is below nobody."""


def issued(lead: str, *others: str, day: date = date(2026, 6, 1)) -> Written:
    return Written(
        lead, "policy", "zcwj", "民政", (("website", day, None), ("weibo-a", day, None)), None, others
    )


LEDGER = (
    issued(BUREAU),
    issued(BUREAU, STATION, NEIGHBOUR),
    issued(NEIGHBOUR, BUREAU),
    issued(NEIGHBOUR, "市发展和改革委员会", day=date(2026, 7, 1)),
    issued(OFFICE, BUREAU, day=date(2025, 12, 31)),
)


async def figures_of(store: Store, **asked: Any) -> tuple[dict[str, Row], Row]:
    async with store.read() as tx:
        found = await channel_figures(tx, Question(*YEAR, group_by="org", **asked), at=NOW)
    return {row.key: row for row in found.rows}, found.total


async def test_a_roll_up_counts_a_joint_release_once_and_tells_it_of_each_organ(store: Store):
    await wrote(store, LEDGER)
    rows, total = await figures_of(store)
    assert {key: (row.items, row.led, row.joined) for key, row in rows.items()} == {
        BUREAU: (2, 1, 1), STATION: (0, 0, 1), NEIGHBOUR: (2, 2, 1),
    }  # fmt: skip
    assert (total.items, total.led, total.joined) == (4, 3, 0)


async def test_what_an_organ_outside_leads_is_told_beside_and_not_counted(store: Store):
    await wrote(store, LEDGER)
    rows, total = await figures_of(store, org_code=OFFICE)
    assert (total.items, total.led, total.joined) == (2, 1, 1)
    assert set(rows) == {BUREAU, STATION}
    alone, total = await figures_of(store, org_code=STATION, subtree=False)
    assert (alone[STATION].items, total.items, total.joined) == (0, 0, 1)


async def test_each_joint_figure_is_as_many_as_its_rows(store: Store):
    await wrote(store, LEDGER)
    for org, subtree in ((None, True), (OFFICE, True), (BUREAU, False), (STATION, False), (NEIGHBOUR, True)):
        question = Question(*YEAR, org, subtree=subtree)
        for side in ("led", "joined"):
            async with store.read() as tx:
                total = (await channel_figures(tx, question, at=NOW)).total
                sieve = await joint_sieve(tx, question, side)
                behind: dict[str, Any] = {"channel": "item", "line": "counted", "account_slug": None}
                found = await list_lines_behind(tx, sieve, **behind, after=None, limit=50)
                counted = await count_lines_behind(tx, sieve, **behind)
            assert len(found) == counted == getattr(total, side)


async def test_a_joint_release_stays_one_when_its_first_day_moves(store: Store):
    writer = await wrote(store, ())
    one = issued(BUREAU, NEIGHBOUR, day=date(2026, 3, 5))
    async with store.begin() as tx:
        keys = await writer.write_item(tx, one)
        for leg in (one.legs[0], ("board", date(2026, 2, 5), None)):
            await writer.write_leg(tx, one, keys, leg)
    rows, total = await figures_of(store)
    assert (total.items, total.led, rows[BUREAU].led, rows[NEIGHBOUR].joined) == (1, 1, 1, 1)
    async with store.read() as tx:
        february = Question(date(2026, 2, 1), date(2026, 2, 28), group_by="org")
        assert (await channel_figures(tx, february, at=NOW)).total.led == 1
        march = replace(february, start=date(2026, 3, 1), end=date(2026, 3, 31))
        assert (await channel_figures(tx, march, at=NOW)).total.led == 0
        assert await list_wrong_restatements(tx, 5) == await list_counter_differences(tx, 5) == ()


async def wrote(store: Store, made: tuple[Written, ...]) -> Writer:
    writer = Writer(store, NOW)
    await writer.found()
    await writer.write(made)
    return writer


async def test_a_terminal_tells_them_below_the_items(store: Store):
    await wrote(store, LEDGER)
    async with store.read() as tx:
        figures = await channel_figures(tx, Question(*YEAR, group_by="org"), at=NOW)
    _names, bureau, _station, neighbour, total, _withdrawn = counts_table(figures.as_json()).columns
    assert [list(column.cells)[-2:] for column in (bureau, neighbour, total)] == [
        ["1", "1"], ["2", "1"], ["3", "0"],
    ]  # fmt: skip
