"""server/turns.py and prepared.py: what many strangers ask costs a bounded part of the house."""

import asyncio
import html
import random
import re
from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from server.api.routes import ROUTES, add_api
from server.ephemeral.crowd import Crowded
from server.parts import PARTS
from server.prepared import Packed
from server.public.finding import add_finding
from server.turns import TURNS, Turns
from tests.api.conftest import Office, engine, office, site

__all__ = ["engine", "office", "site"]

# The columns stand in memory: nothing is asked for them.
FREE = {"/api/v1/public/columns"}
ASKED = [
    "/search?q=x",
    "/catalogue",
    *(f"/feed/search.{form}?q=x" for form in ("rss", "atom", "json")),
    *(
        one.path.format(item_id="0" * 16) + ("?q=x" if one.path.endswith("search") else "")
        for one in ROUTES
        if one.path.startswith("/api/v1/public/") and one.path not in FREE
    ),
]


async def test_no_more_than_so_many_are_answered_at_once_and_all_are_in_the_end():
    turns, under_way, seen = Turns(at_once=2, waiting=50), 0, []

    async def ask(number: int) -> None:
        nonlocal under_way
        async with turns.turn(f"203.0.113.{number}"):
            under_way += 1
            seen.append(under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(ask(number) for number in range(30)))
    assert (len(seen), max(seen)) == (30, 2)


async def test_who_would_wait_too_long_is_told_at_once_and_who_leaves_makes_room():
    turns = Turns(at_once=1, waiting=1)
    async with turns.turn("a"):
        waiting = asyncio.create_task(_take(turns, "b"))
        await asyncio.sleep(0)
        with pytest.raises(Crowded):
            await _take(turns, "c")
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        later = asyncio.create_task(_take(turns, "c"))
        await asyncio.sleep(0)
    await later


async def test_nobody_fills_the_line_alone():
    turns = Turns(at_once=1, waiting=50, of_one_address=3)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(turns.turn("a"))
        theirs = [asyncio.create_task(_take(turns, "a")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Crowded):
            await _take(turns, "a")
        other = asyncio.create_task(_take(turns, "b"))
        await asyncio.sleep(0)
        assert not other.done()
    await asyncio.gather(*theirs, other)


async def _take(turns: Turns, address: str) -> None:
    async with turns.turn(address):
        return


async def test_every_question_of_a_stranger_takes_its_turn(office: Office):
    app = web.Application()
    app[PARTS] = office.parts
    add_api(app)
    add_finding(app)
    app[TURNS] = turns = Turns(at_once=1, waiting=0)
    refused, answered = [], []
    async with TestClient(TestServer(app)) as client:
        async with turns.turn("203.0.113.9"):
            for path in ASKED:
                async with client.get(path) as answer:
                    text = await answer.text()
                    refused.append((path, answer.status, "过一会儿再试" in text))
                    assert answer.headers["Cache-Control"] == "no-store"
        for path in ASKED:
            async with client.get(path) as answer:
                answered.append(answer.status)
    assert {(status, told) for _path, status, told in refused} == {(503, True), (429, True)}
    assert set(answered) == {200, 404}


async def test_who_is_refused_may_ask_the_same_again_by_a_link(office: Office):
    app = web.Application()
    app[PARTS] = office.parts
    add_finding(app)
    app[TURNS] = turns = Turns(at_once=1, waiting=0)
    async with TestClient(TestServer(app)) as client, turns.turn("203.0.113.9"):
        asked = URL("/search").with_query(q='医保"><script>')
        page = await (await client.get(asked)).text()
    [link] = re.findall('href="([^"]*)">再试一次<', page)
    assert URL(html.unescape(link)) == asked
    assert "><script>" not in page


async def test_answers_that_are_all_different_do_not_fill_the_memory():
    packed = Packed(bound=10_000)
    for number in range(50):
        body = random.Random(number).randbytes(1000)
        assert await packed.pack(str(number), "br", body) == await packed.pack(str(number), "br", body)
    assert 0 < packed.weight <= 10_000
