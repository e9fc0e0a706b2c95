"""One call of the pretended Weibo's API: verb, fields and token, checked in the platform's order."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from channels.sandbox.fields import Fields, read_fields
from channels.sandbox.weibo.book import BEIJING, Token
from channels.sandbox.weibo.errors import Refusal
from channels.sandbox.weibo.platform import WEIBO, Weibo


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may ask for something."""

    weibo: Weibo
    fields: Fields
    at: datetime

    def require(self, name: str) -> str:
        """Give a field; refuses the call when it is absent."""
        value = self.fields.get(name)
        if value is None:
            raise Refusal(10016, name)
        return value

    def number(self, name: str, default: int, *, most: int | None = None) -> int:
        """Give a whole number from a field."""
        text = self.fields.get(name)
        if text is None or text == "":
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 19:
            raise Refusal(10017, name, "long[0~9223372036854775807]", text)
        return int(text) if most is None else min(int(text), most)


async def open_call(request: web.Request, verb: str, *, is_free: bool = False) -> Call:
    """Let a request in: verb, token, calls of the day; `is_free` calls are not counted (contract §6)."""
    weibo = request.app[WEIBO]
    fields, at = await read_fields(request), weibo.now()
    if request.method != verb:
        raise Refusal(10021)
    _check_token(weibo, _token_of(request, fields), at)
    if not is_free:
        _count_call(weibo, request.remote or "", at)
    return Call(weibo, fields, at)


def answer(value: Any, status: int = 200) -> web.Response:
    """Give JSON the way Weibo does."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json;charset=UTF-8"})


def find_token(weibo: Weibo, name: str, at: datetime) -> Token:
    """Give a token that is good; refuses each other kind with its own code (contract §2.5)."""
    token = weibo.book.tokens.get(name)
    if token is None:
        raise Refusal(21332)
    if token.is_revoked:
        raise Refusal(21316)
    if token.expires_at <= at:
        raise Refusal(21327)
    return token


def calls_from(weibo: Weibo, request: web.Request, at: datetime) -> int:
    """Give how many calls of this hour came from the caller's address."""
    return weibo.book.calls_from.get(f"{_hour(at)} {request.remote or ''}", 0)


def _hour(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H}"


def _token_of(request: web.Request, fields: Fields) -> str | None:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "oauth2" else fields.get("access_token")


def _check_token(weibo: Weibo, name: str | None, at: datetime) -> None:
    if name is None:
        raise Refusal(10006)
    if not name:
        raise Refusal(21301)
    find_token(weibo, name, at)


def _count_call(weibo: Weibo, address: str, at: datetime) -> None:
    """Count a call of the hour for the address, and of the day for the user (contract §7)."""
    hour, known = _hour(at), weibo.book.calls_from
    key = f"{hour} {address}"
    weibo.book.calls_from = {name: count for name, count in known.items() if name.startswith(hour)}
    weibo.book.calls_from[key] = weibo.book.calls_from.get(key, 0) + 1
    if weibo.book.calls_from[key] > weibo.book.switches.calls_an_hour:
        raise Refusal(10022)
    day = at.astimezone(BEIJING).date().isoformat()
    used = weibo.book.calls.get(day, 0) + 1
    weibo.book.calls[day] = used
    weibo.touch()
    if used > weibo.book.switches.calls_a_day:
        raise Refusal(10023)
