"""The client sessions through which everything leaves the house.

One serves the platforms, whose addresses an office set, the other the addresses that strangers gave. Both
judge an address after it was resolved and connect to the very one judged, so that a name that answers
differently the second time gains nothing. What is allowed all the same, the operator says for each.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final, cast

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from yarl import URL

from channels.transport import LeadsInside
from server.core.fence import refuse_without_lease
from server.store.tx import refuse_network_inside_transaction

Inner = tuple[IPv4Network | IPv6Network, ...]
"""The networks of the office's own into which an address may lead all the same."""

KEPT_SECONDS: Final = 1.0
"""So long a connection is kept for the next call.

Short on purpose: a kept connection that the platform has closed meanwhile makes "not sent" look like "no
answer", which costs a look. Within a burst it saves a handshake each.
"""
_RESOLVE_SECONDS: Final = 5.0
_THREADS: Final = ThreadPoolExecutor(8, thread_name_prefix="name")
# NAT64, for all and for one site (RFC 6052, 8215), translated (RFC 2765), compatible (RFC 4291 §2.5.5.1).
_CARRIERS: Final = tuple(
    ipaddress.IPv6Network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where a session may go although it is inside: networks, and hosts that the operator named himself."""

    networks: Inner = ()
    hosts: frozenset[str] = frozenset()

    def require(self, url: URL) -> None:
        """Raise LeadsInside for an address written as numbers that leads inside; a name is judged later."""
        if url.host not in self.hosts:
            refuse_inner_literal(url, self.networks)


class _Connector(aiohttp.TCPConnector):
    """Refuses to connect, on a kept connection too, while a transaction is open; hands out fenced ones."""

    async def connect(self, *args: Any, **more: Any) -> Connection:
        # Here and not by aiohttp's tracing, which costs a request a fifth of its time.
        refuse_network_inside_transaction()
        connection = await super().connect(*args, **more)
        protocol = connection.protocol
        if protocol is not None and protocol.transport and not isinstance(protocol.transport, _Fenced):
            protocol.transport = cast("asyncio.Transport", _Fenced(protocol.transport))
        return connection


class _Fenced:
    """A transport that writes only under a lease, where the caller was fenced (server/core/fence.py).

    Both loops, asyncio's and uvloop's, also through TLS, hand bytes to the system within the call that writes
    them. So nothing stands between the question and the first byte but that one call of the system.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        refuse_without_lease()
        self._transport.write(data)

    def writelines(self, chunks: Iterable[bytes]) -> None:
        refuse_without_lease()
        self._transport.writelines(chunks)


class _GuardedConnector(_Connector):
    """Refuses an inner address written as numbers, too: aiohttp asks no resolver about those."""

    def __init__(self, allowed: Allowed, asked: AbstractResolver, *, keeps_names: bool) -> None:
        resolver = PublicResolver(asked, allowed.networks, allowed.hosts)
        super().__init__(
            resolver=resolver, use_dns_cache=keeps_names, limit=0, keepalive_timeout=KEPT_SECONDS
        )
        self._allowed = allowed

    async def connect(self, req: aiohttp.ClientRequest, *args: Any, **more: Any) -> Connection:
        self._allowed.require(req.url)
        return await super().connect(req, *args, **more)


class PublicResolver(AbstractResolver):
    """Resolves names and refuses those that lead inside."""

    def __init__(
        self, asked: AbstractResolver, inner: Inner = (), hosts: frozenset[str] = frozenset()
    ) -> None:
        """Take the resolver that asks the system, and what networks and hosts are allowed nevertheless."""
        self._asked, self._inner, self._hosts = asked, inner, hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the addresses of a host, if we may send to every one of them; raises LeadsInside."""
        found = await self._asked.resolve(host, port, family)
        for one in found if host not in self._hosts else ():
            _require_public(one["host"], self._inner)
        return found

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._asked.close()


class AsideResolver(AbstractResolver):
    """Asks the system for the names that strangers gave, in threads of its own.

    Whoever has a name can let its server never answer, and a lookup cannot be ended. In the threads that
    everybody shares, six such names kept pages and deliveries waiting.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the addresses of a host; raises OSError when there are none."""
        asked = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
        found = await asyncio.get_running_loop().run_in_executor(_THREADS, asked)
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=int(address[1]), family=kind, proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _type, proto, _name, address in found
        ]  # fmt: skip

    async def close(self) -> None:
        """Close nothing: the threads are everybody's."""


def open_session(allowed: Allowed | None = None, *traces: aiohttp.TraceConfig) -> aiohttp.ClientSession:
    """Give a session that keeps no cookies and refuses to send while a transaction is open.

    With `allowed` it goes inside only there: a request elsewhere inside raises LeadsInside.
    """
    connector = (
        _Connector(limit=0, keepalive_timeout=KEPT_SECONDS)
        if allowed is None
        else _GuardedConnector(allowed, aiohttp.ThreadedResolver(), keeps_names=True)
    )
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trace_configs=list(traces)
    )


def open_guarded_session(inner: Inner, seconds: float) -> aiohttp.ClientSession:
    """Give a session for addresses of strangers: a request raises LeadsInside where it would go inside.

    It takes no proxy from the environment, through which it would reach what it must not.
    """
    return aiohttp.ClientSession(
        connector=_GuardedConnector(Allowed(inner), AsideResolver(), keeps_names=False),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=seconds),
        trust_env=False,
    )


async def require_public(url: URL, inner: Inner) -> None:
    """Raise LeadsInside for an address that leads inside, OSError for one that leads nowhere."""
    refuse_inner_literal(url, inner)
    resolver = PublicResolver(AsideResolver(), inner)
    async with asyncio.timeout(_RESOLVE_SECONDS):  # a TimeoutError is an OSError
        await resolver.resolve(url.host or "", url.port or 0, socket.AF_UNSPEC)


def refuse_inner_literal(url: URL, inner: Inner = ()) -> None:
    """Judge an address written as numbers; names are judged when they are resolved."""
    try:
        ipaddress.ip_address(url.host or "")
    except ValueError:
        return
    _require_public(url.host or "", inner)


def _require_public(host: str, inner: Inner) -> None:
    address = ipaddress.ip_address(host.partition("%")[0])
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(plain in network for network in inner):
        return
    if not plain.is_global or plain.is_multicast or _carries_inner(plain):
        raise LeadsInside("an address leads inside")


def _carries_inner(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether an IPv6 address stands for an IPv4 one within, or for a site's own: we send to none."""
    if isinstance(address, ipaddress.IPv4Address):
        return False
    is_tunnel = address.sixtofour is not None or address.teredo is not None
    return is_tunnel or address.is_site_local or any(address in network for network in _CARRIERS)
