"""Setting an office up: what may stand there once only."""

import pytest

from channels.item import Org
from server.core.office import add_account
from server.core.problems import Problem
from server.store.accounts import AccountRow
from server.store.tx import Tx
from tests.house import House


def a_row(house: House, channel: str, slug: str) -> AccountRow:
    org = Org(house.org.id, house.org.code, house.org.name)
    return AccountRow(house.new_id(), org, channel, slug, slug, channel, {}, None, "active")


async def added(house: House, channel: str, *slugs: str) -> None:
    async def act(tx: Tx) -> None:
        for slug in slugs:
            await add_account(tx, a_row(house, channel, slug), at=house.now())

    await house.store.write(act)


@pytest.mark.parametrize("channel", ["website", "feed"])
async def test_a_second_one_would_overwrite_the_first_and_is_refused(house: House, channel: str):
    with pytest.raises(Problem, match="只能有一个"):
        await added(house, channel, "one", "two")


async def test_many_accounts_of_a_platform_are_welcome(house: House):
    await added(house, "weibo", "one", "two")
