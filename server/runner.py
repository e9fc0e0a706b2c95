"""What stands between the socket and our handlers: no answer leaves without saying whether it may be kept.

Handlers say it themselves. What aiohttp answers before or beside them says nothing, and browsers in apps keep
for long whatever does not forbid it (contract website §4).
"""

from typing import Final

from aiohttp import hdrs, web

from server.public.site import HTML, PUBLIC_SECURITY

_UNKEPT: Final = "no-store"
_PAGE: Final = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    "<h1>{title}</h1><p>{sentence}</p></html>"
)
_UNREADABLE: Final = ("请求读不懂", "浏览器发来的请求不完整，或者写法不对。请检查地址后再试。")
_BROKEN: Final = ("服务器出错了", "错误已经记录，请过一会儿再试。")


async def say_whether_kept(_request: web.Request, response: web.StreamResponse) -> None:
    """Forbid to keep a refusal, whatever the file that it stands for may, and what nothing is said of."""
    if response.status >= 400:
        response.headers[hdrs.CACHE_CONTROL] = _UNKEPT
    else:
        response.headers.setdefault(hdrs.CACHE_CONTROL, _UNKEPT)


class _Line(web.RequestHandler):
    """One connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no request, and what nobody foresaw, with a page of our own."""
        super().handle_error(request, status, exc, message)  # writes it down
        title, sentence = _UNREADABLE if status < 500 else _BROKEN
        headers = {**PUBLIC_SECURITY, hdrs.CONTENT_TYPE: HTML, hdrs.CACHE_CONTROL: _UNKEPT}
        body = _PAGE.format(title=title, sentence=sentence).encode()
        response = web.Response(status=status, body=body, headers=headers)
        response.force_close()
        return response


class _Lines(web.Server):
    """What gives each connection its keeper."""

    def __call__(self) -> web.RequestHandler:
        return _Line(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """aiohttp's runner of an application, whose every answer says whether it may be kept."""

    __slots__ = ()

    def __init__(self, app: web.Application, *, shutdown_timeout: float) -> None:
        """Take an application that is complete but not yet frozen."""
        super().__init__(app, access_log=None, shutdown_timeout=shutdown_timeout)
        app.on_response_prepare.append(say_whether_kept)

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Lines(made.request_handler, request_factory=made.request_factory, **made._kwargs)  # noqa: SLF001
