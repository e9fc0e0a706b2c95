"""/api/v1/review…: where a review stands, its levels, deputies, the difference, and the review afterwards."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from server.api.answers import answer, done
from server.api.items import get_item_for
from server.api.requests import form_of, query_of
from server.api.route import Route, signed_in
from server.core.organs import get_org
from server.forms.decisions import AfterwardsIn
from server.forms.reviews import DeputyIn, LevelsIn
from server.forms.words import OrgCode, Out, Query
from server.importing.shape import shape
from server.parts import PARTS
from server.review.afterwards import review_afterwards
from server.review.deputising import appoint, dismiss, get_deputy
from server.review.differences import compare_revisions
from server.review.levels import set_levels, standing_of
from server.security.staff import require_own_or_managed
from server.store.approvals import find_last_approved
from server.store.emergencies import find_open_emergency
from server.store.items import get_item_at
from server.store.levels import Deputy, Level, LevelRole, list_deputies, list_holding, list_levels
from server.store.people import find_person, get_person
from server.store.words import KINDS


class OrgQuery(Query):
    """Of which organ."""

    org: Annotated[OrgCode, Field(title="机构代码")]


class LevelOut(Out):
    """一审、二审、三审."""

    level: int
    role: LevelRole
    name: str

    @classmethod
    def of(cls, one: Level) -> "LevelOut":
        """Give a level."""
        return cls(level=one.level, role=one.role, name=one.name)


class LevelsOut(Out):
    """What an organ has set itself for a kind."""

    kind: str
    levels: tuple[LevelOut, ...]


class OrgLevelsOut(Out):
    """What an organ has set itself, and what holds for each kind there."""

    own: tuple[LevelsOut, ...]
    holding: tuple[LevelsOut, ...]


class DecidedOut(Out):
    """An approval of this round; `on_behalf` says that a deputy gave it."""

    level: int
    by: str
    on_behalf: bool
    reason: str | None
    at: datetime


class StandingOut(Out):
    """Where the review of the newest version stands; `levels` empty: the one level that nobody has set."""

    state: str
    levels: tuple[LevelOut, ...]
    done: tuple[DecidedOut, ...]
    next: int | None
    total: int
    unreviewed_until: datetime | None


class FieldChangeOut(Out):
    """A field that says something else now."""

    name: str
    old: str
    new: str


class StretchOut(Out):
    """A stretch of the body: in both, only in the older, or only in the newer."""

    what: Literal["same", "gone", "new"]
    text: str


class RevisedOut(Out):
    """What changed since the last approval; `since` is None where nothing was approved before."""

    since: int | None
    revision: int
    fields: tuple[FieldChangeOut, ...]
    body: tuple[StretchOut, ...]


class DeputyOut(Out):
    """代理."""

    id: str
    principal: str
    deputy: str
    begins_at: datetime
    ends_at: datetime
    reason: str

    @classmethod
    def of(cls, one: Deputy) -> "DeputyOut":
        """Give an appointment with the names of both."""
        return cls(
            id=one.id, principal=one.principal, deputy=one.deputy, begins_at=one.begins_at,
            ends_at=one.ends_at, reason=one.reason,
        )  # fmt: skip


class DeputiesOut(Out):
    """The appointments that run or are to come."""

    deputies: tuple[DeputyOut, ...]


async def show_levels(request: web.Request) -> web.Response:
    """Give the levels of an organ."""
    query = query_of(request, OrgQuery)
    async with request.config_dict[PARTS].store.read() as tx:
        org = await get_org(tx, query.org, field="org")
        signed_in(request).require("read", org.id)
        own = await list_levels(tx, frozenset((org.id,)))
        holding = await list_holding(tx, [(org.id, kind) for kind in KINDS])
    return answer(
        OrgLevelsOut(
            own=tuple(_levels_out(one.kind, one.levels) for one in own),
            holding=tuple(_levels_out(kind, levels) for (_org, kind), levels in holding.items()),
        )
    )


async def put_levels(request: web.Request) -> web.Response:
    """Set the levels of an organ for a kind."""
    parts, form = request.config_dict[PARTS], await form_of(request, LevelsIn)
    async with parts.store.begin() as tx:
        org = await get_org(tx, form.org, field="org")
        signed_in(request).require("manage_people", org.id)
        wanted = [(one.role, one.name) for one in form.levels]
        made = await set_levels(tx, org.id, form.kind, wanted, at=parts.now())
    return answer(_levels_out(form.kind, made))


async def show_standing(request: web.Request) -> web.Response:
    """Give where the review of an item stands."""
    async with request.config_dict[PARTS].store.read() as tx:
        seen = await get_item_for(tx, request, "read")
        standing = await standing_of(tx, seen)
        emergency = await find_open_emergency(tx, seen.id)
    waits = seen.revision.state == "submitted"
    return answer(
        StandingOut(
            state=seen.revision.state,
            levels=tuple(LevelOut.of(one) for one in standing.levels),
            done=tuple(
                DecidedOut(
                    level=one.level, by=one.name, on_behalf=one.on_behalf_of is not None, reason=one.reason,
                    at=one.decided_at,
                )
                for one in standing.done
            ),
            next=standing.next if waits else None,
            total=standing.total,
            unreviewed_until=None if emergency is None else emergency.review_by,
        )
    )  # fmt: skip


async def show_difference(request: web.Request) -> web.Response:
    """Give what changed since the last approval, sentence by sentence."""
    async with request.config_dict[PARTS].store.read() as tx:
        seen = await get_item_for(tx, request, "read")
        older_id = await find_last_approved(tx, seen.id, seen.revision.number)
        older = None if older_id is None else (await get_item_at(tx, older_id)).revision
    if older is None:
        return answer(RevisedOut(since=None, revision=seen.revision.number, fields=(), body=()))
    found = await asyncio.to_thread(compare_revisions, older, seen.revision, _plain)
    return answer(
        RevisedOut(
            since=older.number,
            revision=seen.revision.number,
            fields=tuple(FieldChangeOut(name=one.name, old=one.old, new=one.new) for one in found.fields),
            body=tuple(StretchOut(what=one.what, text=one.text) for one in found.body),
        )
    )


async def decide_afterwards(request: web.Request) -> web.Response:
    """Review what went out before its review."""
    parts, form = request.config_dict[PARTS], await form_of(request, AfterwardsIn)
    form.require_reason()
    by = signed_in(request).person_id
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "approve")
        await review_afterwards(
            tx, item.id, form.decision, form.reason, by=by, at=parts.now(), new_id=parts.new_id
        )
    return done()


async def show_deputies(request: web.Request) -> web.Response:
    """Give the appointments that run or are to come: the caller's own, and at organs that he reads."""
    parts, who = request.config_dict[PARTS], signed_in(request)
    async with parts.store.read() as tx:
        found = await list_deputies(tx, who.person_id, who.orgs_for("read"), at=parts.now())
    return answer(DeputiesOut(deputies=tuple(DeputyOut.of(one) for one in found)))


