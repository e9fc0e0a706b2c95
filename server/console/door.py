"""The door: who visits, with which form. Whose session has ended signs in on the spot and loses nothing."""

import contextlib
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import structlog
from aiohttp import web

from server.caller import caller_address
from server.console.caller import caller_of
from server.console.cookies import (
    form_token,
    is_own_form,
    known_of,
    put_browser,
    put_session,
    refuse_foreign,
    session_of,
)
from server.console.fields import Fields, Sender, read_fields
from server.console.names import TYPED
from server.console.page import Page, Visit, show
from server.console.sections import section_of
from server.core.acts import acting_as
from server.core.problems import Problem
from server.forms.multipart import UNREADABLE_BODY, has_hung_up
from server.forms.refusals import (
    REFUSALS,
    STATUSES,
    TRIES,
    find_refusals,
    refusals_of,
    status_of,
    unkept_by,
)
from server.parts import PARTS, Parts
from server.security.access import SignedIn
from server.security.known_browser import is_known, known_as
from server.security.log_in import Entrance
from server.security.office_wide import OFFICE_WIDE, require_for_office
from server.security.second_factor import refuse_without_factor
from server.security.sign_in import sign_in
from server.store.practice import list_practising
from server.store.tx import StoreAway, do_again_if_undone

_ID_FORM: Final = re.compile(r"[0-9A-Za-z]{1,64}")

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger(__name__)


async def visit(page: Page, request: web.Request) -> web.StreamResponse:
    """Let a visitor through to a page, or show the door: what he posted goes with him."""
    parts, fields = request.config_dict[PARTS], Fields()
    # What cannot be an id never reaches the database.
    if not all(_ID_FORM.fullmatch(value) for value in request.match_info.values()):
        raise web.HTTPNotFound
    if request.method == "POST":
        refuse_foreign(request)
        fields = await read_fields(request, parts.bounds, await sender_of(request, parts))
        if not is_own_form(request, fields.get("tongfa_form")):
            return _door(request, fields, "页面打开太久，请再登录一次，已填的内容都在")
    try:
        return await _enter(page, request, parts, fields)
    except StoreAway as error:
        return _unkept(request, error, fields)


async def _enter(page: Page, request: web.Request, parts: Parts, fields: Fields) -> web.StreamResponse:
    secret = ""
    try:
        who, secret = await _who(request, parts, fields)
    except SecondStep as step:
        return _door(request, fields, step.sentence, ticket=step.ticket)
    except Problem as refusal:
        if refusal.code not in ("not_signed_in", "too_many_attempts"):
            raise
        return _door(request, fields, refusal.message if session_of(request) or fields.pairs else "")
    async with parts.store.read() as tx:
        practising = await list_practising(tx, frozenset(org_id for _role, org_id in who.reach))
    with acting_as(caller_of(request, who)):
        answer = await _behind(page, Visit(request, parts, who, fields, practising))
    if secret and not answer.prepared:
        put_session(answer, request, secret, who.login)
    return answer


async def sender_of(request: web.Request, parts: Parts) -> Sender:
    """Say who posts, before anything of his form is read; whoever signs in over it is known from before."""
    with contextlib.suppress(Problem, StoreAway):
        async with parts.store.read() as tx:
            if (await sign_in(tx, session_of(request), at=parts.now())).is_session:
                return "signed_in"
    return "known" if is_known(parts.vault, known_of(request), at=parts.now()) else "stranger"


class SecondStep(Exception):
    """The password was right, which `ticket` proves when the code comes; `sentence` says what was wrong."""

    def __init__(self, ticket: str, sentence: str = "", status: int = 401) -> None:
        """Take what the form of the second step shows."""
        super().__init__("a code is wanted")
        self.ticket, self.sentence, self.status = ticket, sentence, status


def is_log_in(fields: Fields) -> bool:
    """Say whether a form carries a step of signing in."""
    return fields.has("tongfa_password") or fields.has("tongfa_ticket")


async def open_session(parts: Parts, request: web.Request, fields: Fields) -> tuple[SignedIn, str]:
    """Give the person behind a log-in and the secret of his new session.

    Refuses guessing; raises SecondStep when a code is wanted still.
    """
    login, browser = fields.get("tongfa_login").strip()[:64], form_token(request)
    entrance = entrance_of(parts, request, login)
    if fields.has("tongfa_ticket"):
        person = await entrance.person_of(fields.get("tongfa_ticket")[:2000], browser)
        try:
            await entrance.check_code(person, fields.get("tongfa_code")[:64])
        except Problem as refusal:
            status = status_of(refusal)
            raise SecondStep(fields.get("tongfa_ticket"), refusal.message, status) from refusal
    else:
        person = await entrance.check(login, fields.get("tongfa_password")[:200])
        if await entrance.wants_code(person):
            raise SecondStep(entrance.ticket_for(person, browser))
    issued = await entrance.admit(person)
    async with parts.store.read() as tx:
        who = await sign_in(tx, issued.secret, at=parts.now())
    return who, issued.secret


def entrance_of(parts: Parts, request: web.Request, login: str = "") -> Entrance:
    """Give the entrance at which this browser stands; `login` is who wants to come in."""
    at = parts.now()
    return Entrance(
        parts.store, parts.throttle, parts.door, parts.vault, parts.new_id, caller_address(request), at,
        known_as(parts.vault, known_of(request), login, at=at) if login else "",
    )  # fmt: skip


