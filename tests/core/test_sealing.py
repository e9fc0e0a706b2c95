"""server/core/sealing.py: the chain holds what was written, and says where somebody touched it."""

import asyncio

import pytest
import sqlalchemy as sa

from server.core.acts import note
from server.core.sealing import START, seal, seal_some, verify_chain
from server.store.audit import Head, list_sealed, read_head
from server.store.tx import Store
from tests.conftest import Hand

TRIGGERS = (
    "audit_sealed_once", "audit_never_deleted", "audit_never_emptied", "audit_head_forward",
)  # fmt: skip


async def write(store: Store, now: Hand, count: int = 5) -> None:
    for number in range(count):
        async with store.begin() as tx:
            await note(tx, "job.run", at=now.move(microseconds=17), job=f"第{number}项“引号”", number=number)


async def sealed(store: Store, now: Hand, count: int = 5) -> Head:
    await write(store, now, count)
    await seal(store)
    async with store.read() as tx:
        return await read_head(tx)


async def tamper(store: Store, statement: str) -> None:
    """Do what somebody does who has the database in his hands: take the guards away, then change it."""
    async with store.begin() as tx:
        for name in TRIGGERS:
            table = "audit_heads" if "head" in name else "audit"
            where = "" if store.is_sqlite else f" ON {table}"
            await tx.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}{where}"))
        await tx.execute(sa.text(statement))


async def test_lines_are_sealed_in_the_order_they_were_written(store: Store, now: Hand):
    await write(store, now)
    assert await seal(store) == 5
    async with store.read() as tx:
        lines = await list_sealed(tx, 0, 10)
    assert [line.place for line in lines] == [1, 2, 3, 4, 5]
    assert [line.details["number"] for line in lines] == [0, 1, 2, 3, 4]


async def test_sealing_again_seals_nothing(store: Store, now: Hand):
    head = await sealed(store, now)
    assert await seal(store) == 0
    async with store.read() as tx:
        assert await read_head(tx) == head


async def test_an_untouched_chain_holds(store: Store, now: Hand):
    await sealed(store, now)
    await write(store, now, 2)  # not sealed yet: no harm
    assert await verify_chain(store) is None


async def test_an_empty_chain_holds(store: Store):
    assert await verify_chain(store, known=START) is None


async def test_two_that_seal_at_once_make_one_chain(store: Store, now: Hand):
    await write(store, now, 12)
    await asyncio.gather(*(store.write(lambda tx: seal_some(tx, 5)) for _turn in range(4)))
    assert await verify_chain(store) is None
    async with store.read() as tx:
        assert (await read_head(tx)).place == 12


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE audit SET who = 'somebody else' WHERE place = 3", 3),
        ("UPDATE audit SET details = '{}' WHERE place = 2", 2),
        ("UPDATE audit SET request_id = 'x' WHERE place = 5", 5),
        ("DELETE FROM audit WHERE place = 4", 4),
        ("DELETE FROM audit WHERE place = 5", 5),
        ("UPDATE audit SET place = 9 WHERE place = 1", 1),
        ("UPDATE audit_heads SET place = 4", 6),
    ],
)
async def test_the_first_broken_place_is_named(store: Store, now: Hand, statement: str, place: int):
    await sealed(store, now)
    await tamper(store, statement)
    broken = await verify_chain(store)
    assert broken is not None
    assert broken.place == place


async def test_a_chain_made_anew_does_not_pass_through_a_head_that_was_written_down(store: Store, now: Hand):
    known = await sealed(store, now)
    await tamper(store, "UPDATE audit SET who = 'somebody else', place = NULL, digest = NULL")
    async with store.begin() as tx:
        await tx.execute(sa.text(f"UPDATE audit_heads SET place = 0, digest = '{START.digest}'"))
    await seal(store)
    assert await verify_chain(store) is None
    broken = await verify_chain(store, known=known)
    assert broken is not None
    assert broken.place == 5


async def test_a_chain_that_was_cut_is_shorter_than_what_was_written_down(store: Store, now: Hand):
    known = await sealed(store, now)
    await tamper(store, "DELETE FROM audit WHERE place = 5")
    async with store.begin() as tx:
        (fourth,) = await list_sealed(tx, 3, 1)
        await tx.execute(sa.text(f"UPDATE audit_heads SET place = 4, digest = '{fourth.digest}'"))
    assert await verify_chain(store) is None
    assert await verify_chain(store, known=known) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'x' WHERE place = 1",
        "UPDATE audit SET place = 7, digest = 'x' WHERE place = 1",
        "UPDATE audit SET who = 'x', place = 9, digest = 'x' WHERE place IS NULL",
        "UPDATE audit SET who = 'x' WHERE place IS NULL",
        "DELETE FROM audit WHERE place = 1",
        "DELETE FROM audit WHERE place IS NULL",
        "DELETE FROM audit_heads",
        "UPDATE audit_heads SET place = 1",
    ],
)
async def test_the_database_itself_refuses_to_change_a_line(store: Store, now: Hand, statement: str):
    await sealed(store, now)
    await write(store, now, 1)
    with pytest.raises(sa.exc.DBAPIError):
        async with store.begin() as tx:
            await tx.execute(sa.text(statement))
    assert await verify_chain(store) is None
