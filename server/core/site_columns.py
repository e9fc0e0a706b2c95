"""Acts on the columns of the site: add, change, put in order, close, merge. None is ever deleted.

Every act names the number of changes that its author had seen, and is refused when there were more since.
The pages follow in small steps (`renewal.py`).
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from channels.item import Site
from server.core.acts import note
from server.core.problems import Problem
from server.store.audit import Subject
from server.store.merging import hand_over_readers
from server.store.orgs import list_site_orgs
from server.store.renewals import want_renewal
from server.store.rows import Taken
from server.store.site_columns import (
    ColumnRow,
    insert_column,
    list_columns,
    list_merged,
    put_positions,
    raise_version,
    update_column,
)
from server.store.statistics import is_counted_under
from server.store.tx import Tx

MOST: Final = 200
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_SHOWN: Final = (
    "address", "name", "type", "description", "position", "is_open", "in_menu", "merged_into",
    "parent",
)  # fmt: skip
"""What readers see of a column: a change of it is followed by every page."""


@dataclass(frozen=True, slots=True)
class Book:
    """The columns as an act finds them, and the site whose settings they began with."""

    site: Site
    seen: int  # the number of changes that the author of the act has seen
    at: datetime


async def read_columns(tx: Tx, site: Site) -> tuple[ColumnRow, ...]:
    """Give every column in order; those of the site itself while nobody has changed one."""
    return await list_columns(tx) or tuple(
        ColumnRow(
            one.slug,
            one.folder,
            one.name,
            one.type,
            one.description,
            number,
            is_open=one.is_open,
            in_menu=one.in_menu,
            parent=one.parent or None,
            holds_others=bool(site.below(one.slug)),
        )
        for number, one in enumerate(site.columns, 1)
    )


async def add_column(tx: Tx, book: Book, new: ColumnRow) -> ColumnRow:
    """Add a column behind the others; its slug becomes the address of its page."""
    rows = await _begin(tx, book)
    if len(rows) >= MOST:
        raise Problem("too_large", f"栏目已有 {len(rows)} 个，不能再多", field="slug")
    require_slug(new.slug, "slug")
    _require_name(rows, new)
    _require_place(rows, new)
    made = replace(new, address=new.slug, position=len(rows) + 1, merged_into=None)
    if any(made.slug == one.slug for one in rows):
        raise Problem("taken", f"代码“{made.slug}”已经是一个栏目的", field="slug")
    try:
        await insert_column(tx, made, at=book.at)
    except Taken:
        raise Problem("taken", f"“{made.slug}”曾经是另一个栏目的网址，请换一个", field="slug") from None
    await _put_below(tx, (*rows, made), made)
    await note(tx, "column.create", await _subject(tx), at=book.at, column=made.slug, name=made.name)
    await want_renewal(tx, book.seen + 1, at=book.at)
    return made


async def change_column(tx: Tx, book: Book, slug: str, changes: dict[str, Any]) -> ColumnRow:
    """Change what is given of a column; a former address leads to the new one for ever."""
    rows = await _begin(tx, book)
    former = _pick(rows, slug)
    made = replace(former, **changes)
    if made == former:
        raise Problem("invalid", "没有改动", field="")
    if former.merged_into is not None:
        raise Problem("wrong_state", f"栏目“{former.name}”已并入别的栏目，不能再改", field="slug")
    require_slug(made.address, "address")
    _require_name(rows, made)
    _require_place(rows, made)
    if not made.is_open and not any(one.is_open for one in rows if one.slug != slug):
        raise Problem("wrong_state", "至少要有一个开放的栏目，稿件才有处可放", field="is_open")
    try:
        await update_column(tx, made)
    except Taken:
        raise Problem(
            "taken", f"网址“{made.address}”是或曾经是另一个栏目的，请换一个", field="address"
        ) from None
    if made.parent != former.parent:
        await _put_below(tx, tuple(made if one.slug == slug else one for one in rows), made)
    told = {name: getattr(made, name) for name in changes if getattr(made, name) != getattr(former, name)}
    # Under names of their own: what an act may be told of is not what a line of the audit is called.
    await note(tx, "column.change", await _subject(tx), at=book.at, column=slug, changes=told)
    if any(getattr(made, name) != getattr(former, name) for name in _SHOWN):
        await want_renewal(tx, book.seen + 1, at=book.at)
    return made


async def order_columns(tx: Tx, book: Book, slugs: tuple[str, ...]) -> None:
    """Put the columns into an order; refuses one that leaves a column out or names one twice.

    What stands below another column follows it.
    """
    rows = await _begin(tx, book)
    here = tuple(one.slug for one in rows if one.merged_into is None)
    if sorted(slugs) != sorted(here):
        raise Problem("invalid", "新的顺序应包含每一个栏目，并且只有一次", field="slugs")
    slugs = _in_order(rows, slugs)
    if slugs == here:
        raise Problem("invalid", "顺序没有变", field="slugs")
    await put_positions(tx, (*slugs, *(one.slug for one in rows if one.merged_into is not None)))
    await note(tx, "column.order", await _subject(tx), at=book.at, columns=list(slugs))
    await want_renewal(tx, book.seen + 1, at=book.at)


async def step_column(tx: Tx, book: Book, slug: str, *, up: bool) -> None:
    """Let a column change places with its neighbour on the same level, below the same column."""
    rows = tuple(one for one in await read_columns(tx, book.site) if one.merged_into is None)
    moved = _pick(rows, slug)
    beside = [one.slug for one in rows if one.parent == moved.parent]
    at = beside.index(slug)
    other = at - 1 if up else at + 1
    if not 0 <= other < len(beside):
        raise Problem("wrong_state", "已经在最前面了" if up else "已经在最后面了", field="slug")
    swapped = {slug: beside[other], beside[other]: slug}
    await order_columns(tx, book, tuple(swapped.get(one.slug, one.slug) for one in rows))


async def merge_column(tx: Tx, book: Book, slug: str, into: str) -> ColumnRow:
    """Let a column become part of another: its items are shown there, its addresses lead there.

    Versions, approvals and the ledger stay as they are: they know it by its slug.
    """
    rows = await _begin(tx, book)
    former, target = _pick(rows, slug), _pick(rows, into, field="into")
    if slug == into:
        raise Problem("invalid", "不能并入自己", field="into")
    if former.merged_into is not None:
        raise Problem("wrong_state", f"栏目“{former.name}”已经并入别的栏目了", field="slug")
    if target.merged_into is not None:
        raise Problem("wrong_state", f"栏目“{target.name}”自己已经并入别的栏目了", field="into")
    if not target.is_open:
        raise Problem("wrong_state", f"栏目“{target.name}”已关闭，不能并入；请先开放它", field="into")
    if below := _below(rows, slug):
        names = "、".join(f"“{one.name}”" for one in below)
        raise Problem("wrong_state", f"“{former.name}”下面还有栏目：{names}，请先把它们移出来", field="slug")
    made = replace(former, merged_into=into, is_open=False, in_menu=False, parent=None)
    await update_column(tx, made)
    for absorbed in (slug, *(one for one, end in (await list_merged(tx)).items() if end == into)):
        await hand_over_readers(tx, absorbed, into)
    await note(tx, "column.merge", await _subject(tx), at=book.at, column=slug, into=into)
    await want_renewal(tx, book.seen + 1, at=book.at)
    return made


def require_slug(slug: str, field: str) -> None:
    """Refuse what cannot stand in an address."""
    if not _SLUG.fullmatch(slug):
        raise Problem(
            "invalid", "只能用小写字母、数字和“-”，以字母或数字开头，最长 32 个字符，例如 tzgg", field=field
        )


async def require_column(tx: Tx, site: Site, slug: str) -> None:
    """Refuse a column that there never was; what was counted under one that is gone may be asked for."""
    if site.column(slug) is not None or await is_counted_under(tx, slug):
        return
    if slug not in {row.slug for row in await list_columns(tx)}:
        raise Problem("unknown_column", f"没有栏目“{slug}”", field="column")


async def filed_under(tx: Tx, slug: str) -> str:
    """Give the slug under which an item of a column is counted now: that of the column it was merged into."""
    return (await list_merged(tx)).get(slug, slug)


async def _begin(tx: Tx, book: Book) -> tuple[ColumnRow, ...]:
    """Take the turn of changing columns; the first one takes them over from the settings."""
    if not await raise_version(tx, book.seen, at=book.at):
        raise Problem("lost_race", "刚才有人改过栏目，请看过现在的样子再改", field="version")
    rows = await read_columns(tx, book.site)
    if book.seen == 0:
        for row in rows:
            await insert_column(tx, row, at=book.at)
        await note(tx, "column.import", await _subject(tx), at=book.at, columns=[row.slug for row in rows])
    return rows


def _pick(rows: tuple[ColumnRow, ...], slug: str, *, field: str = "") -> ColumnRow:
    found = next((row for row in rows if row.slug == slug), None)
    if found is None:
        raise Problem("unknown_column", f"没有栏目“{slug}”", field=field)
    return found


def _require_name(rows: tuple[ColumnRow, ...], made: ColumnRow) -> None:
    """Refuse a name that readers could not tell from another's."""
    for other in rows:
        if other.name == made.name and other.slug != made.slug and other.merged_into is None:
            raise Problem("taken", f"已经有叫“{made.name}”的栏目（{other.slug}）", field="name")


