"""However proofs come in, and whatever was frozen meanwhile: an item counts once, on its first day."""

import asyncio
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.verify import verify_rows
from server.report.figures import Question, channel_figures
from server.report.snapshots import is_intact, take_snapshot
from server.report.tally import tally
from server.store.orgs import find_org_by_code
from server.store.snapshots import Snapshot
from server.store.statistics import GROUPS
from server.store.tx import Store
from tests.conftest import drop_postgres, migrated_postgres
from tests.report.lines import ACCOUNTS, Writer, Written
from tests.report.test_statistics import ANEW, rows_behind

START = datetime(2026, 3, 1, tzinfo=UTC)
PERIODS = (
    (date(2025, 1, 1), date(2025, 12, 31)),
    (date(2026, 1, 1), date(2026, 12, 31)),
    (date(2025, 12, 30), date(2026, 1, 10)),
    (date(2026, 1, 1), date(2026, 1, 31)),
)
TOP = "000000019"
ITEMS = (
    Written(TOP, "policy", "zcwj", "民政", ()),
    Written("000000027", "news", "tzgg", None, ()),
    Written("000000043", "notice", "tzgg", "教育", ()),
)
days = st.dates(date(2025, 12, 20), date(2026, 2, 20))
proofs = st.lists(
    st.tuples(st.integers(0, len(ITEMS) - 1), st.sampled_from(list(ACCOUNTS)), days, st.none() | days),
    min_size=1,
    max_size=9,
    unique_by=lambda proof: proof[:2],
)


class Office:
    """Proofs filed one after another, an hour apart, and years frozen between them."""

    def __init__(self, store: Store) -> None:
        self.store, self.writer, self.frozen = store, Writer(store, START), list[Snapshot]()

    async def open(self) -> None:
        await self.writer.found()
        async with self.store.begin() as tx:
            self.keys = [await self.writer.write_item(tx, one) for one in ITEMS]

    async def file(self, proof) -> None:
        at, account, day, gone = proof
        self.writer.written_at += timedelta(hours=1)
        async with self.store.begin() as tx:
            await self.writer.write_leg(tx, ITEMS[at], self.keys[at], (account, day, gone))

    async def freeze(self, year: int) -> None:
        self.writer.written_at += timedelta(hours=1)
        async with self.store.begin() as tx:
            org = await find_org_by_code(tx, TOP)
            assert org is not None
            taken = await take_snapshot(
                tx, org, year, reason="补登凭据", by=None, at=self.writer.written_at,
                new_id=self.writer.new_id,
            )  # fmt: skip
        self.frozen.append(taken)

    async def figures(self, group_by, period):
        since, until = period
        async with self.store.read() as tx:
            return await channel_figures(tx, Question(since, until, group_by=group_by), at=START)

    async def told(self):
        """Give every figure there is; of two accounts of a channel on one day the first proof is counted."""
        sides = [(group, period) for group in GROUPS if group != "account" for period in PERIODS]
        return [(await self.figures(*side)).as_json() for side in sides]


async def filed(store: Store, order) -> Office:
    office = Office(store)
    await office.open()
    for one in order:
        await (office.freeze(one) if isinstance(one, int) else office.file(one))
    assert await verify_rows(store) == ()
    return office


async def check_order(stores: tuple[Store, Store], proofs_, order) -> None:
    first, second = await filed(stores[0], proofs_), await filed(stores[1], order)
    assert await first.told() == await second.told()


async def check_frozen(stores: tuple[Store, ...], order) -> None:
    """Whatever was frozen between the proofs stands as it was, and what is counted now adds up."""
    store = stores[0]
    office = await filed(store, order)
    for one in office.frozen:
        async with store.read() as tx:
            assert await is_intact(tx, one)
        whole = Question(date(one.year, 1, 1), date(one.year, 12, 31), TOP)
        told = one.figures["channel"]
        for channel, number in {"item": told["items"], **told["deliveries"]}.items():
            assert len(await rows_behind(store, whole, channel, until=one.taken_at)) == number
    for group in GROUPS:
        figures = await office.figures(group, PERIODS[2])
        async with store.read() as tx:
            assert (await tally(tx, figures)).faults == ()
    plain = await filed(stores[1], [one for one in order if not isinstance(one, int)])
    for period in PERIODS:  # what was frozen is told beside the figures, and changes none of them
        now, then = await office.figures("month", period), await plain.figures("month", period)
        assert (now.total.items, now.total.deliveries) == (then.total.items, then.total.deliveries)


def on_sqlite(template: Path, folder: Path, check, *case) -> None:
    paths = [folder / f"{name}.db" for name in ("one", "two")]
    for path in paths:
        shutil.copy(template, path)
    asyncio.run(checked([f"sqlite+aiosqlite:///{path}" for path in paths], check, *case))


async def on_postgresql(server: str, check, *case) -> None:
    urls = [await migrated_postgres(server) for _ in range(2)]
    try:
        await checked(urls, check, *case)
    finally:
        for url in urls:
            await drop_postgres(server, url)


async def checked(urls, check, *case) -> None:
    stores = tuple(Store(url) for url in urls)
    try:
        await check(stores, *case)
    finally:
        for store in stores:
            await store.close()


in_two_orders = proofs.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found)))
with_closings = proofs.flatmap(
    lambda found: st.lists(st.sampled_from([2025, 2026]), max_size=3).flatmap(
        lambda years: st.permutations([*found, *years])
    )
)


@given(case=in_two_orders)
@settings(max_examples=2, deadline=None, suppress_health_check=ANEW)
def test_the_figures_do_not_depend_on_the_order_of_proofs(sqlite_template: Path, tmp_path: Path, case):
    on_sqlite(sqlite_template, tmp_path, check_order, *case)


@given(order=with_closings)
@settings(max_examples=2, deadline=None, suppress_health_check=ANEW)
def test_what_was_frozen_stands_and_what_is_counted_now_adds_up(sqlite_template: Path, tmp_path: Path, order):
    on_sqlite(sqlite_template, tmp_path, check_frozen, order)


@pytest.mark.slow
@given(case=in_two_orders, order=with_closings)
@settings(max_examples=30, deadline=None, suppress_health_check=ANEW)
def test_both_rules_hold_for_many_more_orders(sqlite_template: Path, tmp_path: Path, case, order):
    on_sqlite(sqlite_template, tmp_path, check_order, *case)
    on_sqlite(sqlite_template, tmp_path, check_frozen, order)


@pytest.mark.slow
@given(case=in_two_orders, order=with_closings)
@settings(max_examples=10, deadline=None, suppress_health_check=ANEW)
def test_both_rules_hold_on_postgresql(postgres: str, case, order):
    asyncio.run(on_postgresql(postgres, check_order, *case))
    asyncio.run(on_postgresql(postgres, check_frozen, order))
