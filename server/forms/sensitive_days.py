"""Sensitive days as they come in, at any face."""

from typing import Annotated

from pydantic import Field

from server.core.sensitive_days import LONGEST_REASON, MOST
from server.forms.words import Day, Filled, Form
from server.store.sensitive_days import SensitiveDays, Weight

_Reason = Annotated[Filled, Field(title="原因", max_length=LONGEST_REASON)]


class SensitiveDaysIn(Form):
    """A range, both days included, why, and how much it weighs."""

    first: Annotated[Day, Field(title="起始日")]
    last: Annotated[Day, Field(title="截止日")]
    reason: _Reason
    weight: Annotated[Weight, Field(title="程度")] = "note"

    def value(self) -> SensitiveDays:
        """Give the range."""
        return SensitiveDays(self.first, self.last, self.reason, self.weight)


class SensitiveListIn(Form):
    """Ranges, put down all or none."""

    days: Annotated[tuple[SensitiveDaysIn, ...], Field(title="敏感日期", min_length=1, max_length=MOST)]


class SensitiveGoneIn(Form):
    """A range that should not stand there."""

    first: Annotated[Day, Field(title="起始日")]
    last: Annotated[Day, Field(title="截止日")]
    reason: _Reason
