"""Where the subscribe page sends a browser that wants to be told, and one that wants no more."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from server.public.heads import PUBLIC_SECURITY
from server.store.tx import StoreAway
from server.subscribe.push import Push, PushRefusal, forget_browser, take_browser

PATH: Final = "/push/subscription"
_HEADERS: Final = {**PUBLIC_SECURITY, "Cache-Control": "no-store"}
_MAX_BYTES: Final = 16_384
_IN_ALL: Final = 2000
_WINDOW: Final = 600

Allow = Callable[[str, int, int], Awaitable[bool]]
_Act = Callable[[Push, bytes], Awaitable[None]]


def add_push(app: web.Application, push: Push, allow: Allow) -> None:
    """Serve both; `allow` counts the requests of everybody together."""

    def served(act: _Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            try:
                # Another site's page cannot send this type without asking first, and is not answered then.
                if request.content_type != "application/json":
                    raise PushRefusal(415, "unsupported_type", "请求应是 JSON")
                body = await _read(request)
                if not await allow("push", _IN_ALL, _WINDOW):
                    raise PushRefusal(429, "too_many_requests", "现在开通的人太多，请过几分钟再试")
                await act(push, body)
            except PushRefusal as refusal:
                return _refuse(refusal.status, refusal.code, refusal.sentence)
            except StoreAway:
                return _refuse(503, "store_away", "服务正在恢复，请过一会儿再试")
            return web.json_response({}, headers=_HEADERS)

        return answer

    app.router.add_put(PATH, served(take_browser))
    app.router.add_delete(PATH, served(forget_browser))


async def _read(request: web.Request) -> bytes:
    body = await request.content.read(_MAX_BYTES + 1)
    while not request.content.at_eof() and len(body) <= _MAX_BYTES:
        body += await request.content.read(_MAX_BYTES + 1 - len(body))
    if len(body) > _MAX_BYTES:
        raise PushRefusal(413, "too_large", "请求过长")
    return body


def _refuse(status: int, code: str, sentence: str) -> web.Response:
    return web.json_response({"code": code, "detail": sentence}, status=status, headers=_HEADERS)
