"""A plain platform on a real socket, and the plain channel that speaks to it over the one transport.

It knows no limits of its own, so that a test sees the core alone. It counts requests as well as posts, and
it can lie, stall and hang up: `next_call` says how the next publication goes.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count as counted
from typing import Any, ClassVar, Self

from aiohttp import web
from yarl import URL

from channels.contract import (
    TAKEN,
    Absent,
    CouldNotLook,
    Finding,
    Journal,
    Limits,
    NeedsAuthorisation,
    NotAccepted,
    Outcome,
    OutcomeUnknown,
    Post,
    Receipt,
    Refused,
    Removed,
    Sighting,
    Tools,
    Watch,
    Withdrawal,
    WithdrawByHand,
    Withdrawn,
)
from channels.item import Account, Content
from channels.transport import Answer, NoAnswer, NotSent, Transport

_REFUSALS = {"refuse": ("content", 400), "busy": ("busy", 429), "logged_out": ("token", 401)}


class Platform:
    """Posts by mark; fates of calls: ok, hold, refuse, busy, logged_out, drop_after, drop_before.

    `stall` and `stall_busy` answer ok and busy once `go_on` is set; `take_and_stall` has the post by then.
    """

    def __init__(self) -> None:
        self._posts: dict[str, tuple[str, str]] = {}  # account and mark by id
        self._ids = counted(1)
        self.held: set[str] = set()
        self.requests: Counter[str] = Counter()
        self.blind = False
        self.go_on = asyncio.Event()  # lets a stalled call go on
        self.hint: dict[str, Any] = {}  # what a blind platform says all the same: `after`, `ask`
        self.told_taken = ""  # the ids of other deliveries, as the last look named them
        self._fates: deque[str] = deque()

    def next_call(self, *fates: str) -> None:
        self._fates.extend(fates)

    @property
    def posts(self) -> list[tuple[str, str]]:
        """Give account and mark of each post; a second publication is a second one."""
        return list(self._posts.values())

    def count(self, mark: str) -> int:
        return sum(1 for _account, here in self.posts if here == mark)

    def remove(self, *ids: str) -> None:
        """Take posts away, all of them where none is named, as somebody else may on any platform."""
        for key in ids or tuple(self._posts):
            self._posts.pop(key, None)

    def _add(self, account: str, mark: str) -> str:
        key = str(next(self._ids))
        self._posts[key] = (account, mark)
        return key

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.post("/{account}/posts", self._publish),
                web.get("/{account}/posts", self._find),
                web.get("/{account}/posts/{id}", self._watch),
                web.delete("/{account}/posts/{id}", self._withdraw),
            ]
        )
        return app

    async def _publish(self, request: web.Request) -> web.Response:
        self.requests["publish"] += 1
        mark = (await request.read()).decode()
        account = request.match_info["account"]
        match self._fates.popleft() if self._fates else "ok":
            case "ok":
                return web.json_response({"id": self._add(account, mark), "live": True})
            case "hold":
                self.held.add(mark)
                return web.json_response({"id": self._add(account, mark), "live": False})
            case "stall":
                await self.go_on.wait()
                return web.json_response({"id": self._add(account, mark), "live": True})
            case "take_and_stall":
                key = self._add(account, mark)
                await self.go_on.wait()
                return web.json_response({"id": key, "live": True})
            case "stall_busy":
                await self.go_on.wait()
                return web.json_response({"why": "busy"}, status=429)
            case "refuse" | "busy" | "logged_out" as fate:
                why, status = _REFUSALS[fate]
                return web.json_response({"why": why}, status=status)
            case "drop_after":
                self._add(account, mark)
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case "drop_before":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case other:
                raise AssertionError(other)

    async def _find(self, request: web.Request) -> web.Response:
        self.requests["find"] += 1
        self.told_taken = request.query.get("taken", "")
        if self.blind:
            return web.json_response(self.hint, status=503)
        mark, account = request.query["mark"], request.match_info["account"]
        taken = self.told_taken.split(",")
        ours = [key for key, post in self._posts.items() if post == (account, mark) and key not in taken]
        return web.json_response(
            {"found": (ours or [None])[-1], "live": bool(ours) and mark not in self.held}
        )

    async def _watch(self, request: web.Request) -> web.Response:
        return web.json_response({"stands": request.match_info["id"] in self._posts})

    async def _withdraw(self, request: web.Request) -> web.Response:
        self.requests["withdraw"] += 1
        self._posts.pop(request.match_info["id"], None)
        return web.json_response({})


class Plain:
    """A channel of the plain platform; `kind` is set on a subclass for each word the tables know."""

    kind: ClassVar[str] = "plain"
    limits: ClassVar[Limits] = Limits(
        title=100,
        text=None,
        pictures=None,
        picture_bytes=None,
        calls_a_day=None,
        settle_after=60,
        settle_after_loss=600,
        confirm_after=(10.0, 60.0),
        concurrency=4,
    )

    def __init__(self, http: Transport, base: URL) -> None:
        self._http, self._base = http, base

    @classmethod
    def open(cls, account: Account, tools: Tools, /) -> Self:
        if "base_url" not in account.settings:
            raise ValueError("base_url")
        return cls(tools.http, URL(account.settings["base_url"]) / account.slug / "posts")

    def check(self, content: Content, /) -> tuple[Finding, ...]:
        if len(content.title) <= 100:
            return ()
        return (Finding("title_too_long", "title", "标题超过100字", blocks=True),)

    def render(self, content: Content, /) -> Post:
        return Post(content.url, content.title, content.summary, "", (), (), content)

    async def publish(self, post: Post, _journal: Journal, /, *, at: datetime) -> Outcome:
        match await self._http.send("POST", self._base, body=post.mark.encode()):
            case NotSent(reason):
                return NotAccepted(30, reason)
            case NoAnswer(reason):
                return OutcomeUnknown(reason)
            case Answer(status=200) as answer:
                said = answer.json()
                return Receipt(str(said["id"]), post.mark, at if said["live"] else None)
            case Answer(status=429):
                return NotAccepted(30, "busy")
            case Answer(status=401):
                return NeedsAuthorisation("请重新授权")
            case Answer():
                return Refused("内容不符合平台规定", "editor")

    async def confirm(self, receipt: Receipt, post: Post, /, *, at: datetime) -> Outcome:
        match await self.find(post, since=at, notes={}):
            case Receipt() as seen:
                return Receipt(receipt.platform_id, seen.link, seen.live_at and at)
            case _:
                return receipt

    async def find(self, post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:
        query = {"mark": post.mark, TAKEN: notes.get(TAKEN, "")}
        match await self._http.send("GET", self._base, query=query):
            case Answer(status=200) as answer:
                said = answer.json()
                if said["found"] is None:
                    return Absent()
                return Receipt(said["found"], post.mark, datetime.now(UTC) if said["live"] else None)
            case Answer(status=503) as answer:
                return CouldNotLook("平台没有回答", **answer.json())
            case _:
                return CouldNotLook("平台没有回答")

    async def withdraw(self, receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:
        if not receipt.platform_id.isdigit():  # a person found it, and gave its address alone
            return WithdrawByHand("请到平台上删除")
        match await self._http.send("DELETE", self._base / receipt.platform_id):
            case Answer(status=200):
                return Withdrawn()
            case _:
                return NotAccepted(30, "no answer")


class Watched(Plain):
    """A channel of the plain platform that can tell whether a post still stands."""

    async def watch(self, receipt: Receipt, _post: Post, /) -> Watch:
        match await self._http.send("GET", self._base / receipt.platform_id):
            case Answer(status=200) as answer:
                return receipt if answer.json()["stands"] else Removed("平台上已经没有这一条")
            case _:
                return CouldNotLook("平台没有回答")
