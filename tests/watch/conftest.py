"""The house of the core's tests, with its jobs."""

from collections.abc import AsyncIterator

import pytest

from server.store.tx import Store
from tests.conftest import Hand, Ids
from tests.house import House, open_house


@pytest.fixture
async def house(store: Store, now: Hand, new_id: Ids) -> AsyncIterator[House]:
    async with open_house(store, now, new_id) as opened:
        yield opened
