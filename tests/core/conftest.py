"""The house every core test works in, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from server.store.tx import Store
from tests.conftest import Hand, Ids
from tests.core.practising import go_into_practice
from tests.core.wechat_desk import Desk, open_desk
from tests.house import House, open_house


@pytest.fixture
async def house(store: Store, now: Hand, new_id: Ids) -> AsyncIterator[House]:
    async with open_house(store, now, new_id) as opened:
        yield opened


@pytest.fixture
async def desk(house: House, now: Hand) -> AsyncIterator[Desk]:
    async with open_desk(house, now) as opened:
        yield opened


@pytest.fixture
async def practising(house: House) -> House:
    """A house in practice, with a practice account on each channel beside the real ones."""
    await go_into_practice(house)
    return house
