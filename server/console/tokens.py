"""/console/tokens: the visitor's own access for programs, shown once, and revoked at will."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from aiohttp import web

from server.console.page import Page, Visit
from server.console.people import ROLES
from server.console.shown_once import end_once, hand_over, take_over
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.refusals import REFUSALS, refusals_of
from server.forms.staff import TokenIn
from server.security.sign_in import end_token, issue_token
from server.store.tokens import find_token, list_tokens

_TOKENS: Final = "/console/tokens"


async def show_tokens(visit: Visit) -> web.StreamResponse:
    """Show the visitor's tokens, and this once the secret of one just issued."""
    issued = take_over(visit, _TOKENS)
    answer = await _page(visit, issued=issued)
    if issued:
        end_once(answer, _TOKENS)
    return answer


async def take_token(visit: Visit) -> web.StreamResponse:
    """Issue a token, which the page of tokens shows once."""
    parts, fields = visit.parts, visit.fields
    try:
        days = fields.get("days").strip()
        told = {"name": fields.get("name"), "only_role": fields.get("only_role") or None}
        form = filled_in(TokenIn, {**told, "days": int(days) if days.isdecimal() else days})
        async with parts.store.begin() as tx:
            issued = await issue_token(
                tx, visit.who.person_id, id=parts.new_id(), name=form.name, use="api", at=parts.now(),
                lasts=timedelta(days=form.days), only_role=form.only_role,
            )  # fmt: skip
    except REFUSALS as error:
        return await _page(visit, error)
    return hand_over(visit, _TOKENS, {"name": issued.row.name, "secret": issued.secret})


async def take_end(visit: Visit) -> web.StreamResponse:
    """Revoke one of the visitor's tokens."""
    parts = visit.parts
    async with parts.store.begin() as tx:
        row = await find_token(tx, visit.place("token_id"))
        if row is None or row.person_id != visit.who.person_id or row.use != "api":
            raise Problem("forbidden", "您没有这个令牌")
        await end_token(tx, row, at=parts.now())
    return visit.go(_TOKENS, done="revoked")


async def _page(
    visit: Visit, error: Exception | None = None, *, issued: Mapping[str, object] | None = None
) -> web.Response:
    async with visit.parts.store.read() as tx:
        rows = await list_tokens(tx, visit.who.person_id)
    trouble = refusals_of(error)
    return visit.show(
        "tokens.html", section="tokens", tokens=rows, issued=issued, roles=ROLES, now=visit.parts.now(),
        typed=visit.fields, trouble=trouble, trouble_heading="没有发放",
    )  # fmt: skip


PAGES = (
    Page("GET", _TOKENS, show_tokens, "signed_in"),
    Page("POST", _TOKENS, take_token, "signed_in"),
    Page("POST", f"{_TOKENS}/{{token_id}}/end", take_end, "signed_in"),
)
