"""Who calls and from where, as the audit keeps it."""

import structlog
from aiohttp import web

from server.caller import caller_address
from server.parts import PARTS
from server.security.access import SignedIn
from server.security.origin import is_trusted, person_acting, stranger_acting
from server.store.audit import Actor


def is_encrypted(request: web.Request) -> bool:
    """Say whether the browser reaches us over TLS: the site's address says so, or a proxy of ours does."""
    parts = request.config_dict[PARTS]
    if request.secure or parts.site.url.startswith("https:"):
        return True
    told = request.headers.get("X-Forwarded-Proto", "").strip().casefold()
    return told == "https" and is_trusted(request.remote, parts.trusted_proxies)


def caller_of(request: web.Request, who: SignedIn | None = None) -> Actor:
    """Give who acts in a request; a stranger until somebody has signed in."""
    address = caller_address(request)
    number = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    if who is None:
        return stranger_acting(address=address, request_id=number)
    return person_acting(who, address=address, request_id=number)
