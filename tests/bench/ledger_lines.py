"""A ledger of any length, written by the databases themselves: first the lines, then what hangs on them.

Triggers would look at each line by itself and indexes grow in any order, so that ten million lines took
hours. Here the triggers stand aside, the indexes are made afterwards, and the counters are counted from the
lines, which is what triggers would have left; all is back, word for word, before anything is read.
"""

import asyncio
import sqlite3
from typing import Final

import asyncpg
import sqlalchemy as sa

from server.core.ids import new_id
from server.store.orgs import OrgRow, insert_org
from server.store.plans import Planned, insert_planned, insert_release
from server.store.releases import ReleaseRow
from server.store.tables import revision
from tests.bench.noop import CHANNELS, ORG, Office, open_office

ORGS: Final = 40
TOPICS: Final = 20
KINDS: Final = ("policy", "news", "notice")
COLUMNS: Final = ("zcwj", "gzdt", "tzgg", "rsxx", "czxx")
RARE_ORG: Final = "orgrare"
RARE_TOPIC: Final = "海关"
_RARE: Final = 40_009  # one item in so many
_TABLES: Final = ("items", "ledger")
_LINE: Final = (
    'id, line, item_id, channel, org_id, kind, "column", day, delivery_id, written_at, topic, account_id'
)
_DAY_KEY: Final = 'day, org_id, channel, kind, "column", line'
_SIDES: Final = 'channel, line, org_id, kind, "column", topic, account_id'


async def found_many(url: str, platform: str) -> None:
    """Set up the organs, and for each topic an item with a delivery on each account."""
    async with open_office(url, platform) as office:
        async with office.store.begin() as tx:
            at = office.place.now()
            for key in (*(f"org{n:02}" for n in range(ORGS)), RARE_ORG):
                await insert_org(tx, OrgRow(key, key, f"机构{key}", ORG.id), at=at)
        seen = await office.approved(TOPICS + 1)
        names = (*(f"民政{n:02}" for n in range(TOPICS)), RARE_TOPIC)
        for one, topic in zip(seen, names, strict=True):
            await _release(office, one.id, one.revision.id, topic)


async def _release(office: Office, item_id: str, revision_id: str, topic: str) -> None:
    async with office.store.begin() as tx:
        sheet = (
            await tx.execute(sa.select(revision.c.sheet).where(revision.c.id == revision_id))
        ).scalar_one()
        await tx.execute(
            revision.update().where(revision.c.id == revision_id).values(sheet={**sheet, "topic": topic})
        )
        row = ReleaseRow(
            new_id(), item_id, revision_id, 1, "major", "planned", None, "chief", office.place.now()
        )
        await insert_release(tx, row)
        plan = (Planned(new_id(), a.id, a.channel, a.counted_as, None, None) for a in office.accounts)
        await insert_planned(tx, row, tuple(plan))


async def fill(database: str, lines: int) -> None:
    """Write the lines, of `lines / 5` items, and the counters; leave the schema as it was."""
    items = lines // (len(CHANNELS) + 1)
    if database.startswith("sqlite"):
        await asyncio.to_thread(_fill_sqlite, database.partition(":///")[2], items)
    else:
        await _fill_postgres(database, items)


def _fill_sqlite(path: str, items: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    aside = connection.execute(
        "SELECT type, name, sql FROM sqlite_schema"
        " WHERE tbl_name IN ('items', 'ledger') AND type IN ('index', 'trigger') AND sql IS NOT NULL"
    ).fetchall()
    for kind, name, _sql in aside:
        connection.execute(f"DROP {kind} {name}")
    day = f"date('2017-01-01', '+' || ((i - 1) * 3652 / {items}) || ' days')"
    front = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {items})"
    for statement in _statements(front, "n", day, "printf('%010d', i)", "substr(day, 1, 7)", ""):
        connection.execute(statement)
    for kind, _name, sql in sorted(aside):  # indexes before triggers
        assert kind in ("index", "trigger")
        connection.execute(sql)
    connection.execute("ANALYZE")
    connection.close()


