import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from channels.transport import Answer, LeadsInside, NotSent, Transport
from server.network import Allowed, open_guarded_session, open_session, require_public
from server.store.tx import NetworkInsideTransaction, Store


async def _answer(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


@pytest.mark.parametrize("is_warm", [False, True])
async def test_nothing_leaves_the_house_while_a_transaction_is_open(tmp_path: Path, *, is_warm: bool):
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    app = web.Application()
    app.router.add_get("/", _answer)
    async with TestServer(app) as platform, open_session() as session:
        http, url = Transport(session, seconds=5), URL(str(platform.make_url("/")))
        if is_warm:  # a kept connection must refuse like a new one
            assert isinstance(await http.send("GET", url), Answer)
        async with store.begin():
            with pytest.raises(NetworkInsideTransaction):
                await http.send("GET", url)
        assert isinstance(await http.send("GET", url), Answer)
    await store.close()


async def test_a_platform_inside_is_not_called_unless_its_network_or_its_name_is_allowed():
    app = web.Application()
    app.router.add_get("/", _answer)
    loopback = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
    async with TestServer(app) as platform:
        numbers = URL(str(platform.make_url("/"))).with_host("127.0.0.1")
        name = numbers.with_host("localhost")
        for allowed, told in (
            (Allowed(), (NotSent, NotSent)),
            (Allowed(loopback), (Answer, Answer)),
            (Allowed(hosts=frozenset({"localhost"})), (NotSent, Answer)),
        ):
            async with open_session(allowed) as session:
                http = Transport(session, seconds=5)
                found = tuple([type(await http.send("GET", url)) for url in (numbers, name)])
            assert found == told, allowed


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "[::1]", "[::]", "[fd00::1]",
        "[fe80::1]", "[fec0::1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]",
        "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "①②⑦.⓪.⓪.①",
    ],
)  # fmt: skip
async def test_a_strangers_address_that_stands_for_an_inner_one_is_not_called(host: str):
    async with open_guarded_session((), seconds=1) as session:
        with pytest.raises(LeadsInside):
            await session.get(URL(f"http://{host}:9/"))


async def test_names_of_strangers_are_asked_for_though_the_threads_of_all_others_are_taken():
    """And the other way round: a name whose server never answers holds up nobody else."""
    busy = threading.Event()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    waiting = asyncio.create_task(asyncio.to_thread(busy.wait))
    app = web.Application()
    app.router.add_get("/", _answer)
    loopback = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
    async with TestServer(app) as server, open_guarded_session(loopback, 5) as session:
        url = URL(str(server.make_url("/"))).with_host("localhost")
        await require_public(url, loopback)
        with pytest.raises(LeadsInside):
            await require_public(url, ())
        async with session.get(url) as answer:
            assert await answer.text() == "ok"
    busy.set()
    await waiting
