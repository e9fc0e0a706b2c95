"""From an editor's release to the page on disk, on an idle system: the real core, website and Valkey.

python -m tests.bench.page FOLDER        prints JSON: latencies (ms)
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop

from channels.addresses import page_path
from server.app import open_house
from server.core.examined import Examined
from server.core.ids import new_id
from server.core.release import ReleaseOrder, release
from server.core.rounds import run_rounds
from server.settings import Settings
from server.store.accounts import AccountRow, insert_account
from server.store.tx import Tx
from tests.bench.noop import ORG, Office, found

ITEMS = 60


async def main(folder: Path) -> None:
    """Release items one at a time and wait for each page."""
    settings = Settings(var=folder)
    async with open_house(settings, migrate_first=True) as house:
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
            page = folder / "site" / page_path(seen.id)
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
            while not page.exists():  # noqa: ASYNC110 -- the reader's view: is the file there
                await asyncio.sleep(0.001)
            latencies.append(1000 * (time.perf_counter() - begun))
            await asyncio.sleep(0.05)
        stop.set()
        await worker
    print(json.dumps({"latencies": latencies[10:]}))


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))
