import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from channels.sandbox.run import Sandbox, start_sandbox
from tests.channels.sandbox.conftest import DOMAIN, LINK, WeChatCaller, WeiboCaller, png
from tests.conftest import Hand


async def start(folder: Path | None, now: Hand, *, wechat_port: int = 0, weibo_port: int = 0) -> Sandbox:
    ports = {"wechat_port": wechat_port, "weibo_port": weibo_port}
    return await start_sandbox(host="127.0.0.1", state_dir=folder, now=now, safe_domain=DOMAIN, **ports)


def call_weibo(http: aiohttp.ClientSession, stage: Sandbox) -> WeiboCaller:
    caller = WeiboCaller(http, stage.weibo_url)
    caller.token = stage.credentials()["weibo"]["access_token"]
    return caller


async def call_wechat(http: aiohttp.ClientSession, stage: Sandbox) -> WeChatCaller:
    caller, known = WeChatCaller(http, stage.wechat_url), stage.credentials()["wechat"]
    caller.appid, caller.secret = known["appid"], known["secret"]
    caller.token = (await caller.fetch_stable())["access_token"]
    return caller


async def test_posts_and_pictures_survive_a_restart(tmp_path: Path, now: Hand, http: aiohttp.ClientSession):
    first = await start(tmp_path, now)
    await call_weibo(http, first).share_picture(f"通知 {LINK}", png(4, 4))
    await first.close()
    second = await start(tmp_path, now)
    name = second.weibo.posts()[0].picture
    picture = await call_weibo(http, second).get(f"/large/{name}")
    await second.close()
    assert (second.weibo.posts_carrying(LINK), picture.body) == (1, png(4, 4))


async def test_tokens_drafts_and_jobs_survive_a_restart(
    tmp_path: Path, now: Hand, http: aiohttp.ClientSession
):
    first = await start(tmp_path, now)
    caller = await call_wechat(http, first)
    answer = await caller.submit()
    await first.close()
    now.move(seconds=2)
    second = await start(tmp_path, now)
    caller.base = second.wechat_url
    done = await caller.ask("freepublish/get", {"publish_id": answer["publish_id"]})
    await second.close()
    assert (done["publish_status"], second.wechat.published_carrying(LINK)) == (0, 1)


async def test_what_was_answered_stands_on_disk_before_the_answer(
    tmp_path: Path, now: Hand, http: aiohttp.ClientSession
):
    first = await start(tmp_path, now)
    await call_weibo(http, first).share(f"通知 {LINK}")
    second = await start(tmp_path, now)
    posts = second.weibo.posts_carrying(LINK)
    await first.close()
    await second.close()
    assert posts == 1


async def test_a_state_that_is_none_is_named(tmp_path: Path, now: Hand):
    await asyncio.to_thread((tmp_path / "weibo.json").write_text, "{}")
    with pytest.raises(ValueError, match=r"move it away: .*weibo\.json"):
        await start(tmp_path, now)


async def test_short_addresses_are_the_same_after_a_restart(
    tmp_path: Path, now: Hand, http: aiohttp.ClientSession
):
    shorts = []
    for _ in range(2):
        stage = await start(tmp_path, now)
        shorts.append((await call_weibo(http, stage).read("short_url/shorten", url_long=LINK)).json["urls"])
        await stage.close()
    assert shorts[0] == shorts[1]


async def test_credentials_are_the_same_at_every_start(now: Hand):
    known = []
    for _ in range(2):
        stage = await start(None, now)
        known.append(
            {name: value for name, value in stage.credentials()["wechat"].items() if name != "base_url"}
        )
        await stage.close()
    assert known[0] == known[1]


async def test_a_taken_port_is_an_error_and_leaves_nothing_open(now: Hand):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="address already in use"):
            await start(None, now, weibo_port=taken.getsockname()[1])


async def test_without_a_folder_a_start_begins_anew(now: Hand, http: aiohttp.ClientSession):
    first = await start(None, now)
    await call_weibo(http, first).share(f"通知 {LINK}")
    await first.close()
    second = await start(None, now)
    await second.close()
    assert second.weibo.posts() == ()
