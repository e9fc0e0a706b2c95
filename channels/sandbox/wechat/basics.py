"""Tokens and quotas as calls (contract wechat §2)."""

from aiohttp import web

from channels.sandbox.wechat.book import APPID, BEIJING, QUOTAS
from channels.sandbox.wechat.calls import OK, answer, check_verb, count_call, open_call, read_body, text_of
from channels.sandbox.wechat.errors import Refusal
from channels.sandbox.wechat.platform import WECHAT, WeChat
from channels.sandbox.wechat.tokens import check_secret, give_plain, give_stable

_CLEARS_A_MONTH = 10
_NO_QUOTA = 1_000_000


async def fetch_token(request: web.Request) -> web.Response:
    """Give a new token of the older end point."""
    wechat, query, at = request.app[WECHAT], request.query, request.app[WECHAT].now()
    check_verb(request, "GET")
    if query.get("grant_type") != "client_credential":
        raise Refusal(40002)
    check_secret(wechat, query.get("appid", ""), query.get("secret", ""), request.remote or "")
    count_call(wechat, request.path, at)
    token, seconds = give_plain(wechat, at)
    return answer(wechat, {"access_token": token, "expires_in": seconds})


async def fetch_stable_token(request: web.Request) -> web.Response:
    """Give the token that several processes can share."""
    wechat = request.app[WECHAT]
    check_verb(request, "POST")
    body = read_body(await request.read(), wechat.book.switches.escapes)
    if body.get("grant_type") != "client_credential":
        raise Refusal(40002)
    check_secret(wechat, text_of(body, "appid"), text_of(body, "secret"), request.remote or "")
    at, is_forced = wechat.now(), body.get("force_refresh") is True
    count_call(wechat, request.path, at)
    token, seconds = give_stable(wechat, at, is_forced=is_forced)
    return answer(wechat, {"access_token": token, "expires_in": seconds})


async def clear_quota(request: web.Request) -> web.Response:
    """Set today's counts to zero, ten times a month."""
    call = open_call(request, "POST")
    if text_of(await call.read(), "appid") != APPID:
        raise Refusal(40013)
    _clear(call.wechat)
    return answer(call.wechat, OK)


async def clear_quota_by_secret(request: web.Request) -> web.Response:
    """Set today's counts to zero when no token can be had any more."""
    wechat = request.app[WECHAT]
    check_verb(request, "POST")
    body = read_body(await request.read(), wechat.book.switches.escapes)
    check_secret(wechat, text_of(body, "appid"), text_of(body, "appsecret"), request.remote or "")
    _clear(wechat)
    return answer(wechat, OK)


async def show_quota(request: web.Request) -> web.Response:
    """Give limit, use and rest of one address today."""
    call = open_call(request, "POST")
    name = text_of(await call.read(), "cgi_path").removeprefix("/cgi-bin/")
    if not name:
        raise Refusal(40097)
    limit = call.wechat.book.switches.quotas.get(name, QUOTAS.get(name, _NO_QUOTA))
    used = call.wechat.book.used.get(call.at.astimezone(BEIJING).date().isoformat(), {}).get(name, 0)
    quota = {"daily_limit": limit, "used": min(used, limit), "remain": max(limit - used, 0)}
    return answer(call.wechat, {**OK, "quota": quota})


def _clear(wechat: WeChat) -> None:
    here = wechat.now().astimezone(BEIJING)
    month, day = f"{here:%Y-%m}", here.date().isoformat()
    if wechat.book.cleared.get(month, 0) >= _CLEARS_A_MONTH:
        raise Refusal(48006)
    wechat.book.cleared[month] = wechat.book.cleared.get(month, 0) + 1
    wechat.book.used.pop(day, None)
    wechat.touch()
