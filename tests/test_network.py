from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from channels.transport import Answer, Transport
from server.network import open_session
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
