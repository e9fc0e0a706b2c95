"""A process that stood still across everything, then goes on with what it knew before."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import aiohttp
import pytest
from yarl import URL

from channels.contract import Channel
from channels.transport import Transport
from server.core.decide import Decision, decide
from server.core.rounds import take_errands
from server.core.verify import verify_rows
from server.ephemeral.budgets import Allowance
from server.network import open_session
from server.store.accounts import AccountRow
from server.store.attempts import close_lapsed, list_lapsed, renew_leases
from server.store.deliveries import DeliverySeen
from server.store.tx import Store, StoreAway, Tx
from tests.house import House, open_plain

T = TypeVar("T")
SOCIAL = ("website", "weibo")


class StandsStill:
    """A channel whose calls are made, and whose process gets to know what came of them only later."""

    def __init__(self, sound: Channel, go_on: asyncio.Event) -> None:
        self._sound, self._go_on = sound, go_on

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._sound, name)
        if name not in ("find", "confirm"):
            return call

        async def later(*args: Any, **options: Any) -> Any:
            came = await call(*args, **options)
            await self._go_on.wait()
            return came

        return later


class LosesAnAnswer:
    """A store on which the answer to the next commit gets lost; it was made all the same."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, act: Callable[[Tx], Awaitable[T]]) -> T:
        await self._store.write(act)
        raise StoreAway("the answer to the commit was lost")


async def begun(house: House, item_id: str, errand_name: str, go_on: asyncio.Event) -> asyncio.Task[None]:
    """Let another worker begin an errand on the status and stand still before it learns what came of it."""

    def opened(row: AccountRow) -> Any:
        return StandsStill(house.open_channel(row), go_on)

    slow = replace(house.workplace("slow"), open_channel=opened)
    asked = house.platform.requests["find"]
    (errand,) = await house.claim(slow)
    assert errand.name.split()[0] == errand_name
    task = asyncio.create_task(errand.run())
    while house.platform.requests["find"] == asked:  # noqa: ASYNC110 -- nothing tells from outside
        await asyncio.sleep(0.01)
    assert (await house.states(item_id))["weibo"] == errand_name
    return task


async def test_a_look_made_before_another_try_proves_nothing_of_that_try(house: House):
    house.platform.next_call("ok", "drop_before", "drop_after")
    made = await house.published(SOCIAL)
    house.now.move(seconds=61)
    go_on = asyncio.Event()
    slow = await begun(house, made.id, "unknown", go_on)
    house.now.move(minutes=3)  # long enough for another worker to look, and to send again
    await house.run_until_quiet()
    assert (await house.states(made.id))["weibo"] == "unknown"
    go_on.set()
    await slow
    assert (await house.states(made.id))["weibo"] == "unknown"
    house.now.move(seconds=61)
    await house.run_until_quiet()
    assert (await house.states(made.id))["weibo"] == "live"
    assert [account for account, _mark in house.platform.posts].count("weibo") == 1
    assert await verify_rows(house.store) == ()


async def test_what_became_of_an_earlier_try_confirms_no_later_one(house: House):
    house.platform.next_call("ok", "hold", "hold")
    made = await house.published(SOCIAL)
    house.now.move(seconds=61)
    go_on = asyncio.Event()
    house.platform.held.clear()
    slow = await begun(house, made.id, "accepted", go_on)
    link = (await house.legs(made.id))["weibo"].link
    assert link is not None
    house.platform.held.add(link)
    house.now.move(days=3)
    await house.run_until_quiet()
    leg = (await house.legs(made.id))["weibo"]
    assert leg.state == "needs_person"
    await say(house, leg, Decision("it_is_not_there"))
    await house.run_until_quiet()
    again = (await house.legs(made.id))["weibo"]
    assert (again.state, again.tries) == ("accepted", 2)
    go_on.set()
    await slow
    assert (await house.legs(made.id))["weibo"] == again


async def test_a_claim_whose_commit_got_no_answer_is_given_up_and_sent_by_whoever_looks(house: House):
    made = await house.item()
    await house.release(made.id)
    lost = replace(house.workplace("lost"), store=LosesAnAnswer(house.store))
    with pytest.raises(StoreAway):
        await take_errands(lost, room=8)
    assert await house.states(made.id) == {"website": "sending"}
    assert lost.under_way == 0  # else its lease would be kept for ever
    house.now.move(seconds=61)
    await house.tick()
    house.now.move(seconds=61)
    await house.run_until_quiet()
    assert await house.states(made.id) == {"website": "live"}
    assert house.platform.requests["publish"] == 1


