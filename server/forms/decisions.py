"""What a reviewer says with his decision."""

from typing import Annotated

from pydantic import Field

from server.forms.words import Filled, Form, Prose


class ApproveIn(Form):
    """An approval may say why."""

    reason: Annotated[Prose | None, Field(title="意见", max_length=500)] = None


class ReturnIn(Form):
    """A return must say why."""

    reason: Annotated[Filled, Field(title="退回原因", max_length=500)]
