"""The calls of Weibo that only read: timeline, short address, calls left (contract weibo §6, §7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from yarl import URL

from channels.contract import CouldNotLook
from channels.transport import Answer, Result, Transport
from channels.weibo.outcomes import LIMITED, NO_STATUS
from channels.weibo.statuses import Page, Status, body_of, code_of, oldest_of, read_page

_PAGE: Final = 100
_PAGES: Final = 3
_RESERVE: Final = 20
_HOUR: Final = 3600.0
_DAY: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of the calls of this account, of how many, and the seconds until there are new ones."""

    calls: int
    limit: int
    reset_after: float

    @property
    def is_reserve(self) -> bool:
        """Say whether so few are left that looks leave them to publishing."""
        return self.calls < min(_RESERVE, self.limit // 5)


class Reads:
    """Reads what one account may see of itself."""

    def __init__(self, http: Transport, base: URL, token: str, uid: str, web: URL) -> None:
        """Take the transport, where the platform is, whose account, and the site of its pages."""
        self._http, self._base, self._token, self._uid, self._web = http, base, token, uid, web

    async def left(self) -> Left | None:
        """Ask what is left of the calls; asking costs none (§6). None when it is not told."""
        body = await self._get("account/rate_limit_status")
        try:
            calls, limit = int(body["remaining_user_hits"]), int(body["user_limit"])
            seconds = float(body["reset_time_in_seconds"])
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        return Left(calls, limit, min(max(seconds, 60.0), _DAY))

    async def timeline(self, since: datetime) -> tuple[Status, ...] | CouldNotLook:
        """Give the newest statuses of our own application, back to a moment; all of them or none.

        A timeline that ends before that moment, or does not end within a few pages, proves nothing.
        """
        found: list[Status] = []
        query = {"uid": self._uid, "base_app": "1", "count": str(_PAGE)}
        for _page in range(_PAGES):
            page = await self._page(query)
            if isinstance(page, CouldNotLook):
                return page
            found += page.statuses
            oldest = oldest_of(page.statuses)
            if page.next_id is None or (oldest is not None and oldest < since):
                return tuple(found)
            query["max_id"] = page.next_id
        return CouldNotLook("微博时间线太长，没有看到发布的时候")

    async def stands(self, mid: str) -> bool | None:
        """Ask whether a status is still there; None when it is not told."""
        match await self._send("statuses/show", {"id": mid}):
            case Answer() as answer if code_of(answer) == NO_STATUS:
                return False
            case Answer(status=200) as answer if isinstance(body := body_of(answer), dict):
                if body.get("deleted"):
                    return False
                return True if str(body.get("idstr")) == mid else None
            case _:
                return None

    async def short_link(self, link: str) -> str | None:
        """Give the t.cn address of a link, as the platform writes it; None when it does not tell."""
        body = await self._get("short_url/shorten", url_long=link)
        try:
            (found,) = (url for url in body["urls"] if url["url_long"] == link)
            return str(found["url_short"]) or None
        except (KeyError, TypeError, ValueError):
            return None

    async def _page(self, query: dict[str, str]) -> Page | CouldNotLook:
        match await self._send("statuses/user_timeline", query):
            case Answer(status=200) as answer:
                page = read_page(body_of(answer), self._web, self._uid)
                return page or CouldNotLook("微博时间线没有给出结果")
            case Answer() as answer if (code := code_of(answer)) in LIMITED:
                left = await self.left()
                after = left.reset_after if left is not None else _HOUR
                return CouldNotLook(f"微博接口次数用完，暂时查不了（代码 {code}）", after=after)
            case Answer() as answer if (code := code_of(answer)) is not None:
                return CouldNotLook(f"微博不让系统查看（代码 {code}）")
            case Answer():  # a gateway's page: its status tells an editor nothing
                return CouldNotLook("微博的接口出错，没能查看")
            case _:
                return CouldNotLook("微博没有回答")

    async def _get(self, name: str, **query: str) -> Any:
        match await self._send(name, query):
            case Answer(status=200) as answer:
                return body_of(answer)
            case _:
                return None

    async def _send(self, name: str, query: Mapping[str, str]) -> Result:
        url = self._base / "2" / f"{name}.json"
        return await self._http.send("GET", url, query={"access_token": self._token, **query})
