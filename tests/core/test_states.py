"""The table of moves, and what the table of deliveries refuses (its moves: tests/store/test_guards.py)."""

from itertools import product

import pytest
import sqlalchemy as sa

from server.core.states import MOVES
from server.store.deliveries import LostRace, move
from server.store.tables import delivery
from server.store.words import DELIVERY_STATES
from tests.house import House


async def test_the_database_refuses_a_state_that_the_table_does_not_know(house: House):
    made = await house.item()
    release = await house.release(made.id)
    with pytest.raises(sa.exc.IntegrityError):
        async with house.store.begin() as tx:
            await tx.execute(
                delivery.update()
                .where(delivery.c.id == release.deliveries[0].id)
                .values(state="sent", gate=None)
            )


async def test_a_delivery_that_waits_names_its_gate(house: House):
    made = await house.item()
    release = await house.release(made.id)
    with pytest.raises(sa.exc.IntegrityError):
        async with house.store.begin() as tx:
            await move(tx, release.deliveries[0].id, "ready", "waiting", at=house.now())


async def test_nothing_is_being_sent_without_an_attempt(house: House):
    made = await house.item()
    release = await house.release(made.id)
    with pytest.raises(sa.exc.IntegrityError):
        async with house.store.begin() as tx:
            await move(tx, release.deliveries[0].id, "ready", "sending", at=house.now())


async def test_a_move_from_a_state_the_delivery_is_not_in_is_a_lost_race(house: House):
    made = await house.item()
    release = await house.release(made.id)
    for old in set(DELIVERY_STATES) - {"ready"}:
        with pytest.raises(LostRace):
            async with house.store.begin() as tx:
                await move(tx, release.deliveries[0].id, old, "cancelled", at=house.now())
    assert await house.states(made.id) == {"website": "ready"}


def test_no_state_leads_back_into_sending_but_the_three_that_may_send():
    assert {old for old, new in MOVES if new == "sending"} == {"ready", "retry_wait"}


def test_unknown_leaves_only_through_a_look_or_a_person():
    assert {new for old, new in MOVES if old == "unknown"} == {"live", "accepted", "ready", "needs_person"}


def test_what_is_live_is_never_sent_again():
    reachable, todo = set(), {"live"}
    while todo:
        state = todo.pop()
        reachable.add(state)
        todo |= {new for old, new in MOVES if old == state} - reachable
    assert "sending" not in reachable


@pytest.mark.parametrize(
    ("old", "new"), [pair for pair in product(DELIVERY_STATES, repeat=2) if pair[0] == pair[1]]
)
def test_no_state_moves_to_itself(old: str, new: str):
    assert (old, new) not in MOVES
