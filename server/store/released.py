"""What deliveries carry: releases with their items as those have them (a script, see scripts.py).

One statement for however many: a claim holds the writer's place, and on SQLite everybody else waits for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from channels.item import Org
from server.store.items import ItemSeen, RevisionSeen, sheet_of
from server.store.releases import ReleaseRow
from server.store.scripts import Dialect, Script, dialect_of, json_of, moment_of, run_script
from server.store.tx import Tx

_RELEASE: Final = (
    *("id", "item_id", "revision_id", "number", "change", "state", "not_before", "created_by", "created_at"),
)
_ITEM: Final = (
    *("index_number", "kind", "org_id", "created_by", "created_at", "published_at", "withdrawn_at"),
    *("withdrawn_reason", "withdrawn_as", "practice"),
)
_REVISION: Final = (
    *("number", "state", "title", "summary", "body", "content_hash", "created_by", "created_at"),
    "submitted_at",
)
_MOMENTS: Final = frozenset({"not_before", "created_at", "published_at", "withdrawn_at", "submitted_at"})


@dataclass(frozen=True, slots=True)
class Released:
    """A release and its item; `is_bound`: the item follows or replaces another, or the other way round.

    `has_notice_end`: it is a notice that is shown until a set time.
    """

    release: ReleaseRow
    item: ItemSeen
    is_bound: bool
    has_notice_end: bool


async def read_released(tx: Tx, release_ids: frozenset[str]) -> tuple[Released, ...]:
    """Give those of the releases that exist, by id; raises ValueError for a sheet that cannot be read."""
    return await run_script(tx, _read(dialect_of(tx), release_ids))


def _read(dialect: Dialect, release_ids: frozenset[str]) -> Script[tuple[Released, ...]]:
    rows = yield _text(dialect), (json_of(sorted(release_ids)),)
    return tuple(_released_of(row) for row in rows)


def _released_of(row: Sequence[Any]) -> Released:
    values = iter(row)
    told = {name: _value(name, next(values)) for name in _RELEASE}
    own = {name: _value(name, next(values)) for name in _ITEM}
    version = {name: _value(name, next(values)) for name in _REVISION}
    sheet, code, name, is_bound, has_notice_end = values
    org = Org(id=own.pop("org_id"), code=code, name=name)
    revision = RevisionSeen(id=told["revision_id"], sheet=sheet_of(sheet), **version)
    item = ItemSeen(id=told["item_id"], org=org, revision=revision, **own)
    return Released(ReleaseRow(**cast("Mapping[str, Any]", told)), item, bool(is_bound), bool(has_notice_end))


def _value(name: str, value: Any) -> Any:
    if name == "practice":  # SQLite has no truth, only 0 and 1
        return bool(value)
    return moment_of(value) if name in _MOMENTS else value


@cache
def _text(dialect: Dialect) -> str:
    columns = [
        *(f"r.{name}" for name in _RELEASE),
        *(f"i.{name}" for name in _ITEM),
        *(f"v.{name}" for name in _REVISION),
    ]
    ends = (
        *(("followups", "interpretation_id"), ("followups", "source_id")),
        *(("replacements", "item_id"), ("replacements", "by_id")),
    )
    bound = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {end} = i.id)" for table, end in ends)  # noqa: S608 -- of constants
    # From an array PostgreSQL looks each up; for a SELECT behind IN it makes tables of all texts there are.
    ids = f"IN {dialect.ids('$1')}" if dialect.is_sqlite else f"= ANY (ARRAY{dialect.ids('$1')})"
    return f"""
        SELECT {", ".join(columns)}, CAST(v.sheet AS text), o.code, o.name, {bound},
            EXISTS (SELECT 1 FROM notice_ends WHERE item_id = i.id)
        FROM releases r JOIN items i ON i.id = r.item_id JOIN revisions v ON v.id = r.revision_id
        JOIN orgs o ON o.id = i.org_id WHERE r.id {ids} ORDER BY r.id"""  # noqa: S608 -- of constants
