"""server/core/first_days.py: an item counts once, on its first day, in whatever order its proofs come in."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.core.evidence import record_evidence
from server.core.verify import verify_rows
from server.report.snapshots import is_intact, take_snapshot
from server.store.evidence import Evidence
from server.store.ledger import list_lines
from server.store.snapshots import Snapshot, list_differences
from tests.house import House

OLD, NEW = (date(2025, 1, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 12, 31))


async def proved(house: House, item_id: str, shown_at: datetime) -> None:
    """File the proof of the board."""
    leg = (await house.legs(item_id))["other"]
    proof = Evidence("旗政务大厅公告栏", shown_at, "张三", None, None)
    async with house.store.begin() as tx:
        await record_evidence(tx, leg.id, proof, house.bench, by=house.author, at=house.now())


async def frozen(house: House, year: int, reason: str | None = None) -> Snapshot:
    async with house.store.begin() as tx:
        return await take_snapshot(
            tx, house.org, year, reason=reason, by=house.chief, at=house.now(), new_id=house.new_id
        )


async def counted(house: House, period: tuple[date, date]) -> tuple[int, int, int]:
    """Give items, those on the website and those in other ways."""
    told = await house.figures(*period)
    return told["items"], told["deliveries"]["website"], told["deliveries"]["other"]


async def test_a_proof_of_an_earlier_year_takes_the_item_there(house: House):
    made = await house.published(("website", "other"))
    await proved(house, made.id, datetime(2025, 12, 30, 2, tzinfo=UTC))
    assert (await counted(house, OLD), await counted(house, NEW)) == ((1, 0, 1), (0, 1, 0))
    assert await verify_rows(house.store) == ()


async def test_a_proof_of_the_same_or_a_later_day_moves_nothing(house: House):
    made = await house.published(("website", "other"))
    await proved(house, made.id, house.now() - timedelta(hours=5))
    assert await house.lines(made.id) == [("counted", "item"), ("counted", "other"), ("counted", "website")]


@pytest.mark.parametrize("year", [2025, 2026])
async def test_a_frozen_year_changes_by_a_restated_line_that_says_why(house: House, year: int):
    made = await house.published(("website", "other"))
    house.now.move(days=50)
    before = await frozen(house, year)
    house.now.move(minutes=1)
    await proved(house, made.id, datetime(2025, 12, 30, 2, tzinfo=UTC))
    async with house.store.read() as tx:
        (restated,) = (line for line in await list_lines(tx, made.id) if line.line == "restated")
        assert await is_intact(tx, before)
    assert (restated.channel, restated.day) == ("item", date(2026, 11, 25))
    assert "2025-12-30" in (restated.reason or "")
    assert f"{year} 年第 1 号统计快照" in (restated.reason or "")
    told = await house.figures(*NEW)
    assert told["restated"] == {"items": 1, "deliveries": dict.fromkeys(told["deliveries"], 0)}
    house.now.move(days=1)
    after = await frozen(house, year, "补登凭据")
    async with house.store.read() as tx:
        lines = await list_differences(tx, before, after, 9)
    found = [(side, line.line, line.channel) for side, line in lines]
    gained = [("added", "counted", "item"), ("added", "counted", "other")]
    assert sorted(found) == (gained if year == 2025 else [("added", "restated", "item")])
    assert await verify_rows(house.store) == ()


async def test_an_open_period_shows_nothing_restated(house: House):
    made = await house.published(("website", "other"))
    await proved(house, made.id, datetime(2026, 3, 1, 2, tzinfo=UTC))
    told = await house.figures(*NEW)
    assert (told["items"], told["restated"]["items"]) == (1, 0)
    assert (await house.figures(date(2026, 3, 1), date(2026, 3, 1)))["items"] == 1


async def test_a_first_proof_for_a_frozen_year_says_so_in_its_lines(house: House):
    made = await house.published(("other",))
    house.now.move(days=50)
    await frozen(house, 2026)
    await proved(house, made.id, datetime(2026, 12, 20, 2, tzinfo=UTC))
    async with house.store.read() as tx:
        reasons = {line.reason for line in await list_lines(tx, made.id)}
    assert reasons == {"2026 年第 1 号统计快照之后才登记"}


async def test_an_item_withdrawn_and_back_keeps_its_first_day_and_moves_it_all_the_same(house: House):
    made = await house.published(("website", "other"))
    await house.withdraw(made.id)
    await house.run_until_quiet()
    house.now.move(days=1)
    await house.corrected(made.id, title="关于做好医疗救助工作的补充通知")
    await house.release(made.id, ("website", "other"))
    await house.run_until_quiet()
    await proved(house, made.id, datetime(2025, 5, 1, 2, tzinfo=UTC))
    assert await house.lines(made.id) == sorted(
        [("counted", "item")] * 2
        + [("counted", "other"), ("counted", "website"), ("moved", "item")]
        + [(line, channel) for line in ("reinstated", "withdrawn") for channel in ("item", "website")]
    )
    assert (await counted(house, OLD), await counted(house, NEW)) == ((1, 0, 1), (0, 1, 0))
    await house.withdraw(made.id)  # what came after the move still knows that the item is there
    await house.run_until_quiet()
    assert (await house.figures(*NEW))["withdrawn"]["deliveries"]["website"] == 2
