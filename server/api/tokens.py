"""/api/v1/tokens: access for programs, shown once and revoked at will."""

from datetime import datetime, timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer, done
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.problems import Problem
from server.forms.staff import TokenIn
from server.forms.words import Out
from server.parts import PARTS
from server.security.access import SignedIn
from server.security.sign_in import IssuedToken, end_token, issue_token
from server.security.staff import require_managed
from server.store.people import Role, find_person
from server.store.tokens import TokenRow, find_token, list_tokens
from server.store.tx import Tx


class TokenOut(Out):
    """访问令牌, without its secret."""

    id: str
    name: str
    only_role: Role | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None

    @classmethod
    def of(cls, row: TokenRow) -> "TokenOut":
        """Give a token as the API shows it."""
        return cls(
            id=row.id,
            name=row.name,
            only_role=row.only_role,
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
        )


class NewTokenOut(TokenOut):
    """A new token; `token` is shown this once."""

    token: Annotated[str, Field(repr=False)]

    @classmethod
    def issued(cls, issued: IssuedToken) -> "NewTokenOut":
        """Give a new token with its secret."""
        return cls(**TokenOut.of(issued.row).model_dump(), token=issued.secret)


class TokensOut(Out):
    """The caller's tokens, oldest first."""

    tokens: tuple[TokenOut, ...]


async def list_mine(request: web.Request) -> web.Response:
    """Give the caller's own tokens."""
    async with request.config_dict[PARTS].store.read() as tx:
        rows = await list_tokens(tx, signed_in(request).person_id)
    return answer(TokensOut(tokens=tuple(TokenOut.of(row) for row in rows)))


async def create_token(request: web.Request) -> web.Response:
    """Issue a token."""
    parts, who = request.config_dict[PARTS], signed_in(request)
    form = await form_of(request, TokenIn)
    async with parts.store.begin() as tx:
        owner = who.person_id if form.person is None else await _managed(tx, who, form.person)
        issued = await issue_token(
            tx, owner, id=parts.new_id(), name=form.name, use="api", at=parts.now(),
            lasts=timedelta(days=form.days), only_role=form.only_role,
        )  # fmt: skip
    return answer(NewTokenOut.issued(issued), 201)


async def delete_token(request: web.Request) -> web.Response:
    """Revoke one of the caller's own tokens."""
    parts, who = request.config_dict[PARTS], signed_in(request)
    async with parts.store.begin() as tx:
        row = await find_token(tx, request.match_info["token_id"])
        if row is None or row.person_id != who.person_id:
            raise Problem("forbidden", "您没有这个令牌")
        await end_token(tx, row, at=parts.now())
    return done()


async def _managed(tx: Tx, who: SignedIn, login: str) -> str:
    """Give the id of a person all of whose roles lie where the caller manages people."""
    person = await find_person(tx, login)
    if person is None:
        raise Problem("unknown_person", f"没有登录名为“{login}”的人员", field="person")
    if person.id != who.person_id:
        await require_managed(tx, who, person)
    return person.id


ROUTES = (
    Route("GET", "/api/v1/tokens", list_mine, "我的访问令牌", "signed_in", answer=TokensOut),
    Route(
        "POST", "/api/v1/tokens", create_token, "发放访问令牌", "signed_in",
        form=TokenIn, answer=NewTokenOut, status=201, is_own=True,
    ),
    Route(
        "DELETE", "/api/v1/tokens/{token_id}", delete_token, "停用访问令牌", "signed_in",
        status=204, is_own=True,
    ),
)  # fmt: skip
