"""/api/v1/sessions: a password becomes a session that lasts a working day."""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer, done
from server.api.people import PersonOut
from server.api.requests import entrance_of, form_of
from server.api.route import Route, signed_in
from server.core.problems import Problem
from server.forms.passwords import PasswordIn
from server.forms.words import Form, Line, Out
from server.parts import PARTS
from server.security.sign_in import end_others, end_token
from server.store.people import get_person, list_grants
from server.store.tokens import find_token


class SessionIn(Form):
    """Login and password; whoever has set a second step up gives its code too (`code_needed` asks for it)."""

    login: Annotated[Line, Field(title="登录名", min_length=1, max_length=64)]
    password: Annotated[str, Field(title="口令", min_length=1, max_length=128, repr=False)]
    code: Annotated[str, Field(title="验证码或恢复码", max_length=64, repr=False)] = ""


class SessionOut(Out):
    """A new session; `token` is shown this once."""

    token: Annotated[str, Field(repr=False)]
    expires_at: datetime | None
    person: PersonOut


class OthersOut(Out):
    """How many sessions ended."""

    ended: int


async def open_session(request: web.Request) -> web.Response:
    """Sign in with a password."""
    parts, form = request.config_dict[PARTS], await form_of(request, SessionIn)
    person, issued = await entrance_of(request).log_in(form.login, form.password, form.code)
    async with parts.store.read() as tx:
        told = PersonOut.of(person, await list_grants(tx, person.id))
    return answer(SessionOut(token=issued.secret, expires_at=issued.row.expires_at, person=told), 201)


async def show_session(request: web.Request) -> web.Response:
    """Say who is signed in."""
    async with request.config_dict[PARTS].store.read() as tx:
        person = await get_person(tx, signed_in(request).person_id)
        grants = await list_grants(tx, person.id)
    return answer(PersonOut.of(person, grants))


async def close_session(request: web.Request) -> web.Response:
    """Sign out."""
    parts, token_id = request.config_dict[PARTS], signed_in(request).token_id
    async with parts.store.begin() as tx:
        row = await find_token(tx, token_id)
        if row is None or row.use != "session":
            raise Problem("wrong_state", "这是接口令牌，不是登录；要停用它，请删除令牌")
        await end_token(tx, row, at=parts.now())
    return done()


async def change_password(request: web.Request) -> web.Response:
    """Give oneself another password; every other session ends."""
    form = await form_of(request, PasswordIn)
    await entrance_of(request).change_password(signed_in(request), form.old, form.new)
    return done()


async def close_others(request: web.Request) -> web.Response:
    """End every session of one's own but the present one; tokens of programs stay."""
    parts = request.config_dict[PARTS]
    async with parts.store.begin() as tx:
        ended = await end_others(tx, signed_in(request), at=parts.now())
    return answer(OthersOut(ended=ended))


ROUTES = (
    Route(
        "POST", "/api/v1/sessions", open_session, "用口令登录", "anyone",
        form=SessionIn, answer=SessionOut, status=201,
    ),
    Route(
        "GET", "/api/v1/sessions/current", show_session, "当前登录的人员", "signed_in",
        answer=PersonOut, before_factor=True,
    ),
    Route(
        "POST", "/api/v1/sessions/password", change_password, "更改自己的口令", "signed_in",
        form=PasswordIn, status=204, before_factor=True, is_own=True,
    ),
    Route(
        "DELETE", "/api/v1/sessions/current", close_session, "退出登录", "signed_in",
        status=204, before_factor=True,
    ),
    Route(
        "DELETE", "/api/v1/sessions/others", close_others, "结束自己在别处的登录", "signed_in",
        answer=OthersOut, before_factor=True, is_own=True,
    ),
)  # fmt: skip