def _below(rows: tuple[ColumnRow, ...], slug: str) -> tuple[ColumnRow, ...]:
    return tuple(one for one in rows if one.parent == slug)


def _require_place(rows: tuple[ColumnRow, ...], made: ColumnRow) -> None:
    """Refuse a column below one that cannot have any, and one that is closed above those that are open."""
    below = _below(rows, made.slug)
    still = "、".join(f"“{one.name}”" for one in below if one.is_open)
    if still and not made.is_open:
        raise Problem(
            "wrong_state", f"“{made.name}”下面还有开放的栏目：{still}，请先关闭或移出", field="is_open"
        )
    if made.parent is None:
        return
    above = _pick(rows, made.parent, field="parent") if made.parent != made.slug else made
    wrong = None
    if above.slug == made.slug:
        wrong = "栏目不能放在自己下面"
    elif below:
        wrong = f"“{made.name}”下面还有栏目，不能再放到别的栏目下面：栏目只有两级"
    elif above.parent is not None:
        wrong = f"“{above.name}”自己在别的栏目下面，不能再有下级：栏目只有两级"
    elif above.merged_into is not None:
        wrong = f"“{above.name}”已并入别的栏目，不能有下级栏目"
    elif made.is_open and not above.is_open:
        wrong = f"“{above.name}”已关闭，请先开放它"
    if wrong is not None:
        raise Problem("wrong_state", wrong, field="parent")


async def _put_below(tx: Tx, rows: tuple[ColumnRow, ...], made: ColumnRow) -> None:
    """Let a column stand behind the others below the one that it was put under."""
    if made.parent is not None:
        above = _pick(rows, made.parent)
        if not above.holds_others:
            await update_column(tx, replace(above, holds_others=True))
    others = tuple(one.slug for one in rows if one.slug != made.slug and one.merged_into is None)
    merged = tuple(one.slug for one in rows if one.merged_into is not None)
    await put_positions(tx, (*_in_order(rows, (*others, made.slug)), *merged))


def _in_order(rows: tuple[ColumnRow, ...], slugs: tuple[str, ...]) -> tuple[str, ...]:
    """Let what stands below a column follow it, in the order in which it is named."""
    parents = {one.slug: one.parent for one in rows}
    return tuple(
        one
        for top in slugs
        if parents[top] is None
        for one in (top, *(slug for slug in slugs if parents[slug] == top))
    )


async def _subject(tx: Tx) -> Subject:
    """Give the organ whose website it is: its people are to find the act in the audit."""
    return Subject(org_id=min(await list_site_orgs(tx), default=None))
