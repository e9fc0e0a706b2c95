"""A worker dies anywhere on the way of a correction that takes the old posts down: never both are gone.

`RUNS` says how many steps of the way are tried on each database; without it a spread of them is.
"""

import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest

from server.store.deliveries import list_deliveries
from tests.faults.campaign import worker_of
from tests.faults.mortal import Step
from tests.faults.office import ACCOUNTS, Office, open_office_with_valkey

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
SOCIAL = ("weibo", "wechat")


def standing(office: Office, item: str) -> dict[str, list[str]]:
    """Give the titles that readers see of an item on each platform."""
    link = f"{office.orders.public_url}/a/{item}.html"
    return {
        "weibo": [post.said for post in office.sandbox.weibo.posts() if link in post.said],
        "wechat": [one.title for one in office.sandbox.wechat.published() if link in one.content_source_url],
    }


async def legs_of(office: Office, item: str) -> dict[str, list[str]]:
    async with office.store.read() as tx:
        legs = await list_deliveries(tx, item)
    return {name: [leg.state for leg in legs if leg.account == name] for name in SOCIAL}


async def test_a_death_on_the_way_leaves_the_new_one_alone_and_never_nothing(
    database_url: str, tmp_path: Path, forks: multiprocessing.context.BaseContext
):
    run_worker = worker_of(forks)
    async with open_office_with_valkey(database_url, tmp_path) as office:
        office.sandbox.weibo.switch(may_delete=True)

        async def correct(number: int, die_at: Step | None) -> list[Step]:
            office.hand.move(86_400)
            item = await office.released(f"第{number}条")
            await run_worker(office.orders)
            before = (await office.reckon(item)).lines
            await office.corrected(item, ACCOUNTS, title=f"更正后的第{number}条")
            taken = await run_worker(replace(office.orders, die_at=die_at))
            if die_at is not None:
                assert all(standing(office, item).values()), die_at
                office.hand.move(70)  # the lease runs out
                await run_worker(office.orders)
            seen = standing(office, item)
            assert {name: len(found) for name, found in seen.items()} == {"weibo": 1, "wechat": 1}, die_at
            assert all("更正后的" in found[0] for found in seen.values()), die_at
            ends = {name: ["withdrawn", "live"] for name in SOCIAL}
            assert await legs_of(office, item) == ends, die_at
            assert ((await office.reckon(item)).lines, await office.row_errors()) == (before, 0), die_at
            return taken or []

        way = await correct(0, None)
        steps = sorted({step for step in way if step.account in SOCIAL}, key=str)
        assert {step.errand for step in steps} >= {"deliver", "withdrawing"}
        tried = steps[:: max(1, len(steps) // int(os.environ.get("RUNS", "8")))]
        for number, step in enumerate(tried, start=1):
            await correct(number, step)
