"""The hub's door: one address for requests of subscribers and publishers (WebSub §5)."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from channels.addresses import HUB
from server.public.heads import PUBLIC_SECURITY
from server.store.tx import StoreAway
from server.subscribe.hub import Hub, ask
from server.subscribe.hub_request import MAX_BYTES, HubRefusal, read_request

Allow = Callable[[str, int, int], Awaitable[bool]]
"""Counts a try under a key, and says whether it is among the first so many of so many seconds."""

_HEADERS: Final = {**PUBLIC_SECURITY, "Cache-Control": "no-store"}
_FORM: Final = "application/x-www-form-urlencoded"
_A_HOST: Final = 300
"""So many requests a host may make or have made in its name in a window: enough for every feed of a site."""
_WINDOW: Final = 600
_AWAY: Final = HubRefusal(503, "away", "订阅服务正在恢复，请过一会儿再试")
_HELP: Final = (
    "这是本站订阅源的 WebSub 服务地址，供订阅软件使用：请用 POST 提交 hub.mode、hub.topic 和 hub.callback。\n"
)


def add_hub(app: web.Application, hub: Hub, allow: Allow) -> None:
    """Serve the hub; `allow` counts what is asked for in the name of a host."""

    async def answer(request: web.Request) -> web.Response:
        try:
            await _take(request, hub, allow)
        except HubRefusal as refusal:
            return _refuse(refusal)
        except StoreAway:
            return _refuse(_AWAY)
        return web.Response(status=202, headers=_HEADERS, text="")

    app.router.add_post(f"/{HUB}", answer)
    app.router.add_get(f"/{HUB}", _say_what_it_is)


async def _take(request: web.Request, hub: Hub, allow: Allow) -> None:
    if request.content_type != _FORM:
        raise HubRefusal(415, "form_wanted", f"请求应是表单（{_FORM}）")
    if (request.content_length or 0) > MAX_BYTES:
        raise HubRefusal(413, "too_large", "请求过长")
    body = await request.content.read(MAX_BYTES + 1)
    while not request.content.at_eof() and len(body) <= MAX_BYTES:
        body += await request.content.read(MAX_BYTES + 1 - len(body))
    if len(body) > MAX_BYTES:
        raise HubRefusal(413, "too_large", "请求过长")
    asked = read_request(body, hub.topics)
    if asked.host and not await allow(f"hub {asked.host}", _A_HOST, _WINDOW):
        raise HubRefusal(429, "too_many_requests", "请求太多，请过几分钟再试")
    await ask(hub, asked)


async def _say_what_it_is(_request: web.Request) -> web.Response:
    return web.Response(status=405, headers={**_HEADERS, "Allow": "POST"}, text=_HELP)


def _refuse(refusal: HubRefusal) -> web.Response:
    headers = {**_HEADERS, "Retry-After": "600"} if refusal.status in (429, 503) else _HEADERS
    return web.Response(status=refusal.status, headers=headers, text=f"{refusal.code}: {refusal.sentence}\n")
