"""/api/v1/columns: the columns of the site, as an office keeps them."""

from typing import Any

from aiohttp import web

from server.api.answers import answer
from server.api.requests import form_of
from server.api.route import Route
from server.core.site_columns import (
    Book,
    add_column,
    change_column,
    merge_column,
    order_columns,
    read_columns,
)
from server.forms.columns import ColumnChangeIn, ColumnIn, ColumnMergeIn, ColumnOrderIn
from server.forms.words import Out
from server.parts import PARTS, Parts
from server.store.renewals import find_renewal
from server.store.site_columns import ColumnRow, read_version
from server.store.tx import Tx

_ALL = "/api/v1/columns"
_ONE = "/api/v1/columns/{slug}"


class ColumnOut(Out):
    """栏目; `slug` is what items and feeds know it by, `address` the folder of its page.

    `parent` is the column that it stands below: that one's page and feeds hold its items too.
    """

    slug: str
    address: str
    name: str
    type: str
    description: str
    is_open: bool
    in_menu: bool
    org: str | None
    silent_days: int | None
    merged_into: str | None
    parent: str | None

    @classmethod
    def of(cls, row: ColumnRow) -> "ColumnOut":
        """Give a column as the API shows it."""
        return cls(
            slug=row.slug, address=row.address, name=row.name, type=row.type, description=row.description,
            is_open=row.is_open, in_menu=row.in_menu, org=row.org_code, silent_days=row.silent_days,
            merged_into=row.merged_into, parent=row.parent,
        )  # fmt: skip


class ColumnsOut(Out):
    """The columns in the order of the site; a change names the `version` that its author has seen.

    `is_current` says whether every page of the site follows the newest change already.
    """

    version: int
    is_current: bool
    columns: tuple[ColumnOut, ...]


async def list_site_columns(request: web.Request) -> web.Response:
    """Give the columns as they stand."""
    parts = request.config_dict[PARTS]
    async with parts.store.read() as tx:
        told = await _told(tx, parts)
    return answer(told)


async def create_column(request: web.Request) -> web.Response:
    """Add a column behind the others."""
    form = await form_of(request, ColumnIn)

    async def act(tx: Tx, book: Book) -> None:
        await add_column(tx, book, await form.row(tx))

    return await _changed(request, form.version, act, 201)


async def alter_column(request: web.Request) -> web.Response:
    """Change what is given of a column."""
    form, slug = await form_of(request, ColumnChangeIn), request.match_info["slug"]

    async def act(tx: Tx, book: Book) -> None:
        await change_column(tx, book, slug, await form.changes(tx))

    return await _changed(request, form.version, act)


async def reorder_columns(request: web.Request) -> web.Response:
    """Put the columns into an order."""
    form = await form_of(request, ColumnOrderIn)
    return await _changed(request, form.version, lambda tx, book: order_columns(tx, book, form.slugs))


async def merge_columns(request: web.Request) -> web.Response:
    """Let a column become part of another."""
    form, slug = await form_of(request, ColumnMergeIn), request.match_info["slug"]
    return await _changed(request, form.version, lambda tx, book: merge_column(tx, book, slug, form.into))


async def _changed(request: web.Request, seen: int, act: Any, status: int = 200) -> web.Response:
    parts = request.config_dict[PARTS]
    async with parts.store.begin() as tx:
        await act(tx, Book(parts.site, seen, parts.now()))
        told = await _told(tx, parts)
    await parts.sites.refresh(parts.store)
    return answer(told, status)


async def _told(tx: Tx, parts: Parts) -> ColumnsOut:
    renewal = await find_renewal(tx)
    return ColumnsOut(
        version=await read_version(tx),
        is_current=renewal is None or renewal.stage == "done",
        columns=tuple(ColumnOut.of(row) for row in await read_columns(tx, parts.site)),
    )


ROUTES = (
    Route("GET", _ALL, list_site_columns, "栏目", "read", answer=ColumnsOut),
    Route(
        "POST", _ALL, create_column, "添加栏目", "manage_columns",
        form=ColumnIn, answer=ColumnsOut, status=201,
    ),
    Route(
        "POST", f"{_ALL}/order", reorder_columns, "调整栏目顺序", "manage_columns",
        form=ColumnOrderIn, answer=ColumnsOut,
    ),
    Route(
        "PATCH", _ONE, alter_column, "更改栏目", "manage_columns",
        form=ColumnChangeIn, answer=ColumnsOut,
    ),
    Route(
        "POST", f"{_ONE}/merge", merge_columns, "合并栏目", "manage_columns",
        form=ColumnMergeIn, answer=ColumnsOut,
    ),
)  # fmt: skip
