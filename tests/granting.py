"""An account on Weibo that is granted its permission: the real adapter on the pretended platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from channels.contract import Channel, Tools
from channels.item import Account
from channels.sandbox.run import Sandbox, start_sandbox
from channels.sandbox.weibo.platform import Weibo as PretendedWeibo
from channels.weibo.channel import Weibo
from server.security.granting import GrantDesk
from server.security.vault import Vault
from server.store.accounts import AccountRow, find_account, insert_account
from server.store.tx import Store
from tests.channels.public_site import NoTokens
from tests.channels.weibo_account import WeiboAccount
from tests.house import SITE, House

SLUG = "grantable"


@dataclass
class Granting:
    """The platform, the account, and the browser of its owner."""

    house: House
    sandbox: Sandbox
    vault: Vault
    owner: WeiboAccount

    @property
    def platform(self) -> PretendedWeibo:
        return self.sandbox.weibo

    @property
    def desk(self) -> GrantDesk:
        house = self.house
        return GrantDesk(house.store, self.vault, house.open_channel, house.now, SITE.url)

    def open(self, row: AccountRow) -> Channel:
        """Open an account on Weibo as the wiring does."""
        secret = self.vault.open(row.sealed) if row.sealed else {}
        account = Account(row.id, row.channel, row.slug, row.name, row.org, row.settings, secret)
        return Weibo.open(account, Tools(self.house.http, None, SITE, None, None, NoTokens()))

    def settings(self) -> dict[str, str]:
        known = self.sandbox.credentials()["weibo"]
        return {
            "base_url": known["base_url"],
            "safe_domains": "site.invalid",
            "client_id": known["client_id"],
        }

    async def account(self) -> AccountRow:
        async with self.house.store.read() as tx:
            found = await find_account(tx, SLUG)
        assert found is not None
        return found


@asynccontextmanager
async def an_account_to_grant(house: House, vault: Vault) -> AsyncIterator[Granting]:
    """Start the platforms and write an account that waits for its permission."""
    sandbox = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None, now=house.now,
        safe_domain="site.invalid",
    )  # fmt: skip
    # The token that the pretended platform begins with is nobody's here: a grant gives a new one.
    sandbox.weibo.expire_tokens()
    owner = WeiboAccount(sandbox, _session_of(house), house.now)
    granting = Granting(house, sandbox, vault, owner)
    house.real["weibo"] = granting.open
    house.place = replace(house.place, limits={**house.place.limits, "weibo": Weibo.limits})
    secret = {"client_secret": sandbox.credentials()["weibo"]["client_secret"]}
    await _insert(house.store, house, granting.settings(), vault.seal(secret))
    yield granting
    await sandbox.close()


def _session_of(house: House) -> Any:
    return house.http._session


async def _insert(store: Store, house: House, settings: dict[str, str], sealed: str) -> None:
    org, state = house.org.as_org(), "unauthorised"
    row = AccountRow(house.new_id(), org, "weibo", SLUG, "某旗发布", "weibo", settings, sealed, state)
    async with store.begin() as tx:
        await insert_account(tx, row, at=house.now())
