"""`[takedown]` of the settings file: until when what was told to come down must be gone (RULES.md §8)."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from server.core.takedowns import Terms

_HOUR: Final = timedelta(hours=1)
_OUR_TERMS: Final = Terms()


class TakedownSettings(BaseModel):
    """How many hours a post may stand after it was told to come down; fewer with personal information in it.

    Figures other than ours need their `basis`: where the office has them from, told beside every term.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    privacy_hours: Annotated[float, Field(ge=0.25, le=720)] = _OUR_TERMS.privacy / _HOUR
    hours: Annotated[float, Field(ge=0.25, le=720)] = _OUR_TERMS.usual / _HOUR
    basis: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.privacy_hours > self.hours:
            raise ValueError("涉及个人信息的撤下时限不能比一般时限长")
        if replace(self.terms, basis="") != _OUR_TERMS and not self.basis.strip():
            raise ValueError("改动撤下时限要在 basis 中写明依据")
        return self

    @property
    def terms(self) -> Terms:
        """Give the terms as the core counts them."""
        return Terms(self.privacy_hours * _HOUR, self.hours * _HOUR, self.basis.strip())
