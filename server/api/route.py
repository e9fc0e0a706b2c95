"""A route of the API as data: what aiohttp serves and what the OpenAPI document tells are made from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

from aiohttp import web
from pydantic import BaseModel

from server.security.access import Act, SignedIn

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Who = Act | Literal["anyone", "signed_in"]
Content = Literal["json", "form"]

SIGNED_IN: Final = web.RequestKey("signed_in", SignedIn)


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path.

    `who` names the act that the caller must be allowed somewhere; at which organ, the handler asks once it
    knows the item.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    handler: Handler
    summary: str
    who: Who
    answer: type[BaseModel] | None = None  # None: an empty answer, or a file
    form: type[BaseModel] | None = None  # what the body must hold
    query: type[BaseModel] | None = None
    status: int = 200
    also: tuple[int, ...] = ()  # further statuses with the same answer
    takes: Content = "json"
    files: tuple[str, ...] = ()  # media types of files that it gives, in place of the answer or beside it
    before_factor: bool = False  # open to a person who has yet to set his second step up
    is_own: bool = False  # about the caller's own sign-in: closed to a token limited to a role


def signed_in(request: web.Request) -> SignedIn:
    """Give the person who asks; a route for `anyone` has none."""
    return request[SIGNED_IN]
