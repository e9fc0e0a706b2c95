"""A worker is killed at every step of a push: always one push goes out, and each article counts once.

One office lives through a day for each step: two items wait for the evening, the worker dies at the step, and
others come by afterwards. The adapters, the database and the platform over HTTP are real.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.core.broadcasting import keep_plan
from server.core.days import SHANGHAI
from server.store.accounts import find_account
from tests.faults.campaign import worker_of
from tests.faults.mortal import Orders, Step
from tests.faults.office import Office, open_office_with_valkey

Work = Callable[[Orders], Awaitable[list[Step] | None]]
SENDALL = "/cgi-bin/message/mass/sendall"
EVENING = time(18)
PARTS = 10
# Each part lives through a day for each of its steps; the short form is in tests/core/test_pushes.py.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
WANTED = [("counted", "item"), ("counted", "website"), ("counted", "wechat")]


@asynccontextmanager
async def broadcasting(url: str, folder: Path) -> AsyncIterator[Office]:
    """Open an office whose WeChat account pushes in the evening."""
    async with open_office_with_valkey(url, folder) as office:
        async with office.store.begin() as tx:
            account = await find_account(tx, "wechat")
            assert account is not None
            calendar = office.house.parts.calendar
            await keep_plan(tx, account, "subscription", "每天 18:00", calendar, at=office.hand())
        yield office


@pytest.fixture
async def office(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with broadcasting(database_url, tmp_path) as opened:
        yield opened


def to_the_evening(office: Office) -> None:
    """Let it be six o'clock in Beijing, of this day or of the next one."""
    here = office.hand().astimezone(SHANGHAI)
    day = here.date() if here.time() < EVENING else here.date() + timedelta(days=1)
    office.hand.move((datetime.combine(day, EVENING, SHANGHAI) - here).total_seconds())


async def a_day(
    office: Office, run: Work, die_at: Step | None, met: int, *, refuse_first: bool = False
) -> list[Step] | None:
    """Let two items wait for the evening and a worker die at a step of their push; see that all is well."""
    made = [await office.released(f"第{met}篇{n}", ("site", "wechat")) for n in "甲乙"]
    await office.work(2)
    before = len(office.sandbox.wechat.book.pushes)
    to_the_evening(office)
    if refuse_first:
        office.sandbox.wechat.next_call(SENDALL, "error", body={"errcode": 45011, "errmsg": "slower"})
    taken = await run(replace(office.orders, die_at=die_at, met=met, visits=3))
    office.hand.move(90)
    await office.work(6)
    sent = list(office.sandbox.wechat.book.pushes.values())[before:]
    seen = [await office.reckon(item) for item in made]
    told = f"{die_at} {met}"
    assert [len(one.articles) for one in sent] == [2], told
    assert [one.states for one in seen] == [{"site": "live", "wechat": "live"}] * 2, told
    assert [list(one.lines) for one in seen] == [WANTED] * 2, told
    assert not office.sandbox.wechat.book.drafts, told  # no try leaves a draft behind
    assert await office.row_errors() == 0, told
    return taken


async def every_step(office: Office, run: Work, part: slice, *, refuse_first: bool = False) -> None:
    """Die at each step of a push in turn, or at a part of them."""
    taken = await a_day(office, run, None, 1, refuse_first=refuse_first)
    assert taken is not None
    met, ways = Counter[Step](), list[tuple[Step, int]]()
    for step in taken:
        if step.errand == "push":
            met[step] += 1
            ways.append((step, met[step]))
    assert any(step.what == "after request" for step, _met in ways)
    for step, number in ways[part]:
        await a_day(office, run, step, number, refuse_first=refuse_first)


@pytest.mark.usefixtures("sqlite_template")
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("part", range(PARTS))
async def test_a_kill_at_any_step_of_a_push_costs_nothing(office: Office, forks: Any, part: int):
    await every_step(office, worker_of(forks), slice(part, None, PARTS))


@pytest.mark.usefixtures("sqlite_template")
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("part", range(PARTS))
async def test_a_kill_at_any_step_of_a_push_that_was_refused_first_leaves_no_second_draft(
    office: Office, forks: Any, part: int
):
    await every_step(office, worker_of(forks), slice(part, None, PARTS), refuse_first=True)


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("engine", ["postgresql"])
@pytest.mark.parametrize("part", [0, 3, 6])
async def test_a_kill_at_some_step_of_a_push_costs_nothing_on_postgresql(
    office: Office, forks: Any, part: int
):
    await every_step(office, worker_of(forks), slice(part, None, 2 * PARTS))


@pytest.mark.usefixtures("sqlite_template")
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_death_while_the_platform_thinks_is_found_by_the_key(office: Office, forks: Any):
    office.sandbox.wechat.next_call(SENDALL, "slow", seconds=0.3)
    await a_day(office, worker_of(forks), Step("during request", "push", "wechat"), 6)


@pytest.mark.usefixtures("database_url")
@pytest.mark.parametrize("part", [0, 3, 6])
async def test_a_kill_at_some_step_costs_nothing_where_a_lost_draft_is_told_before_the_key(
    office: Office, forks: Any, part: int
):
    office.sandbox.wechat.switch(draft_before_key=True)
    await every_step(office, worker_of(forks), slice(part, None, 2 * PARTS))


@pytest.mark.usefixtures("database_url")
async def test_a_death_while_the_platform_thinks_is_found_though_the_draft_is_used_up(
    office: Office, forks: Any
):
    office.sandbox.wechat.switch(draft_before_key=True)
    office.sandbox.wechat.next_call(SENDALL, "slow", seconds=0.3)
    await a_day(office, worker_of(forks), Step("during request", "push", "wechat"), 6)