async def _fill_postgres(database: str, items: int) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("SET session_replication_role = replica")  # triggers and references stand aside
    await connection.execute(
        "SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'"
    )
    aside = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'ledger' AND indexname NOT LIKE 'pk_%'"
    )
    for row in aside:
        await connection.execute(f"DROP INDEX {row['indexname']}")
    # As bigint: two million items times the days are more than an integer holds.
    day = f"date '2017-01-01' + ((i - 1)::bigint * 3652 / {items})::int"
    numbers = f"generate_series(1, {items}) AS n(i)"
    month = "to_char(day, 'YYYY-MM')"
    for statement in _statements("", numbers, day, "lpad(i::text, 10, '0')", month, "timestamptz "):
        await connection.execute(statement)
    for row in aside:
        await connection.execute(row["indexdef"])
    await connection.execute("ANALYZE")
    await connection.close()


def _statements(
    front: str, numbers: str, day: str, serial: str, month: str, moment_type: str
) -> tuple[str, ...]:
    """Give the statements that make items, their lines and the counters.

    An item's organ, kind, column and topic hang together, as they do in an office: 120 ways in all.
    """
    moment = f"{moment_type}'2017-01-01 00:00:00.000000'"
    text = "printf('%02d', {})" if front else "lpad(({})::text, 2, '0')"
    org = f"CASE WHEN i % {_RARE} = 7 THEN '{RARE_ORG}' ELSE 'org' || {text.format(f'i % {ORGS}')} END"
    topic = f"CASE WHEN i % {_RARE} = 7 THEN '{RARE_TOPIC}' ELSE '民政' || {text.format(f'i % {TOPICS}')} END"
    kind = f"CASE i % 3 WHEN 0 THEN '{KINDS[0]}' WHEN 1 THEN '{KINDS[1]}' ELSE '{KINDS[2]}' END"
    column = " ".join(f"WHEN {n} THEN '{slug}'" for n, slug in enumerate(COLUMNS))
    made = f"""SELECT {serial} AS serial, {day} AS day, {org} AS org_id, {kind} AS kind,
        CASE i % 5 {column} END AS col, {topic} AS topic FROM {numbers}"""
    carried = """CREATE TEMPORARY TABLE carried AS
        SELECT d.id AS delivery_id, d.account_id, d.counted_as, {topic} AS topic FROM deliveries d
        JOIN releases r ON r.id = d.release_id JOIN revisions v ON v.id = r.revision_id""".format(
        topic="json_extract(v.sheet, '$.topic')" if front else "v.sheet ->> 'topic'"
    )
    lines = tuple(
        f"""{front} INSERT INTO ledger ({_LINE})
        SELECT '{mark}' || m.serial, 'counted', 'i' || m.serial, '{channel}', m.org_id, m.kind, m.col, m.day,
            c.delivery_id, {moment}, m.topic, c.account_id
        FROM ({made}) AS m JOIN carried AS c ON c.topic = m.topic
            AND c.counted_as = '{"website" if channel == "item" else channel}'"""
        for mark, channel in zip("abcde", (*CHANNELS, "item"), strict=True)
    )
    days = f"day_counters ({_DAY_KEY}, count) SELECT {_DAY_KEY}, count(*)"
    months = f"month_counters (month, {_SIDES}, count) SELECT {month}, {_SIDES}, count(*)"
    return (
        carried,
        "CREATE UNIQUE INDEX carried_by_topic ON carried (topic, counted_as)",
        f"""{front} INSERT INTO items (id, index_number, kind, org_id, created_by, created_at)
        SELECT 'i' || m.serial, 'bench/' || m.serial, m.kind, m.org_id, 'author', {moment}
        FROM ({made}) AS m""",
        *lines,
        f"INSERT INTO {days} FROM ledger GROUP BY {_DAY_KEY}",
        f"INSERT INTO {months} FROM ledger GROUP BY {month}, {_SIDES}",
    )
