"""A request to an address that somebody entered: never to this machine or the inner network by mistake.

An address of the office's own network is allowed only where the operator says so (`watch.webhook_internal`).
The address is judged after it was resolved, and the very one judged is connected to, so that a name that
answers differently the second time gains nothing. Redirects are not followed.
"""

import ipaddress
import json
import socket
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

_SECONDS: Final = 10.0


class OutboundRefused(Exception):
    """The address is not one that we send to; the message is a Chinese sentence."""


class PublicResolver(AbstractResolver):
    """Resolves names and refuses those that lead inside."""

    def __init__(self, inner: AbstractResolver) -> None:
        """Take the resolver that asks the system."""
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Give the addresses of a host, if every one of them is public."""
        found = await self._inner.resolve(host, port, family)
        for one in found:
            _require_public(one["host"])
        return found

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._inner.close()


async def post_json(url: str, value: Any, *, internal: bool) -> None:
    """Send a JSON value; raises OutboundRefused for an address that is not allowed or does not answer 2xx."""
    target = _target_of(url)
    if not internal:
        _refuse_inner_literal(target)
    resolver: AbstractResolver = aiohttp.ThreadedResolver()
    connector = aiohttp.TCPConnector(resolver=resolver if internal else PublicResolver(resolver))
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    body = json.dumps(value, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session:
        try:
            async with session.post(target, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Not the text of the error: it names the address, and that may hold a key.
            raise OutboundRefused(f"提醒没有送达：{type(error).__name__}") from None
    if not 200 <= status < 300:
        raise OutboundRefused(f"提醒没有送达：对方回答 {status}")


def _target_of(url: str) -> URL:
    target = URL(url)
    if target.scheme not in ("http", "https") or not target.host:
        raise OutboundRefused("提醒地址应以 http:// 或 https:// 开头")
    return target


def _refuse_inner_literal(target: URL) -> None:
    """Judge an address written as numbers: aiohttp asks no resolver about it."""
    try:
        ipaddress.ip_address(target.host or "")
    except ValueError:
        return
    _require_public(target.host or "")


def _require_public(host: str) -> None:
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if not (mapped or address).is_global or (mapped or address).is_multicast:
        raise OutboundRefused("提醒地址指向内部网络；确需使用，请设置 watch.webhook_internal")
