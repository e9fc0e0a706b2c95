"""What the database itself refuses, whoever asks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from server.core.ids import new_id
from server.core.states import MOVES
from server.store.attempts import insert_look
from server.store.ledger_tables import ledger
from server.store.tables import attempt, delivery, look
from server.store.tx import Store, Tx
from server.store.words import DELIVERY_STATES
from tests.conftest import Hand
from tests.house import House, open_house


@pytest.fixture
async def house(store: Store, now: Hand) -> AsyncIterator[House]:
    async with open_house(store, now, new_id) as opened:
        yield opened


async def refuses(tx: Tx, statement: Any) -> bool:
    """Try a statement by itself and undo it; say whether the database refused it."""
    try:
        async with tx.begin_nested() as part:
            await tx.execute(statement)
            await part.rollback()
    except sa.exc.IntegrityError:
        return True
    return False


@asynccontextmanager
async def standing_in(tx: Tx, row: Mapping[str, Any], state: str) -> AsyncIterator[None]:
    """Have a delivery stand in a state, tried once and seen to be absent, while the block lasts."""
    gate = "time" if state == "waiting" else None
    async with tx.begin_nested() as part:
        await tx.execute(delivery.delete().where(delivery.c.id == row["id"]))
        values = {**row, "state": state, "gate": gate, "attempt_id": "a", "live_at": row["changed_at"]}
        await tx.execute(delivery.insert().values(values))
        await insert_look(
            tx, id=new_id(), delivery_id=row["id"], sighting="absent", reason=None, at=row["changed_at"]
        )
        yield
        await part.rollback()


async def test_a_delivery_moves_only_as_the_table_of_moves_says(house: House):
    made = await house.release((await house.item()).id)
    moved = set[tuple[str, str]]()
    async with house.store.begin() as tx:
        row = (await tx.execute(sa.select(delivery))).one()._mapping
        act = delivery.update().where(delivery.c.id == made.deliveries[0].id)
        for old in DELIVERY_STATES:
            async with standing_in(tx, row, old):
                for new in set(DELIVERY_STATES) - {old}:
                    gate = "time" if new == "waiting" else None
                    if not await refuses(tx, act.values(state=new, gate=gate)):
                        moved.add((old, new))
    assert moved == MOVES


async def test_what_is_unknown_is_sent_again_only_after_that_very_try_was_seen_to_be_absent(house: House):
    house.platform.next_call("drop_after")
    made = await house.published()
    leg = (await house.legs(made.id))["website"]
    again = delivery.update().where(delivery.c.id == leg.id).values(state="ready")
    seen = {"delivery_id": leg.id, "looked_at": house.now(), "reason": None}
    async with house.store.begin() as tx:
        assert leg.state == "unknown"
        assert await refuses(tx, again)
        for sighting, tried in (("could_not_look", leg.attempt_id), ("absent", "an earlier try")):
            await tx.execute(look.insert().values(id=new_id(), sighting=sighting, attempt_id=tried, **seen))
        assert await refuses(tx, again)
        await insert_look(tx, id=new_id(), delivery_id=leg.id, sighting="absent", reason=None, at=house.now())
        assert not await refuses(tx, again)


async def test_an_attempt_that_has_ended_has_no_other_outcome(house: House):
    await house.published()
    async with house.store.begin() as tx:
        assert await refuses(tx, attempt.update().values(outcome="unknown"))
        assert await refuses(tx, attempt.update().values(outcome=None, closed_at=None))
        assert not await refuses(tx, attempt.update().values(notes={"step": "1"}))


async def test_no_line_of_the_ledger_changes_or_goes(house: House):
    await house.published()
    async with house.store.begin() as tx:
        assert await refuses(tx, ledger.update().values(channel="weibo"))
        assert await refuses(tx, ledger.delete())
        if not house.store.is_sqlite:
            assert await refuses(tx, sa.text("TRUNCATE ledger CASCADE"))
