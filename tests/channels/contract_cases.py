"""A case for each channel of the registry: the account it is rehearsed with, and what stands at its platform.

The website and its feeds work in a real folder behind the real server, Weibo and WeChat against the pretended
platforms over HTTP. A channel without a case here makes the contract suite fail.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from channels.contract import Channel, Outcome, Post, Receipt, Tools
from channels.item import Account, Content
from channels.registry import open_channel
from channels.sandbox.run import Sandbox, start_sandbox
from tests.channels.memory_shelf import ORG
from tests.channels.public_site import PublicSite, a_public_site
from tests.conftest import Hand


class MemoryTokens:
    """A token keeper of one process: a new one is what a process knows that has just started."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}
        self._turn = asyncio.Lock()

    async def get(self, account_id: str, /) -> str | None:
        return self._kept.get(account_id)

    async def put(self, account_id: str, token: str, seconds: float, /) -> None:
        self._kept[account_id] = token

    async def drop(self, account_id: str, token: str, /) -> None:
        if self._kept.get(account_id) == token:
            del self._kept[account_id]

    def refreshing(self, account_id: str, /) -> asyncio.Lock:
        return self._turn


@dataclass
class Notes:
    """The journal of one Attempt, in memory."""

    steps: dict[str, str] = field(default_factory=dict)

    async def note(self, step: str, value: str, /) -> None:
        self.steps[step] = value


@dataclass(frozen=True, slots=True)
class Case:
    """How one channel is rehearsed."""

    settings: Callable[[Sandbox], Mapping[str, str]] = lambda _sandbox: {}
    secret: Callable[[Sandbox], Mapping[str, str]] = lambda _sandbox: {}
    call: str | None = None  # the irreversible call, where a platform behind a wire makes it
    by_hand: bool = False  # no machine can publish there, or look


def _weibo_settings(sandbox: Sandbox) -> Mapping[str, str]:
    known = sandbox.credentials()["weibo"]
    return {"base_url": known["base_url"], "uid": known["uid"], "safe_domains": known["safe_domain"]}


def _wechat_settings(sandbox: Sandbox) -> Mapping[str, str]:
    known = sandbox.credentials()["wechat"]
    return {"base_url": known["base_url"], "appid": known["appid"]}


CASES: Mapping[str, Case] = {
    "website": Case(),
    "feed": Case(),
    "weibo": Case(
        settings=_weibo_settings,
        secret=lambda sandbox: {"access_token": sandbox.credentials()["weibo"]["access_token"]},
        call="/2/statuses/share.json",
    ),
    "wechat": Case(
        settings=_wechat_settings,
        secret=lambda sandbox: {"appsecret": sandbox.credentials()["wechat"]["secret"]},
        call="/cgi-bin/freepublish/submit",
    ),
    "other": Case(by_hand=True),
}


@dataclass
class Rehearsal:
    """One channel with everything it is given, and a clock moved by hand."""

    kind: str
    case: Case
    site: PublicSite
    sandbox: Sandbox
    now: Hand
    account: Account

    @property
    def tools(self) -> Tools:
        """Give the tools of a process that has just started."""
        return replace(self.site.tools, tokens=MemoryTokens())

    def channel(self) -> Channel:
        """Give a channel object that remembers nothing."""
        return open_channel(self.account, self.tools)

    def place(self, item_id: str = "i1", **changes: object) -> Content:
        """Give a content that has its place in the lists."""
        times = {"published_at": self.now(), "updated_at": self.now()}
        return self.site.place(item_id, **times, **changes)

    async def publish(self, content: Content) -> Outcome:
        """Publish once, as the core does."""
        channel = self.channel()
        return await channel.publish(channel.render(content), Notes(), at=self.now())

    async def publish_until_live(self, content: Content) -> Receipt:
        """Publish and confirm until a reader can see it."""
        outcome, channel = await self.publish(content), self.channel()
        for pause in channel.limits.confirm_after or (0.0,):
            if isinstance(outcome, Receipt) and outcome.live_at is None:
                self.now.move(seconds=pause)
                outcome = await channel.confirm(outcome, channel.render(content), at=self.now())
        assert isinstance(outcome, Receipt)
        assert outcome.live_at is not None
        return outcome

    def standing(self, content: Content) -> int:
        """Give how many posts with the page's link stand at the platform behind the wire."""
        if self.kind == "weibo":
            return self.sandbox.weibo.posts_carrying(content.url)
        return self.sandbox.wechat.published_carrying(self.mark_of(content))

    def mark_of(self, content: Content) -> str:
        """Give the mark of a content on this channel."""
        return self.channel().render(content).mark


@asynccontextmanager
async def rehearse(kind: str, folder: Path, now: Hand) -> AsyncIterator[Rehearsal]:
    """Set the stage for one channel; raises KeyError for one without a case."""
    case = CASES[kind]
    async with a_public_site(folder) as site:
        sandbox = await start_sandbox(
            host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None, now=now, safe_domain="127.0.0.1"
        )
        try:
            account = Account(kind, kind, kind, "账号", ORG, case.settings(sandbox), case.secret(sandbox))
            yield Rehearsal(kind, case, site, sandbox, now, account)
        finally:
            await sandbox.close()


def only_the_mark(post: Post) -> Post:
    """Give a post that has lost its words: what a look may lean on is the mark."""
    return replace(post, title="", text="", html="", pictures=(), attachments=())
