"""A house with published items and a reader who writes to its WeChat account; a hub and a subscriber."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.wechat.pushes import Followed, JobEnded, Left, Pressed, Push, What, Wrote
from server.core.catalogue import read_changes
from server.store.accounts import AccountRow, find_account
from server.store.tx import Store
from server.subscribe.hear import Heard, hear
from tests.house import SITE, House, open_house
from tests.subscribe.hub_stage import Stage, open_stage
from tests.subscribe.subscriber import Subscriber

__all__ = ["Followed", "JobEnded", "Left", "Pressed", "Wrote"]


class Reader:
    def __init__(self, house: House, account: AccountRow) -> None:
        self.house, self.account, self.pushes = house, account, 0

    async def push(self, what: What, *, key: str | None = None, openid: str = "o1") -> Heard:
        self.pushes += 1
        push = Push("gh_1", openid, key or f"{openid} {self.pushes}", what)
        async with self.house.store.begin() as tx:
            return await hear(tx, self.account, push, SITE, at=self.house.now())

    async def write(self, text: str, **more: Any) -> str:
        """Write, and give what is answered: the text, or the titles of the cards in brackets."""
        return shown(await self.push(Wrote(text), **more))

    async def press(self, key: str) -> str:
        return shown(await self.push(Pressed(key)))

    async def published(self, **changes: Any) -> str:
        made = await self.house.published(**changes)
        await read_changes(self.house.place)
        return made.id


def shown(heard: Heard) -> str:
    assert heard.reply is not None
    return heard.reply.text or "".join(f"[{card.title}]" for card in heard.reply.cards)


@pytest.fixture
async def reader(store: Store, now: Any, new_id: Any) -> AsyncIterator[Reader]:
    async with open_house(store, now, new_id) as house:
        async with store.read() as tx:
            account = await find_account(tx, "wechat")
        assert account is not None
        yield Reader(house, account)


@pytest.fixture
async def stage(store: Store, now: Any, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(store, now, tmp_path / "public") as made:
        yield made


@pytest.fixture
async def subscriber() -> AsyncIterator[Subscriber]:
    made = Subscriber()
    await made.start()
    yield made
    await made.close()
