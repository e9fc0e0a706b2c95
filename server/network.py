"""The one client session through which everything leaves the house."""

from typing import Any, Final

import aiohttp
from aiohttp.connector import Connection

from server.store.tx import refuse_network_inside_transaction

KEPT_SECONDS: Final = 1.0
"""So long a connection is kept for the next call.

Short on purpose: a kept connection that the platform has closed meanwhile makes "not sent" look like "no
answer", which costs a look. Within a burst it saves a handshake each.
"""


class _Connector(aiohttp.TCPConnector):
    """Refuses to connect, on a kept connection too, while a transaction is open."""

    async def connect(self, *args: Any, **more: Any) -> Connection:
        # Here and not by aiohttp's tracing, which costs a request a fifth of its time.
        refuse_network_inside_transaction()
        return await super().connect(*args, **more)


def open_session() -> aiohttp.ClientSession:
    """Give a session that keeps no cookies and refuses to send while a transaction is open."""
    connector = _Connector(limit=0, keepalive_timeout=KEPT_SECONDS)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
