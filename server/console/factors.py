"""/console/me/factor: the second step of signing in, set up on a phone, renewed and taken away."""

from collections.abc import Awaitable, Callable
from typing import Final

import segno
from aiohttp import web
from markupsafe import Markup

from server.console.cookies import put_session
from server.console.door import entrance_of
from server.console.me import show_refused
from server.console.page import Page, Visit
from server.console.shown_once import end_once, hand_over, take_over
from server.forms.complaints import filled_in
from server.forms.factors import CodeIn, ProofIn
from server.forms.refusals import REFUSALS, refusals_of
from server.security.second_factor import begin_factor, change_codes, remove_factor
from server.store.people import PersonRow

_CODES: Final = "/console/me/factor/codes"


async def take_start(visit: Visit) -> web.Response:
    """Make a secret and show it, this once, for the phone's camera and by eye."""

    async def act(person: PersonRow) -> web.Response:
        async with visit.parts.store.begin() as tx:
            made = await begin_factor(tx, visit.parts.vault, person, issuer=visit.parts.site.name)
        return visit.show(
            "factor.html", section="me", secret=_grouped(made.text), drawing=_draw(made.address)
        )

    return await _proved(visit, act)


async def take_confirmation(visit: Visit) -> web.Response:
    """Let the secret count, and lead on to the recovery codes."""
    try:
        form = filled_in(CodeIn, {"code": visit.fields.get("code")})
        entrance = entrance_of(visit.parts, visit.request)
        codes = await entrance.confirm(visit.who, form.code)
        issued = await entrance.exchange(visit.who)
    except REFUSALS as error:
        trouble = refusals_of(error)
        return visit.show(
            "factor.html", section="me", secret="", drawing="", trouble=trouble,
            trouble_heading="还没有启用",
        )  # fmt: skip
    answer = _hand_over(visit, codes)
    put_session(answer, visit.request, issued.secret, visit.who.login)
    return answer


async def take_new_codes(visit: Visit) -> web.Response:
    """Give other recovery codes."""

    async def act(person: PersonRow) -> web.Response:
        async with visit.parts.store.begin() as tx:
            codes = await change_codes(tx, person, at=visit.parts.now())
        return _hand_over(visit, codes)

    return await _proved(visit, act)


async def take_removal(visit: Visit) -> web.Response:
    """Do without a second step again."""
    parts, who = visit.parts, visit.who

    async def act(person: PersonRow) -> web.Response:
        async with parts.store.begin() as tx:
            await remove_factor(tx, person, who.reach, parts.factor_roles, at=parts.now())
        return visit.go("/console/me", done="changed")

    return await _proved(visit, act)


async def _proved(visit: Visit, act: Callable[[PersonRow], Awaitable[web.Response]]) -> web.Response:
    """Act once it is proved that really he sits there; an open desk proves nobody."""
    fields, entrance = visit.fields, entrance_of(visit.parts, visit.request)
    try:
        form = filled_in(ProofIn, {"password": fields.get("password"), "code": fields.get("code")})
        return await act(await entrance.prove(visit.who, form.password, form.code))
    except REFUSALS as error:
        return await show_refused(visit, error)


async def show_codes(visit: Visit) -> web.Response:
    """Show the recovery codes, this once."""
    told = take_over(visit, _CODES)
    if not told:
        return visit.go("/console/me")
    answer = visit.show("recovery.html", section="me", codes=told["codes"])
    end_once(answer, _CODES)
    return answer


def _hand_over(visit: Visit, codes: tuple[str, ...]) -> web.Response:
    return hand_over(visit, _CODES, {"codes": codes})


def _grouped(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _draw(address: str) -> Markup:
    """Draw for a phone's camera, here: the secret is nobody else's business."""
    drawn = segno.make(address, error="m", micro=False)
    svg = drawn.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, light="#fff")
    return Markup(svg)  # noqa: S704 -- squares only, the address is not in it as text


PAGES = (
    Page("POST", "/console/me/factor", take_start, "signed_in", before_factor=True),
    Page("POST", "/console/me/factor/confirm", take_confirmation, "signed_in", before_factor=True),
    Page("GET", _CODES, show_codes, "signed_in"),
    Page("POST", _CODES, take_new_codes, "signed_in"),
    Page("POST", "/console/me/factor/remove", take_removal, "signed_in"),
)
