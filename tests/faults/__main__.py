"""`make faults`: kill workers, or have them stand still, at every step of their way, on both databases.

Writes var/faults/summary.json; ends with 1 when anything was posted twice, lost or counted wrongly.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.services import ROOT, new_database, open_postgres, with_tables
from tests.faults.campaign import Campaign, Tally, forking, worker_of
from tests.faults.office import open_office_with_valkey

SUMMARY = ROOT / "var" / "faults" / "summary.json"


async def _campaign(name: str, url: str, folder: Path, runs: int, seed: int, tally: Tally) -> None:
    async with open_office_with_valkey(url, folder) as office:
        campaign = Campaign(office, worker_of(forking()), tally, seed, name)
        await campaign.begin()
        for _run in range(runs - 1):
            print(await campaign.run(), flush=True)
            tally.write(SUMMARY)


async def _both(runs: int, seed: int, urls: dict[str, str], folder: Path) -> Tally:
    tally = Tally()
    async with asyncio.TaskGroup() as group:
        for name, url in urls.items():
            share = runs // 2 + (runs % 2 if name == "sqlite" else 0)
            place = folder / name
            place.mkdir()
            group.create_task(_campaign(name, url, place, share, seed, tally))
    return tally


def main() -> int:
    """Run both campaigns and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    order = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tongfa-faults-") as folder, open_postgres() as postgres:
        urls = {
            "sqlite": with_tables(new_database(folder, "tongfa")),
            "postgresql": with_tables(new_database(postgres, "tongfa")),
        }
        tally = asyncio.run(_both(max(2, order.runs), order.seed, urls, Path(folder)))
    tally.write(SUMMARY)
    print(*tally.wrong, sep="\n")
    print(
        f"seed {order.seed}: {tally.runs} runs, {tally.kills} kills, {tally.stops} stops, "
        f"{tally.faults} faults, {tally.corrections} corrections, {tally.withdrawals} withdrawals, "
        f"{tally.posts} posts, {tally.duplicates} duplicates, {tally.losses} losses, "
        f"{tally.ledger_errors} ledger errors"
    )
    return 0 if tally.is_clean() else 1


if __name__ == "__main__":
    sys.exit(main())
