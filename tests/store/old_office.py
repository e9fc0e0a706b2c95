"""An office as the schema of revision 0020 had it: one notice is public, one is being taken back, one waits.

Written down from a database of that time, with the names and texts of nobody.
"""

import asyncio
import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.store import schema
from server.store.tx import Store

REVISION: Final = "0020"
_AT: Final = datetime(2026, 6, 30, 15, 30, tzinfo=UTC)  # 23:30 in Beijing, the last half hour of a month
_DAY: Final = date(2026, 6, 30)
TAKEN_BACK: Final = _AT + timedelta(hours=1)
PLANNED: Final = _AT + timedelta(days=1)
BODIES: Final = {
    hashlib.sha256(body).hexdigest(): body for body in (b"%d png" % number for number in range(6))
}
"""The bytes of every file, by their hash."""
*FILES, UNUSED = BODIES
"""What the public notice has: two pictures of its body, an attachment, the cover of a post, a proof."""
# Where the schema stands, and an index of words that each engine keeps in its own way.
_OWN: Final = ("alembic_version", "catalogue_words", "sqlite_")
_ORG: Final = "org"
_PEOPLE: Final = ("author", "chief")

Row = dict[str, Any]


async def build(store: Store) -> None:
    """Run the migrations that there were then on an empty database, and write the office's rows into it."""
    scripts = await asyncio.to_thread(schema._load)
    async with store.begin() as tx:
        await tx.run_sync(_migrate, scripts)
        there = await tx.run_sync(tables)
        for name, of_table in rows():
            await tx.execute(there[name].insert(), of_table)


def tables(connection: sa.Connection) -> dict[str, sa.Table]:
    """Give the tables as they stand there now; the schema of the day is not today's."""
    known = sa.MetaData()
    known.reflect(connection, only=lambda name, _known: not name.startswith(_OWN))
    return dict(known.tables)


def _migrate(connection: sa.Connection, scripts: ScriptDirectory) -> None:
    then = {"fn": lambda revision, _context: scripts._upgrade_revs(REVISION, revision)}
    context = MigrationContext.configure(connection, opts=then)
    with Operations.context(context):
        context.run_migrations()


def rows() -> list[tuple[str, list[Row]]]:
    """Give the rows by table, so that what is referred to is there first."""
    told = [
        ("orgs", [{"id": _ORG, "code": "000000019", "name": "某旗办公室", "created_at": _AT}]),
        (
            "people",
            [{"id": who, "login": who, "name": who, "created_at": _AT} for who in ("author", "chief")],
        ),
        (
            "grants",
            [{"person_id": who, "org_id": _ORG, "role": who} for who in _PEOPLE],
        ),
        ("media", [_file(sha256) for sha256 in (*FILES, UNUSED)]),
        ("accounts", [_account("site", "website"), _account("feed", "feed"), _account("weibo", "weibo")]),
    ]
    items = (_item("public", 1), _item("back", 2), _planned("planned", 3))
    told.extend((table, [row for one in items for row in one[table]]) for table in items[0])
    told.append(("day_counters", _counters(dict(told)["ledger"])))
    return told


def _file(sha256: str) -> Row:
    return {
        "sha256": sha256, "mime": "image/png", "size": 5, "width": 4, "height": 4, "created_by": "author",
        "created_at": _AT,
    }  # fmt: skip


def _account(slug: str, channel: str) -> Row:
    return {
        "id": slug, "org_id": _ORG, "channel": channel, "slug": slug, "name": slug, "counted_as": channel,
        "settings": {}, "state": "active", "created_at": _AT,
    }  # fmt: skip


def _item(name: str, number: int) -> dict[str, list[Row]]:
    """Give the rows of an item that went live on every account; what is called `back` was withdrawn then."""
    is_back = name == "back"
    on = {"site": "withdrawn", "feed": "withdrawing", "weibo": "withdraw_by_hand"}
    legs = [_leg(name, account, state if is_back else "live") for account, state in on.items()]
    return {
        "items": [
            {
                "id": name, "index_number": f"000000019/2026-0000{number}", "kind": "notice", "org_id": _ORG,
                "created_by": "author", "created_at": _AT, "published_at": _AT,
                "withdrawn_at": TAKEN_BACK if is_back else None,
                "withdrawn_reason": "内容有误" if is_back else None,
            }
        ],
        "revisions": [
            {
                "id": f"{name}-v", "item_id": name, "number": 1, "state": "released",
                "title": f"公告{number}", "summary": "摘要",
                "body": "<p>正文</p>" if is_back else f'<p>正文<img src="media:{FILES[0]}"></p>',
                "sheet": _SHEET if is_back else {**_SHEET, **_FILED}, "content_hash": _SEALS[name],
                "created_by": "author", "created_at": _AT, "submitted_at": _AT, "submitted_by": "author",
            }
        ],
        "approvals": [
            {
                "id": f"{name}-a", "revision_id": f"{name}-v", "content_hash": _SEALS[name],
                "decision": "approved", "author_id": "author",
                "decided_by": "chief", "decided_at": _AT, "level": 1, "round": 0,
                "is_final": True,
            }
        ],
        "releases": [
            {
                "id": f"{name}-r", "item_id": name, "revision_id": f"{name}-v", "number": 1,
                "change": "major",
                "state": "withdrawn" if is_back else "live", "not_before": None,
                "created_by": "chief", "created_at": _AT,
            }
        ],
        "deliveries": legs,
        "attempts": [
            {
                "id": leg["attempt_id"], "delivery_id": leg["id"], "number": 1, "worker": "one",
                "opened_at": _AT, "lease_until": _AT + timedelta(minutes=1), "closed_at": _AT,
                "outcome": "live", "notes": {},
            }
            for leg in legs
        ],
        "evidence": [] if is_back else [
            {
                "id": "proof", "delivery_id": legs[0]["id"], "place": "公告栏", "shown_at": _AT,
                "shown_by": "张三", "picture": FILES[4], "recorded_by": "author", "recorded_at": _AT,
            }
        ],
        "ledger": [line for leg in legs for line in _lines(name, leg)],
        "page_changes": [{"item_id": name, "changed_at": _AT, "serial": 1, "is_read": False}],
    }  # fmt: skip


