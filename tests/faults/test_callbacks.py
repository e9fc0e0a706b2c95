"""WeChat tells of a job before it has answered its submission, or twice: one article, one line."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.wechat.pushes import JobEnded, Push
from server.store.accounts import list_accounts
from server.subscribe.hear import hear
from tests.faults.office import ACCOUNTS, Office, open_sqlite_office

SUBMIT = "/cgi-bin/freepublish/submit"


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_sqlite_office(sqlite_template, tmp_path) as opened:
        yield opened


async def told_of_the_job(office: Office, times: int) -> None:
    """Wait for a job to be taken, and let the account's server hear of its end."""
    jobs: dict[int, Any] = office.sandbox.wechat.book.jobs
    while not jobs:  # noqa: ASYNC110 -- the platform tells nobody
        await asyncio.sleep(0.002)
    publish_id, job = next(iter(jobs.items()))
    for _time in range(times):
        async with office.store.begin() as tx:
            account = next(
                a for a in await list_accounts(tx, frozenset([office.org.id])) if a.slug == "wechat"
            )
            push = Push("gh_1", "o1", f"job {publish_id}", JobEnded(str(publish_id), job.article_id))
            await hear(tx, account, push, office.house.parts.site, at=office.hand())


async def came_out_once(office: Office, item: str) -> None:
    seen = await office.reckon(item)
    assert (seen.posts, set(seen.states.values())) == (dict.fromkeys(ACCOUNTS, 1), {"live"})
    assert (seen.ledger_errors, await office.row_errors()) == (0, 0)
    assert office.sandbox.wechat.requests(SUBMIT) == 1


@pytest.mark.parametrize(
    ("fault", "times"), [("slow", 2), pytest.param("drop_after", 2, marks=pytest.mark.slow)]
)
async def test_a_job_that_is_told_of_before_its_submission_is_answered_comes_out_once(
    office: Office, fault: Any, times: int
):
    office.sandbox.wechat.next_call(SUBMIT, fault)
    item = await office.released("一条")
    work = asyncio.create_task(office.work(8))
    async with asyncio.timeout(30):
        await told_of_the_job(office, times)
    early = not work.done()
    office.sandbox.wechat.wire.close()  # a slow answer comes now
    await work
    assert early
    await came_out_once(office, item)


async def test_a_job_that_is_told_of_twice_once_it_is_out_is_counted_once(office: Office):
    item = await office.released("一条")
    await office.work(8)
    await told_of_the_job(office, 2)
    await office.work()
    await came_out_once(office, item)
