"""The menu below a follower's chat (contract wechat §7)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from channels.sandbox.wechat.calls import OK, Call, answer, open_call, text_of
from channels.sandbox.wechat.errors import Refusal

_KEYED = frozenset({
    "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
    "location_select",
})  # fmt: skip
_MOST_BUTTONS, _MOST_BELOW = 3, 5
_MOST_NAME, _MOST_NAME_BELOW = 16, 60  # bytes
_MOST_KEY, _MOST_URL = 128, 1024

# What is wrong → its code at the first level and below.
_CODES = {
    "type": (40017, 40024),
    "name": (40018, 40025),
    "key": (40019, 40026),
    "url": (40020, 40027),
    "domain": (40054, 40055),
}


async def create_menu(request: web.Request) -> web.Response:
    """Put a menu in the place of the one before."""
    call = open_call(request, "POST")
    buttons = (await call.read()).get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MOST_BUTTONS:
        raise Refusal(40016)
    call.wechat.book.menu = {"button": [_read_top(call, button) for button in buttons]}
    call.wechat.touch()
    return answer(call.wechat, OK)


async def get_menu(request: web.Request) -> web.Response:
    """Give the menu."""
    call = open_call(request, "GET")
    if call.wechat.book.menu is None:
        raise Refusal(46003)
    return answer(call.wechat, {"menu": call.wechat.book.menu})


async def delete_menu(request: web.Request) -> web.Response:
    """Take the menu away; none is no error."""
    call = open_call(request, "GET")
    call.wechat.book.menu = None
    call.wechat.touch()
    return answer(call.wechat, OK)


def _read_top(call: Call, button: Any) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise Refusal(47001)
    below = button.get("sub_button", [])
    if not isinstance(below, list) or len(below) > _MOST_BELOW:
        raise Refusal(40023)
    if not below:
        return _read_button(call, button, 0) | {"sub_button": []}
    name = _text(button, "name", _MOST_NAME, 0)
    if any(isinstance(one, dict) and one.get("sub_button") for one in below):
        raise Refusal(40022)
    return {"name": name, "sub_button": [_read_button(call, one, 1) | {"sub_button": []} for one in below]}


def _read_button(call: Call, button: Any, level: int) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise Refusal(47001)
    kind = text_of(button, "type")
    shown = {
        "type": kind,
        "name": _text(button, "name", _MOST_NAME_BELOW if level else _MOST_NAME, level),
    }
    match kind:
        case _ if kind in _KEYED:
            return shown | {"key": _text(button, "key", _MOST_KEY, level)}
        case "view":
            return shown | {"url": _address(button, level)}
        case "media_id" | "view_limited":
            if text_of(button, "media_id") not in call.wechat.book.media:
                raise Refusal(40007)
            return shown | {"media_id": text_of(button, "media_id")}
        case "article_id" | "article_view_limited":
            if text_of(button, "article_id") not in {
                job.article_id for job in call.wechat.book.jobs.values()
            }:
                raise Refusal(53600)
            return shown | {"article_id": text_of(button, "article_id")}
        case "miniprogram":
            raise Refusal(45064)  # no mini-program is linked to this account
        case _:
            raise Refusal(_CODES["type"][level])


def _text(button: Mapping[str, Any], field: str, most: int, level: int) -> str:
    value = text_of(button, field)
    if not 0 < len(value.encode("utf-8", "replace")) <= most:
        raise Refusal(_CODES[field][level])
    return value


def _address(button: Mapping[str, Any], level: int) -> str:
    url = _text(button, "url", _MOST_URL, level)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refusal(_CODES["domain"][level]) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(_CODES["domain"][level])
    return url
