"""What a year's figures and the rows behind them cost beside a small and a very large ledger.

python -m tests.bench.ledger [--lines N] [--engines SQLite,PostgreSQL]

Each database tells its figures as soon as it has them and adds them to var/bench/ledger.json, rows as in
tests/bench/__main__.py. The databases make the lines themselves: ten years of forty organs with twenty
topics, each item once on each of four channels and once in all.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from server.store.statistics import Sieve, list_lines_behind, sum_figures
from server.store.tx import Store, Tx
from tests.bench.__main__ import FOLDER, Row, print_rows
from tests.bench.ledger_lines import RARE_ORG, RARE_TOPIC, fill, found_many
from tests.bench.services import new_database, open_platform, open_postgres, with_tables

SMALL: Final = 100_000
TIMES: Final = 21
PAGE: Final = 50
A_LINE: Final = 750  # bytes on the disk, with its indexes and what is written on the way; the dearer engine
SPARE: Final = 2 << 30
YEAR: Final = Sieve(date(2021, 1, 1), date(2021, 12, 31))
ALL: Final = Sieve(date(2017, 1, 1), date(2026, 12, 31))
LATE: Final = (date(2026, 6, 1), "")
"""Behind nine years and five months."""
SIDES: Final = ("channel", "org", "month", "topic", "account")


def main() -> int:
    """Run on the databases and print; give 1 when a goal was missed, 2 when the disk is too small."""
    parser = argparse.ArgumentParser(prog="make bench-ledger")
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--engines", default="SQLite,PostgreSQL")
    given = parser.parse_args()
    folder = FOLDER / "ledger"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    told = FOLDER / "ledger.json"
    told.unlink(missing_ok=True)
    rows: list[Row] = []
    engines = given.engines.split(",")
    # PostgreSQL's own folder is a temporary one, SQLite's stands in var/.
    for place in (folder, Path(tempfile.gettempdir())):
        needed, free = given.lines * A_LINE + SPARE, shutil.disk_usage(place).free
        if free < needed:
            print(f"{place} has {free >> 30} GB left; {given.lines:,} lines need {needed >> 30} GB.")
            return 2
    with open_platform() as platform, open_postgres() as postgres:
        for engine, base in (("SQLite", str(folder)), ("PostgreSQL", postgres)):
            if engine not in engines:
                continue
            small, large = (
                asyncio.run(_run(new_database(base, f"lines{count}"), count, platform))
                for count in (SMALL, given.lines)
            )
            found = [
                Row(
                    f"{name}, {given.lines:,} lines, {engine}", large[name], small[name], f"{SMALL:,}", "ms",
                    large[name] / small[name], "<= 10 ms, x2", large[name] <= max(10.0, 2 * small[name]),
                )
                for name in large
            ]  # fmt: skip
            rows += found
            told.write_text(json.dumps({"rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=2))
            print_rows(found)
            sys.stdout.flush()
            for file in folder.iterdir():
                file.unlink()
    return 1 if any(row.met is False for row in rows) else 0


async def _run(database: str, lines: int, platform: str) -> dict[str, float]:
    url = await asyncio.to_thread(with_tables, database)
    begun = time.monotonic()
    await found_many(url, platform)
    await fill(database, lines)
    print(f"{lines:,} lines written in {time.monotonic() - begun:.0f} s", flush=True)
    store = Store(url)
    notices = replace(ALL, kind="notice", columns=frozenset(("tzgg",)))
    days, pair, one = Sieve(date(2021, 1, 9), date(2021, 4, 18)), frozenset(("org07", "org08")), "民政03"
    rare = frozenset((RARE_ORG,))
    told = {
        **{f"a year by {by}": await _time(store, _sum_by(YEAR, by)) for by in SIDES},
        "a year of one topic by month": await _time(store, _sum_by(replace(YEAR, topic=one), "month")),
        "a hundred days by month": await _time(store, _sum_by(days, "month")),
        "the first rows": await _time(store, _page(ALL)),
        "the last rows": await _time(store, _page(ALL, LATE)),
        "rows of organs": await _time(store, _page(replace(ALL, org_ids=pair))),
        "the last rows of organs": await _time(store, _page(replace(ALL, org_ids=pair), LATE)),
        "rows of a rare organ": await _time(store, _page(replace(ALL, org_ids=rare), few=True)),
        "rows of a kind and a column": await _time(store, _page(notices)),
        "rows of a topic": await _time(store, _page(replace(ALL, topic=one))),
        "the last rows of a topic": await _time(store, _page(replace(ALL, topic=one), LATE)),
        "rows of a rare topic": await _time(store, _page(replace(ALL, topic=RARE_TOPIC), few=True)),
    }  # fmt: skip
    await store.close()
    return told


def _sum_by(sieve: Sieve, by: Any) -> Callable[[Tx], Awaitable[None]]:
    async def act(tx: Tx) -> None:
        counted = await sum_figures(tx, sieve, by)
        assert sum(one.count for one in counted) > 100

    return act


def _page(
    sieve: Sieve, after: tuple[date, str] | None = None, *, few: bool = False
) -> Callable[[Tx], Awaitable[None]]:
    async def act(tx: Tx) -> None:
        found = await list_lines_behind(
            tx, sieve, channel="website", line="counted", account_slug=None, after=after, limit=PAGE
        )
        assert 0 < len(found) <= PAGE if few else len(found) == PAGE

    return act


async def _time(store: Store, act: Callable[[Tx], Awaitable[Any]]) -> float:
    """Give the fastest of several runs, in milliseconds: a machine has others to serve."""
    spent = []
    for _run_again in range(TIMES):
        begun = time.perf_counter()
        async with store.read() as tx:
            await act(tx)
        spent.append(1000 * (time.perf_counter() - begun))
    return min(spent)


if __name__ == "__main__":
    sys.exit(main())
