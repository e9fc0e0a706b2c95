"""What is shown once: it goes from the form to the page behind it, sealed, in a cookie of that page.

A form answers with another page, so that a reload issues nothing; that page takes the cookie away as it shows
what was in it, and a reload of it shows nothing any more.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from server.console.cookies import drop_cookie, put_cookie
from server.console.page import Visit
from server.security.vault import SealBroken

_COOKIE: Final = "tongfa_once"
_USE: Final = "shown once"
_LASTS: Final = timedelta(minutes=2)  # a slow line; whoever reads the browser's files later finds nothing


def hand_over(visit: Visit, path: str, told: Mapping[str, object]) -> web.Response:
    """Send the browser on to a page of ours, which alone can show what is told."""
    answer = visit.go(path)
    ends = visit.parts.now() + _LASTS
    kept = {"use": _USE, "page": path, "who": visit.who.person_id, "ends": ends.isoformat()}
    sealed = visit.parts.vault.seal({**kept, "told": json.dumps(dict(told))})
    put_cookie(answer, visit.request, _COOKIE, sealed, int(_LASTS.total_seconds()), path=path)
    return answer


def take_over(visit: Visit, path: str) -> Mapping[str, object]:
    """Give what this page is to show the visitor, {} where there is nothing; `end_once` must follow."""
    try:
        kept = visit.parts.vault.open(visit.request.cookies.get(_COOKIE, ""))
    except (SealBroken, UnicodeEncodeError):
        return {}
    belongs = (kept.get("use"), kept.get("page"), kept.get("who")) == (_USE, path, visit.who.person_id)
    if not belongs or datetime.fromisoformat(kept["ends"]) <= visit.parts.now():
        return {}
    return dict(json.loads(kept["told"]))


def end_once(answer: web.StreamResponse, path: str) -> None:
    """Take away what a page has shown."""
    drop_cookie(answer, _COOKIE, path=path)
