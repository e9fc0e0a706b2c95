"""Where a request comes from, for every face the same."""

from aiohttp import web

from server.parts import PARTS
from server.security.origin import address_of


def caller_address(request: web.Request) -> str:
    """Give the address a request comes from, behind the proxies that the settings trust."""
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))
    return address_of(request.remote, forwarded, request.config_dict[PARTS].trusted_proxies)
