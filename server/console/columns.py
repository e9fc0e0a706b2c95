"""/console/columns: the columns of the site: add, change, order, close, merge; the effect is told before."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from channels.addresses import Addresses
from server.console.page import Page, Visit
from server.core.days import day_of
from server.core.problems import Problem
from server.core.site_columns import (
    Book,
    add_column,
    change_column,
    merge_column,
    order_columns,
    read_columns,
    step_column,
)
from server.forms.columns import TYPES, ColumnChangeIn, ColumnIn, ColumnMergeIn
from server.forms.complaints import filled_in
from server.forms.refusals import REFUSALS, refusals_of
from server.security.office_wide import refuse_for_office
from server.store.accounts import list_accounts_of
from server.store.column_reach import count_shown, read_reach
from server.store.menus import list_old_menus
from server.store.orgs import list_orgs
from server.store.renewals import find_renewal
from server.store.site_columns import ColumnRow, list_addresses, list_merged, read_version
from server.store.tx import Tx
from server.store.watching import last_days_of_columns

_PATH: Final = "/console/columns"
Act = Callable[[Tx, Book], Awaitable[Any]]


async def show_columns(visit: Visit) -> web.Response:
    """Show the columns in their order, with what stands in each."""
    return await _list(visit)


async def take_new(visit: Visit) -> web.Response:
    """Add a column."""
    fields = visit.fields

    async def act(tx: Tx, book: Book) -> None:
        form = filled_in(ColumnIn, {**_told(visit), "slug": fields.get("slug").strip()})
        await add_column(tx, book, await form.row(tx))

    trouble = await _do(visit, act)
    return visit.go(_PATH, done="columns_changed") if not trouble else await _list(visit, trouble)


async def take_order(visit: Visit) -> web.Response:
    """Move a column one place up or down, or put all of them into the order they were dragged to."""
    fields = visit.fields

    async def act(tx: Tx, book: Book) -> None:
        if fields.has("order"):
            await order_columns(tx, book, tuple(fields.get("order").split()))
        else:
            await step_column(tx, book, fields.get("slug"), up=fields.get("way") == "up")

    trouble = await _do(visit, act)
    return visit.go(_PATH, done="columns_changed") if not trouble else await _list(visit, trouble)


async def show_column(visit: Visit) -> web.Response:
    """Show one column with what may be done about it, and what that will concern."""
    return await _one(visit)


async def take_column(visit: Visit) -> web.Response:
    """Change a column."""
    slug = visit.place("slug")

    async def act(tx: Tx, book: Book) -> None:
        told = {**_told(visit), "address": visit.fields.get("address").strip()}
        told["is_open"] = visit.fields.has("is_open")
        form = filled_in(ColumnChangeIn, told)
        await change_column(tx, book, slug, await form.changes(tx))

    trouble = await _do(visit, act)
    return visit.go(_PATH, done="columns_changed") if not trouble else await _one(visit, trouble)


async def look_at_merger(visit: Visit) -> web.Response:
    """Tell what a merger will do, with a button that does it."""
    return await _one(visit, into=visit.fields.get("into"))


async def take_merger(visit: Visit) -> web.Response:
    """Let a column become part of another."""
    slug = visit.place("slug")

    async def act(tx: Tx, book: Book) -> None:
        form = filled_in(ColumnMergeIn, {"version": book.seen, "into": visit.fields.get("into")})
        await merge_column(tx, book, slug, form.into)

    trouble = await _do(visit, act)
    return visit.go(_PATH, done="columns_changed") if not trouble else await _one(visit, trouble)


async def _do(visit: Visit, act: Act) -> tuple[Problem, ...]:
    """Carry an act out; gives what was refused instead."""
    parts, seen = visit.parts, visit.fields.get("version")
    try:
        if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
            raise Problem("invalid", "表单不完整，请重新打开这一页", field="version")
        async with parts.store.begin() as tx:
            await act(tx, Book(parts.site, int(seen), parts.now()))
    except REFUSALS as error:
        return refusals_of(error)
    await parts.sites.refresh(parts.store)
    return ()


def _told(visit: Visit) -> dict[str, Any]:
    """Give what both forms of a column have."""
    fields = visit.fields
    days = fields.get("silent_days").strip()
    version = fields.get("version")
    return {
        "version": int(version) if version.isdigit() else 0,
        "name": fields.get("name"),
        "type": fields.get("type"),
        "description": fields.get("description"),
        "in_menu": fields.has("in_menu"),
        "org": fields.get("org") or None,
        "parent": fields.get("parent") or None,
        "silent_days": (int(days) if days.isascii() and days.isdigit() and len(days) < 6 else days) or None,
    }


async def _list(visit: Visit, trouble: tuple[Problem, ...] = ()) -> web.Response:
    parts = visit.parts
    async with parts.store.read() as tx:
        rows, version = await read_columns(tx, parts.site), await read_version(tx)
        shown, renewal = await count_shown(tx), await find_renewal(tx)
        last_days = await last_days_of_columns(tx)
        merged, orgs = await list_merged(tx), await list_orgs(tx, visit.who.orgs_for("manage_columns"))
        only_office = await refuse_for_office(tx, visit.who, "manage_columns")
        old = frozenset(await list_old_menus(tx, version))
        wechat = await list_accounts_of(tx, ("wechat",))
    today = day_of(parts.now())
    silent: dict[str, int] = {}
    parents = {row.slug: row.parent for row in rows}
    columns = tuple(row for row in rows if row.merged_into is None)
    for slug, day in last_days.items():  # what was merged counts for the column that it is part of
        column, days = merged.get(slug, slug), (today - day).days
        for one in (column, parents.get(column)):  # and for the one that it stands below
            if one is not None:
                silent[one] = min(days, silent.get(one, days))
    return visit.show(
        "columns.html", section="columns", trouble=trouble,
        trouble_heading="没有更改", columns=columns, ends=_ends(columns), tops=_tops(columns),
        merged=tuple((row, merged[row.slug]) for row in rows if row.slug in merged),
        names={row.slug: row.name for row in rows}, version=version, shown=shown, silent=silent,
        renewal=renewal, orgs=orgs, only_office=only_office, may_change=not only_office, types=TYPES,
        typed=visit.fields, left_out=() if version else parts.sites.left_out,
        has_wechat=bool(wechat), addresses=Addresses(parts.site),
        old_menus=tuple(one.name for one in wechat if one.id in old),
    )  # fmt: skip


async def _one(visit: Visit, trouble: tuple[Problem, ...] = (), *, into: str = "") -> web.Response:
    parts, slug = visit.parts, visit.place("slug")
    async with parts.store.read() as tx:
        rows, version = await read_columns(tx, parts.site), await read_version(tx)
        column = next((row for row in rows if row.slug == slug), None)
        if column is None:
            raise Problem("unknown_column", f"没有栏目“{slug[:40]}”")
        merged = await list_merged(tx)
        reach = await read_reach(tx, (slug, *(one for one, end in merged.items() if end == slug)))
        former = tuple(one for one in (await list_addresses(tx)).get(slug, ()) if one != column.address)
        orgs = await list_orgs(tx, visit.who.orgs_for("manage_columns"))
        only_office = await refuse_for_office(tx, visit.who, "manage_columns")
    others = tuple(row for row in rows if row.slug != slug and row.is_open)
    below = tuple(row for row in rows if row.parent == slug)
    return visit.show(
        "column.html", section="columns", trouble=trouble,
        trouble_heading="没有更改", column=column, version=version, reach=reach, former=former, orgs=orgs,
        may_change=not only_office, others=others, below=below, tops=() if below else _tops(rows, column),
        types=TYPES, typed=visit.fields,
        names={row.slug: row.name for row in rows},
        into=next((row for row in others if row.slug == into), None), addresses=Addresses(parts.site),
    )  # fmt: skip


def _tops(rows: tuple[ColumnRow, ...], column: ColumnRow | None = None) -> tuple[ColumnRow, ...]:
    """Give the columns that others may stand below, or that one stands below already."""
    slug, parent = (column.slug, column.parent) if column is not None else (None, None)
    return tuple(
        row for row in rows if row.slug == parent or (row.parent is None and row.is_open and row.slug != slug)
    )


def _ends(columns: tuple[ColumnRow, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Give the slugs of the first and of the last column on each level."""
    beside: dict[str | None, list[str]] = {}
    for one in columns:
        beside.setdefault(one.parent, []).append(one.slug)
    return frozenset(one[0] for one in beside.values()), frozenset(one[-1] for one in beside.values())


PAGES = (
    Page("GET", _PATH, show_columns, "manage_columns"),
    Page("POST", _PATH, take_new, "manage_columns"),
    Page("POST", f"{_PATH}/order", take_order, "manage_columns"),
    Page("GET", f"{_PATH}/{{slug}}", show_column, "manage_columns"),
    Page("POST", f"{_PATH}/{{slug}}", take_column, "manage_columns"),
    Page("POST", f"{_PATH}/{{slug}}/look", look_at_merger, "manage_columns"),
    Page("POST", f"{_PATH}/{{slug}}/merge", take_merger, "manage_columns"),
)
