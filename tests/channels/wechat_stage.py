"""The WeChat channel over the pretended platform: real HTTP, files in memory, a clock moved by hand.

`carry` does what the core does with one delivery, so that a test can say how many articles stand in the end.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientSession
from PIL import Image

from channels.contract import (
    LOOKED_AT,
    Absent,
    CouldNotLook,
    NotAccepted,
    Outcome,
    OutcomeUnknown,
    Post,
    Receipt,
    Tools,
)
from channels.item import Account, Content, Picture
from channels.sandbox.run import Sandbox, start_sandbox
from channels.sandbox.wechat.platform import WeChat as Platform
from channels.transport import Transport
from channels.wechat.channel import WeChat
from tests.channels.memory_shelf import ORG, START, MemoryMedia, MemoryShelf, a_content, a_site
from tests.conftest import Hand

SECONDS = 10.0
"""So long the channel waits for an answer, on a machine that is busy."""

SHORT = 0.4
"""So long it waits once something is to hang: that must not hold up the suite."""


class OneProcessTokens:
    """The token keeper of one process."""

    def __init__(self, now: Hand) -> None:
        self.kept: dict[str, str] = {}
        self._now, self._ends = now, dict[str, datetime]()
        self._turn = asyncio.Lock()

    async def get(self, account_id: str, /) -> str | None:
        return self.kept.get(account_id) if self._ends.get(account_id, START) > self._now() else None

    async def put(self, account_id: str, token: str, seconds: float, /) -> None:
        self.kept[account_id] = token
        self._ends[account_id] = self._now() + timedelta(seconds=seconds)

    async def drop(self, account_id: str, token: str, /) -> None:
        if self.kept.get(account_id) == token:
            del self.kept[account_id]

    def refreshing(self, account_id: str, /) -> asyncio.Lock:
        return self._turn


class OneProcessUploads:
    """What went up, in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    async def find(self, account_id: str, key: str, /) -> str | None:
        return self.kept.get((account_id, key))

    async def keep(self, account_id: str, key: str, value: str, /) -> None:
        self.kept[account_id, key] = value

    async def forget(self, account_id: str, key: str, /) -> None:
        self.kept.pop((account_id, key), None)


@dataclass
class Notes:
    """The journal of the attempts of one delivery."""

    steps: dict[str, str] = field(default_factory=dict)

    async def note(self, step: str, value: str, /) -> None:
        self.steps[step] = value


