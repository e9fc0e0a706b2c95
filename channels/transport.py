"""The one HTTP transport of the adapters: here "not sent" and "no answer" part, and nowhere else.

`NotSent` is safe to repeat: no byte of the request reached the platform. `NoAnswer` is not: the platform
may have acted. Adapters match on the three results and turn no exception into an outcome themselves.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

Form = aiohttp.FormData
Body = bytes | Mapping[str, str] | aiohttp.FormData | None


class LeadsInside(Exception):
    """An address leads to this machine or into the inner network, where the session may not go."""


class LeaseOver(Exception):
    """Whoever calls may send no more: another may have taken over meanwhile. Nothing has left."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Decode as UTF-8 JSON whatever the Content-Type says; raises ValueError.

        WeChat sends text/plain and control characters inside strings (contract wechat §0.2).
        """
        return json.loads(self.body.decode("utf-8"), strict=False)


@dataclass(frozen=True, slots=True)
class NotSent:
    """The connection never stood: refused, name not resolved, TLS not agreed."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The request left or may have left, and no complete answer came."""

    reason: str


Result = Answer | NotSent | NoAnswer


class Transport:
    """Sends one request and says which of the three happened; it never repeats one that could act.

    A GET whose line is cut before the answer, aiohttp itself asks once more: that only costs a call.
    """

    def __init__(self, session: aiohttp.ClientSession, *, seconds: float) -> None:
        """Take a session and the time a whole exchange may last."""
        self._session = session
        self._timeout = aiohttp.ClientTimeout(total=seconds)

    async def send(
        self,
        method: str,
        url: URL,
        *,
        query: Mapping[str, str] | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Result:
        """Send one request; redirects are not followed, because a platform's API never sends one."""
        try:
            async with self._session.request(
                method,
                url,
                params=query,
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as answer:
                return Answer(answer.status, dict(answer.headers), await answer.read())
        except LeadsInside:
            return NotSent("地址指向内部网络，没有连接")
        except LeaseOver:
            return NotSent("发送前处理中断过久，没有发送")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return NotSent(type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return NoAnswer(type(error).__name__)