async def appoint_deputy(request: web.Request) -> web.Response:
    """Let one person act for another: for oneself, or by who manages people."""
    parts, form, who = request.config_dict[PARTS], await form_of(request, DeputyIn), signed_in(request)
    async with parts.store.begin() as tx:
        principal = await find_person(tx, form.principal)
        if principal is None:
            who.require_somewhere("manage_people")
        else:
            await require_own_or_managed(tx, who, principal)
        made = await appoint(
            tx, form.principal, form.deputy, form.begins_at, form.ends_at, form.reason,
            by=who.person_id, at=parts.now(), new_id=parts.new_id,
        )  # fmt: skip
    return answer(DeputyOut.of(made), 201)


async def dismiss_deputy(request: web.Request) -> web.Response:
    """End an appointment."""
    parts, who = request.config_dict[PARTS], signed_in(request)
    async with parts.store.begin() as tx:
        one = await get_deputy(tx, request.match_info["deputy_id"])
        await require_own_or_managed(tx, who, await get_person(tx, one.principal_id), one.deputy_id)
        await dismiss(tx, one.id, at=parts.now())
    return done()


def _plain(body: str) -> str:
    return shape(body).text


def _levels_out(kind: str, levels: tuple[Level, ...]) -> LevelsOut:
    return LevelsOut(kind=kind, levels=tuple(LevelOut.of(one) for one in levels))


_ITEM, _LEVELS, _DEPUTIES = "/api/v1/items/{item_id}", "/api/v1/review-levels", "/api/v1/deputies"
ROUTES = (
    Route("GET", _LEVELS, show_levels, "审核层级", "read", answer=OrgLevelsOut, query=OrgQuery),
    Route("PUT", _LEVELS, put_levels, "设置审核层级", "manage_people", form=LevelsIn, answer=LevelsOut),
    Route("GET", f"{_ITEM}/review", show_standing, "审核进度", "read", answer=StandingOut),
    Route("GET", f"{_ITEM}/difference", show_difference, "与上次审核的差别", "read", answer=RevisedOut),
    Route(
        "POST", f"{_ITEM}/review-afterwards", decide_afterwards, "事后审核", "approve",
        form=AfterwardsIn, status=204,
    ),
    Route("GET", _DEPUTIES, show_deputies, "代理人", "signed_in", answer=DeputiesOut),
    Route(
        "POST", _DEPUTIES, appoint_deputy, "指定代理人", "signed_in",
        form=DeputyIn, answer=DeputyOut, status=201,
    ),
    Route("POST", f"{_DEPUTIES}/{{deputy_id}}/dismiss", dismiss_deputy, "结束代理", "signed_in", status=204),
)  # fmt: skip
