"""The one client session through which everything leaves the house."""

from typing import Any, Final

import aiohttp

from server.store.tx import refuse_network_inside_transaction

KEPT_SECONDS: Final = 1.0
"""So long a connection is kept for the next call.

Short on purpose: a kept connection that the platform has closed meanwhile makes "not sent" look like "no
answer", which costs a look. Within a burst it saves a handshake each.
"""


def open_session() -> aiohttp.ClientSession:
    """Give a session that keeps no cookies and refuses to send while a transaction is open."""
    trace = aiohttp.TraceConfig()

    async def guard(*_args: Any) -> None:
        refuse_network_inside_transaction()

    trace.on_request_start.append(guard)
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_SECONDS)
    return aiohttp.ClientSession(
        connector=connector, trace_configs=[trace], cookie_jar=aiohttp.DummyCookieJar()
    )
