"""The cookies of the console: who is signed in, which browser a form was given to, and who it is known by.

The form's cookie never leaves the browser's jar in a page: a form carries a digest of it (double submit), so
a page of another site can neither read nor guess what belongs into the form.
"""

import hashlib
import hmac
import secrets
from typing import Final

from aiohttp import web

from server.console.caller import is_encrypted
from server.core.problems import Problem
from server.parts import PARTS
from server.security.known_browser import KNOWN_LASTS, remember
from server.security.sign_in import SESSION_LASTS

SESSION: Final = "tongfa_session"
KNOWN: Final = "tongfa_known"
_BROWSER: Final = "tongfa_browser"
_PATH: Final = "/console"
_LONGEST: Final = 128
_LONGEST_KNOWN: Final = 2000
_NEW: Final = web.RequestKey("new_browser", str)


def session_of(request: web.Request) -> str:
    """Give the secret of the session, "" without one."""
    return request.cookies.get(SESSION, "")[: _LONGEST + 1]


def put_session(response: web.StreamResponse, request: web.Request, secret: str, login: str) -> None:
    """Sign this browser in, and let it be known by whom it was used."""
    parts = request.config_dict[PARTS]
    put_cookie(response, request, SESSION, secret, int(SESSION_LASTS.total_seconds()))
    known = remember(parts.vault, known_of(request), login, at=parts.now())
    put_cookie(response, request, KNOWN, known, int(KNOWN_LASTS.total_seconds()))


def known_of(request: web.Request) -> str:
    """Give what this browser shows of former log-ins, sealed; "" when it is new to us."""
    return request.cookies.get(KNOWN, "")[:_LONGEST_KNOWN]


def drop_session(response: web.StreamResponse) -> None:
    """Sign this browser out."""
    drop_cookie(response, SESSION)


def form_token(request: web.Request) -> str:
    """Give what every form of this browser carries; the answer must pass through `put_browser`."""
    return _digest(_browser(request))


def put_browser(response: web.StreamResponse, request: web.Request) -> None:
    """Give a browser that is new to us its cookie."""
    if _NEW in request and not response.prepared:
        put_cookie(response, request, _BROWSER, request[_NEW], None)


def is_own_form(request: web.Request, token: str) -> bool:
    """Say whether a form was given to this browser by us."""
    known = request.cookies.get(_BROWSER, "")
    return bool(known) and hmac.compare_digest(_digest(known).encode(), token.encode())


def refuse_foreign(request: web.Request) -> None:
    """Refuse what a page of another site sends; browsers say where it comes from (Fetch Metadata, Origin)."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise Problem("forbidden", "请求来自其他网站，没有执行")
    origin = request.headers.get("Origin")
    if origin is not None and origin.rpartition("://")[2] not in _own_hosts(request):
        raise Problem("forbidden", "请求来自其他网站，没有执行")


def _own_hosts(request: web.Request) -> set[str]:
    return {request.host, request.config_dict[PARTS].site.url.partition("://")[2].partition("/")[0]}


def _browser(request: web.Request) -> str:
    known = request.cookies.get(_BROWSER, "")
    if 20 <= len(known) <= _LONGEST:
        return known
    if _NEW not in request:
        request[_NEW] = secrets.token_urlsafe(32)
    return request[_NEW]


def _digest(browser: str) -> str:
    return hashlib.sha256(f"form:{browser}".encode(errors="surrogateescape")).hexdigest()


def put_cookie(
    response: web.StreamResponse, request: web.Request, name: str, value: str, seconds: int | None, *,
    path: str = _PATH,
) -> None:  # fmt: skip
    """Give the browser a cookie that no script reads and that no other site sends."""
    response.set_cookie(
        name, value, max_age=seconds, path=path, httponly=True, samesite="Strict",
        secure=is_encrypted(request),
    )  # fmt: skip


def drop_cookie(response: web.StreamResponse, name: str, *, path: str = _PATH) -> None:
    """Take a cookie away again."""
    response.del_cookie(name, path=path)
