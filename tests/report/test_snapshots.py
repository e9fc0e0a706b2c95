"""server/report/snapshots.py and filing.py: a year frozen, restated, handed up and closed."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from server.core.problems import Problem
from server.report.filing import filings_below, move
from server.report.snapshots import SIDES, begin_checksum, get_snapshot, is_intact, take_snapshot
from server.store.ledger_tables import ledger
from server.store.orgs import OrgRow, find_org_by_code
from server.store.practice import switch_practice
from server.store.releases import lock_releases
from server.store.snapshots import Checksum, Snapshot, list_differences, list_lines_of_snapshot
from server.store.statistics import Sieve, list_lines_behind
from server.store.tx import Store, Tx
from tests.house import House
from tests.report.lines import AT, Writer, Written, plain_items
from tests.tampering import take_guards_away

TOP, MIDDLE, LOW, BESIDE = "000000019", "000000027", "000000035", "000000043"
NOW = datetime(2027, 1, 5, tzinfo=UTC)


class Files:
    """An office whose year is frozen and handed up."""

    def __init__(self, store: Store) -> None:
        self.store, self.writer, self.now, self._serial = store, Writer(store), NOW, 0

    def new_id(self) -> str:
        self._serial += 1
        return f"f{self._serial:015d}"

    async def org(self, code: str) -> OrgRow:
        async with self.store.read() as tx:
            found = await find_org_by_code(tx, code)
        assert found is not None
        return found

    async def freeze(self, reason: str | None = None, code: str = TOP) -> Snapshot:
        org = await self.org(code)
        async with self.store.read() as tx:
            begun = await begin_checksum(tx, org, 2026, at=self.now)
        return await self.freeze_from(begun, org, reason)

    async def freeze_from(self, begun: Checksum | None, org: OrgRow, reason: str | None = None) -> Snapshot:
        async with self.store.begin() as tx:
            return await take_snapshot(
                tx, org, 2026, reason=reason, by=None, at=self.now, new_id=self.new_id, begun=begun
            )

    async def step(self, code: str, step: str, reason: str | None = None) -> str:
        org = await self.org(code)
        self.now += timedelta(minutes=1)
        async with self.store.begin() as tx:
            moved = await move(tx, org, 2026, step, reason=reason, by=None, at=self.now, new_id=self.new_id)
        return moved.state

    async def late_line(self, code: str = TOP) -> None:
        """Write an item of last year that is found only now, as a lost outcome is."""
        await self.writer.write([Written(code, "news", "tzgg", None, (("website", date(2026, 6, 1), None),))])
        async with self.store.begin() as tx:
            newest = sa.select(sa.func.max(ledger.c.item_id)).scalar_subquery()
            later = self.now + timedelta(seconds=30)
            await take_guards_away(tx)
            await tx.execute(sa.update(ledger).values(written_at=later).where(ledger.c.item_id == newest))


@pytest.fixture
async def files(store: Store) -> Files:
    made = Files(store)
    await made.writer.found()
    await made.writer.write(plain_items(20))
    return made


async def test_every_side_of_a_snapshot_adds_up_to_the_rows_behind_it(files: Files):
    taken = await files.freeze()
    for side in SIDES:
        figures = taken.figures[side]
        withdrawn = figures["withdrawn"]
        lines = figures["items"] + sum(figures["deliveries"].values())
        lines += withdrawn["items"] + sum(withdrawn["deliveries"].values())
        assert lines == taken.lines
        assert sum(sum(row["deliveries"].values()) for row in figures["rows"]) == sum(
            figures["deliveries"].values()
        )


async def test_a_snapshot_holds_while_its_lines_stand(files: Files):
    taken = await files.freeze()
    await files.late_line()
    async with files.store.read() as tx:
        assert await is_intact(tx, taken)


async def test_a_line_that_was_changed_behind_its_back_breaks_the_checksum(files: Files):
    taken = await files.freeze()
    async with files.store.begin() as tx:
        one = sa.select(sa.func.min(ledger.c.id)).scalar_subquery()
        await take_guards_away(tx)
        await tx.execute(sa.update(ledger).values(day=date(2026, 2, 2)).where(ledger.c.id == one))
    async with files.store.read() as tx:
        assert not await is_intact(tx, taken)


@pytest.mark.parametrize("day", [1, 364])
async def test_a_line_that_comes_between_checksum_and_snapshot_is_in_it(files: Files, day: int):
    org, came = await files.org(TOP), date(2026, 1, 1) + timedelta(days=day)
    files.now = datetime(2026, 12, 31, 2, tzinfo=UTC)
    async with files.store.read() as tx:
        begun = await begin_checksum(tx, org, 2026, at=files.now)
        before = begun.lines
        # On SQLite, too: who reads keeps nobody from writing.
        await files.writer.write([Written(TOP, "news", "tzgg", None, (("website", came, None),))])
    taken = await files.freeze_from(begun, org)
    whole = await files.freeze_from(None, org, "核对")
    assert (taken.lines, taken.checksum) == (whole.lines, whole.checksum)
    assert taken.lines == before + 2


async def test_a_restatement_says_why(files: Files):
    await files.freeze()
    with pytest.raises(Problem, match="原因"):
        await files.freeze()
    assert (await files.freeze("补录微博一条")).number == 2


async def test_two_snapshots_differ_by_the_lines_written_between_them(files: Files):
    first = await files.freeze()
    await files.late_line()
    files.now += timedelta(days=1)
    second = await files.freeze("补录")
    async with files.store.read() as tx:
        found = await list_differences(tx, first, second, 10)
        back = await list_differences(tx, second, first, 10)
    assert sorted((side, line.channel) for side, line in found) == [("added", "item"), ("added", "website")]
    assert {side for side, _line in back} == {"removed"}
    assert second.lines - first.lines == 2


async def test_an_unknown_snapshot_is_refused(files: Files):
    org = await files.org(TOP)
    async with files.store.read() as tx:
        with pytest.raises(Problem):
            await get_snapshot(tx, org, 2026, 7)


async def test_a_year_is_submitted_accepted_and_closed(files: Files):
    assert [await files.step(LOW, step) for step in ("submit", "accept", "close")] == [
        "submitted", "accepted", "closed",
    ]  # fmt: skip


async def test_what_was_frozen_and_is_still_so_is_submitted_without_another_snapshot(files: Files):
    taken = await files.freeze(code=LOW)
    await files.step(LOW, "submit")
    await files.step(LOW, "return", "请核对")
    await files.late_line(LOW)
    async with files.store.read() as tx:
        (standing,) = await filings_below(tx, await files.org(LOW), 2026)
    assert standing.snapshot_id == taken.id
    files.now += timedelta(minutes=5)
    await files.step(LOW, "submit")
    async with files.store.read() as tx:
        (standing,) = await filings_below(tx, await files.org(LOW), 2026)
        assert standing.snapshot_id == (await get_snapshot(tx, await files.org(LOW), 2026, 2)).id


async def test_what_came_back_is_submitted_again_with_the_reason_of_the_return(files: Files):
    await files.step(LOW, "submit")
    assert await files.step(LOW, "return", "漏报一条") == "draft"
    await files.step(LOW, "submit")
    org = await files.org(LOW)
    async with files.store.read() as tx:
        assert (await get_snapshot(tx, org, 2026, 2)).reason == "退回后重报：漏报一条"


async def test_what_was_accepted_can_be_sent_back_until_it_is_closed(files: Files):
    for step in ("submit", "accept"):
        await files.step(LOW, step)
    assert await files.step(LOW, "return", "复议数字有误") == "draft"


async def test_a_return_says_why(files: Files):
    await files.step(LOW, "submit")
    with pytest.raises(Problem, match="退回必须写明原因"):
        await files.step(LOW, "return")


@pytest.mark.parametrize(
    ("done", "step"),
    [((), "accept"), ((), "close"), (("submit",), "submit"), (("submit", "accept", "close"), "return"),
     (("submit", "accept", "close"), "submit")],
)  # fmt: skip
async def test_no_step_is_left_out_or_taken_twice(files: Files, done: tuple[str, ...], step: str):
    for one in done:
        await files.step(LOW, one)
    with pytest.raises(Problem, match="不能这样做"):
        await files.step(LOW, step, "x")


async def test_the_office_closes_only_after_everything_below_was_accepted(files: Files):
    for code in (TOP, MIDDLE):
        await files.step(code, "submit")
        await files.step(code, "accept")
    with pytest.raises(Problem, match="下级机构还有 1 个没有接收：机构35"):
        await files.step(TOP, "close")
    await files.step(LOW, "submit")
    await files.step(LOW, "accept")
    assert await files.step(TOP, "close") == "closed"


async def test_an_organ_in_practice_keeps_no_year_open(files: Files):
    for code in (MIDDLE, TOP):
        await files.step(code, "submit")
        await files.step(code, "accept")
    with pytest.raises(Problem, match="下级机构还有 1 个没有接收"):
        await files.step(TOP, "close")
    async with files.store.begin() as tx:
        await switch_practice(tx, (await files.org(LOW)).id, files.now, None)
    assert await files.step(TOP, "close") == "closed"


@pytest.mark.parametrize(("above", "names"), [((TOP,), "机构19"), ((MIDDLE, TOP), "机构19、机构27")])
async def test_what_was_summed_up_above_is_sent_back_from_the_top_down(
    files: Files, above: tuple[str, ...], names: str
):
    for code in (LOW, *above):
        await files.step(code, "submit")
        await files.step(code, "accept")
    with pytest.raises(Problem, match=f"上级机构（{names}）.*已经接收，.*请先退回上级"):
        await files.step(LOW, "return", "复议数字有误")
    for code in reversed(above):
        assert await files.step(code, "return", "下级的数字要改") == "draft"
    assert await files.step(LOW, "return", "复议数字有误") == "draft"


async def test_nothing_below_a_closed_year_is_sent_back(files: Files):
    for code in (LOW, MIDDLE, TOP):
        await files.step(code, "submit")
        await files.step(code, "accept")
    await files.step(TOP, "close")
    for code in (MIDDLE, LOW):
        with pytest.raises(Problem, match=r"上级机构（机构19）2026 年度的数字已经关闭，.*不能再退回"):
            await files.step(code, "return", "复议数字有误")
    async with files.store.read() as tx:
        found = await filings_below(tx, await files.org(TOP), 2026)
    assert [one.state for one in found] == ["closed", "accepted", "accepted"]


async def test_sums_are_not_accepted_while_a_part_of_them_is_written_anew(files: Files):
    for code in (LOW, TOP):
        await files.step(code, "submit")
    await files.step(LOW, "return", "漏报一条")
    with pytest.raises(Problem, match="下级机构有 1 个被退回后还没有重新报送：机构35"):
        await files.step(TOP, "accept")
    await files.step(LOW, "submit")
    assert await files.step(TOP, "accept") == "accepted"


async def test_only_the_figures_of_the_whole_year_are_accepted(files: Files):
    files.now = datetime(2026, 11, 30, 2, tzinfo=UTC)
    await files.step(LOW, "submit")
    with pytest.raises(Problem, match="2026 年还没有结束"):
        await files.step(LOW, "accept")
    files.now = NOW
    with pytest.raises(Problem, match="不是全年的；请退回"):
        await files.step(LOW, "accept")
    await files.step(LOW, "return", "请报全年")
    await files.step(LOW, "submit")
    assert await files.step(LOW, "accept") == "accepted"


async def test_who_has_not_submitted_is_told(files: Files):
    await files.step(MIDDLE, "submit")
    async with files.store.read() as tx:
        found = await filings_below(tx, await files.org(TOP), 2026)
    assert [(one.org_code, one.state) for one in found] == [
        (TOP, "draft"), (MIDDLE, "submitted"), (LOW, "draft"),
    ]  # fmt: skip


def test_the_writer_writes_before_the_snapshots():
    assert AT < NOW


async def test_a_line_that_was_on_its_way_while_a_snapshot_was_taken_belongs_to_the_next_one(files: Files):
    day = date(2026, 6, 1)
    first = await files.freeze()
    files.writer.written_at = files.now - timedelta(seconds=1)  # when it set out
    await files.writer.write([Written(TOP, "news", "tzgg", None, (("website", day, None),))])
    files.now += timedelta(minutes=1)
    second = await files.freeze(reason="补计")
    async with files.store.read() as tx:
        assert await is_intact(tx, first)
        assert await is_intact(tx, second)
        told = await list_differences(tx, first, second, 10)
    assert [(side, line.channel) for side, line in told] == [("added", "website"), ("added", "item")]
    assert second.lines == first.lines + 2


async def test_what_the_core_settles_meanwhile_belongs_to_the_next_snapshot_as_well(house: House):
    begun = house.now()
    await house.published(("website",))
    async with house.store.begin() as tx:
        taken = await take_snapshot(
            tx,
            house.org,
            2026,
            reason=None,
            by=None,
            at=house.now() + timedelta(hours=1),
            new_id=house.new_id,
        )
    house.now.moment = begun
    await house.published(("website",), document_number=None)
    async with house.store.read() as tx:
        assert await is_intact(tx, taken)
        later = await list_lines_behind(
            tx, Sieve(date(2026, 1, 1), date(2026, 12, 31)), channel="item", line="counted",
            account_slug=None, after=None, limit=5,
        )  # fmt: skip
    assert len(later) == 2


async def test_a_snapshot_waits_for_the_lines_that_are_being_written(files: Files):
    one = Written(TOP, "news", "tzgg", None, (("website", date(2026, 6, 1), None),))
    async with files.store.begin() as tx:
        keys = await files.writer.write_item(tx, one)
        await files.writer.write_leg(tx, one, keys, one.legs[0])
        taking = asyncio.create_task(files.freeze())
        await until_somebody_waits(tx)
    taken = await taking
    async with files.store.read() as tx:
        found = await list_lines_of_snapshot(tx, taken, after=None, limit=200)
    assert keys["item"] in {line.item_id for line in found}
    assert len(found) == taken.lines


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("engine", ["postgresql"])
async def test_who_waits_behind_a_snapshot_passes_where_he_has_what_its_writers_need(files: Files):
    """One has written a line and needs a release; another has that release, and a line to write."""
    first, second = (
        Written(TOP, "news", "tzgg", None, (("website", date(2026, month, 1), None),)) for month in (6, 7)
    )
    async with files.store.begin() as tx:
        # No deadlock is resolved in the time of this test.
        name = files.store.engine.url.database
        await tx.execute(sa.text(f"ALTER DATABASE {name} SET deadlock_timeout = '1h'"))
        release_id = (await files.writer.write_item(tx, first))["release"]
    await files.store.close()  # connections that are opened now know of it
    has_it = asyncio.Event()

    async def write_second() -> None:
        async with files.store.begin() as tx:
            await lock_releases(tx, frozenset((release_id,)))
            has_it.set()
            await files.writer.write_one(tx, second)

    async with asyncio.timeout(30), asyncio.TaskGroup() as others, files.store.begin() as tx:
        await files.writer.write_one(tx, first)
        others.create_task(files.freeze())
        await until_somebody_waits(tx)
        others.create_task(write_second())
        await has_it.wait()
        await lock_releases(tx, frozenset((release_id,)))


async def until_somebody_waits(tx: Tx) -> None:
    """Return once a lock is waited for; at once on SQLite, where the second writer stands in line itself."""
    if tx.dialect.name == "postgresql":
        waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not (await tx.execute(waiting)).scalar_one():
            pass
