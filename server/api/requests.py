"""What comes with a request: its id, its caller, its body and its query, each read once and bounded."""

import re
import secrets
from functools import partial
from typing import Final, TypeVar

import structlog
from aiohttp import BodyPartReader, hdrs, web
from pydantic import BaseModel, ValidationError

from server.api.route import SIGNED_IN, Handler, Route
from server.caller import caller_address
from server.core.acts import acting_as
from server.core.problems import Problem
from server.forms.complaints import BadForm, BadJson
from server.forms.multipart import BROKEN, file_name
from server.forms.refusals import TRIES
from server.negotiation import PLAIN
from server.parts import PARTS
from server.security.log_in import Entrance
from server.security.office_wide import OFFICE_WIDE, require_for_office
from server.security.origin import person_acting, stranger_acting
from server.security.second_factor import refuse_without_factor
from server.security.sign_in import keep_use, sign_in
from server.store.tx import do_again_if_undone

FormT = TypeVar("FormT", bound=BaseModel)

REQUEST_ID: Final = web.RequestKey("request_id", str)
_REQUEST_ID_FORM: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BODY: Final = web.RequestKey("body", bytes)
_READING: Final = ("GET", "HEAD")
_UPLOAD: Final = "multipart/form-data"
_ID_FORM: Final = re.compile(r"[0-9A-Za-z]{1,64}")
_BROKEN_JSON: Final = {"json_invalid", "json_type"}

log = structlog.get_logger(__name__)


@web.middleware
async def name_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give every request an id, its own or a new one, on each line of the log and on the answer.

    A file that lies ready has no story to tell, and naming its request would cost more than giving it out.
    """
    if request.match_info.route.name == PLAIN:
        return await handler(request)
    given = request.headers.get("X-Request-Id", "")
    request[REQUEST_ID] = given if _REQUEST_ID_FORM.fullmatch(given) else secrets.token_hex(8)
    with structlog.contextvars.bound_contextvars(request_id=request[REQUEST_ID]):
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            error.headers["X-Request-Id"] = request[REQUEST_ID]
            raise
        if not answer.prepared:
            answer.headers["X-Request-Id"] = request[REQUEST_ID]
        log.debug("answered", method=request.method, path=request.path, status=answer.status)
        return answer


def request_id(request: web.Request) -> str:
    """Give the id of a request."""
    return request[REQUEST_ID]


def guarded(route: Route) -> Handler:
    """Give the route's handler behind its guard: who asks, and may he do this anywhere at all."""

    async def handler(request: web.Request) -> web.StreamResponse:
        actor = stranger_acting(address=caller_address(request), request_id=request_id(request))
        if route.who != "anyone":
            parts = request.config_dict[PARTS]
            async with parts.store.read() as tx:
                who = await sign_in(tx, _bearer(request), at=parts.now())
                if not route.before_factor:
                    await refuse_without_factor(tx, who, parts.factor_roles)
            if route.is_own:
                who.require_whole()
            await keep_use(parts.store, who, at=parts.now())
            if route.who != "signed_in":
                who.require_somewhere(route.who)
                if route.method != "GET" and route.who in OFFICE_WIDE:
                    async with parts.store.read() as tx:
                        await require_for_office(tx, who, route.who)
            request[SIGNED_IN] = who
            actor = person_acting(who, address=caller_address(request), request_id=request_id(request))
        # What cannot be an id never reaches the database, which takes some characters for a fault of ours.
        if not all(_ID_FORM.fullmatch(value) for value in request.match_info.values()):
            raise web.HTTPNotFound
        with acting_as(actor):
            if request.method in _READING or request.content_type == _UPLOAD:  # answers and files that stream
                return await route.handler(request)
            return await do_again_if_undone(partial(route.handler, request), tries=TRIES)

    return handler


def entrance_of(request: web.Request) -> Entrance:
    """Give the entrance at which this caller stands."""
    parts = request.config_dict[PARTS]
    return Entrance(
        parts.store,
        parts.throttle,
        parts.door,
        parts.vault,
        parts.new_id,
        caller_address(request),
        parts.now(),
    )


async def form_of(request: web.Request, model: type[FormT]) -> FormT:
    """Read the body as a form; an empty body is an empty form."""
    if _BODY not in request:
        request[_BODY] = await _read(request, request.config_dict[PARTS].bounds.body_bytes)
    body = request[_BODY]
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        if any(one["type"] in _BROKEN_JSON for one in error.errors(include_url=False, include_input=False)):
            raise BadJson("请求内容不是有效的 JSON（UTF-8 编码）") from None
        raise BadForm(error, model) from None


def query_of(request: web.Request, model: type[FormT]) -> FormT:
    """Read what stands behind the question mark as a form; refuses a name given twice."""
    doubled = next((name for name in request.query if len(request.query.getall(name)) > 1), None)
    if doubled is not None:
        raise Problem("invalid", f"参数“{doubled}”只能给出一次", field=doubled)
    try:
        return model.model_validate(dict(request.query))
    except ValidationError as error:
        raise BadForm(error, model) from None


async def file_of(request: web.Request, limit: int) -> tuple[str, bytes]:
    """Read the one file of an upload form (field `file`), never more of it than `limit` bytes."""
    refused = Problem("invalid", "请用 multipart/form-data 上传一个名为 file 的文件", field="file")
    if request.content_type != _UPLOAD:
        raise refused
    try:
        form = await request.multipart()
        part = await form.next()
        if not isinstance(part, BodyPartReader) or part.name != "file" or not part.filename:
            raise refused
        body = bytearray()
        while chunk := await part.read_chunk(64 * 1024):
            body += chunk
            if len(body) > limit:
                raise _too_large(limit, field="file")
        if await form.next() is not None:  # also raises when the form broke off before its end
            raise refused
    except BROKEN as error:
        raise refused from error
    return file_name(part.filename), bytes(body)


async def _read(request: web.Request, limit: int) -> bytes:
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int, *, field: str = "body") -> Problem:
    return Problem("too_large", f"内容超过 {limit / 1_048_576:g} MB 的上限", field=field)


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem("not_signed_in", "请先登录，或在 Authorization 里给出访问令牌")
    return token.strip()
