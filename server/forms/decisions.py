"""What a reviewer says with his decision."""

from typing import Annotated, Literal

from pydantic import Field

from server.core.problems import Problem
from server.forms.words import Filled, Form, Prose


class ApproveIn(Form):
    """An approval may say why."""

    reason: Annotated[Prose | None, Field(title="意见", max_length=500)] = None


class ReturnIn(Form):
    """A return must say why."""

    reason: Annotated[Filled, Field(title="退回原因", max_length=500)]


class AfterwardsIn(Form):
    """The review that follows a release; a bad one must say why."""

    decision: Annotated[Literal["approved", "returned"], Field(title="结论")]
    reason: Annotated[Prose | None, Field(title="意见", max_length=500)] = None

    def require_reason(self) -> None:
        """Refuse a bad one without its why."""
        if self.decision == "returned" and not self.reason:
            raise Problem("invalid", "审核没有通过时要写明原因", field="reason")
