"""What a search costs beside a large archive, on both databases, and whether both find the same.

python -m tests.bench.search FOLDER COUNT [ROUNDS]

FOLDER is an office that tests.bench.archive has filled on SQLite; another is filled beside it on PostgreSQL.
Both get the same varied lines. Prints JSON: of each question the milliseconds on SQLite and on PostgreSQL
(medians), how many lines there are, and whether the order is the same.
"""

import asyncio
import json
import os
import random
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from channels.words import plain, words_of
from server.core.search import search
from server.store.catalogue import Filters, Hit, count_lines, list_hits
from server.store.metadata import metadata
from server.store.search import _PUT_POSTGRES, _PUT_SQLITE
from server.store.tx import Store, Tx
from tests.bench import archive
from tests.bench.services import new_database, open_postgres, with_tables

LOT = 1000
number_pieces = import_module("server.store.migrations.versions.0051_number_pieces")
LINES = metadata.tables["catalogue_lines"]
COMMON = ("通知", "医保", "工作", "关于", "全旗")
TOPICS = ("旅游", "卫生", "教育", "农业", "财政")
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class Question:
    """A search: its words, what narrows it, and the page of the catalogue where there are no words."""

    asked: str = ""
    filters: Filters = EVERYTHING
    page: int = 1

    async def ask(self, tx: Tx) -> tuple[int, tuple[Hit, ...]]:
        """Ask as the page does; give how many there are, and the hits in their order."""
        if self.asked:
            found = await search(tx, self.asked, self.filters)
            return len(found.hits), found.hits
        count = await count_lines(tx, self.filters, most=10_001)
        return count, await list_hits(tx, self.filters, limit=20, skip=20 * (self.page - 1))


QUESTIONS = {
    "common word": Question("医保"),
    "common words": Question("医保 通知"),
    "one sign": Question("医"),
    "rare word": Question("骆驼"),
    "sentence that stands nowhere": Question("医保通知工作全旗"),
    "document number": Question("鄂政办发〔2021〕9号"),
    "common word, a year": Question("医保", Filters(year=2021)),
    "common word, a rare topic": Question("医保", Filters(topic="罕见")),
    "rare word, a year": Question("骆驼", Filters(year=2021)),
    "catalogue": Question(),
    "catalogue, page 500": Question(page=500),
    "catalogue, a topic, page 500": Question(filters=Filters(topic="旅游"), page=500),
    "catalogue, a piece of a number": Question(filters=Filters(number="〔2021〕77号")),
    "catalogue, a kind of Art. 20": Question(filters=Filters(statutory=11)),
}


async def vary(store: Store, count: int) -> None:
    """Give every line words, time, topic and number of its own, the same on each database."""
    words = random.Random(1)
    async with store.read() as tx:
        serials = list((await tx.execute(sa.select(LINES.c.serial).order_by(LINES.c.item_id))).scalars())
    # So many lines at once into a standing index would take PostgreSQL an hour; it is made anew afterwards.
    emptied = "INSERT INTO catalogue_words (catalogue_words) VALUES ('delete-all')"
    async with store.begin() as tx:
        await tx.execute(sa.text(emptied if store.is_sqlite else "TRUNCATE catalogue_words"))
    if not store.is_sqlite:
        async with store.begin() as tx:
            for place in ("title", "body"):
                await tx.execute(sa.text(f"DROP INDEX IF EXISTS ix_catalogue_words_{place}"))
    changed = LINES.update().where(LINES.c.serial == sa.bindparam("of"))
    for start in range(0, len(serials), LOT):
        lines = {
            serial: _line(words, number, count)
            for number, serial in enumerate(serials[start : start + LOT], start)
        }
        async with store.begin() as tx:
            rows = [{"of": serial, **line} for serial, line in lines.items()]
            await tx.execute(
                changed.values({name: sa.bindparam(name) for name in rows[0] if name != "of"}), rows
            )
            put = _PUT_SQLITE if store.is_sqlite else _PUT_POSTGRES
            await tx.execute(
                put, [_words(serial, line, is_text=store.is_sqlite) for serial, line in lines.items()]
            )
    await _put_numbers(store)


