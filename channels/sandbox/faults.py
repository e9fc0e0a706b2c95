"""What goes wrong on the wire: counts every request and makes the next call of a path suffer.

It knows no platform. A fault named `_after` strikes when the platform has already acted.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never, get_args

from aiohttp import web
from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

FaultKind = Literal[
    "drop_before",  # the line is cut, nothing was done
    "drop_after",  # done, then the line is cut without an answer
    "502_before",
    "502_after",
    "error",  # answers `status` and `body`, does nothing
    "error_after",  # does it, and answers `status` and `body` all the same
    "hang_before",  # nothing is done and no answer comes
    "hang",  # done, and no answer comes
    "slow",  # done at once, the answer comes `seconds` later
    "late",  # done only `seconds` later, even when the caller has long gone
    "truncated",  # done, and the answer's body ends half way
]

CONTROL = "/_sandbox"
"""Whatever stands below this address belongs to the rehearsal and not to the platform."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What the next `times` calls of `path` suffer; `path` "*" is any path of the platform."""

    path: str
    fault: FaultKind
    seconds: float = 0.0  # 0 for a hang or a late act: until the platform closes
    status: int | None = None  # None: what this platform sends with an error
    body: str | dict[str, Any] = ""
    times: int = 1


class Wire:
    """The line in front of one platform."""

    def __init__(self, *, error_status: int) -> None:
        """Take the HTTP status that the platform puts on its errors."""
        self._error_status = error_status
        self._counts: Counter[str] = Counter()
        self._queued: list[Fault] = []
        self._closing = asyncio.Event()

    def count(self, path: str | None = None) -> int:
        """Give how many requests of a path came in, answered or not; None counts all."""
        return self._counts.total() if path is None else self._counts[path]

    def counts(self) -> dict[str, int]:
        """Give the requests by path."""
        return dict(sorted(self._counts.items()))

    def queue(self, fault: Fault) -> None:
        """Let the next calls of the fault's path suffer it, after those already queued.

        Raises ValueError for a fault that there is not: a slip would break the call in some other way.
        """
        if fault.fault not in get_args(FaultKind):
            raise ValueError(f"no such fault: {fault.fault}")
        self._queued.append(fault)

    def queued(self) -> tuple[Fault, ...]:
        """Give the faults that still wait for their call."""
        return tuple(self._queued)

    def reset(self) -> None:
        """Forget counts and faults."""
        self._counts.clear()
        self._queued.clear()

    def close(self) -> None:
        """Let every hanging call end."""
        self._closing.set()

    def middleware(self) -> Middleware:
        """Give the outermost middleware of the platform's application."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith(CONTROL):
                return await handler(request)
            self._counts[request.path] += 1
            fault = self._take(request.path)
            if fault is None:
                return await handler(request)
            # The whole request is in before anything breaks: a caller who goes away then changes nothing.
            await request.read()
            return await self._suffer(fault, request, handler)

        return guard

    def _take(self, path: str) -> Fault | None:
        for place, fault in enumerate(self._queued):
            if fault.path in (path, "*"):
                if fault.times > 1:
                    self._queued[place] = replace(fault, times=fault.times - 1)
                else:
                    del self._queued[place]
                return fault
        return None

    async def _suffer(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        match fault.fault:
            case "drop_before":
                return _cut(request)
            case "502_before":
                return _bad_gateway()
            case "error":
                return self._say(fault)
            case "hang_before":
                await self._wait(fault.seconds)
                return _cut(request)
            case "late":
                await self._wait(fault.seconds)
                return await handler(request)
            case "drop_after" | "502_after" | "error_after" | "hang" | "slow" | "truncated":
                return await self._suffer_after(fault, request, await handler(request))
            case _:
                assert_never(fault.fault)

    async def _suffer_after(
        self, fault: Fault, request: web.Request, answer: web.StreamResponse
    ) -> web.StreamResponse:
        match fault.fault:
            case "502_after":
                return _bad_gateway()
            case "error_after":
                return self._say(fault)
            case "slow":
                await self._wait(fault.seconds)
                return answer
            case "truncated":
                return _halve(answer)
            case "hang":
                await self._wait(fault.seconds)
        return _cut(request)

    def _say(self, fault: Fault) -> web.Response:
        body = fault.body if isinstance(fault.body, str) else json.dumps(fault.body, ensure_ascii=False)
        kind = "application/json" if body.startswith("{") else "text/html"
        status = self._error_status if fault.status is None else fault.status
        return web.Response(status=status, text=body, content_type=kind)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds or None):
                await self._closing.wait()
        except TimeoutError:
            return


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _bad_gateway() -> web.Response:
    # contract weibo §1: the gateway answers 502 with a body that is not JSON.
    page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return web.Response(status=502, text=page, content_type="text/html")


def _halve(answer: web.StreamResponse) -> web.Response:
    body = answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""
    kind = answer.headers.get("Content-Type", "application/json")
    return web.Response(status=answer.status, body=body[: len(body) // 2], headers={"Content-Type": kind})
