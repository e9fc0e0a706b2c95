"""A house whose WeChat account is the pretended platform's, with the real adapter between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp

from channels.contract import Channel, Tools
from channels.item import Account
from channels.sandbox.run import Sandbox, start_sandbox
from channels.sandbox.wechat.platform import WeChat as Platform
from channels.transport import Transport
from channels.wechat.channel import WeChat
from server.core.uploads import StoreUploads
from server.network import open_session
from server.store.accounts import AccountRow
from server.store.deliveries import DeliverySeen
from tests.channels.memory_shelf import MemoryMedia, MemoryShelf
from tests.channels.wechat_stage import OneProcessTokens
from tests.conftest import Hand
from tests.house import LIMITS, SITE, House


@dataclass
class Desk:
    """A house whose WeChat account is the pretended platform's."""

    house: House
    sandbox: Sandbox
    session: aiohttp.ClientSession

    @property
    def platform(self) -> Platform:
        return self.sandbox.wechat

    async def wait(self, **time: float) -> None:
        self.house.now.move(**time)
        await self.house.run_until_quiet()

    async def leg(self, item_id: str) -> DeliverySeen:
        return (await self.house.legs(item_id))["wechat"]

    async def state(self, item_id: str) -> str:
        return (await self.leg(item_id)).state

    async def press(self, act: str) -> None:
        """Do as a person does in the console, with the newest draft."""
        form = {"act": act, "media_id": list(self.platform.book.drafts)[-1]}
        async with self.session.post(f"{self.sandbox.wechat_url}/drafts", data=form) as answer:
            assert answer.status == 200

    def says(self, path: str, code: int, times: int = 1) -> None:
        body = {"errcode": code, "errmsg": "no"}
        self.platform.next_call(f"/cgi-bin/{path}", "error", body=body, times=times)

    def calls(self, path: str) -> int:
        return self.platform.requests(f"/cgi-bin/{path}")


@asynccontextmanager
async def open_desk(house: House, now: Hand) -> AsyncIterator[Desk]:
    """Open the desk for as long as the block lasts."""
    sandbox = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None, now=now, safe_domain="site.invalid"
    )
    known = sandbox.credentials()["wechat"]
    async with open_session() as session:
        http, uploads = Transport(session, seconds=5), StoreUploads(house.store, now)
        tools = Tools(http, None, SITE, MemoryShelf(), MemoryMedia(), OneProcessTokens(now), uploads)

        def open_channel(row: AccountRow) -> Channel:
            if row.channel != "wechat":
                return house.open_channel(row)
            settings = {"base_url": known["base_url"], "appid": known["appid"]}
            secret = {"appsecret": known["secret"]}
            account = Account(row.id, row.channel, row.slug, row.name, row.org, settings, secret)
            return WeChat.open(account, tools)

        limits = {**LIMITS, "wechat": WeChat.limits}
        house.place = replace(house.place, open_channel=open_channel, limits=limits)
        yield Desk(house, sandbox, session)
    await sandbox.close()
