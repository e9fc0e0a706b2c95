"""The one place where a refusal becomes an HTTP status, as problem+json (RFC 9457)."""

import json
from collections.abc import Mapping
from typing import Any, Final

import structlog
from aiohttp import web

from server.api.requests import request_id
from server.api.route import Handler
from server.core.problems import Problem
from server.forms.complaints import BadJson
from server.forms.multipart import UNREADABLE_BODY, has_hung_up
from server.forms.refusals import STATUSES, find_refusals, unkept_by
from server.store.tx import StoreAway

log = structlog.get_logger(__name__)

_BY_HTTP: Final[Mapping[int, tuple[str, str, str]]] = {
    404: ("unknown_address", "没有这个地址", "没有这个接口地址，请查阅 /api/openapi.json"),
    405: ("wrong_method", "不支持这种方法", "这个地址不支持这种请求方法"),
    413: ("too_large", "内容太大", "请求内容超过上限"),
}


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what the rooms refuse, and what nobody foresaw without a word of the trace."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _http_answer(request, error)
    except (BadJson, web.RequestPayloadError) as error:
        return _answer(request, 400, *_unreadable(error))
    except StoreAway as error:
        words = unkept_by(error)
        log.error(words.code)  # noqa: TRY400 -- a database that is away is no bug of ours
        return _answer(request, 503, words.code, words.title, f"{words.reason}；{words.advice}")
    except Exception as error:
        found = find_refusals(error)
        if has_hung_up(request, error):
            raise
        if found is None:
            log.exception("unexpected_error")
            detail = f"服务器内部错误，已经记录；请把请求编号 {request_id(request)} 告诉管理员"
            return _answer(request, 500, "internal_error", "服务器内部错误", detail)
        return _refusal_answer(request, found)


def _unreadable(error: BadJson | web.RequestPayloadError) -> tuple[str, str, str]:
    if isinstance(error, BadJson):
        return "invalid_json", "不是 JSON", str(error)
    return "unreadable_body", "请求读不懂", UNREADABLE_BODY


def _refusal_answer(request: web.Request, found: tuple[Problem, ...]) -> web.Response:
    first = found[0]
    status, title = STATUSES[first.code]
    # The address is right and a field of the body names what is not there.
    if status == 404 and first.field:
        status = 422
    errors = [{"code": one.code, "field": one.field, "detail": one.message} for one in found]
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        headers["Retry-After"] = "900"
    return _answer(
        request, status, first.code, title, first.message,
        headers=headers, field=first.field, errors=errors if len(found) > 1 else [],
    )  # fmt: skip


def _http_answer(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    if error.status < 400:
        raise error
    words = _BY_HTTP.get(error.status, ("refused", "请求不能处理", "请求不能处理，请检查后再试"))
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return _answer(request, error.status, *words, headers=headers)


def _answer(
    request: web.Request,
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> web.Response:
    told = {
        "type": f"urn:tongfa:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "field": "",
        "errors": [],
        "request_id": request_id(request),
        **more,
    }
    return web.Response(
        status=status,
        body=json.dumps(told, ensure_ascii=False).encode(),
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
