"""/console/me: one's own password, and who acts for whom while somebody is away."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from server.console.cookies import put_session
from server.console.door import entrance_of
from server.console.moments import read_moment
from server.console.page import Page, Visit
from server.console.people import ROLES
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.passwords import PasswordIn
from server.forms.refusals import REFUSALS, refusals_of
from server.forms.reviews import DeputyIn
from server.review.deputising import appoint, dismiss, get_deputy
from server.security.second_factor import is_required
from server.security.sign_in import end_others
from server.security.staff import require_own_or_managed
from server.store.factors import count_recovery_codes, find_factor
from server.store.levels import list_deputies
from server.store.orgs import list_orgs
from server.store.people import get_person, list_grants
from server.store.tokens import count_sessions

_Step = Callable[[Visit], Awaitable[None]]


async def show_me(visit: Visit) -> web.Response:
    """Show the visitor's roles, the form for his password, and his deputies."""
    return await _page(visit)


async def show_refused(visit: Visit, error: Exception) -> web.Response:
    """Show the page again with what was refused on it."""
    return await _page(visit, trouble=refusals_of(error))


async def take_password(visit: Visit) -> web.Response:
    """Give oneself another password: every other session ends, and this one goes on under a new secret."""
    answer = await _carried_out(visit, _change_password)
    return await _renewed(visit, answer) if answer.status == HTTPStatus.SEE_OTHER else answer


async def take_ending(visit: Visit) -> web.Response:
    """End every session of the visitor but this one, which goes on under a new secret."""
    async with visit.parts.store.begin() as tx:
        await end_others(tx, visit.who, at=visit.parts.now())
    return await _renewed(visit, visit.go("/console/me", done="others_out"))


async def take_deputy(visit: Visit) -> web.Response:
    """Let somebody act for the visitor."""
    return await _carried_out(visit, _appoint)


async def take_dismissal(visit: Visit) -> web.Response:
    """End an appointment."""
    return await _carried_out(visit, _dismiss)


async def _carried_out(visit: Visit, step: _Step) -> web.Response:
    try:
        await step(visit)
    except REFUSALS as error:
        return await show_refused(visit, error)
    return visit.go("/console/me", done="changed")


async def _renewed(visit: Visit, answer: web.Response) -> web.Response:
    """Whoever held a copy of this session's secret is out as well."""
    issued = await entrance_of(visit.parts, visit.request).exchange(visit.who)
    put_session(answer, visit.request, issued.secret, visit.who.login)
    return answer


async def _change_password(visit: Visit) -> None:
    fields = visit.fields
    form = filled_in(PasswordIn, {"old": fields.get("password_old"), "new": fields.get("password_new")})
    if form.new != fields.get("password_again"):
        raise Problem("invalid", "两次填写的新口令不一样", field="password_again")
    entrance = entrance_of(visit.parts, visit.request)
    await entrance.change_password(visit.who, form.old, form.new, fields=("password_old", "password_new"))


async def _appoint(visit: Visit) -> None:
    parts, fields = visit.parts, visit.fields
    begins = read_moment(fields.get("begins_at"), "begins_at", "开始时间") or parts.now()
    ends = read_moment(fields.get("ends_at"), "ends_at", "结束时间")
    if ends is None:
        raise Problem("invalid", "请写明代理到什么时候为止", field="ends_at")
    told = {"begins_at": begins.isoformat(), "ends_at": ends.isoformat()}
    named = {"principal": visit.who.login, "deputy": fields.get("deputy"), "reason": fields.get("reason")}
    form = filled_in(DeputyIn, {**named, **told})
    async with parts.store.begin() as tx:
        await appoint(
            tx, form.principal, form.deputy, form.begins_at, form.ends_at, form.reason,
            by=visit.who.person_id, at=parts.now(), new_id=parts.new_id,
        )  # fmt: skip


async def _dismiss(visit: Visit) -> None:
    parts, who = visit.parts, visit.who
    async with parts.store.begin() as tx:
        one = await get_deputy(tx, visit.place("deputy_id"))
        await require_own_or_managed(tx, who, await get_person(tx, one.principal_id), one.deputy_id)
        await dismiss(tx, one.id, at=parts.now())


async def _page(visit: Visit, *, trouble: tuple[Problem, ...] = ()) -> web.Response:
    me = visit.who.person_id
    async with visit.parts.store.read() as tx:
        grants = await list_grants(tx, me)
        orgs = await list_orgs(tx, frozenset(one.org_id for one in grants))
        deputies = await list_deputies(tx, me, at=visit.parts.now())
        factor, codes_left = await find_factor(tx, me), await count_recovery_codes(tx, me)
        elsewhere = await count_sessions(tx, me, at=visit.parts.now()) - 1
    return visit.show(
        "me.html", section="me", trouble=trouble, trouble_heading="没有更改",
        grants=grants, roles=ROLES, org_names={one.id: one.name for one in orgs},
        deputies=deputies, fields=visit.fields, elsewhere=elsewhere,
        factor=factor if factor is not None and factor.secret is not None else None, codes_left=codes_left,
        must_have=is_required(visit.who.reach, visit.parts.factor_roles),
    )  # fmt: skip


PAGES = (
    Page("GET", "/console/me", show_me, "signed_in", before_factor=True),
    Page("POST", "/console/me/password", take_password, "signed_in", before_factor=True),
    Page("POST", "/console/me/sessions/end", take_ending, "signed_in", before_factor=True),
    Page("POST", "/console/me/deputies", take_deputy, "signed_in"),
    Page("POST", "/console/me/deputies/{deputy_id}/dismiss", take_dismissal, "signed_in"),
)
