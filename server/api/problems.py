"""The one place where a refusal becomes an HTTP status, as problem+json (RFC 9457)."""

import json
from collections.abc import Mapping
from typing import Any, Final

import structlog
from aiohttp import web

from server.api.complaints import BadForm, BadJson
from server.api.requests import request_id
from server.api.route import Handler
from server.core.problems import Code, Problem, Problems
from server.store.blobs import BlobTooLarge
from server.store.deliveries import LostRace
from server.store.rows import NotThere, Taken
from server.store.tx import StoreAway

log = structlog.get_logger(__name__)

STATUSES: Final[Mapping[Code, tuple[int, str]]] = {
    "invalid": (422, "内容不符合要求"),
    "unknown_account": (404, "没有这个账号"),
    "unknown_item": (404, "没有这篇稿件"),
    "gone": (410, "稿件已撤回"),
    "unknown_org": (404, "没有这个机构"),
    "unknown_delivery": (404, "没有这条投递"),
    "unknown_media": (404, "没有这个文件"),
    "unknown_person": (404, "没有这个人员"),
    "unknown_snapshot": (404, "没有这个统计快照"),
    "not_signed_in": (401, "没有登录"),
    "forbidden": (403, "没有权限"),
    "wrong_state": (409, "现在不能这样做"),
    "not_approved": (409, "还没有审核通过"),
    "own_item": (403, "不能审核自己的稿件"),
    "index_number_taken": (409, "索引号已被使用"),
    "taken": (409, "已被使用"),
    "blocked_by_check": (422, "检查没有通过"),
    "too_large": (413, "内容太大"),
    "unsupported_file": (415, "不接受这种文件"),
    "too_many_attempts": (429, "尝试次数太多"),
    "lost_race": (409, "刚刚被别人改动"),
}
_NOT_THERE: Final[Mapping[str, tuple[Code, str]]] = {
    "item": ("unknown_item", "没有这篇稿件，请核对稿件编号"),
    "delivery": ("unknown_delivery", "没有这条投递，请核对投递编号"),
    "account": ("unknown_account", "没有这个账号"),
    "person": ("unknown_person", "没有这个人员"),
    "org": ("unknown_org", "没有这个机构"),
}
_TAKEN: Final[Mapping[str, tuple[str, str]]] = {
    "org": ("code", "这个机构代码已被使用"),
    "login": ("login", "这个登录名已被使用"),
    "account": ("slug", "这个账号标识已被使用"),
    "index_number": ("index_number", "这个索引号已被使用"),
    "snapshot": ("year", "刚刚有人生成了统计快照，请刷新后再看"),
}
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
    except BadJson as error:
        return _answer(request, 400, "invalid_json", "不是 JSON", str(error))
    except StoreAway:
        log.error("store_away")  # noqa: TRY400 -- a database that is away is no bug of ours
        return _answer(request, 503, "store_away", "数据库暂时不可用", "数据库暂时不可用，请稍后再试")
    except Exception as error:
        found = _refusals(error)
        if found is None:
            log.exception("unexpected_error")
            detail = f"服务器内部错误，已经记录；请把请求编号 {request_id(request)} 告诉管理员"
            return _answer(request, 500, "internal_error", "服务器内部错误", detail)
        return _refusal_answer(request, found)


def _refusals(error: Exception) -> tuple[Problem, ...] | None:
    """Give what an exception refuses; None when it is none of ours."""
    match error:
        case Problem():
            return (error,)
        case Problems() | BadForm():
            return error.problems
        case BlobTooLarge():
            return (Problem("too_large", "文件太大", field="file"),)
        case LostRace() | Taken() | NotThere():
            return _of_rows(error)
        case _:
            return None


def _of_rows(error: LostRace | Taken | NotThere) -> tuple[Problem, ...] | None:
    match error:
        case Taken(noun=noun) if noun in _TAKEN:
            field, sentence = _TAKEN[noun]
            return (Problem("taken", sentence, field=field),)
        case NotThere(noun=noun) if noun in _NOT_THERE:
            return (Problem(*_NOT_THERE[noun]),)
        case LostRace():
            return (Problem("lost_race", "刚刚被别人改动，请刷新后再试"),)
        case _:
            return None


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
