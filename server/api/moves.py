"""/api/v1/redirects: addresses of this site that lead elsewhere now."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from server.api.answers import answer, done
from server.api.requests import form_of, query_of
from server.api.route import Route
from server.core.moves import LONGEST, forget_address, move_address
from server.forms.words import Filled, Form, Line, Out, Query
from server.parts import PARTS
from server.store.moves import list_moves

_Address = Annotated[Filled, Field(title="旧地址", max_length=LONGEST)]


class MoveIn(Form):
    """An address, from its first slash on, and where it leads."""

    address: _Address
    target: Annotated[Filled, Field(title="新地址", max_length=LONGEST)]


class MoveGoneIn(Form):
    """An address that leads nowhere any more."""

    address: _Address


class MovesQuery(Query):
    """A page of the table; `after` is the last address of the page before."""

    after: Annotated[Line, Field(title="起点", max_length=LONGEST)] = ""
    limit: Annotated[int, Field(title="条数", ge=1, le=500)] = 100


class MoveOut(Out):
    """An address and where it leads."""

    address: str
    target: str


class MovesOut(Out):
    """A page of the table; `next` goes into `after`."""

    redirects: tuple[MoveOut, ...]
    next: str | None


async def list_redirects(request: web.Request) -> web.Response:
    """Give the table, in the order of addresses."""
    parts, asked = request.config_dict[PARTS], query_of(request, MovesQuery)
    async with parts.store.read() as tx:
        moves = await list_moves(tx, asked.after, asked.limit + 1)
    shown = moves[: asked.limit]
    told = tuple(MoveOut(address=move.address, target=move.target) for move in shown)
    return answer(MovesOut(redirects=told, next=shown[-1].address if len(moves) > len(shown) else None))


async def put_redirect(request: web.Request) -> web.Response:
    """Let an address lead elsewhere."""
    parts, form = request.config_dict[PARTS], await form_of(request, MoveIn)
    async with parts.store.begin() as tx:
        move = await move_address(tx, form.address, form.target, at=parts.now())
    return answer(MoveOut(address=move.address, target=move.target), 201)


async def remove_redirect(request: web.Request) -> web.Response:
    """Let an address lead nowhere any more."""
    parts, form = request.config_dict[PARTS], await form_of(request, MoveGoneIn)
    async with parts.store.begin() as tx:
        await forget_address(tx, form.address, at=parts.now())
    return done()


_REDIRECTS = "/api/v1/redirects"
ROUTES = (
    Route("GET", _REDIRECTS, list_redirects, "网址跳转表", "read", answer=MovesOut, query=MovesQuery),
    Route(
        "POST", _REDIRECTS, put_redirect, "设置网址跳转", "manage_redirects",
        form=MoveIn, answer=MoveOut, status=201,
    ),
    Route(
        "POST", f"{_REDIRECTS}/remove", remove_redirect, "取消网址跳转", "manage_redirects",
        form=MoveGoneIn, status=204,
    ),
)  # fmt: skip