def _planned(name: str, number: int) -> dict[str, list[Row]]:
    """Give the rows of an item whose time is to come on every account; nothing of it is public."""
    tables = _item(name, number)
    (told,), (version,), (order,) = tables["items"], tables["revisions"], tables["releases"]
    untried = {
        "attempt_id": None, "tries": 0, "platform_id": None, "link": None, "live_at": None,
        "gate": "time", "due_at": PLANNED,
    }  # fmt: skip
    return {table: [] for table in tables} | {
        "items": [told | {"published_at": None}],
        "revisions": [version | {"body": "<p>正文</p>", "sheet": _SHEET}],
        "approvals": tables["approvals"],
        "releases": [order | {"not_before": PLANNED}],
        "deliveries": [_leg(name, account, "waiting") | untried for account in ("site", "weibo")],
    }


def _leg(name: str, account: str, state: str) -> Row:
    channel = "website" if account == "site" else account
    return {
        "id": f"{name}-{account}", "release_id": f"{name}-r", "item_id": name, "account_id": account,
        "channel": channel, "counted_as": channel, "state": state, "attempt_id": f"{name}-{account}-1",
        "tries": 1, "looks": 0, "who_acts": _ACTS[state], "platform_id": f"{name} on {account}",
        "link": f"http://site.invalid/{name}/{account}", "live_at": _AT, "changed_at": _AT, "created_at": _AT,
        "gate": None, "due_at": TAKEN_BACK if state == "withdrawing" else None,
    }  # fmt: skip


def _lines(name: str, leg: Row) -> list[Row]:
    """Give what the ledger says of a delivery; with the website the item itself was counted."""
    said = [("counted", leg["channel"], _DAY)]
    if leg["account_id"] == "site":
        said.append(("counted", "item", _DAY))
    if leg["state"] == "withdrawn":
        said.append(("withdrawn", leg["channel"], _NEXT))
    return [
        {
            "id": f"{name}-{line[0]}-{channel}", "line": line, "item_id": name, "channel": channel,
            "org_id": _ORG, "kind": "notice", "column": "tzgg", "day": day, "delivery_id": leg["id"],
            "written_at": leg["live_at"],
        }
        for line, channel, day in said
    ]  # fmt: skip


def _counters(lines: list[Row]) -> list[Row]:
    sides = ("day", "org_id", "channel", "kind", "column", "line")
    keys = [tuple(line[side] for side in sides) for line in lines]
    return [dict(zip(sides, key, strict=True)) | {"count": keys.count(key)} for key in dict.fromkeys(keys)]


_NEXT: Final = _DAY + timedelta(days=1)  # withdrawn half an hour into the next month
_ACTS: Final = {
    "live": "nobody", "withdrawn": "nobody", "withdrawing": "clock", "withdraw_by_hand": "owner",
    "waiting": "clock",
}  # fmt: skip
_SEALS: Final = {
    "public": "1e905b43788c8ae1e8125f1d5dafbe3c28d5a2576087a517731e8046f9377b58",
    "back": "c837dc31879ba823f95089074fe20b3e7ead0f321755d0f900399fae3eb84a58",
    "planned": "3ca88196fdbaad47e7e9f905e2b6e45c2579fa9c775ac34bc33e2225dc05d0c4",
}
"""As the code of that time hashed them; a post's own cover, which is newer, as the code that first had it."""
_PICTURE: Final = {"mime": "image/png", "size": 5, "width": 4, "height": 4, "alt": "图"}
_SHEET: Final = {
    "column": "tzgg", "source": None, "document_number": None, "formed_on": "2026-06-29", "topic": "民政",
    "genre": "公告", "keywords": [], "openness": "open", "validity": "valid", "overview": "摘要",
    "pictures": [], "attachments": [],
}  # fmt: skip
_FILED: Final = {
    "pictures": [{**_PICTURE, "sha256": FILES[1]}],
    "attachments": [{"sha256": FILES[2], "name": "a.png", "mime": "image/png", "size": 5}],
    "overrides": [
        {"channel": "weibo", "cover": {**_PICTURE, "sha256": FILES[3]}},
        {"channel": "wechat", "cover": None},
    ],
}
