"""What the database itself refuses, whoever asks."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from server.core.ids import new_id
from server.core.states import MOVES
from server.store.attempts import insert_look
from server.store.broadcast_tables import push, push_article
from server.store.ledger_tables import ledger
from server.store.tables import account, approval, attempt, delivery, look, release, revision
from server.store.tx import Store, Tx
from server.store.words import DELIVERY_STATES
from tests.conftest import Hand
from tests.house import House, open_house

Row = Mapping[str, Any]


def with_(**values: Any) -> Callable[[Row], Row]:
    """Give what another row of a table has in place of the one that stands there."""
    return lambda _row: values


REFUSED: tuple[tuple[sa.Table, Row | None, Callable[[Row], Row], str], ...] = (
    (revision, {"number": 98, "state": "draft"}, with_(number=99, state="draft"), "uq_revisions_one_draft"),
    (release, None, with_(number=99, state="live"), "uq_releases_one_live"),
    (delivery, None, with_(), "uq_deliveries_release_id_account_id"),
    (
        attempt,
        {"number": 98, "closed_at": None, "outcome": None},
        with_(number=99, closed_at=None, outcome=None),
        "uq_attempts_one_open",
    ),
    (attempt, None, with_(), "uq_attempts_delivery_id_number"),
    (attempt, None, with_(number=99, outcome=None), "ck_attempts_closed_has_outcome"),
    (approval, None, lambda row: {"level": 2, "decided_by": row["author_id"]}, "ck_approvals_not_own"),
    (ledger, None, with_(), "uq_ledger_first_live"),
    (push, None, with_(), "uq_pushes_place"),
    (push, None, with_(place=2), "ck_pushes_place_within_quota"),
    (push, None, with_(period="2026-11", place=5), "ck_pushes_place_within_quota"),
    (push_article, None, with_(), "uq_push_articles_push_id_seat"),
    (push_article, None, with_(seat=9), "ck_push_articles_at_most_eight"),
)
"""A table, a row that may stand there besides, one that may not, and what refuses it."""


@pytest.fixture
async def house(store: Store, now: Hand) -> AsyncIterator[House]:
    async with open_house(store, now, new_id) as opened:
        yield opened


async def refusal(tx: Tx, statement: Any) -> str:
    """Try a statement by itself and undo it; give the database's words of refusal, none when it has none."""
    try:
        async with tx.begin_nested() as part:
            await tx.execute(statement)
            await part.rollback()
    except sa.exc.IntegrityError as error:
        return str(error.orig)
    return ""


async def refuses(tx: Tx, statement: Any) -> bool:
    return await refusal(tx, statement) != ""


async def a_push(tx: Tx, house: House, delivery_id: str) -> None:
    """Write a push of the day that carries one article."""
    account_id = (await tx.execute(sa.select(account.c.id).where(account.c.channel == "wechat"))).scalar_one()
    at = house.now()
    values = {
        "account_id": account_id,
        "period": "2026-11-26",
        "place": 1,
        "is_urgent": False,
        "state": "open",
    }
    times = {"slot_at": at, "created_at": at, "changed_at": at}
    key = new_id()
    await tx.execute(push.insert().values(id=key, tries=0, looks=0, **values, **times))
    await tx.execute(push_article.insert().values(delivery_id=delivery_id, push_id=key, seat=1, rank=1))


async def test_a_row_that_may_not_stand_beside_another_is_refused(house: House):
    made = await house.published(("website", "wechat"))
    page, article = (leg.id for leg in (await house.legs(made.id)).values())
    for table, first, second, guard in REFUSED:
        async with house.store.begin() as tx, tx.begin_nested() as part:
            await a_push(tx, house, page)
            row = (await tx.execute(sa.select(table).limit(1))).one()._mapping
            if first is not None:
                await tx.execute(table.insert().values({**row, "id": new_id(), **first}))
            own = {"id": new_id()} if "id" in table.c else {"delivery_id": article}
            told = await refusal(tx, table.insert().values({**row, **own, **second(row)}))
            is_named = guard.startswith("ck_") or not house.store.is_sqlite
            assert (guard if is_named else "UNIQUE constraint failed") in told, guard
            await part.rollback()


@asynccontextmanager
async def standing_in(tx: Tx, row: Row, state: str) -> AsyncIterator[None]:
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
        assert await refuses(tx, ledger.update().values(reason="changed"))
        assert await refuses(tx, ledger.delete())
        if not house.store.is_sqlite:
            assert await refuses(tx, sa.text("TRUNCATE ledger CASCADE"))
