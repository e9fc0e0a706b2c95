"""What stands between the socket and our handlers: how many may be connected, and what every answer says.

No answer leaves without saying whether it may be kept. Handlers say it themselves. What aiohttp answers
before or beside them says nothing, and browsers in apps keep for long whatever does not forbid it (contract
website §4).

A connection costs a stranger nothing and us an open file, of which a process has few. So one that brings
nothing ends soon, and where there are too many the least busy one makes room for the next: nobody is locked
out by those who only hold the door.
"""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiohttp import hdrs, web

from server.public.heads import HTML, PUBLIC_SECURITY
from server.public.site import AT_HAND, AtHand

log = structlog.get_logger(__name__)

_UNKEPT: Final = "no-store"
_PAGE: Final = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    "<h1>{title}</h1><p>{sentence}</p></html>"
)
_UNREADABLE: Final = ("请求读不懂", "浏览器发来的请求不完整，或者写法不对。请检查地址后再试。")
_BROKEN: Final = ("服务器出错了", "错误已经记录，请过一会儿再试。")
_Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
_FILES: Final = 16_384
_FILES_OF_OURS: Final = 256
"""Files that the rest of the process needs: stores, pages, platforms, children."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may bring nothing, and how many there may be."""

    idle: float = 75.0
    """Seconds without a whole request. nginx keeps a connection for 60: it is nginx that has to end it."""

    look: float = 30.0
    slowest: int = 4096
    """Bytes that the body of a request must bring between two looks so many seconds apart."""

    most: int = 2000


async def say_whether_kept(_request: web.Request, response: web.StreamResponse) -> None:
    """Forbid to keep a refusal, whatever the file that it stands for may, and what nothing is said of.

    Nor is anything to be taken for another kind than it says.
    """
    response.headers.setdefault(hdrs.X_CONTENT_TYPE_OPTIONS, "nosniff")
    if response.status >= 400:
        response.headers[hdrs.CACHE_CONTROL] = _UNKEPT
    else:
        response.headers.setdefault(hdrs.CACHE_CONTROL, _UNKEPT)


def room_for_connections(most: int) -> int:
    """Let this process open as many files as it may, and give how many connections that leaves room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return most if soft == resource.RLIM_INFINITY else min(most, max(soft - _FILES_OF_OURS, soft // 2))


class _Line(web.RequestHandler):
    """One connection."""

    __slots__ = ("_began", "_heard_at", "_received", "_seen")

    def __init__(self, manager: web.Server, **more: Any) -> None:
        super().__init__(manager, **more)
        self._began = self._heard_at = self._loop.time()
        self._received = 0
        self._seen: int | None = None  # so much had come at the last look, if a body was wanting then

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection; where there are too many, another makes room."""
        super().connection_made(transport)
        if isinstance(self._manager, _Lines):
            self._manager.make_room(self)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._received += len(data)
        self._heard_at = self._loop.time()
        super().data_received(data)

    @property
    def lacks_body(self) -> bool:
        """Say that a request is under way whose body is still to come, and that we are ready to take it."""
        request = self._current_request
        return request is not None and not request.content.is_eof() and not self._reading_paused

    @property
    def business(self) -> tuple[int, float]:
        """Give what grows with the right to stay: no request, then half a one, then a whole one."""
        if self._current_request is None:
            # By when its last whole request ended: half a line of another is none.
            return 0, self._next_keepalive_close_time
        if self.lacks_body:
            return 1, self._received / max(self._loop.time() - self._began, 0.001)
        return 2, self._heard_at

    def is_slow(self, slowest: int) -> bool:
        """Say that a body has been wanting since the last look and brought too little; looks by that."""
        before, self._seen = self._seen, self._received if self.lacks_body else None
        return before is not None and self._seen is not None and self._seen - before < slowest

    def cut(self) -> None:
        """End the connection at once, whatever still waits to be sent."""
        transport = self.transport
        self.force_close()
        if transport is not None:
            transport.abort()

    def log_exception(self, *args: Any, **more: Any) -> None:
        """Write down what nobody foresaw; the rest of a body that was answered already is none of that."""
        if not isinstance(more.get("exc_info"), web.RequestPayloadError):
            super().log_exception(*args, **more)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no request, and what nobody foresaw, with a page of our own."""
        if isinstance(exc, web.RequestPayloadError):
            status = 400
        # Who hung up, was cut off, or sent what is no body is no fault to look into.
        elif not (isinstance(exc, ConnectionError) and self.transport is None):
            super().handle_error(request, status, exc, message)  # writes it down
        title, sentence = _UNREADABLE if status < 500 else _BROKEN
        headers = {**PUBLIC_SECURITY, hdrs.CONTENT_TYPE: HTML, hdrs.CACHE_CONTROL: _UNKEPT}
        body = _PAGE.format(title=title, sentence=sentence).encode()
        response = web.Response(status=status, body=body, headers=headers)
        response.force_close()
        return response


def _asked_first(at_hand: AtHand, handler: _Handler) -> _Handler:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        ready = at_hand(request)
        return ready if ready is not None else await handler(request)

    return answer


class _Lines(web.Server):
    """What gives each connection its keeper, and ends those that only hold a place."""

    def __init__(self, made: web.Server, at_hand: AtHand | None, patience: Patience, most: int) -> None:
        handler = made.request_handler if at_hand is None else _asked_first(at_hand, made.request_handler)
        super().__init__(handler, request_factory=made.request_factory, **made._kwargs)  # noqa: SLF001
        self._patience, self._most, self._ended = patience, most, 0
        self._look_at = self._loop.call_later(patience.look, self._look)

    def __call__(self) -> web.RequestHandler:
        return _Line(self, loop=self._loop, **self._kwargs)

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 -- aiohttp's own
        """End all of them."""
        self._look_at.cancel()
        await super().shutdown(timeout)

    def make_room(self, newest: _Line) -> None:
        """End some of those that do least when there are too many, so that the next few find room as well."""
        if len(self._connections) <= self._most:
            return
        # Those that were ended a moment ago are among them still.
        others = [one for one in self._all() if one.connected and one is not newest]
        if len(others) < self._most:
            return
        ended = sorted(others, key=lambda one: one.business)[: max(1, self._most // 50)]
        for one in ended:
            one.cut()
        self._ended += len(ended)

    def _look(self) -> None:
        """End what brings a body drop by drop, and tell once of all that made room since the last look."""
        if self._ended:
            log.warning("connections_made_room", ended=self._ended, most=self._most)
            self._ended = 0
        slow = [one for one in self._all() if one.is_slow(self._patience.slowest)]
        for one in slow:
            one.cut()
        self._look_at = self._loop.call_later(self._patience.look, self._look)

    def _all(self) -> list[_Line]:
        return [one for one in self.connections if isinstance(one, _Line)]


class Runner(web.AppRunner):
    """aiohttp's runner of an application, whose every answer says whether it may be kept."""

    __slots__ = ("_most", "_patience")

    def __init__(
        self, app: web.Application, *, shutdown_timeout: float, patience: Patience | None = None
    ) -> None:
        """Take an application that is complete but not yet frozen."""
        self._patience = patience or Patience()
        self._most = room_for_connections(self._patience.most)
        super().__init__(
            app, access_log=None, shutdown_timeout=shutdown_timeout, keepalive_timeout=self._patience.idle
        )
        app.on_response_prepare.append(say_whether_kept)

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Lines(made, self.app.get(AT_HAND), self._patience, self._most)
