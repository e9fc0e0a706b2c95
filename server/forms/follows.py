"""How an interpretation follows its document, as a person says it."""

from datetime import time
from typing import Annotated, Final

from pydantic import Field

from server.core.problems import Problem
from server.forms.words import Clock, Form, Id, Moment
from server.store.followups import Follow, Rule

_MORNING: Final = time(9, 0)


class FollowIn(Form):
    """The source and the rule: at once, after working days at a time of day in Beijing, or at a moment."""

    source_id: Annotated[Id, Field(title="原文")]
    rule: Annotated[Rule, Field(title="规则")]
    working_days: Annotated[int | None, Field(title="工作日数", ge=1, le=60)] = None
    at_clock: Annotated[Clock | None, Field(title="时刻")] = None
    not_before: Annotated[Moment | None, Field(title="不早于")] = None

    def as_follow(self, interpretation_id: str) -> Follow:
        """Give the rule as the core takes it; refuses what does not belong to it."""
        counts = self.rule == "after_working_days"
        self._require("working_days", given=self.working_days is not None, wanted=counts)
        self._require("not_before", given=self.not_before is not None, wanted=self.rule == "at_time")
        if self.at_clock is not None and not counts:
            self._require("at_clock", given=True, wanted=False)
        at_clock = (self.at_clock or _MORNING) if counts else None
        return Follow(
            interpretation_id, self.source_id, self.rule, self.working_days, at_clock, self.not_before
        )

    def _require(self, field: str, *, given: bool, wanted: bool) -> None:
        if given != wanted:
            verb = "需要" if wanted else "不用"
            label = type(self).model_fields[field].title
            raise Problem("invalid", f"规则 {self.rule} {verb}给出“{label}”", field=field)
