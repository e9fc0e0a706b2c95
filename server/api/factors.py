"""/api/v1/sessions/factor: the second step of signing in, set up and taken away by its owner."""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer, done
from server.api.requests import entrance_of, form_of
from server.api.route import Route, signed_in
from server.forms.factors import CodeIn, ProofIn
from server.forms.words import Out
from server.parts import PARTS
from server.security.second_factor import (
    begin_factor,
    change_codes,
    is_required,
    remove_factor,
)
from server.store.factors import count_recovery_codes, find_factor


class FactorOut(Out):
    """Whether the caller signs in with a second step."""

    is_set_up: bool
    is_required: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


class SecretOut(Out):
    """A new secret, shown this once; it counts as soon as a code of it was given."""

    secret: Annotated[str, Field(repr=False)]
    address: Annotated[str, Field(repr=False)]  # otpauth, with the secret in it


class RecoveryOut(Out):
    """Recovery codes, shown this once; each is good once."""

    recovery_codes: Annotated[tuple[str, ...], Field(repr=False)]


async def show_factor(request: web.Request) -> web.Response:
    """Say how the caller signs in."""
    parts, who = request.config_dict[PARTS], signed_in(request)
    async with parts.store.read() as tx:
        row = await find_factor(tx, who.person_id)
        left = await count_recovery_codes(tx, who.person_id)
    return answer(
        FactorOut(
            is_set_up=row is not None and row.secret is not None,
            is_required=is_required(who.reach, parts.factor_roles),
            confirmed_at=None if row is None else row.confirmed_at,
            recovery_codes_left=left,
        )
    )


async def start_factor(request: web.Request) -> web.Response:
    """Make a secret for the caller's phone."""
    parts, form = request.config_dict[PARTS], await form_of(request, ProofIn)
    person = await entrance_of(request).prove(signed_in(request), form.password, form.code)
    async with parts.store.begin() as tx:
        made = await begin_factor(tx, parts.vault, person, issuer=parts.site.name)
    return answer(SecretOut(secret=made.text, address=made.address), 201)


async def finish_factor(request: web.Request) -> web.Response:
    """Let the secret count from now on."""
    form = await form_of(request, CodeIn)
    codes = await entrance_of(request).confirm(signed_in(request), form.code)
    return answer(RecoveryOut(recovery_codes=codes))


async def renew_codes(request: web.Request) -> web.Response:
    """Give other recovery codes."""
    parts, form = request.config_dict[PARTS], await form_of(request, ProofIn)
    person = await entrance_of(request).prove(signed_in(request), form.password, form.code)
    async with parts.store.begin() as tx:
        codes = await change_codes(tx, person, at=parts.now())
    return answer(RecoveryOut(recovery_codes=codes))


async def end_factor(request: web.Request) -> web.Response:
    """Let the caller sign in without a second step again."""
    parts, who = request.config_dict[PARTS], signed_in(request)
    form = await form_of(request, ProofIn)
    person = await entrance_of(request).prove(who, form.password, form.code)
    async with parts.store.begin() as tx:
        await remove_factor(tx, person, who.reach, parts.factor_roles, at=parts.now())
    return done()


_FACTOR = "/api/v1/sessions/factor"
ROUTES = (
    Route(
        "GET", _FACTOR, show_factor, "自己的两步验证", "signed_in", answer=FactorOut, before_factor=True
    ),
    Route(
        "POST", _FACTOR, start_factor, "生成两步验证的密钥", "signed_in",
        form=ProofIn, answer=SecretOut, status=201, before_factor=True, is_own=True,
    ),
    Route(
        "POST", f"{_FACTOR}/confirm", finish_factor, "启用两步验证", "signed_in",
        form=CodeIn, answer=RecoveryOut, before_factor=True, is_own=True,
    ),
    Route(
        "POST", f"{_FACTOR}/codes", renew_codes, "更换恢复码", "signed_in",
        form=ProofIn, answer=RecoveryOut, is_own=True,
    ),
    Route(
        "POST", f"{_FACTOR}/remove", end_factor, "停用自己的两步验证", "signed_in",
        form=ProofIn, status=204, is_own=True,
    ),
)  # fmt: skip
