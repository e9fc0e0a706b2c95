"""/api/v1/items/{id}/follow: an interpretation follows its source document."""

from datetime import datetime, time
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from server.api.answers import answer
from server.api.items import get_item_for
from server.api.requests import form_of
from server.api.route import Route, signed_in
from server.core.follow import FollowSeen, bind, list_follows
from server.core.likeness import REPEATS
from server.core.problems import Problem
from server.forms.words import Form, Id, Moment, Out
from server.parts import PARTS
from server.store.followups import Follow, Rule

_MORNING: Final = time(9, 0)


class FollowIn(Form):
    """The source and the rule: at once, after working days at a time of day in Beijing, or at a moment."""

    source_id: Annotated[Id, Field(title="原文")]
    rule: Annotated[Rule, Field(title="规则")]
    working_days: Annotated[int | None, Field(title="工作日数", ge=1, le=60)] = None
    at_clock: Annotated[time | None, Field(title="时刻")] = None
    not_before: Annotated[Moment | None, Field(title="不早于")] = None

    def as_follow(self, interpretation_id: str) -> Follow:
        """Give the rule as the core takes it; refuses what does not belong to it."""
        counts = self.rule == "after_working_days"
        self._require("working_days", given=self.working_days is not None, wanted=counts)
        self._require("not_before", given=self.not_before is not None, wanted=self.rule == "at_time")
        if self.at_clock is not None and not counts:
            self._require("at_clock", given=True, wanted=False)
        at_clock = (self.at_clock or _MORNING).replace(tzinfo=None) if counts else None
        return Follow(
            interpretation_id, self.source_id, self.rule, self.working_days, at_clock, self.not_before
        )

    def _require(self, field: str, *, given: bool, wanted: bool) -> None:
        if given != wanted:
            verb = "需要" if wanted else "不用"
            label = type(self).model_fields[field].title
            raise Problem("invalid", f"规则 {self.rule} {verb}给出“{label}”", field=field)


class FollowOut(Out):
    """A rule and one sentence on what it waits for."""

    source_id: str
    source_title: str
    rule: Rule
    working_days: int | None
    at_clock: time | None
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
            likeness=seen.likeness,
            is_repeating=seen.likeness >= REPEATS,
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
