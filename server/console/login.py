"""/console/login and /console/logout: a session begins and ends."""

from aiohttp import web

from server.console.cookies import drop_session, is_own_form, put_session, refuse_foreign
from server.console.door import SecondStep, open_session, own_path
from server.console.fields import read_fields
from server.console.page import Page, Visit, go, show
from server.core.problems import Problem
from server.forms.refusals import status_of
from server.parts import PARTS
from server.security.sign_in import end_token
from server.store.tokens import find_token


async def show_login(request: web.Request) -> web.Response:
    """Show the log-in form."""
    return _form(request, next=own_path(request.query.get("next", "/console")))


async def take_login(request: web.Request) -> web.Response:
    """Sign in and go on to where the visitor wanted to be."""
    parts = request.config_dict[PARTS]
    refuse_foreign(request)
    fields = await read_fields(request, parts.bounds, "stranger")
    login, wanted = fields.get("tongfa_login"), own_path(fields.get("next", "/console"))
    if not is_own_form(request, fields.get("tongfa_form")):
        return _form(request, next=wanted, login=login, sentence="页面打开太久，请再登录一次", status=403)
    try:
        who, secret = await open_session(parts, request, fields)
    except SecondStep as step:
        return _form(request, next=wanted, sentence=step.sentence, status=step.status, ticket=step.ticket)
    except Problem as refusal:
        status = status_of(refusal)
        return _form(request, next=wanted, login=login, sentence=refusal.message, status=status)
    answer = go(wanted)
    put_session(answer, request, secret, who.login)
    return answer


async def take_logout(visit: Visit) -> web.Response:
    """Sign out: the session is over for whoever still holds it."""
    async with visit.parts.store.begin() as tx:
        token = await find_token(tx, visit.who.token_id)
        if token is not None:
            await end_token(tx, token, at=visit.parts.now())
    answer = go("/console/login", done="signed_out")
    drop_session(answer)
    return answer


def _form(
    request: web.Request,
    *,
    next: str,
    login: str = "",
    sentence: str = "",
    status: int = 200,
    ticket: str = "",
) -> web.Response:
    return show(
        request, "login.html", who=None, status=status, sentence=sentence, kept=(), lost_files=(),
        login=login, ticket=ticket, action="/console/login", next=next,
    )  # fmt: skip


PAGES = (Page("POST", "/console/logout", take_logout, "signed_in", before_factor=True),)
