"""The templates of the console with their filters, read and compiled once; every text is escaped."""

from datetime import date, datetime
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, Environment, StrictUndefined

from channels.item import KIND_NAMES, OPENNESS_NAMES, VALIDITY_NAMES
from channels.registry import LIMITS
from channels.website.environment import iso, size
from server.console import names
from server.core.channel_words import CHANNEL_WORDS
from server.core.days import say_span
from server.core.withdrawal_types import WITHDRAWAL_TYPES
from server.review.approvals import STATE_NAMES
from server.review.differences import say_overrides

HERE: Final = files("server.console")
ZONE: Final = ZoneInfo("Asia/Shanghai")
_WEEKDAYS: Final = "一二三四五六日"


def clock(at: datetime) -> str:
    """Give a time in Beijing with its day of the week, as editors plan by it."""
    here = at.astimezone(ZONE)
    return f"{here:%Y-%m-%d} 周{_WEEKDAYS[here.weekday()]} {here:%H:%M}"


def dated(day: date) -> str:
    """Give a day with its day of the week."""
    return f"{day.isoformat()} 周{_WEEKDAYS[day.weekday()]}"


def field_time(at: datetime) -> str:
    """Give a time as the field of a form takes it (datetime-local, in Beijing)."""
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def _environment() -> Environment:
    pages = {one.name: one.read_text("utf-8") for one in (HERE / "templates").iterdir() if _is_page(one.name)}
    environment = Environment(
        loader=DictLoader(pages),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clock=clock,
        dated=dated,
        iso=iso,
        field_time=field_time,
        file_size=size,
        span=say_span,
        say_overrides=say_overrides,
    )
    environment.globals.update(
        limits=LIMITS,
        kind_names=KIND_NAMES,
        state_names=STATE_NAMES,
        state_tones=names.REVISION_TONES,
        openness_names=OPENNESS_NAMES,
        validity_names=VALIDITY_NAMES,
        step_names=names.STEPS,
        channel_names=CHANNEL_WORDS,
        withdrawal_types=WITHDRAWAL_TYPES,
        delivery_states=names.DELIVERY_STATES,
    )
    return environment


def _is_page(name: str) -> bool:
    return name.endswith(".html")


ENVIRONMENT: Final = _environment()


def rendered(template: str, **values: Any) -> str:
    """Give a page."""
    return ENVIRONMENT.get_template(template).render(**values)
