"""What a person says of a finding of the checks."""

from typing import Annotated

from pydantic import Field

from server.forms.words import Filled, Form

FindingKey = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class WaiverIn(Form):
    """Which finding, and why it may stand."""

    finding: Annotated[FindingKey, Field(title="检查意见")]
    reason: Annotated[Filled, Field(title="理由", min_length=4, max_length=500)]


class MendIn(Form):
    """Which findings are put right as suggested."""

    findings: Annotated[tuple[FindingKey, ...], Field(title="检查意见", min_length=1, max_length=500)]
