"""One call of the pretended WeChat's API: verb, token, permission, quota, body, in their order."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from channels.sandbox.wechat.book import BEIJING
from channels.sandbox.wechat.errors import Refusal
from channels.sandbox.wechat.platform import WECHAT, WeChat
from channels.sandbox.wechat.tokens import check_token

# Drafts, material and tokens are for everybody (contract §0.7, §6).
_VERIFIED_ONLY = re.compile(r"/cgi-bin/(freepublish|message)/")
_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may ask for something."""

    request: web.Request
    wechat: WeChat
    at: datetime

    @property
    def origin(self) -> str:
        """Give the address by which the caller reaches this platform."""
        return f"{self.request.scheme}://{self.request.host}"

    async def read(self) -> dict[str, Any]:
        """Read the JSON body as the platform would store it; it does not ask for a Content-Type."""
        return read_body(await self.request.read(), self.wechat.book.switches.escapes)


def open_call(request: web.Request, verb: str) -> Call:
    """Let a request in."""
    wechat = request.app[WECHAT]
    at = wechat.now()
    check_verb(request, verb)
    check_token(wechat, request.query.get("access_token"), at)
    wechat.settle()
    count_call(wechat, request.path, at)
    if wechat.book.switches.account == "unverified" and _VERIFIED_ONLY.match(request.path):
        raise Refusal(48001)
    return Call(request, wechat, at)


def check_verb(request: web.Request, verb: str) -> None:
    """Refuse another verb."""
    if request.method != verb:
        raise Refusal(43001 if verb == "GET" else 43002)


def count_call(wechat: WeChat, path: str, at: datetime) -> None:
    """Count a call of the day; refuses it beyond the quota (contract §2.4, §13)."""
    name, day = path.removeprefix("/cgi-bin/"), at.astimezone(BEIJING).date().isoformat()
    used = wechat.book.used.setdefault(day, {})
    used[name] = used.get(name, 0) + 1
    wechat.touch()
    most = wechat.book.switches.quotas.get(name)
    if most is not None and used[name] > most:
        raise Refusal(45009)
    if not wechat.is_within_minute(at):
        raise Refusal(45011)


def answer(wechat: WeChat, value: Mapping[str, Any]) -> web.Response:
    """Give JSON with the Content-Type that WeChat sends: `encoding`, not `charset` (contract §1)."""
    kind = "text/plain" if wechat.book.switches.text_plain else "application/json; encoding=utf-8"
    if wechat.book.switches.errcode_on_success:
        value = {**OK, **value}
    body = json.dumps(value, ensure_ascii=False).encode()
    return web.Response(body=body, headers={"Content-Type": kind})


OK: Mapping[str, Any] = {"errcode": 0, "errmsg": "ok"}


def read_body(raw: bytes, escapes: str) -> dict[str, Any]:
    r"""Parse a body; `\uXXXX` stays six characters or is refused (contract §0.1)."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(47001) from None
    if _ESCAPE.search(text):
        if escapes == "refuse":
            raise Refusal(40033)
        text = _ESCAPE.sub(r"\1\\\\u", text)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(47001) from None
    if not isinstance(body, dict):
        raise Refusal(47001)
    return body


def text_of(body: Mapping[str, Any], name: str) -> str:
    """Give a text field, "" when it is absent."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal(47001)
    return value


def number_of(body: Mapping[str, Any], name: str, default: int) -> int:
    """Give a whole number, sent as a number or as digits."""
    value = body.get(name, default)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    raise Refusal(47001)
