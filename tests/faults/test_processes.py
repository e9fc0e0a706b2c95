"""Two webs, three workers and a clock as processes of their own, each of them started anew under way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from channels.weibo.channel import Weibo
from server.cli.remote import ServerRefused
from tests.faults.branches import SECONDS, Office, open_branches

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.parametrize("engine", ["postgresql"])]

ITEMS_A_RESTART = 4
"""Together with what a web took with it they stay below the thirty posts that Weibo takes in an hour."""


@pytest.fixture
async def office(postgres: str, database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_branches(database_url, tmp_path) as opened:
        yield opened


async def test_two_webs_and_three_workers_share_the_work(office: Office):
    items = await asyncio.gather(*(office.released(number, f"web-{1 + number % 2}") for number in range(20)))
    await office.until_live(items)
    await office.each_was_posted_once(items)
    workers = await _workers_of(office)
    assert len(workers) >= 2, workers


async def test_a_worker_told_to_stop_while_a_platform_hangs_ends_and_another_finds_the_post(office: Office):
    for number in (2, 3):
        await office.fleet.stop(f"worker-{number}")
    office.sandbox.weibo.next_call("/2/statuses/share.json", "hang")
    item = await office.released(1, "web-2")
    async with asyncio.timeout(SECONDS):
        while not office.posts(item)[0]:  # noqa: ASYNC110 -- nothing tells from outside
            await asyncio.sleep(0.05)
    took = await office.fleet.stop("worker-1")
    assert took < 10, took  # three seconds to finish, some for the interpreter to leave
    await office.fleet.start("worker-4", "worker")
    # A look proves nothing before that.
    await office.until_live([item], seconds=Weibo.limits.settle_after + SECONDS)
    await office.each_was_posted_once([item])


async def test_everything_is_started_anew_one_after_the_other_while_items_go_out(office: Office):
    items: list[str] = []
    refused: list[str] = []

    async def write_until(restarted: asyncio.Task[float]) -> None:
        for _item in range(ITEMS_A_RESTART):
            number = len(items) + len(refused)
            try:
                items.append(await office.released(number, f"web-{1 + number % 2}"))
            except ServerRefused as error:
                refused.append(str(error))  # the web was away: whoever writes asks again
                await asyncio.sleep(0.2)
            if restarted.done():
                return

    for name in ("worker-1", "web-1", "worker-2", "clock", "worker-3", "web-2"):
        restarted = asyncio.create_task(office.fleet.restart(name))
        await write_until(restarted)
        await restarted
    assert all(why.startswith("连不上") for why in refused), refused
    assert len(items) >= 10
    await office.until_live(items)
    await office.each_was_posted_once(items)


async def _workers_of(office: Office) -> set[str]:
    async with office.store.read() as tx:
        told = await tx.execute(sa.text("SELECT DISTINCT worker FROM attempts"))
    names: set[Any] = set(told.scalars())
    return names
