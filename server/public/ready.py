"""An answer that lies ready: its head was written once, and only the date is new.

More than half of what a reader's request cost was making the same headers again for everybody.
"""

import time
from email.utils import formatdate
from functools import lru_cache
from typing import Final

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import HttpVersion11

_KEPT_BY_OLD: Final = b"Connection: keep-alive\r\n\r\n"
_ENDED: Final = b"Connection: close\r\n\r\n"
_KEPT: Final = b"\r\n"


class Ready(web.StreamResponse):
    """A head and a body as bytes, in which everything is said: no header is added to it, no signal sent."""

    def __init__(self, status: int, head: bytes, body: bytes = b"") -> None:
        """Take the head as `heads.written_head` gives it."""
        super().__init__(status=status)
        self._head, self._bytes = head, body

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter:
        """Send all of it, and wait for a client that takes it slowly."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has gone")
        self._keep_alive = lasting = request.keep_alive
        kept = _KEPT if request.version >= HttpVersion11 else _KEPT_BY_OLD
        parts = [self._head, _date(int(time.time())), kept if lasting else _ENDED]
        # No empty part: from Python 3.12 on asyncio's own loop tries to send one for ever (cpython gh-91166).
        if self._bytes and request.method != hdrs.METH_HEAD:
            parts.append(self._bytes)
        transport.writelines(parts)
        self._eof_sent = True
        await request.writer.drain()
        return request.writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: the whole answer has left."""


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return f"Date: {formatdate(second, usegmt=True)}\r\n".encode()
