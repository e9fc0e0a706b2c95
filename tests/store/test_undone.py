"""Two that stand in each other's way on PostgreSQL: one is undone, and done again as far as that is safe."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import pytest
import sqlalchemy as sa

from server.store.orgs import OrgRow, insert_org
from server.store.tables import org
from server.store.tx import Store, StoreBusy, Tx, do_again_if_undone

DAY = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
pytestmark = [pytest.mark.parametrize("engine", ["postgresql"]), pytest.mark.usefixtures("postgres")]


class Crossing:
    """Acts that change the same two organs in opposite orders; the first two wait for one another."""

    def __init__(self, store: Store) -> None:
        self._store, self._both_inside, self.begun = store, asyncio.Barrier(2), 0

    async def found(self) -> None:
        async with self._store.begin() as tx:
            for code in ("000000019", "000000027"):
                await insert_org(tx, OrgRow(code, code, "", None), at=DAY)

    async def change(self, tx: Tx, codes: tuple[str, str]) -> None:
        self.begun += 1
        await tx.execute(sa.text("SET LOCAL deadlock_timeout = '20ms'"))
        for code in codes:
            await tx.execute(org.update().where(org.c.code == code).values(name=org.c.name + codes[0][-1]))
            if code == codes[0] and self.begun <= 2:
                await self._both_inside.wait()

    async def names(self) -> set[str]:
        async with self._store.read() as tx:
            return {"".join(sorted(name)) for name in (await tx.execute(sa.select(org.c.name))).scalars()}


@pytest.fixture
async def crossing(store: Store) -> Crossing:
    made = Crossing(store)
    await made.found()
    return made


ORDERS = (("000000019", "000000027"), ("000000027", "000000019"))


async def test_of_two_that_wait_for_each_other_one_is_done_again_and_both_come_true(
    store: Store, crossing: Crossing
):
    await asyncio.gather(*(store.write(partial(crossing.change, codes=codes)) for codes in ORDERS))
    assert (crossing.begun, await crossing.names()) == (3, {"79"})


async def test_what_came_true_before_is_not_done_twice(store: Store, crossing: Crossing):
    async def act(codes: tuple[str, str]) -> None:
        async with store.begin() as tx:
            await insert_org(tx, OrgRow(codes[0][-3:], codes[0][-3:], "", None), at=DAY)
        async with store.begin() as tx:
            await crossing.change(tx, codes)

    acts = (do_again_if_undone(partial(act, codes)) for codes in ORDERS)
    came = await asyncio.gather(*acts, return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["NoneType", "StoreBusy"]
    assert crossing.begun == 2


async def test_what_only_reads_before_is_done_again(store: Store, crossing: Crossing):
    async def act(codes: tuple[str, str]) -> None:
        async with store.read() as tx:
            await tx.execute(sa.select(org.c.name))
        async with store.begin() as tx:
            await crossing.change(tx, codes)

    await asyncio.gather(*(do_again_if_undone(partial(act, codes)) for codes in ORDERS))
    assert crossing.begun == 3


async def test_who_is_undone_every_time_is_told_so(store: Store):
    tries = 0

    async def act(tx: Tx) -> None:
        nonlocal tries
        tries += 1
        await tx.execute(sa.text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(StoreBusy):
        await store.write(act)
    assert tries == 6
