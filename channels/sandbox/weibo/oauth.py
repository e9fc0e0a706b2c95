"""How a user lets an application in: authorise, fetch, ask about, take back a token (contract weibo §2)."""

from dataclasses import replace
from datetime import datetime, timedelta
from hmac import compare_digest
from secrets import token_hex, token_urlsafe
from urllib.parse import urlsplit

from aiohttp import web
from yarl import URL

from channels.sandbox.fields import Fields, read_fields
from channels.sandbox.pages import PAGES, show_page
from channels.sandbox.weibo.book import CLIENT_ID, CLIENT_SECRET, SCREEN_NAME, UID, Code, Token
from channels.sandbox.weibo.calls import answer, find_token
from channels.sandbox.weibo.errors import Refusal
from channels.sandbox.weibo.platform import WEIBO, Weibo

_CODE_SECONDS = 300
_TEST_SECONDS = 86400  # a token for an application that was not audited lives a day (contract §2.2)


async def authorise(request: web.Request) -> web.Response:
    """Show the page that asks the user, and follow his answer."""
    weibo, fields = request.app[WEIBO], await read_fields(request)
    back = _check_application(weibo, fields)
    choice = fields.form.get("choice")  # only the page's own button, no link
    if choice == "refuse":
        raise web.HTTPFound(_with_refusal(back, fields))
    if choice == "agree" and weibo.book.switches.users_full:
        raise Refusal(21321)
    if choice == "agree":
        code = token_hex(16)
        expires_at = weibo.now() + timedelta(seconds=_CODE_SECONDS)
        weibo.book.codes[code] = Code(redirect_uri=str(back), expires_at=expires_at)
        weibo.touch()
        raise web.HTTPFound(_with_state(back.update_query(code=code), fields))
    asked = {name: fields.get(name) or "" for name in ("client_id", "redirect_uri", "state")}
    return show_page(request.app[PAGES], "authorise.html", asked=asked, name=SCREEN_NAME)


async def fetch_token(request: web.Request) -> web.Response:
    """Give a token for a code; a good token that there is already is given again (contract §2.2)."""
    if request.method != "POST":
        raise Refusal(10021)
    weibo, fields, at = request.app[WEIBO], await read_fields(request), request.app[WEIBO].now()
    _check_secret(fields)
    if fields.get("grant_type") != "authorization_code":
        raise Refusal(21328)
    if fields.get("code") is None or fields.get("redirect_uri") is None:
        raise Refusal(21323)
    code = weibo.book.codes.pop(fields.get("code") or "", None)
    weibo.touch()
    if code is None or code.expires_at <= at:
        raise Refusal(21325)
    if fields.get("redirect_uri") != code.redirect_uri:
        raise Refusal(21322)
    name = _issue(weibo, at)
    seconds = int((weibo.book.tokens[name].expires_at - at).total_seconds())
    expires_in = str(seconds) if weibo.book.switches.numbers_as_text else seconds
    body = {"access_token": name, "expires_in": expires_in, "remind_in": str(seconds), "uid": str(UID)}
    return answer(body | {"isRealName": "true"})


async def show_token(request: web.Request) -> web.Response:
    """Say whose a token is and how long it lives; the field is called `expire_in` here (contract §2.3)."""
    if request.method != "POST":
        raise Refusal(10021)
    weibo, at = request.app[WEIBO], request.app[WEIBO].now()
    token = find_token(weibo, (await read_fields(request)).get("access_token") or "", at)
    created, left = int(token.created_at.timestamp()), int((token.expires_at - at).total_seconds())
    body = {"uid": UID, "appkey": CLIENT_ID, "scope": None, "create_at": created, "expire_in": left}
    return answer(body)


async def revoke_token(request: web.Request) -> web.Response:
    """Take a token back; the answer's `true` is a string (contract §2.4)."""
    weibo, name = request.app[WEIBO], (await read_fields(request)).get("access_token") or ""
    token = find_token(weibo, name, weibo.now())
    weibo.book.tokens[name] = replace(token, is_revoked=True)
    weibo.touch()
    return answer({"result": "true"})


def _check_application(weibo: Weibo, fields: Fields) -> URL:
    if fields.get("client_id") != CLIENT_ID:
        raise Refusal(21324)
    if fields.get("response_type") not in (None, "", "code"):
        raise Refusal(21329)
    back, registered = fields.get("redirect_uri") or "", weibo.book.switches.redirect_uri
    if urlsplit(back).scheme not in ("http", "https") or (registered and back != registered):
        raise Refusal(21322)
    return URL(back)


def _check_secret(fields: Fields) -> None:
    secret = (fields.get("client_secret") or "").encode()
    if fields.get("client_id") != CLIENT_ID or not compare_digest(secret, CLIENT_SECRET.encode()):
        raise Refusal(21324)


def _with_state(back: URL, fields: Fields) -> URL:
    state = fields.get("state")
    return back.update_query(state=state) if state else back


def _with_refusal(back: URL, fields: Fields) -> URL:
    refusal = {
        "error": "access_denied",
        "error_code": "21330",
        "error_description": "user denied your request.",
        "error_uri": "/oauth2/authorize",
    }
    return _with_state(back.update_query(refusal), fields)


def _issue(weibo: Weibo, at: datetime) -> str:
    good = (
        name for name, token in weibo.book.tokens.items() if token.expires_at > at and not token.is_revoked
    )
    if (name := next(good, None)) is not None:
        return name
    name = f"2.00{token_urlsafe(21)}"
    switches = weibo.book.switches
    seconds = switches.token_seconds if switches.app_audited else min(switches.token_seconds, _TEST_SECONDS)
    expires_at = at + timedelta(seconds=seconds)
    weibo.book.tokens[name] = Token(created_at=at, expires_at=expires_at)
    return name
