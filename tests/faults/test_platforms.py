"""What platforms do to us, against the real adapters: one post in the end, or none and a clear word why."""

import multiprocessing
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from server.store.deliveries import DeliverySeen, list_deliveries
from tests.faults.campaign import worker_of
from tests.faults.mortal import Orders, Step
from tests.faults.office import ACCOUNTS, Office, open_sqlite_office

Worker = Callable[[Orders], Awaitable[list[Step] | None]]
SHARE, SUBMIT = "/2/statuses/share.json", "/cgi-bin/freepublish/submit"
DRAFT = "/cgi-bin/draft/add"
QUICK = {(SHARE, "slow"), (SUBMIT, "502_after"), (DRAFT, "truncated")}


@pytest.fixture
async def office(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_sqlite_office(sqlite_template, tmp_path) as opened:
        yield opened


@pytest.fixture
def run_worker(forks: multiprocessing.context.BaseContext) -> Worker:
    return worker_of(forks)


async def legs(office: Office, item_id: str) -> dict[str, DeliverySeen]:
    async with office.store.read() as tx:
        return {leg.account: leg for leg in await list_deliveries(tx, item_id)}


async def posted_once(office: Office, item_id: str) -> None:
    seen = await office.reckon(item_id)
    assert (seen.posts, set(seen.states.values())) == (dict.fromkeys(ACCOUNTS, 1), {"live"})
    assert seen.ledger_errors == 0
    assert await office.row_errors() == 0


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        pytest.param(path, fault, marks=() if (path, fault) in QUICK else pytest.mark.slow)
        for path in (SHARE, SUBMIT, DRAFT)
        for fault in ("drop_after", "502_after", "hang", "slow", "truncated")
    ],
)
async def test_a_platform_that_acts_and_does_not_say_so_has_one_post(
    office: Office, run_worker: Worker, path: str, fault: str
):
    platform = office.sandbox.weibo if path == SHARE else office.sandbox.wechat
    platform.next_call(path, fault, seconds=2.0 if fault == "slow" else 0.0)
    item = await office.released("一条")
    assert await run_worker(replace(office.orders, http_seconds=1)) is not None
    await posted_once(office, item)
    assert platform.requests(path) == 1


async def test_a_repeat_that_weibo_refuses_was_ours(office: Office, run_worker: Worker):
    """20019 after a lost success: contract weibo §3."""
    body = {"error": "repeat content!", "error_code": 20019, "request": SHARE}
    office.sandbox.weibo.next_call(SHARE, "error_after", status=400, body=body)
    item = await office.released("一条")
    await run_worker(office.orders)
    await posted_once(office, item)
    assert office.sandbox.weibo.requests(SHARE) == 1


async def test_a_status_that_shows_only_later_is_not_sent_again(office: Office, run_worker: Worker):
    """20032: taken, and seen in the timeline after a minute or two (contract weibo §3)."""
    office.sandbox.weibo.switch(slow_server=True, visible_after=90)
    item = await office.released("一条")
    await run_worker(office.orders)
    await posted_once(office, item)
    assert office.sandbox.weibo.requests(SHARE) == 1


async def test_a_token_that_is_never_good_ends_in_no_loop(office: Office, run_worker: Worker):
    body = {"errcode": 40001, "errmsg": "invalid credential"}
    office.sandbox.wechat.next_call(DRAFT, "error", status=200, body=body, times=1000)
    item = await office.released("一条")
    await run_worker(replace(office.orders, visits=2))
    leg = (await legs(office, item))["wechat"]
    assert leg.state == "retry_wait"
    assert leg.reason
    assert office.sandbox.wechat.requests(DRAFT) <= 2 * leg.tries
    assert office.sandbox.wechat.requests("/cgi-bin/stable_token") <= 3 * leg.tries


async def test_a_quota_that_is_used_up_is_waited_for(office: Office, run_worker: Worker):
    body = {"errcode": 45009, "errmsg": "reach max api daily quota limit"}
    office.sandbox.wechat.next_call(SUBMIT, "error", status=200, body=body)
    item = await office.released("一条")
    await run_worker(replace(office.orders, visits=1))
    assert (await legs(office, item))["wechat"].state == "retry_wait"
    office.hand.move(3700)
    await run_worker(office.orders)
    await posted_once(office, item)


async def test_a_job_that_takes_its_time_is_live_once(office: Office, run_worker: Worker):
    office.sandbox.wechat.switch(job_statuses=(1, 1, 0), job_seconds=400)
    item = await office.released("一条")
    await run_worker(office.orders)
    await posted_once(office, item)
    assert office.sandbox.wechat.requests(SUBMIT) == 1


async def test_a_job_whose_answer_was_lost_and_that_takes_long_is_not_handed_in_again(
    office: Office, run_worker: Worker
):
    """Until it ends the draft stays in the box and no article is listed: that proves nothing (§0.10)."""
    office.sandbox.wechat.switch(job_seconds=900)
    office.sandbox.wechat.next_call(SUBMIT, "drop_after")
    item = await office.released("一条")
    await run_worker(office.orders)
    await posted_once(office, item)
    assert office.sandbox.wechat.requests(SUBMIT) == 1


@pytest.mark.parametrize("status", [pytest.param(2, marks=pytest.mark.slow), 4])
async def test_a_job_that_fails_is_refused_and_not_counted(office: Office, run_worker: Worker, status: int):
    office.sandbox.wechat.switch(job_statuses=(1, status))
    item = await office.released("一条")
    await run_worker(office.orders)
    leg = (await legs(office, item))["wechat"]
    assert leg.state == "refused"
    assert leg.reason
    assert (await office.reckon(item)).lines == (
        ("counted", "feed"), ("counted", "item"), ("counted", "website"), ("counted", "weibo"),
    )  # fmt: skip
    assert await office.row_errors() == 0


async def test_an_article_that_the_platform_takes_down_later_is_not_sent_again(
    office: Office, run_worker: Worker
):
    office.sandbox.wechat.switch(job_statuses=(0, 6), job_seconds=100)
    item = await office.released("一条")
    await run_worker(office.orders)
    office.hand.move(3600)
    await run_worker(office.orders)
    assert office.sandbox.wechat.requests(SUBMIT) == 1
    assert office.sandbox.wechat.submitted_carrying(f"{office.orders.public_url}/a/{item}.html#r1") == 1
    assert await office.row_errors() == 0


async def test_a_page_is_live_only_once_its_address_has_answered(office: Office, run_worker: Worker):
    """The site cannot be reached: nothing is live, and no post that would carry a dead link goes out."""
    item = await office.released("一条")
    await run_worker(replace(office.orders, visits=1, public_url="http://127.0.0.1:9"))
    states = {account: leg.state for account, leg in (await legs(office, item)).items()}
    assert states == {"site": "accepted", "feed": "waiting", "weibo": "waiting", "wechat": "waiting"}
    assert office.sandbox.weibo.requests(SHARE) == 0
