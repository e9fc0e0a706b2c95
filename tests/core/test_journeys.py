"""How often a delivery asks PostgreSQL something: each time is a journey that it waits for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from server.store.driver import driver_of
from server.store.scripts import Dialect, Script, commit_script
from server.store.tx import Store
from tests.house import House

pytestmark = [pytest.mark.parametrize("engine", ["postgresql"]), pytest.mark.usefixtures("postgres")]


@asynccontextmanager
async def heard(store: Store) -> AsyncIterator[list[str]]:
    """Give what is asked within the block by one after the other: all on the connection used last."""
    said: list[str] = []

    def note(told: Any) -> None:
        said.append(told.query)

    async with store.begin() as tx:
        driver = driver_of(tx)
    driver.add_query_logger(note)
    yield said
    driver.remove_query_logger(note)


async def with_live_page(house: House, *accounts: str) -> None:
    """Release an item whose posts are ready: its page is live."""
    seen = await house.item()
    await house.release(seen.id, ("website", *accounts))
    for errand in await house.claim():
        await errand.run()


async def test_a_claim_from_two_accounts_asks_nothing_twice(house: House):
    await with_live_page(house, "weibo", "wechat")
    async with heard(house.store) as said:
        sends = [one for one in await house.claim() if one.name.startswith("deliver")]
    assert {send.channel for send in sends} == {"weibo", "wechat"}
    assert said
    assert len(said) == len(set(said))


async def test_what_arrived_is_settled_by_one_journey(house: House):
    await with_live_page(house, "weibo")
    (send,) = [one for one in await house.claim() if one.name.startswith("deliver")]
    async with heard(house.store) as said:
        await send.run()
    assert len(said) == 1
    assert (await house.leg(send.delivery_id)).state == "live"


def two_statements(_dialect: Dialect) -> Script[None]:
    yield "SELECT 1", ()
    yield "SELECT 2", ()


async def test_a_script_that_commits_by_itself_has_one_statement(store: Store):
    with pytest.raises(RuntimeError, match="one statement"):
        await commit_script(store, two_statements)
