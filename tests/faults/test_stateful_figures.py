"""Figures after whatever an office does: every one is as many as its lines, by whichever side it is counted.

The lines are added up here one by one, and the days asked of the deliveries: neither knows a counter.
`STEPS` and `EXAMPLES` lengthen it.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from channels.item import JointOrg
from server.core.days import day_of
from server.core.evidence import record_evidence
from server.core.problems import Problem
from server.core.site_columns import Book, merge_column
from server.core.verify import verify_rows
from server.core.withdraw import record_taken_down
from server.report.figures import Question, channel_figures
from server.report.snapshots import is_intact, take_snapshot
from server.report.tally import tally
from server.store.deliveries import list_deliveries
from server.store.evidence import Evidence
from server.store.items import WithdrawnAs
from server.store.ledger_tables import ledger
from server.store.orgs import OrgRow, insert_org
from server.store.site_columns import read_version
from server.store.snapshots import Snapshot, list_snapshots
from server.store.statistics import GROUPS, GroupBy
from server.store.tables import account, delivery, org
from server.store.words import COUNTED_AS, TAKEN_BACK
from tests.faults.machine import Machine, run_on_postgresql, run_on_sqlite
from tests.house import ACCOUNTS, SITE

PERIODS = (
    (date(2025, 1, 1), date(2027, 12, 31)),
    (date(2026, 1, 1), date(2026, 12, 31)),
    (date(2026, 10, 12), date(2026, 12, 20)),
)
BUREAU = "000000027"
JOINT = ((), (JointOrg("某旗民政局", BUREAU),), (JointOrg("市发展和改革委员会", None),))
COLUMNS = tuple(column.slug for column in SITE.columns)
some = st.integers(0, 20)
places = st.sets(st.sampled_from([name for name in ACCOUNTS if name != "website"]))
what = st.fixed_dictionaries(
    {
        "column": st.sampled_from(COLUMNS),
        "topic": st.sampled_from(["民政", "教育"]),
        "joint_orgs": st.sampled_from(JOINT),
    }
)


class Figures(Machine):
    """An office with a bureau below it; its proofs come in late and its years are frozen meanwhile."""

    begins = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[str, dict[str, Any]] = {}
        self.frozen: list[Snapshot] = []
        self.bureau = OrgRow(self.house.new_id(), BUREAU, "某旗民政局", self.house.org.id)

        async def found() -> None:
            async with self.store.begin() as tx:
                await insert_org(tx, self.bureau, at=self.now())

        self.do(found())

    def refusal(self, work: Any) -> str | None:
        try:
            self.do(work)
        except Problem as refused:
            return refused.code
        return None

    def any_item(self, index: int) -> str:
        return list(self.items)[index % len(self.items)]

    @rule(kind=st.sampled_from(["policy", "news"]), is_bureaus=st.booleans(), on=places, said=what)
    def publish(self, kind: str, is_bureaus: bool, on: set[str], said: dict[str, Any]) -> None:
        """Publish something new, perhaps in a column that was merged into another by now."""
        owner = (self.bureau if is_bureaus else self.house.org).as_org()

        async def publish() -> None:
            made = await self.house.item(kind=kind, org=owner, **said)
            self.items[made.id] = {"kind": kind, "org": owner}
            await self.house.release(made.id, ("website", *sorted(on)))

        assert self.refusal(publish()) is None

    @rule(index=some, on=places, said=what)
    @precondition(lambda self: self.items)
    def correct(self, index: int, on: set[str], said: dict[str, Any]) -> None:
        """Send another version out: elsewhere, in another column, by others; withdrawn before or not."""
        item = self.any_item(index)

        async def correct() -> None:
            await self.house.corrected(item, title=f"更正后的标题{index}", **self.items[item], **said)
            await self.house.release(item, ("website", *sorted(on)), note="更正了标题")

        assert self.refusal(correct()) is None

    @rule(index=some, withdrawn_as=st.sampled_from(["other", "privacy"]))
    @precondition(lambda self: self.items)
    def withdraw(self, index: int, withdrawn_as: WithdrawnAs) -> None:
        work = self.house.withdraw(self.any_item(index), withdrawn_as=withdrawn_as)
        assert self.refusal(work) in (None, "wrong_state")

    @rule(index=some, days=st.integers(0, 400))
    @precondition(lambda self: self.items)
    def prove(self, index: int, days: int) -> None:
        """File the proof of a notice board: it was shown some days ago."""
        proof = Evidence("旗政务大厅公告栏", self.now() - timedelta(days=days), "张三", None, None)

        async def prove() -> None:
            async with self.store.begin() as tx:
                for leg in await list_deliveries(tx, self.any_item(index)):
                    if (leg.state, leg.gate) == ("waiting", "evidence"):
                        await record_evidence(
                            tx, leg.id, proof, self.house.bench, by=self.house.author, at=self.now()
                        )

        self.do(prove())

    @rule(index=some)
    @precondition(lambda self: self.items)
    def take_down(self, index: int) -> None:
        """A person takes down what no call can."""

        async def take_down() -> None:
            async with self.store.begin() as tx:
                for leg in await list_deliveries(tx, self.any_item(index)):
                    if leg.state == "withdraw_by_hand":
                        await record_taken_down(
                            tx, leg, "已撕下", self.house.bench, by=self.house.author, at=self.now()
                        )

        self.do(take_down())

    @rule(year=st.sampled_from([2025, 2026]))
    def freeze(self, year: int) -> None:
        async def freeze() -> None:
            async with self.store.begin() as tx:
                taken = await list_snapshots(tx, self.house.org.id, year)
                self.frozen.append(
                    await take_snapshot(
                        tx, self.house.org, year, reason="补登凭据" if taken else None, by=self.house.chief,
                        at=self.now(), new_id=self.house.new_id,
                    )
                )  # fmt: skip

        self.do(freeze())

    @rule(pair=st.sampled_from([("zcjd", "zcwj"), ("zcwj", "tzgg"), ("zcjd", "tzgg")]))
    def merge(self, pair: tuple[str, str]) -> None:
        async def merge() -> None:
            async with self.store.begin() as tx:
                book = Book(SITE, await read_version(tx), self.now())
                await merge_column(tx, book, *pair)
            await self.house.place.sites.refresh(self.store)

        assert self.refusal(merge()) in (None, "wrong_state")

    @rule()
    def work(self) -> None:
        self.do(self.house.run_until_quiet())

    @rule(days=st.sampled_from([0, 1, 40]))
    def pass_time(self, days: int) -> None:
        self.now.move(days=days, minutes=1)
        self.do(self.house.tick())

    @invariant()
    def rows_agree(self) -> None:
        assert self.do(verify_rows(self.store)) == ()

    @invariant()
    def every_figure_is_as_many_as_its_lines(self) -> None:
        self.do(self._look_at_figures())

    @invariant()
    def what_was_frozen_stands(self) -> None:
        async def look() -> None:
            async with self.store.read() as tx:
                for one in self.frozen:
                    assert await is_intact(tx, one)

        self.do(look())

    async def _look_at_figures(self) -> None:
        lines, firsts = await self._lines(), await self._firsts()
        for start, end in PERIODS:
            within = [line for line in lines if start <= line["day"] <= end]
            for group_by in GROUPS:
                async with self.store.read() as tx:
                    figures = await channel_figures(
                        tx, Question(start, end, group_by=group_by), at=self.now()
                    )
                    assert (await tally(tx, figures)).faults == ()
                self.groups_are_their_lines(figures.rows, within, group_by)
            shown = Counter(channel for (_item, channel), day in firsts.items() if start <= day <= end)
            assert figures.total.items == shown["item"]
            assert figures.total.deliveries == {channel: shown[channel] for channel in COUNTED_AS}

    def groups_are_their_lines(self, rows: Any, lines: list[Any], group_by: GroupBy) -> None:
        counted = Counter((line[group_by], line["line"], line["channel"]) for line in lines)
        for (key, word, channel), many in tuple(counted.items()):
            if word in TAKEN_BACK:
                counted[key, "counted", channel] -= many
        told = Counter[Any]()
        for row in rows:
            sides = (
                ("counted", row.items, row.deliveries),
                ("withdrawn", row.withdrawn_items, row.withdrawn_deliveries),
                ("restated", row.restated_items, row.restated_deliveries),
            )
            for word, items, deliveries in sides:
                told.update({(row.key, word, channel): many for channel, many in deliveries.items()})
                if group_by != "channel":  # on one channel, items and deliveries are the same number
                    told[row.key, word, "item"] += items
        asked = {key: many for key, many in counted.items() if key[1] in ("counted", "withdrawn", "restated")}
        if group_by == "channel":
            asked = {key: many for key, many in asked.items() if key[2] != "item"}
        assert +told == +Counter(asked)

    async def _lines(self) -> list[dict[str, Any]]:
        """Give the ledger as it is written, each line with every side that it may be counted by."""
        wanted = (
            sa.select(ledger, org.c.code, account.c.slug)
            .join(org, org.c.id == ledger.c.org_id)
            .join(account, account.c.id == ledger.c.account_id)
        )
        async with self.store.read() as tx:
            rows = [row._asdict() for row in await tx.execute(wanted)]
        return [
            {**row, "org": row["code"], "account": row["slug"], "month": f"{row['day']:%Y-%m}"}
            for row in rows
        ]

    async def _firsts(self) -> dict[tuple[str, str], date]:
        """Give the first day of each item on each channel and anywhere, as its deliveries tell it."""
        firsts: dict[tuple[str, str], date] = {}
        wanted = sa.select(delivery.c.item_id, delivery.c.counted_as, delivery.c.live_at)
        async with self.store.read() as tx:
            for item, channel, at in await tx.execute(wanted.where(delivery.c.live_at.is_not(None))):
                for on in (channel, "item"):
                    firsts[item, on] = min(day_of(at), firsts.get((item, on), date.max))
        return firsts


@pytest.mark.slow
def test_whatever_happens_every_figure_is_as_many_as_its_lines(sqlite_template: Path):
    run_on_sqlite(Figures, sqlite_template, examples=5, steps=12)


@pytest.mark.slow
def test_whatever_happens_every_figure_is_as_many_as_its_lines_on_postgresql(postgres: str):
    run_on_postgresql(Figures, postgres, examples=3, steps=12)


pytestmark = pytest.mark.timeout(3600)
