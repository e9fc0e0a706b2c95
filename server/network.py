"""The client sessions through which everything leaves the house.

One serves the platforms, whose addresses we know. The other is for addresses that strangers gave: it judges
an address after it was resolved and connects to the very one judged, so that a name that answers differently
the second time gains nothing.
"""

import asyncio
import ipaddress
import socket
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from yarl import URL

from server.store.tx import refuse_network_inside_transaction

Inner = tuple[IPv4Network | IPv6Network, ...]
"""The networks of the office's own into which an address may lead all the same."""

KEPT_SECONDS: Final = 1.0
"""So long a connection is kept for the next call.

Short on purpose: a kept connection that the platform has closed meanwhile makes "not sent" look like "no
answer", which costs a look. Within a burst it saves a handshake each.
"""
_RESOLVE_SECONDS: Final = 5.0


class LeadsInside(Exception):
    """An address leads to this machine or into the inner network."""


class _Connector(aiohttp.TCPConnector):
    """Refuses to connect, on a kept connection too, while a transaction is open."""

    async def connect(self, *args: Any, **more: Any) -> Connection:
        # Here and not by aiohttp's tracing, which costs a request a fifth of its time.
        refuse_network_inside_transaction()
        return await super().connect(*args, **more)


class _GuardedConnector(_Connector):
    """Refuses an inner address written as numbers, too: aiohttp asks no resolver about those."""

    def __init__(self, inner: Inner) -> None:
        resolver = PublicResolver(aiohttp.ThreadedResolver(), inner)
        super().__init__(resolver=resolver, use_dns_cache=False, limit=0, keepalive_timeout=KEPT_SECONDS)
        self._inner = inner

    async def connect(self, req: aiohttp.ClientRequest, *args: Any, **more: Any) -> Connection:
        refuse_inner_literal(req.url, self._inner)
        return await super().connect(req, *args, **more)


class PublicResolver(AbstractResolver):
    """Resolves names and refuses those that lead inside."""

    def __init__(self, asked: AbstractResolver, inner: Inner = ()) -> None:
        """Take the resolver that asks the system, and the networks that are allowed nevertheless."""
        self._asked, self._inner = asked, inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the addresses of a host, if we may send to every one of them; raises LeadsInside."""
        found = await self._asked.resolve(host, port, family)
        for one in found:
            _require_public(one["host"], self._inner)
        return found

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._asked.close()


def open_session() -> aiohttp.ClientSession:
    """Give a session that keeps no cookies and refuses to send while a transaction is open."""
    connector = _Connector(limit=0, keepalive_timeout=KEPT_SECONDS)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def open_guarded_session(inner: Inner, seconds: float) -> aiohttp.ClientSession:
    """Give a session for addresses of strangers: a request raises LeadsInside where it would go inside.

    It takes no proxy from the environment, through which it would reach what it must not.
    """
    return aiohttp.ClientSession(
        connector=_GuardedConnector(inner),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=seconds),
        trust_env=False,
    )


async def require_public(url: URL, inner: Inner) -> None:
    """Raise LeadsInside for an address that leads inside, OSError for one that leads nowhere."""
    refuse_inner_literal(url, inner)
    resolver = PublicResolver(aiohttp.ThreadedResolver(), inner)
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
    """Say whether an IPv6 address stands for an IPv4 one within (6to4, Teredo, NAT64): we send to none."""
    if isinstance(address, ipaddress.IPv4Address):
        return False
    nat64 = ipaddress.IPv6Network("64:ff9b::/96")
    return address.sixtofour is not None or address.teredo is not None or address in nat64