@dataclass
class Stage:
    """One account on the pretended platform."""

    sandbox: Sandbox
    now: Hand
    http: Transport
    media: MemoryMedia
    tokens: OneProcessTokens
    session: ClientSession
    uploads: OneProcessUploads = field(default_factory=OneProcessUploads)
    settings: dict[str, str] = field(default_factory=dict)
    base: str = ""
    looks: int = 0

    @property
    def platform(self) -> Platform:
        return self.sandbox.wechat

    @property
    def account(self) -> Account:
        known = self.sandbox.credentials()["wechat"]
        settings = {"base_url": self.base or known["base_url"], "appid": known["appid"], **self.settings}
        return Account("a1", "wechat", "gzh", "公众号", ORG, settings, {"appsecret": known["secret"]})

    @property
    def tools(self) -> Tools:
        shelf, root = MemoryShelf(), None
        return Tools(self.http, root, a_site(), shelf, self.media, self.tokens, self.uploads)

    def channel(self) -> WeChat:
        """Give a channel object that remembers nothing."""
        return WeChat.open(self.account, self.tools)

    def post(self, content: Content | None = None) -> Post:
        return self.channel().render(content or a_content())

    def picture(self, body: bytes | None = None, alt: str = "会场", **size: int) -> Picture:
        """Store a picture."""
        body = jpeg() if body is None else body
        return self.media.picture(body, width=size.get("width", 40), height=size.get("height", 30), alt=alt)

    async def publish(self, content: Content | None = None, notes: Notes | None = None) -> Outcome:
        return await self.channel().publish(self.post(content), notes or Notes(), at=self.now())

    async def published(self, content: Content | None = None) -> Receipt:
        """Publish and wait until a reader can see it."""
        receipt = receipt_of(await self.publish(content))
        self.now.move(seconds=5)
        seen = receipt_of(await self.channel().confirm(receipt, self.post(content), at=self.now()))
        assert seen.live_at is not None
        return seen

    async def carry(self, content: Content | None = None) -> Receipt:
        """Do what the core does until the delivery is live: repeat, look (ever more seldom), confirm."""
        post, notes, since = self.post(content), Notes(), self.now()
        outcome: Outcome = await self.channel().publish(post, notes, at=self.now())
        for _round in range(20):
            match outcome:
                case Receipt(live_at=None):
                    self.now.move(seconds=60)
                    outcome = await self._confirm(outcome, post)
                case Receipt():
                    return outcome
                case NotAccepted(after):
                    self.now.move(seconds=after)
                    outcome = await self.channel().publish(post, notes, at=self.now())
                case OutcomeUnknown():
                    outcome = await self._look(post, notes, since)
                case _:
                    raise AssertionError(outcome)
        raise AssertionError("the delivery does not come to an end")

    async def _confirm(self, receipt: Receipt, post: Post) -> Outcome:
        seen = await self.channel().confirm(receipt, post, at=self.now())
        # A look that failed says nothing new about what was accepted (server/core/settle.py).
        return receipt if isinstance(seen, OutcomeUnknown | NotAccepted) else seen

    async def _look(self, post: Post, notes: Notes, since: Any) -> Outcome:
        self.looks += 1
        self.now.move(seconds=WeChat.limits.settle_after * 2 ** min(self.looks - 1, 5))
        steps = notes.steps | {LOOKED_AT: self.now().isoformat()}
        match await self.channel().find(post, since=since, notes=steps):
            case Receipt() as seen:
                return seen
            case Absent():
                return NotAccepted(0.0, "absent")
            case CouldNotLook(reason):
                return OutcomeUnknown(reason)

    def standing(self, content: Content | None = None) -> tuple[int, int]:
        """Give how many articles of it a reader can open, and how many were ever handed in."""
        mark = self.post(content).mark
        self.now.move(minutes=10)
        return self.platform.published_carrying(mark), self.platform.submitted_carrying(mark)

    def calls(self, path: str) -> int:
        return self.platform.requests(f"/cgi-bin/{path}")

    def fault(self, path: str, fault: Any, **details: Any) -> None:
        if fault.startswith("hang"):
            self.http = Transport(self.session, seconds=SHORT)
        self.platform.next_call(f"/cgi-bin/{path}", fault, **details)

    def says(self, path: str, code: int, **details: Any) -> None:
        """Let the next call of a path be answered with an errcode."""
        self.fault(path, "error", body={"errcode": code, "errmsg": f"{code} rid: 1-2-3"}, **details)


@asynccontextmanager
async def a_wechat(now: Hand) -> AsyncIterator[Stage]:
    """Set the stage for as long as the block lasts."""
    sandbox = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None, now=now, safe_domain="127.0.0.1"
    )
    try:
        async with ClientSession() as session:
            http = Transport(session, seconds=SECONDS)
            yield Stage(sandbox, now, http, MemoryMedia(), OneProcessTokens(now), session)
    finally:
        await sandbox.close()


def receipt_of(outcome: object) -> Receipt:
    """Give the receipt that an outcome must be."""
    assert isinstance(outcome, Receipt), outcome
    return outcome


def jpeg(width: int = 40, height: int = 30, mode: str = "RGB", **save: Any) -> bytes:
    """Give the bytes of a JPEG."""
    return picture_bytes("JPEG", width, height, mode, **save)


def picture_bytes(kind: str, width: int, height: int, mode: str = "RGB", **save: Any) -> bytes:
    """Give the bytes of a picture with something to see in it."""
    picture = Image.new(mode, (width, height))
    picture.paste(Image.linear_gradient("L").resize((width, height)).convert(mode))
    out = io.BytesIO()
    picture.save(out, kind, **save)
    return out.getvalue()


def with_pictures(content: Content, *pictures: Picture) -> Content:
    """Give a content whose text shows these pictures."""
    shown = "".join(f'<figure><img src="media:{p.sha256}" alt="{p.alt}"></figure>' for p in pictures)
    return replace(content, body_html=content.body_html + shown, pictures=pictures)
