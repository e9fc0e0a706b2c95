"""Workers with the real adapters are killed or stand still and cost nothing: one post, one line, everywhere.

`make faults RUNS=n` does the same at length and on both databases; `RUNS` bounds it here.
"""

import multiprocessing
import os
from pathlib import Path

import pytest

from tests.faults.campaign import Campaign, Tally, worker_of
from tests.faults.office import open_office_with_valkey

pytestmark = pytest.mark.timeout(3600)


async def test_workers_that_die_or_stand_still_anywhere_publish_once_and_count_once(
    database_url: str, engine: str, tmp_path: Path, forks: multiprocessing.context.BaseContext
):
    tally, runs = Tally(), int(os.environ.get("RUNS", "2"))
    async with open_office_with_valkey(database_url, tmp_path) as office:
        campaign = Campaign(office, worker_of(forks), tally, runs, engine)
        await campaign.begin()
        for _run in range(runs):
            await campaign.run()
    assert tally.is_clean(), tally
    assert tally.kills >= runs // 2
    assert tally.stops >= 1
    assert tally.posts == 4 * (runs + 1)
    assert tally.withdrawals == 1 + runs // 3
