"""The house of the tests that need a store, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from server.store.tx import Store
from tests.conftest import Hand, Ids
from tests.house import House, open_house


@pytest.fixture
async def house(store: Store, now: Hand, new_id: Ids) -> AsyncIterator[House]:
    async with open_house(store, now, new_id) as opened:
        yield opened
