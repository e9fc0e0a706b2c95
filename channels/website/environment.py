"""The templates with their filters, read and compiled once: no page waits for the disk on the event loop."""

import json
from datetime import datetime
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from channels.addresses import media_path
from channels.characters import clean, one_line
from channels.item import ROLE_NAMES, Attachment, Picture

ZONE: Final = ZoneInfo("Asia/Shanghai")
HERE: Final = files("channels.website")
_TEMPLATES: Final = (
    "accessibility.html", "article.html", "catalogue.html", "columns.html", "disclosure.html", "frame.html",
    "gone.html", "list.html", "missing.html", "offline.html", "orgs.html", "pieces.html", "search.html",
    "sorry.html",    "statutory.html", "subscribe.html",
)  # fmt: skip


def clock(at: datetime) -> str:
    """Give a time as 网页设计规范 asks: YYYY-MM-DD HH:MM, in Beijing (国办发〔2017〕47号)."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def iso(at: datetime) -> str:
    """Give a time for machines, with its zone."""
    return at.astimezone(ZONE).isoformat(timespec="seconds")


def size(count: int) -> str:
    """Give a number of bytes as a person reads it."""
    if count < 1024:
        return f"{count} 字节"
    return f"{count / 1024:.0f} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"


def ending(media: Attachment | Picture) -> str:
    """Give the kind of a file by the ending it is served under."""
    found = media_path(media).rpartition(".")[2]
    return "文件" if found == "bin" else found.upper()


def breakable(url: str) -> Markup:
    """Let an address go on in the next line behind each of its slashes."""
    return Markup("/<wbr>").join(clean(url).split("/"))


def is_mongolian(words: str) -> bool:
    """Say whether words are written in the traditional Mongolian script; no other text of ours uses it."""
    return any("\u1800" <= sign <= "\u18af" for sign in words)


def data_block(value: Any) -> Markup:
    """Give JSON for a data block in a page: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704


def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({name: (HERE / "templates" / name).read_text("utf-8") for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )
    environment.globals["role_names"] = ROLE_NAMES
    environment.filters.update(
        clock=clock,
        iso=iso,
        size=size,
        ending=ending,
        breakable=breakable,
        line=one_line,
        media=media_path,
        data=data_block,
        is_mongolian=is_mongolian,
    )
    return environment


ENVIRONMENT: Final = _environment()
