"""A process that tells a hub's subscribers what has changed, once through; a test kills it in the middle.

python -m tests.subscribe.hub_teller DATABASE FOLDER SITE MOMENT
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from channels.docroot import FolderRoot
from server.network import open_guarded_session
from server.store.tx import Store
from server.subscribe.hub_delivery import tell_changes
from tests.conftest import Hand
from tests.subscribe.hub_stage import LOOPBACK, hub_of, site_at


async def main(database: str, folder: Path, address: str, moment: datetime) -> None:
    store = Store(database)
    async with open_guarded_session(LOOPBACK, 30.0) as session:
        hub = hub_of(store, FolderRoot(folder), site_at(address), session, Hand(moment))
        told = 1
        while told:
            told = await tell_changes(hub)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], datetime.fromisoformat(sys.argv[4])))
