import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from channels.sandbox.run import Sandbox
from channels.sandbox.wechat.audience import openid_of
from tests.channels.sandbox.conftest import png
from tests.ports import free_port
from tests.wire.conftest import HERE, Client, python_with

PICTURE = png(900, 383)
READER = openid_of("演练关注者甲")


def orders(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    return {**sandbox.credentials()["wechat"], "picture": PICTURE.hex(), **more}


async def test_wechatpy_drafts_publishes_pushes_and_makes_a_menu(sandbox: Sandbox, client: Client):
    saw = await client("wechatpy", orders(sandbox))
    assert (saw["drafts"], saw["title"], saw["title_after_update"]) == (1, "医疗救助办法", "医疗救助实施办法")
    assert saw["statuses"] in ([0], [0, 1])
    assert saw["link"].startswith(sandbox.wechat_url)
    assert (saw["published"], saw["listed"]) == ("医疗救助实施办法", 1)
    assert all(saw["left"])  # what was deleted is listed as such, or no more
    assert {"msg_id", "msg_data_id"} <= set(saw["sent"])
    assert (
        saw["sent_again"] == 45066
    )  # the same clientmsgid within a minute: too soon even to be told it is known
    assert (saw["no_menu"], saw["menu"]) == (None, "政策")
    assert saw["four_buttons"] == 40016


@pytest.mark.slow  # fetches a client of its own
async def test_wechat_publish_goes_the_whole_way_from_a_file(sandbox: Sandbox, client: Client):
    saw = await client("wechat_publish", orders(sandbox))
    assert "40125" in saw["refused"]  # a wrong secret
    await asyncio.sleep(0.5)  # the job of the pretended platform runs on the real clock here
    async with ClientSession() as http:
        token = await _token(http, sandbox)
        address = f"{sandbox.wechat_url}/cgi-bin/freepublish/batchget?access_token={token}"
        async with http.post(address, data=json.dumps({"offset": 0, "count": 10})) as answer:
            listed = json.loads(await answer.read())
    (item,) = listed["item"]
    (article,) = item["content"]["news_item"]
    assert (article["title"], article["digest"]) == ("医疗救助办法", "摘要")
    assert "cover.png" not in article["content"]
    assert "<img" in article["content"]


@pytest.mark.slow  # fetches a client of its own
async def test_a_client_that_escapes_its_json_leaves_the_escapes_in_the_article(
    sandbox: Sandbox, client: Client
):
    app = web.Application()
    app.router.add_get("/a.png", _give_picture)
    async with TestServer(app) as server, ClientSession() as http:
        token = await _token(http, sandbox)
        where = str(server.make_url("/a.png"))
        title = "医疗"
        saw = await client("wechat_oa_mcp", orders(sandbox, token=token, picture_url=where, title=title))
        address = f"{sandbox.wechat_url}/cgi-bin/draft/batchget?access_token={token}"
        async with http.post(address, data=json.dumps({"offset": 0, "count": 10})) as answer:
            drafts = json.loads(await answer.read())
    if saw["success"]:
        (item,) = drafts["item"]
        assert item["content"]["news_item"][0]["title"] == "\\u533b\\u7597"
    else:
        assert drafts["item"] == []
    assert title not in json.dumps(drafts, ensure_ascii=False)


AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.mark.slow  # fetches a client of its own
@pytest.mark.parametrize("mode", ["plain", "safe"])
async def test_werobot_understands_what_the_pretended_platform_tells_it(sandbox: Sandbox, mode: str):
    python = await asyncio.to_thread(python_with, "werobot")
    port = free_port()
    child = await asyncio.create_subprocess_exec(
        str(python), str(HERE / "clients" / "werobot.py"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdin
    told = {"token": "tongfa", "aes_key": AES_KEY, "appid": sandbox.credentials()["wechat"]["appid"]}
    child.stdin.write(json.dumps({**told, "port": port, "seconds": 30}).encode() + b"\n")
    await child.stdin.drain()
    async with ClientSession() as http:
        where = {"url": f"http://127.0.0.1:{port}/", "token": "tongfa", "mode": mode, "aes_key": AES_KEY}
        for _try in range(200):
            async with http.post(f"{sandbox.wechat_url}/_sandbox/callback", json=where) as answer:
                if answer.status == 200:
                    break
            await asyncio.sleep(0.1)
    await sandbox.readers.write(READER, "医保")
    out, trouble = await child.communicate()
    assert child.returncode == 0, trouble.decode()[-2000:]
    assert ["text", "医保"] in json.loads(out.decode().splitlines()[-1])
    assert "收到：医保" in [line.text for line in sandbox.wechat.book.lines]


async def _give_picture(_request: web.Request) -> web.Response:
    return web.Response(body=PICTURE, content_type="image/png")


async def _token(http: ClientSession, sandbox: Sandbox) -> str:
    known = sandbox.credentials()["wechat"]
    body = {"grant_type": "client_credential", "appid": known["appid"], "secret": known["secret"]}
    async with http.post(f"{sandbox.wechat_url}/cgi-bin/stable_token", data=json.dumps(body)) as answer:
        return str(json.loads(await answer.read())["access_token"])
