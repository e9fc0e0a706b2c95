"""What publishing one item costs beside an archive: the real core, website and feeds, over a real socket.

python -m tests.bench.archive FOLDER COUNT     prints JSON: cpu and wall (ms an item), files written an item
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uvloop
from aiohttp import web
from aiohttp.test_utils import unused_port

from channels.addresses import list_keys
from channels.contract import DocRoot
from channels.docroot import FolderRoot
from channels.feeds.archives import archive_note
from channels.feeds.document import NEWEST
from channels.item import Content, Site
from channels.website.lists import A_PAGE
from channels.website.sitemap import A_PART
from channels.words import words_of
from server.app import House, open_house
from server.core.catalogue import read_changes
from server.core.contents import content_of_release
from server.core.ids import new_id
from server.core.release import ReleaseOrder, release
from server.core.rounds import take_errands
from server.public.site import add_site
from server.settings import Settings
from server.store.accounts import AccountRow, insert_account
from server.store.items import ItemSeen
from server.store.metadata import metadata
from server.store.search import put_words
from server.store.tx import Store, Tx
from tests.bench.noop import ORG, Office, found

ACCOUNTS = ("website", "feed")
WARM, TIMED, LOT = 3, 12, 500
_OWN = ("id", "item_id", "revision_id", "release_id", "delivery_id", "attempt_id")


async def main(folder: Path, count: int) -> None:
    """Fill an archive, publish a few items, and tell what each cost."""
    port = unused_port()
    settings = Settings(var=folder, port=port)
    async with open_house(settings, migrate_first=True) as house:
        parts = house.parts
        accounts = tuple(
            AccountRow(new_id(), ORG, word, word, word, word, {}, None, "active") for word in ACCOUNTS
        )
        async with parts.store.begin() as tx:
            await found(tx, at=parts.now())
            for account in accounts:
                await insert_account(tx, account, at=parts.now())
        items = await Office(parts.store, house.workplace, accounts).approved(1 + WARM + TIMED)
        app = web.Application()
        add_site(app, folder / "site")
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await publish(house, items[0])
        await _fill(parts.store, items[0].id, count, FolderRoot(folder / "site"), parts.site)
        for seen in items[1 : 1 + WARM]:
            await publish(house, seen)
        told = [await _timed(house, seen, folder / "site") for seen in items[1 + WARM :]]
        await runner.cleanup()
    print(json.dumps({name: statistics.median(one[name] for one in told) for name in told[0]}))


async def _timed(house: House, seen: ItemSeen, site: Path) -> dict[str, float]:
    before = _stamps(site)
    wall, cpu = time.perf_counter(), time.process_time()
    await publish(house, seen)
    spent = (time.process_time() - cpu, time.perf_counter() - wall)
    written = sum(1 for path, stamp in _stamps(site).items() if before.get(path) != stamp)
    return {"cpu": 1000 * spent[0], "wall": 1000 * spent[1], "files": written}


async def publish(house: House, seen: ItemSeen) -> None:
    """Release an item and do every errand that follows, the catalogue included."""
    parts, place = house.parts, house.workplace
    examined = await parts.examiner.examine(seen.id, at=parts.now())

    async def act(tx: Tx) -> None:
        await release(
            tx, ReleaseOrder(seen.id, ACCOUNTS), open_channel=parts.open_channel, calendar=parts.calendar,
            site=parts.site, by="chief", at=parts.now(), new_id=new_id,
            examined=examined,
        )  # fmt: skip

    await parts.store.write(act)
    while True:
        errands = await take_errands(place, room=8)
        if not errands:
            break
        for errand in errands:
            await errand.run()
    await read_changes(place)


def _stamps(site: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in site.rglob("*") if path.is_file()}


async def _fill(store: Store, item_id: str, count: int, root: DocRoot, site: Site) -> None:
    """Copy a published item's rows until there are so many, as if they had been published before it."""
    async with store.read() as tx:
        wanted = sa.select(metadata.tables["releases"].c.id).where(_of("releases", "item_id") == item_id)
        release_id = (await tx.execute(wanted)).scalar_one()
        content = await content_of_release(tx, release_id, site, at=datetime.now().astimezone())
        rows = await _rows_of(tx, item_id, release_id)
    async with store.begin() as tx:  # it is the newest
        own = metadata.tables["places"].update().where(_of("places", "item_id") == item_id)
        await tx.execute(own.values(ordinal=count + 1))
        await tx.execute(metadata.tables["place_lists"].update().values(last=count + 1))
    for start in range(0, count, LOT):
        async with store.begin() as tx:
            for name, copies in _copies(rows, range(start, min(start + LOT, count))):
                await tx.execute(metadata.tables[name].insert(), copies)
    async with store.begin() as tx:
        copied = sa.select(_of("catalogue_lines", "serial")).where(
            _of("catalogue_lines", "item_id") != item_id
        )
        words = words_of(content.title)
        for serial in (await tx.execute(copied)).scalars().all():
            await put_words(tx, serial, words, words)
    await _write_files(root, content, count + 1)


async def _write_files(root: DocRoot, content: Content, last: int) -> None:
    """Put the files there that publishing looks for: without them it would write the whole archive again."""
    for key in list_keys(content):
        folder = "" if key == "site" else f"{key}/"
        for number in range(max(1, (last - 1) // A_PAGE - 1), (last - 1) // A_PAGE + 2):
            await root.put(f"{folder}p{number}.html", b"filled")
        archives = last // NEWEST
        for number in range(max(1, archives - 1), archives + 1):
            await root.put(archive_note(key, number), b"{}")
    for number in range(max(1, (last - 1) // A_PART), (last - 1) // A_PART + 2):
        await root.put(f"sitemap/{number}.xml", b"filled")


async def _rows_of(tx: Tx, item_id: str, release_id: str) -> dict[str, list[dict[str, Any]]]:
    """Give every row of an item, table by table in the order of their references."""
    keys = {
        "items": ("id", item_id), "revisions": ("item_id", item_id), "releases": ("item_id", item_id),
        "deliveries": ("item_id", item_id), "places": ("item_id", item_id), "ledger": ("item_id", item_id),
        "page_changes": ("item_id", item_id), "catalogue_lines": ("item_id", item_id),
    }  # fmt: skip
    rows = {}
    for name, (column, value) in keys.items():
        wanted = sa.select(metadata.tables[name]).where(_of(name, column) == value)
        rows[name] = [dict(row._mapping) for row in await tx.execute(wanted)]
    return rows


def _copies(
    rows: dict[str, list[dict[str, Any]]], numbers: range
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Give copies of rows under other ids; copy number 0 is the oldest."""
    for name, originals in rows.items():
        copies = []
        for number in numbers:
            for row in originals:
                copy = {k: f"{number:06d}{v[6:]}" if k in _OWN and v else v for k, v in row.items()}
                if name == "items":
                    copy["index_number"] = f"000000019/2020-{number:06d}"
                if name == "places":
                    copy["ordinal"] = number + 1
                if name == "catalogue_lines":
                    del copy["serial"]
                for key in ("created_at", "published_at", "live_at", "changed_at"):
                    if isinstance(copy.get(key), datetime):
                        copy[key] -= timedelta(days=400) - timedelta(seconds=number)
                copies.append(copy)
        yield name, copies


def _of(table: str, column: str) -> sa.Column[Any]:
    return metadata.tables[table].c[column]


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2])))
