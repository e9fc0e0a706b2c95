"""/api/v1/items/{id}/twin: the same item in the other language."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from channels.item import Language
from server.api.answers import answer, done
from server.api.items import get_item_for
from server.api.requests import form_of
from server.api.route import Route
from server.core.twins import pair, part
from server.forms.words import Form, Id, Out
from server.parts import PARTS
from server.store.items import get_item
from server.store.twins import find_twin


class TwinIn(Form):
    """The item that says the same in the other language."""

    twin_id: Annotated[Id, Field(title="另一文种的稿件")]


class TwinOut(Out):
    """An item's twin; both empty when it has none."""

    twin_id: str | None
    title: str | None
    language: Language | None


async def pair_items(request: web.Request) -> web.Response:
    """Make two items twins; each page leads to the other as soon as both are live."""
    parts, form = request.config_dict[PARTS], await form_of(request, TwinIn)
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "write")
        other = await pair(tx, item.id, form.twin_id, at=parts.now())
    await parts.wake()
    version = other.revision
    return answer(TwinOut(twin_id=other.id, title=version.title, language=version.sheet.language))


async def part_items(request: web.Request) -> web.Response:
    """Let an item have no twin any more."""
    parts = request.config_dict[PARTS]
    async with parts.store.begin() as tx:
        item = await get_item_for(tx, request, "write")
        await part(tx, item.id, at=parts.now())
    await parts.wake()
    return done()


async def show_twin(request: web.Request) -> web.Response:
    """Give an item's twin."""
    parts = request.config_dict[PARTS]
    async with parts.store.read() as tx:
        item = await get_item_for(tx, request, "read")
        twin_id = await find_twin(tx, item.id)
        if twin_id is None:
            return answer(TwinOut(twin_id=None, title=None, language=None))
        version = (await get_item(tx, twin_id)).revision
    return answer(TwinOut(twin_id=twin_id, title=version.title, language=version.sheet.language))


_TWIN = "/api/v1/items/{item_id}/twin"
ROUTES = (
    Route("GET", _TWIN, show_twin, "另一文种", "read", answer=TwinOut),
    Route("POST", _TWIN, pair_items, "对应另一文种的稿件", "write", form=TwinIn, answer=TwinOut),
    Route("DELETE", _TWIN, part_items, "解除文种对应", "write", status=204),
)