def own_path(path: str) -> str:
    """Give an address back when it is one of ours, the first page otherwise: no link leads elsewhere."""
    is_ours = path == "/console" or path.startswith(("/console/", "/console?"))
    return path if is_ours and not re.search(r"[\x00-\x20\\]|//", path) else "/console"


@web.middleware
async def answer_trouble(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Answer what nobody foresaw, and what is not there, with a page and without a word of the trace."""
    try:
        with acting_as(caller_of(request)):
            answer = await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        answer = _trouble(request, error.status, "没有这个页面", "地址可能有误，请从左边的菜单进入。")
    except web.RequestPayloadError:
        answer = _trouble(request, 400, "请求读不懂", UNREADABLE_BODY)
    except StoreAway as error:
        answer = _unkept(request, error, Fields())
    except Exception as error:
        found = find_refusals(error)
        if has_hung_up(request, error):
            raise
        if found is None:
            log.exception("unexpected_error")
            number = structlog.contextvars.get_contextvars().get("request_id", "")
            answer = _trouble(
                request, 500, "服务器内部错误", f"错误已经记录，请把请求编号 {number} 告诉管理员。"
            )
        else:
            title = STATUSES[found[0].code][1]
            answer = _trouble(request, status_of(found[0]), title, *(one.message for one in found))
    put_browser(answer, request)
    return answer


async def _who(request: web.Request, parts: Parts, fields: Fields) -> tuple[SignedIn, str]:
    """Give who visits, with the secret of a session that began just now ("" when it did not)."""
    if is_log_in(fields):
        return await open_session(parts, request, fields)
    secret = session_of(request)
    if not secret:  # the cookie went at its time, or with the browser: no word of tokens to a person
        raise Problem("not_signed_in", "登录已结束，请重新登录")
    async with parts.store.read() as tx:
        who = await sign_in(tx, secret, at=parts.now())
    if not who.is_session:  # a program's token, limited perhaps: pages ask what only a person is asked
        raise Problem("not_signed_in", "访问令牌只用于接口，网页请用登录名和口令登录")
    return who, ""


async def _behind(page: Page, visit: Visit) -> web.StreamResponse:
    try:
        if not page.before_factor and not await _has_his_factor(visit):
            if page.method == "GET":
                return visit.go("/console/me")
            raise Problem("factor_required", "您的角色必须先启用两步验证，请先到“我的账户”设置")
        if page.who != "signed_in":
            visit.who.require_somewhere(page.who)
            if page.method == "POST" and page.who in OFFICE_WIDE:
                async with visit.parts.store.read() as tx:
                    await require_for_office(tx, visit.who, page.who)
        if page.method == "GET":
            return await page.handler(visit)
        return await do_again_if_undone(partial(page.handler, visit), tries=TRIES)
    except REFUSALS as error:
        found = refusals_of(error)
        title, words = STATUSES[found[0].code][1], tuple(one.message for one in found)
        stood = section_of(page.path) if page.method == "POST" else None
        return visit.show(
            "trouble.html", section=stood.slug if stood else "", status=status_of(found[0]), heading=title,
            sentences=words, kept=_typed(visit.fields), stood=stood, back=_stood_on(visit.request),
        )  # fmt: skip


def _typed(fields: Fields) -> tuple[tuple[str, str], ...]:
    """Give what a person typed, each with what it is called: no marks and ids that a form carries along."""
    return tuple(
        (TYPED.get(name, "其他内容"), value)
        for name, value in fields.kept()
        if value.strip() and (name in TYPED or not value.isascii())
    )


def _stood_on(request: web.Request) -> str:
    """Give the page of ours on which a form stood, "" where its browser does not tell."""
    path = request.headers.get("Referer", "").partition(f"://{request.host}")[2]
    return own_path(path) if request.method == "POST" and path else ""


async def _has_his_factor(visit: Visit) -> bool:
    try:
        async with visit.parts.store.read() as tx:
            await refuse_without_factor(tx, visit.who, visit.parts.factor_roles)
    except Problem:
        return False
    return True


def _door(request: web.Request, fields: Fields, sentence: str, *, ticket: str = "") -> web.Response:
    is_post = request.method == "POST"
    return show(
        request, "login.html", who=None, status=401, sentence=sentence, kept=fields.kept(), ticket=ticket,
        lost_files=tuple(one.name for one in fields.uploads), login=fields.get("tongfa_login"),
        action=request.path_qs if is_post else "/console/login",
        next="" if is_post else own_path(request.path_qs),
    )  # fmt: skip


def _unkept(request: web.Request, error: StoreAway, fields: Fields) -> web.Response:
    """Say why nothing could be kept, and give back what was typed."""
    words = unkept_by(error)
    log.error(words.code)
    sentences = (f"{words.reason}。{words.advice}。", "以前保存的内容没有丢失。")
    return _trouble(request, 503, words.title, *sentences, kept=_typed(fields))


def _trouble(
    request: web.Request, status: int, heading: str, *sentences: str, kept: tuple[tuple[str, str], ...] = ()
) -> web.Response:
    form_token(request)
    return show(
        request, "trouble.html", who=None, status=status, heading=heading, sentences=sentences, kept=kept,
        stood=None, back=_stood_on(request),
    )  # fmt: skip
