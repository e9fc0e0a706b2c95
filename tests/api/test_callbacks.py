"""The callback address as WeChat calls it."""

import io
from typing import Any

import pytest
from lxml import etree

from channels.sandbox.run import start_sandbox
from channels.sandbox.wechat.audience import Callback
from channels.wechat.callback import decrypt, encrypt, signature
from tests.api.conftest import Office, Reply
from tests.house import CODE

TOKEN, AES_KEY, APPID = "token123", "A" * 43, "wx0123456789abcdef"
STAMP = "1795572000"
"""2026-11-25 10:00 in Beijing, when these tests happen."""
ADDRESS = "/api/v1/callbacks/wechat/gov-news"
HEAD = "<ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1481013459</CreateTime>"
FOLLOW = f"<xml>{HEAD}<MsgType>event</MsgType><Event>subscribe</Event></xml>"


async def add_account(office: Office, appid: str = APPID, **secret: str) -> None:
    form = {
        "org": CODE,
        "channel": "wechat",
        "slug": "gov-news",
        "name": "示范旗发布",
        "settings": {"base_url": "http://127.0.0.1:1", "appid": appid},
        "secret": {"appsecret": "s", "callback_token": TOKEN, **secret},
    }
    made = await office.call("POST", "/api/v1/accounts", form, by="admin")
    assert made.status == 201, made.text


def signed(**more: str) -> dict[str, str]:
    mark = signature(TOKEN, STAMP, "486452656")
    return {"signature": mark, "timestamp": STAMP, "nonce": "486452656", **more}


async def push(office: Office, body: str | bytes, query: dict[str, str] | None = None) -> Reply:
    raw = body if isinstance(body, bytes) else body.encode()
    return await office.call(
        "POST", ADDRESS, by=None, data=io.BytesIO(raw), params=signed() if query is None else query
    )


def safe(xml: str) -> tuple[str, dict[str, str]]:
    secret = encrypt(AES_KEY, xml.encode(), APPID, bytes(16))
    mark = signature(TOKEN, STAMP, "486452656", secret)
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt>{secret}</Encrypt></xml>"
    return body, signed(encrypt_type="aes", msg_signature=mark)


async def test_the_address_proves_itself_with_the_bare_echo(office: Office):
    await add_account(office)
    reply = await office.call("GET", ADDRESS, by=None, params=signed(echostr="4375120948345356249"))
    assert (reply.status, reply.content) == (200, b"4375120948345356249")


@pytest.mark.parametrize("wrong", [{"signature": "0" * 40}, {"nonce": "1"}, {"signature": ""}])
async def test_who_does_not_know_the_token_gets_nothing(office: Office, wrong: dict[str, str]):
    await add_account(office)
    echo = await office.call("GET", ADDRESS, by=None, params=signed(echostr="1") | wrong)
    told = await push(office, FOLLOW, signed() | wrong)
    assert (echo.status, told.status) == (403, 403)


@pytest.mark.parametrize("slug", ["none", "wechat", "website", "x" * 200])
async def test_an_account_that_cannot_be_called_back_looks_like_none(office: Office, slug: str):
    reply = await office.call("GET", f"/api/v1/callbacks/wechat/{slug}", by=None, params=signed(echostr="1"))
    assert reply.status == 403


async def test_a_follower_is_welcomed(office: Office):
    await add_account(office)
    reply = await push(office, FOLLOW)
    root = etree.fromstring(reply.content)
    assert (root.findtext("ToUserName"), "示范旗发布" in (root.findtext("Content") or "")) == ("o1", True)


async def test_what_needs_no_answer_is_acknowledged(office: Office):
    await add_account(office)
    reply = await push(office, FOLLOW.replace("subscribe", "unsubscribe"))
    assert (reply.status, reply.content) == (200, b"success")


async def test_in_safe_mode_the_answer_is_sealed(office: Office):
    await add_account(office, callback_aes_key=AES_KEY)
    reply = await push(office, *safe(FOLLOW))
    root = etree.fromstring(reply.content)
    told: list[Any] = [root.findtext(name) for name in ("TimeStamp", "Nonce", "Encrypt")]
    assert "感谢关注" in decrypt(AES_KEY, told[2], APPID).decode()
    assert root.findtext("MsgSignature") == signature(TOKEN, *told)


async def test_in_safe_mode_nothing_in_the_open_is_taken(office: Office):
    await add_account(office, callback_aes_key=AES_KEY)
    assert (await push(office, FOLLOW)).status == 400


async def test_a_reader_of_the_pretended_wechat_is_answered(office: Office, now: Any):
    stage = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None, now=now, safe_domain="example.gov.cn"
    )
    appid = stage.credentials()["wechat"]["appid"]
    await add_account(office, appid=appid, callback_aes_key=AES_KEY)
    callback = Callback(str(office.client.make_url(ADDRESS)), TOKEN, "safe", AES_KEY)
    taken = await stage.postman.introduce(callback)
    stage.wechat.book.callback = callback
    await stage.readers.write(next(iter(stage.wechat.book.followers)), "订阅 政策文件")
    await stage.close()
    assert (taken, stage.wechat.book.lines[-1].text[:5]) == (True, "已订阅“政")


async def test_nothing_of_an_answer_is_kept_on_the_way(office: Office):
    await add_account(office)
    assert (await push(office, FOLLOW)).headers["Cache-Control"] == "no-store"
