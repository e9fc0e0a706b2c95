"""A worker stands still, by the system's own signal, exactly between its last question and what it does.

Its lease runs out meanwhile, another worker takes over, people act; then it goes on.
"""

import multiprocessing
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.campaign import standing, worker_of
from tests.faults.mortal import Step
from tests.faults.office import Office, open_office_with_valkey, open_sqlite_office

pytestmark = pytest.mark.slow


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_sqlite_office(sqlite_template, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("account", ["weibo", "wechat"])
async def test_it_sends_nothing_whose_first_byte_had_not_left(
    office: Office, forks: multiprocessing.context.BaseContext, account: str
):
    run_worker = worker_of(forks)
    item = await office.released("停在第一个字节之前", ("site", account))
    orders = replace(office.orders, die_at=Step("before bytes", "deliver", account))
    async with standing(run_worker, orders):
        office.hand.move(70)
        assert await run_worker(office.orders) is not None
        seen = await office.reckon(item)
        assert (seen.posts[account], seen.states[account]) == (1, "live")
    assert await run_worker(office.orders) is not None
    assert await office.reckon(item) == seen
    assert await office.row_errors() == 0


async def test_it_writes_no_page_that_was_taken_back(
    office: Office, forks: multiprocessing.context.BaseContext
):
    run_worker = worker_of(forks)
    item = await office.released("停在写网页之前", ("site", "feed"))
    orders = replace(office.orders, die_at=Step("before turn", "deliver", "site"))
    async with standing(run_worker, orders):
        office.hand.move(70)
        assert await run_worker(office.orders) is not None
        assert (await office.reckon(item)).posts["site"] == 1
        await office.withdraw(item)
        assert await run_worker(office.orders) is not None
        seen = await office.reckon(item)
        assert (seen.posts["site"], seen.states["site"]) == (0, "withdrawn")
    assert await run_worker(office.orders) is not None
    assert await office.reckon(item) == seen


@pytest.mark.parametrize("engine", ["postgresql"])
@pytest.mark.usefixtures("postgres")
async def test_what_it_holds_in_the_database_is_passed_over_and_settled_once_it_goes_on(
    database_url: str, tmp_path: Path, forks: multiprocessing.context.BaseContext
):
    run_worker = worker_of(forks)
    async with open_office_with_valkey(database_url, tmp_path) as office:
        item = await office.released("停在提交之前", ("site", "wechat"))
        orders = replace(office.orders, die_at=Step("before commit", "accepted", "wechat"))
        async with standing(run_worker, orders):
            assert await office.is_something_held()
            assert await run_worker(replace(office.orders, visits=3)) is not None
            assert (await office.reckon(item)).states == {"site": "live", "wechat": "accepted"}
        assert not await office.is_something_held()
        assert await run_worker(office.orders) is not None
        seen = await office.reckon(item)
        assert (seen.posts["wechat"], seen.states["wechat"]) == (1, "live")
        assert await office.row_errors() == 0