async def test_a_process_that_stands_still_until_its_lease_is_over_sends_nothing(house: House):
    class Slow:
        async def take(self, _account_id: str, _allowances: tuple[Allowance, ...], /) -> None:
            house.now.move(seconds=61)

    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim(replace(house.workplace("slow"), budgets=Slow()))
    await errand.run()
    assert house.platform.requests["publish"] == 0


@pytest.mark.parametrize("connected", [False, True], ids=["new", "kept"])
@pytest.mark.parametrize(
    "moments",
    [("on_connection_create_end", "on_connection_reuseconn"), ("on_request_headers_sent",)],
    ids=["over its connection", "before its first byte"],
)
async def test_a_process_that_stands_still_until_another_may_send_sends_nothing(
    house: House, moments: tuple[str, ...], connected: bool
):
    calls, late, trace = 0, 2 if connected else 1, aiohttp.TraceConfig()

    async def stand_still(*_args: object) -> None:
        nonlocal calls
        calls += 1
        if calls == late:
            house.now.move(seconds=61)

    for moment in moments:
        getattr(trace, moment).append(stand_still)
    trace.freeze()
    made = await house.item()
    await house.release(made.id)
    async with open_session() as session:
        session.trace_configs.append(trace)
        http = Transport(session, seconds=5)
        tools = replace(house._tools, http=http)
        if connected:
            await http.send("GET", URL(house._base) / "website" / "posts", query={"mark": "x"})
        (errand,) = await house.claim(
            replace(house.workplace("slow"), open_channel=lambda row: open_plain(row, tools))
        )
        await errand.run()
    assert (house.platform.requests["publish"], calls) == (0, late)
    house.now.move(minutes=5)
    await house.run_until_quiet()
    assert await house.states(made.id) == {"website": "live"}
    assert house.platform.requests["publish"] == 1


async def test_a_clock_that_is_set_back_lengthens_no_lease(house: House):
    elapsed = 0.0
    made = await house.item()
    await house.release(made.id)
    (errand,) = await house.claim(replace(house.workplace("slow"), uptime=lambda: elapsed))
    house.now.move(seconds=-300)
    elapsed = 61.0
    await errand.run()
    assert house.platform.requests["publish"] == 0


async def test_a_lease_that_was_renewed_just_before_it_is_found_over_is_not_over(house: House):
    made = await house.item()
    await house.release(made.id)
    await house.claim()
    at = house.now.move(seconds=61)
    async with house.store.begin() as tx:
        (attempt,) = await list_lapsed(tx, at=at, limit=9)
        await renew_leases(tx, (attempt.id,), house.now.move(seconds=60))
        assert not await close_lapsed(tx, attempt.id, "over", at=at)
    assert await house.states(made.id) == {"website": "sending"}


async def in_doubt(house: House) -> DeliverySeen:
    """A status that needs a person while its page is live."""
    house.platform.next_call("ok", "drop_after")
    made = await house.published(SOCIAL)
    house.platform.blind, house.platform.hint = True, {"ask": True}
    house.now.move(seconds=61)
    await house.run_until_quiet()
    house.platform.blind = False
    leg = (await house.legs(made.id))["weibo"]
    assert leg.state == "needs_person"
    return leg


async def say(house: House, leg: DeliverySeen, decision: Decision) -> DeliverySeen:
    async with house.store.begin() as tx:
        return await decide(
            tx, leg.id, decision, house.bench, house.open_channel, by=house.chief, at=house.now()
        )


async def test_what_a_page_left_open_tells_of_an_earlier_try_decides_nothing(house: House):
    leg = await in_doubt(house)
    house.platform.next_call("drop_after")
    await say(house, leg, Decision("it_is_not_there", tries=leg.tries))
    await house.run_until_quiet()
    house.platform.blind = True
    house.now.move(seconds=61)
    await house.run_until_quiet()
    again = await house.leg(leg.id)
    assert (again.state, again.tries) == ("needs_person", leg.tries + 1)
    with pytest.raises(Exception, match="又发送过一次"):
        await say(house, leg, Decision("it_is_not_there", tries=leg.tries))
    assert await house.leg(leg.id) == again
