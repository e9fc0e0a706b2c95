"""Thousands of planned releases written straight into the tables: the crowd that a year or a minute holds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.review.starting import STARTING_VERSION
from server.store.clock_tables import planned_check
from server.store.orgs import OrgRow, insert_org
from server.store.tables import account, delivery, item, release, revision
from tests.house import House

_CHUNK = 2000


async def another_org(house: House, code: str) -> OrgRow:
    row = OrgRow(house.new_id(), code, "某旗民政局", house.org.id)
    async with house.store.begin() as tx:
        await insert_org(tx, row, at=house.now())
    return row


async def plan_crowd(
    house: House,
    dues: Iterable[datetime],
    *,
    org_id: str | None = None,
    kind: str = "news",
    on: str = "website",
) -> tuple[str, ...]:
    """Plan an item for each moment; give the ids of their deliveries in the same order.

    Those on another channel than the website have their page live already.
    """
    async with house.store.read() as tx:
        rows_of = await tx.execute(sa.select(account.c.slug, account.c.id))
        accounts = {row.slug: row.id for row in rows_of}
    sheet = {
        "column": "tzgg", "source": None, "document_number": None, "formed_on": None, "topic": None,
        "genre": None, "keywords": [], "openness": "open", "validity": "valid", "overview": "",
        "pictures": [], "attachments": [],
    }  # fmt: skip
    at, made = house.now(), []
    for chunk in _chunks(tuple(dues)):
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _NAMES.values()}
        for due in chunk:
            key = house.new_id()
            made.append(key)
            rows["item"].append(
                {
                    "id": key, "index_number": f"crowd-{key}", "kind": kind,
                    "org_id": org_id or house.org.id, "created_by": house.author, "created_at": at,
                }
            )  # fmt: skip
            rows["revision"].append(
                {
                    "id": key, "item_id": key, "number": 1, "state": "released", "title": f"第{key}号",
                    "summary": "", "body": "<p>正文</p>", "sheet": sheet, "content_hash": "0" * 64,
                    "created_by": house.author, "created_at": at,
                }
            )  # fmt: skip
            rows["release"].append(
                {
                    "id": key, "item_id": key, "revision_id": key, "number": 1, "change": "major",
                    "state": "planned" if on == "website" else "live", "not_before": due,
                    "created_by": house.chief, "created_at": at,
                }
            )  # fmt: skip
            rows["delivery"].append(
                {
                    "id": key, "release_id": key, "item_id": key, "account_id": accounts[on],
                    "channel": on, "counted_as": on, "state": "waiting", "gate": "time",
                    "due_at": due, "live_at": None, "changed_at": at, "created_at": at,
                }
            )  # fmt: skip
            if on != "website":
                page = {
                    "id": house.new_id(), "account_id": accounts["website"], "channel": "website",
                    "counted_as": "website", "state": "live", "gate": None, "due_at": None, "live_at": at,
                }  # fmt: skip
                rows["delivery"].append({**rows["delivery"][-1], **page})
            rows["check"].append(
                {
                    "release_id": key, "version": STARTING_VERSION, "serial": 0, "blocking": 0, "words": "",
                    "checked_at": at,
                }
            )  # fmt: skip
        async with house.store.begin() as tx:
            for table in (item, revision, release, delivery, planned_check):
                await tx.execute(table.insert(), rows[_NAMES[table.name]])
    return tuple(made)


_NAMES = {
    "items": "item",
    "revisions": "revision",
    "releases": "release",
    "deliveries": "delivery",
    "planned_checks": "check",
}


def _chunks(dues: tuple[datetime, ...]) -> Iterable[tuple[datetime, ...]]:
    return (dues[start : start + _CHUNK] for start in range(0, len(dues), _CHUNK))
