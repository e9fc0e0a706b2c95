"""A house in practice, and what is asked of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.core.practice import begin_practice, end_practice
from server.store.accounts import insert_account, list_accounts
from server.store.items import ItemSeen
from server.store.orgs import OrgRow, list_orgs
from server.store.tx import Tx
from tests.house import ACCOUNTS, House

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
ON = tuple(f"yanlian-{channel}" for channel in ACCOUNTS)


async def org_of(house: House) -> OrgRow:
    async with house.store.read() as tx:
        return (await list_orgs(tx, frozenset((house.org.id,))))[0]


async def begin(house: House) -> None:
    async with house.store.begin() as tx:
        await begin_practice(tx, await org_of(house), by="管理员", at=house.now())


async def end(house: House) -> None:
    async with house.store.begin() as tx:
        await end_practice(tx, await org_of(house), at=house.now())


async def go_into_practice(house: House) -> None:
    """Give a house a practice account on each channel, and put it into practice."""
    async with house.store.begin() as tx:
        for row in await list_accounts(tx, frozenset((house.org.id,))):
            twin = replace(row, id=house.new_id(), slug=f"yanlian-{row.slug}", practice=True)
            await insert_account(tx, twin, at=house.now())
    await begin(house)


async def counted(house: House) -> dict[str, Any]:
    return {name: value for name, value in (await house.figures(*YEAR)).items() if name != "at"}


async def refused_by_database(house: House, act: Callable[[Tx], Awaitable[object]]) -> str:
    with pytest.raises(Exception, match=r"practice|for ever") as refused:  # each driver has errors of its own
        async with house.store.begin() as tx:
            await act(tx)
    return str(refused.value)


def into(table: str, **values: Any) -> str:
    """Give the statement that writes a row past all our code."""
    names = ", ".join(f'"{name}"' for name in values)
    told = ", ".join(
        str(value).lower() if value in (True, False, 1) else f"'{value}'" for value in values.values()
    )
    return f"INSERT INTO {table} ({names}) VALUES ({told})"


async def pieces(house: House) -> tuple[ItemSeen, ItemSeen]:
    """Write a real item and, in practice, a practice item."""
    await end(house)
    real = await house.item()
    await begin(house)
    return real, await house.item(kind="interpretation", document_number=None)