async def _put_numbers(store: Store) -> None:
    """Write the pieces of every line's number, as migration 0051 does."""
    async with store.begin() as tx:
        await tx.execute(sa.text("DELETE FROM catalogue_number_pieces"))
        await tx.execute(sa.text(number_pieces.FILL))


def _words(serial: int, line: dict[str, Any], *, is_text: bool) -> dict[str, Any]:
    told = sorted(words_of(f"{line['title']} {line['number']}")), sorted(words_of(line["text"]))
    title, body = (" ".join(words) for words in told) if is_text else told
    return {"serial": serial, "title": title, "body": body}


def _line(words: random.Random, number: int, count: int) -> dict[str, Any]:
    at = datetime(2012, 1, 1, tzinfo=UTC) + timedelta(seconds=number * 14 * 365 * 86400 // count)
    some = "".join(chr(words.randrange(0x4E00, 0x5800)) for _sign in range(120))
    title = plain(words.choice(COMMON) + some[:8] + words.choice(COMMON))
    paper = f"鄂政办发〔{at.year}〕{number % 300}号" if number % 3 == 0 else ""
    body = some + "".join(word for word in COMMON if words.random() < 0.7)
    rare = "骆驼" if number % 5003 == 7 else ""
    return {
        "title": title, "number": plain(paper), "text": plain(f"{title} {paper} {body} {rare}"),
        "published_at": at, "year": at.year, "statutory": f",{number % 15 + 1},",
        "topic": "罕见" if number % 20_011 == 5 else words.choice(TOPICS),
    }  # fmt: skip


async def measure(store: Store, rounds: int) -> dict[str, tuple[float, int, tuple[str, ...]]]:
    """Ask every question so often; give the median of milliseconds, the count, and the items in order."""
    told = {}
    for name, question in QUESTIONS.items():
        spent = []
        for _round in range(rounds + 1):
            before = time.perf_counter()
            async with store.read() as tx:
                count, hits = await question.ask(tx)
            spent.append(1000 * (time.perf_counter() - before))
        told[name] = statistics.median(spent[1:]), count, tuple(hit.item_id for hit in hits)
    return told


async def _both(folder: Path, url: str, count: int, rounds: int) -> None:
    told = []
    for address in (f"sqlite+aiosqlite:///{folder / 'tongfa.db'}", url):
        store = Store(address)
        await vary(store, count)
        if address == url:
            async with store.begin() as tx:
                for place in ("title", "body"):
                    made = f"CREATE INDEX ix_catalogue_words_{place} ON catalogue_words USING gin ({place})"
                    await tx.execute(sa.text(made))
            async with store.begin() as tx:  # what PostgreSQL does by itself after so many changes
                await tx.execute(sa.text("ANALYZE"))
        told.append(await measure(store, rounds))
        await store.close()
    print(
        json.dumps(
            {
                name: [one[0], other[0], one[1], _places(one[2]) == _places(other[2]) and one[1] == other[1]]
                for name, one in told[0].items()
                for other in [told[1][name]]
            },
            ensure_ascii=False,
        )
    )


def _places(ids: tuple[str, ...]) -> tuple[str, ...]:
    # The number of a copy; the items that were copied have other ids in each office.
    return tuple(one[:6] if one[:6].isdecimal() else "" for one in ids)


def main(folder: Path, count: int, rounds: int) -> None:
    """Fill PostgreSQL as SQLite is filled, and ask both."""
    with open_postgres() as base:
        url = with_tables(new_database(base, "archive"))
        os.environ["TONGFA_DATABASE_URL"] = url
        beside = folder.with_name(f"{folder.name}-postgresql")
        asyncio.run(archive.main(beside, count))
        asyncio.run(_both(folder, url, count, rounds))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 5)
