"""server/core/permissions.py: what platforms say of permissions, on both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from server.core.permissions import check_permissions
from server.security.granting import bring_grant, send_to_grant
from server.security.vault import Vault
from server.store.permissions import set_account_access
from tests.granting import SLUG, Granting, an_account_to_grant
from tests.house import House


@pytest.fixture
async def granting(house: House) -> AsyncIterator[Granting]:
    async with an_account_to_grant(house, Vault(Fernet.generate_key())) as opened:
        yield opened


async def grant(granting: Granting) -> None:
    house = granting.house
    async with house.store.begin() as tx:
        sent = await send_to_grant(granting.desk, tx, await granting.account(), by=house.chief)
    back = await granting.owner.agree(sent.address)
    await bring_grant(granting.desk, back["state"], back["code"], "")


async def test_a_round_learns_the_end_of_each_permission(granting: Granting):
    await grant(granting)
    granting.house.now.move(days=29)
    lost = await check_permissions(granting.house.place)
    assert (lost, (await granting.account()).permitted_until) == (0, granting.house.now() + timedelta(days=1))


async def test_a_round_pauses_what_lost_its_permission_before_anything_is_sent(granting: Granting):
    await grant(granting)
    granting.house.now.move(days=31)
    lost = await check_permissions(granting.house.place)
    made = await granting.house.published(("website", SLUG))
    states = await granting.house.states(made.id)
    assert (lost, (await granting.account()).state, states[SLUG]) == (1, "unauthorised", "ready")
    assert granting.platform.requests("/2/statuses/share.json") == 0


async def test_a_refused_delivery_ends_what_was_known_of_the_permission(granting: Granting):
    await grant(granting)
    granting.platform.expire_tokens()
    made = await granting.house.published(("website", SLUG))
    row = await granting.account()
    assert (row.state, row.permitted_until) == ("unauthorised", None)
    assert (await granting.house.states(made.id))[SLUG] == "blocked"


async def test_a_round_asks_nothing_where_nothing_was_granted(granting: Granting):
    await check_permissions(granting.house.place)
    assert granting.platform.requests("/oauth2/get_token_info") == 0


async def test_an_answer_about_a_token_that_was_replaced_meanwhile_changes_nothing(granting: Granting):
    house = granting.house
    await grant(granting)
    granting.platform.expire_tokens()
    before = await granting.account()

    def open_and_replace(row):
        return Replacing(granting, row)

    house.real["weibo"] = open_and_replace
    await check_permissions(house.place)
    assert (await granting.account()).state == before.state == "active"


class Replacing:
    """A channel during whose question somebody grants another permission."""

    is_granted = True

    def __init__(self, granting, row) -> None:
        self.granting, self.row = granting, row
        self.channel = granting.open(row)

    async def permission(self, /, *, at):
        seen = await self.channel.permission(at=at)
        async with self.granting.house.store.begin() as tx:
            fresh = self.granting.vault.seal({"client_secret": "x", "access_token": "2.00new"})
            await set_account_access(tx, self.row.id, self.row.settings, fresh)
        return seen

    def grant_address(self, state, back, /):
        return self.channel.grant_address(state, back)

    async def take_grant(self, code, back, /, *, at):
        return await self.channel.take_grant(code, back, at=at)

    async def revoke(self):
        return await self.channel.revoke()
