"""An account on the pretended Weibo: the real adapter and transport, a socket, a clock moved by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import aiohttp
from yarl import URL

from channels.contract import Outcome, Post, Receipt, Sighting, Tools
from channels.item import Account, Content
from channels.sandbox.run import Sandbox, start_sandbox
from channels.sandbox.weibo.platform import Weibo as PretendedWeibo
from channels.transport import Transport
from channels.weibo.channel import Weibo
from tests.channels.memory_shelf import ORG, MemoryMedia, MemoryShelf, a_content, a_site
from tests.channels.public_site import NoTokens
from tests.conftest import Hand

DOMAIN = "example.gov.cn"
SHARE = "/2/statuses/share.json"
TIMELINE = "/2/statuses/user_timeline.json"
SHORTEN = "/2/short_url/shorten.json"
SHOW = "/2/statuses/show.json"
DESTROY = "/2/statuses/destroy.json"


@dataclass
class Notes:
    """The journal of one delivery."""

    notes: dict[str, str] = field(default_factory=dict)

    async def note(self, step: str, value: str, /) -> None:
        self.notes[step] = value


@dataclass
class WeiboAccount:
    """What a test of the Weibo channel works with."""

    sandbox: Sandbox
    session: aiohttp.ClientSession
    now: Hand
    media: MemoryMedia = field(default_factory=MemoryMedia)
    journal: Notes = field(default_factory=Notes)
    seconds: float = 5.0

    @property
    def platform(self) -> PretendedWeibo:
        return self.sandbox.weibo

    def channel(self, **settings: str) -> Weibo:
        """Open the channel, anew each time: nothing is remembered between two calls."""
        known = self.sandbox.credentials()["weibo"]
        given = {"base_url": known["base_url"], "uid": known["uid"], "safe_domains": known["safe_domain"]}
        account = Account(
            "w", "weibo", "weibo", "微博", ORG, given | settings, {"access_token": known["access_token"]}
        )
        http = Transport(self.session, seconds=self.seconds)
        return Weibo.open(account, Tools(http, None, a_site(), MemoryShelf(), self.media, NoTokens()))

    def application(self, *, uid: str = "", token: str = "", **changes: str) -> Weibo:
        """Open the channel of an account that is granted its permission through our application."""
        known = self.sandbox.credentials()["weibo"]
        given = {"base_url": known["base_url"], "safe_domains": DOMAIN, "client_id": known["client_id"]}
        given |= {"uid": uid} if uid else {}
        secret = {"client_secret": known["client_secret"]} | ({"access_token": token} if token else {})
        for name, value in changes.items():
            (secret if name in secret else given)[name] = value
        account = Account("w", "weibo", "weibo", "微博", ORG, given, secret)
        http = Transport(self.session, seconds=self.seconds)
        return Weibo.open(account, Tools(http, None, a_site(), MemoryShelf(), self.media, NoTokens()))

    async def agree(self, address: str, choice: str = "agree") -> dict[str, str]:
        """Do what the owner does in his browser: open the page, press the button, be sent back."""
        url = URL(address)
        async with self.session.post(
            url.with_query(None), data={**url.query, "choice": choice}, allow_redirects=False
        ) as answer:
            return dict(URL(answer.headers["Location"]).query)

    def content(self, item_id: str = "i1", **changes: Any) -> Content:
        return a_content(item_id, **{"url": f"https://www.{DOMAIN}/a/{item_id}.html"} | changes)

    def post(self, item_id: str = "i1", **changes: Any) -> Post:
        return self.channel().render(self.content(item_id, **changes))

    async def publish(self, post: Post | None = None) -> Outcome:
        return await self.channel().publish(post or self.post(), self.journal, at=self.now())

    async def find(self, post: Post | None = None, since: datetime | None = None, **notes: str) -> Sighting:
        given = self.journal.notes | notes
        return await self.channel().find(post or self.post(), since=since or self.now(), notes=given)

    def standing(self, post: Post | None = None) -> int:
        """Give how many posts a follower sees."""
        return self.platform.posts_carrying((post or self.post()).mark)

    def say(self, code: int, *, path: str = SHARE, text: str = "", status: int = 400) -> None:
        """Let the next call be answered by an error of the platform."""
        body = {"error_code": code, "error": text, "request": path}
        self.platform.next_call(path, "error", status=status, body=body)


@asynccontextmanager
async def a_weibo_account(now: Hand) -> AsyncIterator[WeiboAccount]:
    """Start the pretended platforms and an account on Weibo."""
    sandbox = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None, now=now, safe_domain=DOMAIN
    )
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        yield WeiboAccount(sandbox, session, now)
    await sandbox.close()


def with_text(post: Post, text: str) -> Post:
    """Give a post that says something else."""
    return replace(post, text=text)


def receipt_of(outcome: object) -> Receipt:
    """Give the receipt that an outcome must be."""
    assert isinstance(outcome, Receipt), outcome
    return outcome
