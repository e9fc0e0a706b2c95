"""server/store/calendars.py: two who change the calendar at once do not both get its next number."""

import pytest

from server.store.calendars import CalendarNotice, insert_notice, newest_serial
from server.store.deliveries import LostRace
from server.store.tx import Store
from tests.conftest import Hand


async def test_a_number_is_given_once(store: Store, now: Hand):
    made = CalendarNotice(1, "local", "本地", (), now())
    async with store.begin() as tx:
        await insert_notice(tx, made, by=None)
    with pytest.raises(LostRace):
        async with store.begin() as tx:
            await insert_notice(tx, made, by=None)
    async with store.read() as tx:
        assert await newest_serial(tx) == 1
