"""server/console/pulse.py: one look for all who wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.console.pulse import Pulse
from server.store.tx import Tx
from tests.console.conftest import ConsoleOffice


async def test_one_look_serves_everyone_who_waits(office: ConsoleOffice, monkeypatch: pytest.MonkeyPatch):
    house = office.house
    looks, read = 0, house.store.read

    @asynccontextmanager
    async def counted() -> AsyncIterator[Tx]:
        nonlocal looks
        looks += 1
        async with read() as tx:
            yield tx

    items = [await house.published() for _item in range(2)]
    monkeypatch.setattr(house.store, "read", counted)
    pulse = Pulse(house.store, seconds=0.01)
    told = await asyncio.gather(*(pulse.change(item.id, None) for item in items for _page in range(10)))
    assert looks == 1
    assert len(set(told)) == 2
    await pulse.close()


async def test_who_knows_how_it_stands_waits_until_it_changes(office: ConsoleOffice):
    house = office.house
    one, other = await house.published(), await house.published()
    pulse = Pulse(house.store, seconds=0.01)
    known = await pulse.change(one.id, None)
    elsewhere = await pulse.change(other.id, None)
    waiting = [
        asyncio.create_task(pulse.change(one.id, known)),
        asyncio.create_task(pulse.change(other.id, elsewhere)),
    ]
    await house.withdraw(one.id)
    assert await waiting[0] != known
    assert not waiting[1].done()
    waiting[1].cancel()
    await pulse.close()
