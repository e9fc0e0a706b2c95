"""A request to an address that somebody entered: never to this machine or the inner network by mistake.

An address of the office's own network is allowed only where the operator says so (`watch.webhook_internal`).
The address is judged after it was resolved, and the very one judged is connected to, so that a name that
answers differently the second time gains nothing. Redirects are not followed.
"""

import json
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from channels.transport import LeadsInside
from server.network import PublicResolver, refuse_inner_literal

_SECONDS: Final = 10.0


class OutboundRefused(Exception):
    """The address is not one that we send to; the message is a Chinese sentence."""


async def post_json(url: str, value: Any, *, internal: bool) -> None:
    """Send a JSON value; raises OutboundRefused for an address that is not allowed or does not answer 2xx."""
    target = _target_of(url)
    resolver: AbstractResolver = aiohttp.ThreadedResolver()
    connector = aiohttp.TCPConnector(resolver=resolver if internal else PublicResolver(resolver))
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    body = json.dumps(value, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session:
        try:
            if not internal:
                refuse_inner_literal(target)
            async with session.post(target, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except LeadsInside:
            raise OutboundRefused("提醒地址指向内部网络；确需使用，请设置 watch.webhook_internal") from None
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
