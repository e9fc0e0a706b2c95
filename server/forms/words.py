"""The kinds of text, time and key that forms are made of; each refuses in plain Chinese."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from server.importing.shape import INVISIBLE

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"


class Form(BaseModel):
    """What comes in: no field that we do not know, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """What stands behind the question mark, where everything is text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _line(text: str) -> str:
    return " ".join(INVISIBLE.sub("", text).split())


def _prose(text: str) -> str:
    return "\n".join(_line(line) for line in text.splitlines()).strip()


def _filled(text: str) -> str:
    if not text:
        raise PydanticCustomError("empty", "不能为空")
    return text


def _only_date(value: Any) -> Any:
    # pydantic would also take a number of seconds for a day.
    if not isinstance(value, date) and not (isinstance(value, str) and _DATE.fullmatch(value)):
        raise PydanticCustomError("date_form", "应写成 2017-03-28 这样的日期")
    return value


def _only_clock(value: Any) -> Any:
    # pydantic would take a zone as well, and nine o'clock in London is no nine o'clock in Beijing.
    if not isinstance(value, time) and not (isinstance(value, str) and re.fullmatch(_CLOCK, value)):
        raise PydanticCustomError("clock_form", "应写成 09:30 这样的北京时间，不带时区")
    return value


def _within_reason(moment: datetime) -> datetime:
    # The ends of the calendar cannot be told in another time zone.
    if not 1990 <= moment.year <= 2100:
        raise PydanticCustomError("time_range", "应在 1990 年到 2100 年之间")
    return moment


Line = Annotated[str, AfterValidator(_line)]
"""One line: white space made single, invisible characters taken out."""

Filled = Annotated[str, AfterValidator(_line), AfterValidator(_filled)]
"""One line that says something."""

Prose = Annotated[str, AfterValidator(_prose)]
"""Lines of text."""

Day = Annotated[date, Field(strict=False), BeforeValidator(_only_date)]
Clock = Annotated[
    time,
    Field(strict=False),
    BeforeValidator(_only_clock),
    WithJsonSchema({"type": "string", "pattern": _CLOCK, "description": "a time of day in Beijing"}),
]
Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
OrgCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{9}([0-9A-Z]{9})?$")]
Login = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Id = Annotated[str, Field(pattern=r"^[0-9a-z]{1,16}$")]
