"""What a page was asked for: the words behind the question mark, which a form on it carries along.

A list narrowed to an organ or turned to its third page must look the same after one of its forms was
carried out or refused; what is sent goes to another address, so the form brings the words itself.
"""

from collections.abc import Mapping
from typing import Final, Self
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from server.console.fields import Fields

FIELD: Final = "tongfa_asked"
_MOST: Final = 30
_LONGEST: Final = 2000
# What a page says once, after a form was carried out.
_ONCE: Final = frozenset({"done", "dropped", "find", "restore"})


class FormToken(str):
    """What every form of a browser carries; `asked` is what the page it stands on was asked for."""

    __slots__ = ("asked",)
    asked: str

    def __new__(cls, token: str, asked: Mapping[str, str]) -> Self:
        """Take the token and the words of the page."""
        made = super().__new__(cls, token)
        made.asked = urlencode(asked)[:_LONGEST]
        return made


def asked_of(request: web.Request, fields: Fields) -> dict[str, str]:
    """Give what the page was asked for: a form that was posted tells of the page on which it stood."""
    told = {**carried(fields), **dict(request.query)}
    return {name: value for name, value in told.items() if name not in _ONCE}


def carried(fields: Fields) -> dict[str, str]:
    """Give the words that a form brought along."""
    try:
        return dict(parse_qsl(fields.get(FIELD)[:_LONGEST], max_num_fields=_MOST))
    except ValueError:  # nobody's form has so many
        return {}
