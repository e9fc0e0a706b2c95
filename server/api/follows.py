"""/api/v1/items/{id}/follow: an interpretation follows its source document."""

from datetime import datetime

from aiohttp import web

from server.api.answers import answer
from server.api.items import get_item_for
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.follow import FollowSeen, bind, list_follows
from server.core.likeness import REPEATS
from server.forms.follows import FollowIn
from server.forms.words import Clock, Out
from server.parts import PARTS
from server.store.followups import Rule


class FollowOut(Out):
    """A rule and one sentence on what it waits for."""

    source_id: str
    source_title: str
    rule: Rule
    working_days: int | None
    at_clock: Clock | None
    not_before: datetime | None
    is_source_live: bool
    due_at: datetime | None
    is_provisional: bool
    waits_for: str
    likeness: int
    is_repeating: bool

    @classmethod
    def of(cls, seen: FollowSeen) -> "FollowOut":
        """Give a rule as the API shows it."""
        alike = seen.likeness
        return cls(
            source_id=seen.follow.source_id,
            source_title=seen.source_title,
            rule=seen.follow.rule,
            working_days=seen.follow.working_days,
            at_clock=seen.follow.at_clock,
            not_before=seen.follow.not_before,
            is_source_live=seen.is_source_live,
            due_at=seen.due_at,
            is_provisional=seen.is_provisional,
            waits_for=seen.waits_for,
            likeness=alike,
            is_repeating=alike >= REPEATS,
        )


class FollowsOut(Out):
    """What an interpretation follows."""

    follows: tuple[FollowOut, ...]

    @classmethod
    def of(cls, seen: tuple[FollowSeen, ...]) -> "FollowsOut":
        """Give rules as the API shows them."""
        return cls(follows=tuple(FollowOut.of(one) for one in seen))


async def bind_item(request: web.Request) -> web.Response:
    """Make an interpretation follow a document, or change the rule."""
    parts, form = request.config_dict[PARTS], await form_of(request, FollowIn)
    at = parts.now()
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "write")
        follow = form.as_follow(item.id)
        await bind(tx, follow, parts.calendar, by=signed_in(request).person_id, at=at)
        follows = await list_follows(tx, item.id, parts.calendar, at=at)
    await parts.wake()
    return answer(FollowsOut.of(follows))


async def show_follows(request: web.Request) -> web.Response:
    """Give what an interpretation follows and waits for."""
    parts = request.config_dict[PARTS]
    async with parts.store.read() as tx:
        item = await get_item_for(tx, request, "read")
        follows = await list_follows(tx, item.id, parts.calendar, at=parts.now())
    return answer(FollowsOut.of(follows))


_FOLLOW = "/api/v1/items/{item_id}/follow"
ROUTES = (
    Route("POST", _FOLLOW, bind_item, "让解读跟进文件", "write", form=FollowIn, answer=FollowsOut),
    Route("GET", _FOLLOW, show_follows, "解读跟进", "read", answer=FollowsOut),
)
