"""The strings of the rehearsal that only WeChat has: the account's own server."""

import json
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from channels.sandbox.wechat.audience import Callback
from channels.sandbox.wechat.crypt import key_of
from channels.sandbox.wechat.platform import WECHAT
from channels.sandbox.wechat.postman import POSTMAN

_CALLBACK = TypeAdapter(Callback)


async def set_callback(request: web.Request) -> web.Response:
    """Take the address of a server that proves to know the token; an empty one takes it away."""
    wechat = request.app[WECHAT]
    try:
        callback = _CALLBACK.validate_json(await request.read())
        if callback.mode != "plain":
            key_of(callback.aes_key)
    except (ValidationError, ValueError):
        return _say({"error": "需要 url、token，加密时还要 43 个字符的 aes_key"}, status=400)
    if callback.url and not await request.app[POSTMAN].introduce(callback):
        return _say({"error": "服务器没有原样答回 echostr：请检查网址和 token"}, status=400)
    wechat.book.callback = callback if callback.url else None
    wechat.touch()
    return _say({"ok": True})


async def carry_events(request: web.Request) -> web.Response:
    """Tell what has happened by now, and say how each try ended."""
    postman = request.app[POSTMAN]
    await postman.carry_due()
    return _say({"tried": postman.tried[-50:]})


def _say(value: dict[str, Any], status: int = 200) -> web.Response:
    body = json.dumps(value, ensure_ascii=False).encode()
    return web.Response(status=status, body=body, content_type="application/json")
