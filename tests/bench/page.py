"""From an editor's release to the page a reader gets, on an idle system: all parts are real.

python -m tests.bench.page FOLDER        prints JSON: latencies (ms)
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvloop
from aiohttp import ClientSession, web
from aiohttp.test_utils import unused_port

from channels.addresses import page_path
from server.app import ease_collector, open_house
from server.core.examined import Examined
from server.core.ids import new_id
from server.core.release import ReleaseOrder, release
from server.core.rounds import run_rounds
from server.public.site import add_site
from server.settings import Settings
from server.store.accounts import AccountRow, insert_account
from server.store.tx import Tx
from tests.bench.noop import ORG, Office, found

ITEMS = 60


async def main(folder: Path) -> None:
    """Release items one at a time and wait for each page."""
    ease_collector()
    settings = Settings(var=folder, port=unused_port())
    async with (
        open_house(settings, migrate_first=True) as house,
        _serving(settings),
        ClientSession() as reader,
    ):
        parts, place = house.parts, house.workplace
        account = AccountRow(new_id(), ORG, "website", "web", "web", "website", {}, None, "active")
        async with parts.store.begin() as tx:
            await found(tx, at=parts.now())
            await insert_account(tx, account, at=parts.now())
        items = await Office(parts.store, place, (account,)).approved(ITEMS)
        stop = asyncio.Event()
        worker = asyncio.create_task(
            run_rounds(place, house.wakeups, slots=8, poll_seconds=1.0, stop=stop), name="worker"
        )
        latencies = []
        for seen in items:
            page = f"{settings.public_url}/{page_path(seen.id)}"
            written = settings.var / "site" / page_path(seen.id)
            begun = time.perf_counter()
            examined = await parts.examiner.examine(seen.id, at=parts.now())

            async def act(tx: Tx, item_id: str = seen.id, examined: Examined = examined) -> None:
                await release(
                    tx,
                    ReleaseOrder(item_id, ("web",)),
                    examined=examined,
                    open_channel=parts.open_channel,
                    calendar=parts.calendar,
                    site=parts.site,
                    by="chief",
                    at=parts.now(),
                    new_id=new_id,
                )

            await parts.store.write(act)
            await parts.wake()
            # Asked for only once it may be there: a reader who asks all the time in the office's own
            # process takes part of its time.
            while not written.exists() or not await _is_there(reader, page):  # noqa: ASYNC110 -- nothing tells
                await asyncio.sleep(0.001)
            latencies.append(1000 * (time.perf_counter() - begun))
            await asyncio.sleep(0.2)  # an idle system: what follows the page has ended by the next release
        stop.set()
        await worker
    print(json.dumps({"latencies": latencies[10:]}))


@asynccontextmanager
async def _serving(settings: Settings) -> AsyncIterator[None]:
    """Serve the site as `tongfa serve` does, in the worker's own process."""
    app = web.Application()
    add_site(app, settings.var / "site")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        yield
    finally:
        await runner.cleanup()


async def _is_there(reader: ClientSession, page: str) -> bool:
    async with reader.get(page) as answer:
        await answer.read()
        return answer.status == 200


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
