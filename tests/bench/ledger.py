"""What a year's figures and the rows behind them cost beside a small and a very large ledger.

python -m tests.bench.ledger [--lines N]     writes var/bench/ledger.json, rows as in tests/bench/__main__.py

On both databases, which make the lines themselves: ten years, four channels, each item once on each and
once in all.
"""

import argparse
import asyncio
import json
import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date
from typing import Any, Final

import asyncpg

from server.store.statistics import Sieve, list_lines_behind, sum_figures
from server.store.tx import Store, Tx
from tests.bench.__main__ import FOLDER, Row, print_rows
from tests.bench.noop import CHANNELS, ORG, open_office
from tests.bench.services import new_database, open_platform, open_postgres, with_tables

SMALL: Final = 100_000
TIMES: Final = 21
PAGE: Final = 50
YEARS: Final = 10
YEAR: Final = Sieve(date(2021, 1, 1), date(2021, 12, 31))
ALL: Final = Sieve(date(2017, 1, 1), date(2026, 12, 31))

_SQLITE: Final = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})", "n")
_POSTGRES: Final = ("", "generate_series(1, {count}) AS n(i)")


def main() -> int:
    """Run on both databases and print; give 1 when a goal was missed."""
    parser = argparse.ArgumentParser(prog="make bench-ledger")
    parser.add_argument("--lines", type=int, default=10_000_000)
    lines = parser.parse_args().lines
    folder = FOLDER / "ledger"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows: list[Row] = []
    with open_platform() as platform, open_postgres() as postgres:
        for engine, base in (("SQLite", str(folder)), ("PostgreSQL", postgres)):
            small, large = (
                asyncio.run(_run(new_database(base, f"lines{count}"), count, platform))
                for count in (SMALL, lines)
            )
            rows += [
                Row(
                    f"{name}, {lines:,} lines, {engine}", large[name], small[name], f"{SMALL:,}", "ms",
                    large[name] / small[name], "<= 10 ms, x2", large[name] <= max(10.0, 2 * small[name]),
                )
                for name in large
            ]  # fmt: skip
    shutil.rmtree(folder)
    told = {"rows": [asdict(row) for row in rows]}
    (FOLDER / "ledger.json").write_text(json.dumps(told, ensure_ascii=False, indent=2))
    print_rows(rows)
    return 1 if any(row.met is False for row in rows) else 0


async def _run(database: str, lines: int, platform: str) -> dict[str, float]:
    url = await asyncio.to_thread(with_tables, database)
    async with open_office(url, platform) as office:
        (seen,) = await office.approved(1)
        await office.accept(seen)
    await _fill(database, lines // (len(CHANNELS) + 1))
    store = Store(url)
    last = await _id_of_line(store, date(2025, 6, 1))
    told = {
        "a year by channel": await _time(store, lambda tx: sum_figures(tx, YEAR, "channel")),
        "a year by month": await _time(store, lambda tx: sum_figures(tx, YEAR, "month")),
        "the first rows behind a figure": await _time(store, lambda tx: _page(tx, None)),
        "rows far behind a figure": await _time(store, lambda tx: _page(tx, (date(2025, 6, 1), last))),
    }
    await store.close()
    return told


async def _page(tx: Tx, after: tuple[date, str] | None) -> int:
    found = await list_lines_behind(
        tx, ALL, channel="website", line="counted", account_slug=None, after=after, limit=PAGE
    )
    assert len(found) == PAGE
    return len(found)


async def _id_of_line(store: Store, day: date) -> str:
    """Give a line in the middle of a day."""
    async with store.read() as tx:
        sieve = Sieve(day, day)
        (line, *_more) = await list_lines_behind(
            tx, sieve, channel="website", line="counted", account_slug=None, after=None, limit=1
        )
    return line.id


async def _time(store: Store, act: Callable[[Tx], Awaitable[Any]]) -> float:
    """Give the median of several runs, in milliseconds."""
    spent = []
    for _run_again in range(TIMES):
        begun = time.perf_counter()
        async with store.read() as tx:
            await act(tx)
        spent.append(1000 * (time.perf_counter() - begun))
    return statistics.median(spent)


async def _fill(database: str, items: int) -> None:
    if database.startswith("sqlite"):
        await asyncio.to_thread(_fill_sqlite, database.partition(":///")[2], items)
        return
    connection = await asyncpg.connect(database)
    front, numbers = _POSTGRES
    # As bigint: two million items times the days are more than an integer holds.
    day = f"date '2017-01-01' + ((i - 1)::bigint * 3652 / {items})::int"
    for statement in _statements(front, numbers.format(count=items), day, "lpad(i::text, 10, '0')"):
        await connection.execute(statement)
    await connection.execute("ANALYZE")
    await connection.close()


def _fill_sqlite(path: str, items: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    front, numbers = _SQLITE
    day = f"date('2017-01-01', '+' || ((i - 1) * 3652 / {items}) || ' days')"
    for statement in _statements(front.format(count=items), numbers, day, "printf('%010d', i)"):
        connection.execute(statement)
    connection.execute("ANALYZE")
    connection.close()


def _statements(front: str, numbers: str, day: str, serial: str) -> tuple[str, ...]:
    """Give the statements that make items, their lines and the counters."""
    moment = "'2017-01-01 00:00:00.000000'"
    if not front:
        moment = f"timestamptz {moment}"
    keys = 'day, org_id, channel, kind, "column", line'
    lines = tuple(
        f"""INSERT INTO ledger
            (id, line, item_id, channel, org_id, kind, "column", day, delivery_id, written_at)
        {front} SELECT '{mark}' || {serial}, 'counted', 'i' || {serial}, '{channel}', '{ORG.id}', 'policy',
            'zcwj', {day}, (SELECT min(id) FROM deliveries), {moment} FROM {numbers}"""
        for mark, channel in zip("abcde", (*CHANNELS, "item"), strict=True)
    )
    return (
        f"""INSERT INTO items (id, index_number, kind, org_id, created_by, created_at)
        {front} SELECT 'i' || {serial}, 'bench/' || {serial}, 'policy', '{ORG.id}', 'author', {moment}
        FROM {numbers}""",
        *lines,
        f"INSERT INTO day_counters ({keys}, count) SELECT {keys}, count(*) FROM ledger GROUP BY {keys}",
    )


if __name__ == "__main__":
    sys.exit(main())
