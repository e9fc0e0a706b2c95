"""/api/v1/callbacks/wechat/{account}: pushes of WeChat. Verify, act, answer; nothing outside is called."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Final

import structlog
from aiohttp import web

from channels.wechat.callback import Keys, is_fresh, is_signed, open_push, seal_reply
from channels.wechat.envelope import MOST_BYTES, BadPush
from channels.wechat.pushes import read_push
from channels.wechat.replies import reply_xml
from server.api.answers import PRIVATE
from server.parts import PARTS, Parts
from server.store.accounts import AccountRow, find_account
from server.store.tx import StoreAway, Tx
from server.subscribe.hear import Heard, hear

_SECONDS: Final = 4.0
"""Five seconds are given for a whole answer (contract wechat §8.3); the way there needs some of them."""

log = structlog.get_logger(__name__)


async def prove_address(request: web.Request) -> web.Response:
    """Give `echostr` back, and nothing else, to whoever signed with the account's token (§8.1)."""
    await _open(request)
    return _say(request.query.get("echostr", "")[:1024])


async def receive_push(request: web.Request) -> web.Response:
    """Take a push; an answer other than 200 makes the platform try again."""
    parts = request.config_dict[PARTS]
    account, keys = await _open(request)
    try:
        async with asyncio.timeout(_SECONDS):
            push = read_push(open_push(keys, request.query, await _read(request)))
    except TimeoutError:
        raise web.HTTPRequestTimeout(headers=PRIVATE) from None
    except BadPush as error:
        log.warning("bad_push", account=account.slug, where=str(error))
        raise web.HTTPBadRequest(headers=PRIVATE) from None

    async def act(tx: Tx) -> Heard:
        return await hear(tx, account, push, parts.site, at=parts.now())

    try:
        async with asyncio.timeout(_SECONDS):
            heard = await parts.store.write(act)
    except (TimeoutError, StoreAway):
        raise web.HTTPServiceUnavailable(headers=PRIVATE) from None
    if heard.wakes:
        await parts.wake()
    if heard.reply is None:
        return _say("success")
    at = parts.now()
    xml = reply_xml(heard.reply, to=push.openid, sender=push.account, at=at)
    stamp, nonce = str(int(at.timestamp())), secrets.token_hex(8)
    sealed = seal_reply(keys, xml, timestamp=stamp, nonce=nonce, random=secrets.token_bytes(16))
    return _say(sealed, "application/xml")


def add_callbacks(api: web.Application) -> None:
    """Put the addresses into the application of the API."""
    api.router.add_get("/v1/callbacks/wechat/{account}", prove_address, allow_head=False)
    api.router.add_post("/v1/callbacks/wechat/{account}", receive_push)


async def _open(request: web.Request) -> tuple[AccountRow, Keys]:
    """Give the account whose token the caller knows; all others learn nothing of it."""
    parts, slug = request.config_dict[PARTS], request.match_info["account"]
    account = None
    if len(slug) <= 64 and "\0" not in slug:
        try:
            async with parts.store.read() as tx:
                account = await find_account(tx, slug)
        except StoreAway:
            raise web.HTTPServiceUnavailable(headers=PRIVATE) from None
    keys = _keys_of(parts, account)
    if account is None or keys is None or not is_signed(keys, request.query):
        raise web.HTTPForbidden(headers=PRIVATE)
    if not is_fresh(request.query, at=parts.now()):
        log.warning("stale_push", account=account.slug, told=request.query.get("timestamp", "")[:20])
        raise web.HTTPForbidden(headers=PRIVATE)
    return account, keys


def _keys_of(parts: Parts, account: AccountRow | None) -> Keys | None:
    if account is None or account.channel != "wechat" or not account.sealed:
        return None
    secret: Mapping[str, str] = parts.vault.open(account.sealed)
    return Keys(
        appid=account.settings.get("appid", ""),
        token=secret.get("callback_token", ""),
        aes_key=secret.get("callback_aes_key", ""),
        former_aes_key=secret.get("callback_former_aes_key", ""),
    )


async def _read(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BadPush("size")
    return bytes(body)


def _say(text: str, kind: str = "text/plain") -> web.Response:
    return web.Response(text=text, content_type=kind, charset="utf-8", headers=PRIVATE)
