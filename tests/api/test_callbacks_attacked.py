"""The callback address under attack: repeats, forgeries, hostile bodies, slowness and floods."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from channels.wechat.callback import encrypt, signature
from server.api import callbacks
from server.store.accounts import find_account
from server.store.followings import list_followed
from tests.api.conftest import Office, Reply
from tests.api.test_callbacks import ADDRESS, AES_KEY, APPID, FOLLOW, TOKEN, add_account, push, safe, signed


def wrote(text: str, *, by: str = "o1", number: int = 1, more: str = "") -> str:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{by}</FromUserName><CreateTime>1795572000</CreateTime>"
        f"<MsgType>text</MsgType><Content>{text}</Content><MsgId>{number}</MsgId>{more}</xml>"
    )


def told(event: str, rest: str) -> str:
    return (
        "<xml><ToUserName>gh_1</ToUserName><FromUserName>mphelper</FromUserName>"
        f"<CreateTime>1795572000</CreateTime><MsgType>event</MsgType><Event>{event}</Event>{rest}</xml>"
    )


def said(reply: Reply) -> str:
    return etree.fromstring(reply.content).findtext("Content") or ""


async def followed(office: Office, openid: str) -> int:
    async with office.house.store.read() as tx:
        account = await find_account(tx, "gov-news")
        assert account is not None
        return len(await list_followed(tx, account.id, openid))


async def test_a_message_that_is_repeated_is_acted_upon_once_and_answered_each_time(office: Office):
    await add_account(office)
    replies = [await push(office, wrote("订阅 政策文件")) for _time in range(3)]
    assert {reply.status for reply in replies} == {200}
    assert all(said(reply) for reply in replies)
    assert await followed(office, "o1") == 1
    await push(office, wrote("退订 政策文件", number=2))
    await push(office, wrote("订阅 政策文件"))  # the first one once more, by whoever recorded it
    assert await followed(office, "o1") == 0


async def test_the_same_number_by_another_reader_is_another_message(office: Office):
    await add_account(office)
    for reader in ("o1", "o2"):
        await push(office, wrote("订阅 政策文件", by=reader))
    assert [await followed(office, reader) for reader in ("o1", "o2")] == [1, 1]


@pytest.mark.parametrize("away", [timedelta(days=1, seconds=1), -timedelta(days=1, seconds=1)])
async def test_a_signed_address_that_somebody_kept_is_good_for_a_day(office: Office, away: timedelta):
    await add_account(office)
    office.house.now.moment += away
    assert (await push(office, wrote("订阅 政策文件"))).status == 403
    echo = await office.call("GET", ADDRESS, by=None, params=signed(echostr="1"))
    assert (echo.status, await followed(office, "o1")) == (403, 0)
    office.house.now.moment -= away / abs(away) * timedelta(seconds=1)
    assert (await push(office, wrote("订阅 政策文件"))).status == 200


async def test_what_is_remembered_outlives_the_addresses_that_could_repeat_it(office: Office):
    await add_account(office)
    await push(office, wrote("订阅 政策文件"))
    await push(office, wrote("退订 政策文件", number=2))
    office.house.now.moment += timedelta(hours=23)
    await push(office, wrote("最新", number=3))  # forgets what is old
    await push(office, wrote("订阅 政策文件"))
    assert await followed(office, "o1") == 0


async def test_a_time_that_is_none_is_refused_however_well_it_is_signed(office: Office):
    await add_account(office)
    for stamp in ["", "x", "-1", "1e9", "１７９５５７２０００", "9" * 5000, "0" * 30]:
        query = {"signature": signature(TOKEN, stamp, "1"), "timestamp": stamp, "nonce": "1"}
        assert (await push(office, FOLLOW, query)).status in (400, 403)


_BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x" * 100}">' for n in range(9))
HOSTILE: dict[str, bytes] = {
    "entities": f"<!DOCTYPE xml [{_BOMB}]>{wrote('&a8;')}".encode(),
    "a file": f'<!DOCTYPE xml [<!ENTITY a SYSTEM "file:///etc/hostname">]>{wrote("&a;")}'.encode(),
    "another host": f'<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd">{wrote("x")}'.encode(),
    "a megabyte": wrote("字" * 350_000).encode(),
    "deep": b"<xml>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</xml>",
    "wide": f"<xml>{'<a/>' * 15_000}</xml>".encode(),
    "utf-16": wrote("甲").encode("utf-16"),
    "gb18030 that says so": ('<?xml version="1.0" encoding="GB18030"?>' + wrote("订阅 政策文件")).encode(
        "gb18030"
    ),
    "bytes that are no text": wrote("甲").encode().replace("甲".encode(), b"\xff\xfe"),
    "two readers": wrote("订阅 政策文件", more="<FromUserName>o2</FromUserName>").encode(),
    "two numbers": wrote("订阅 政策文件", more="<MsgId>2</MsgId>").encode(),
    "a second root": (wrote("x") + wrote("y")).encode(),
    "another root": wrote("x").replace("xml>", "html>").encode(),
    "no reader": wrote("x", by="").encode(),
    "a long reader": wrote("x", by="o" * 5000).encode(),
    "a time that is none": wrote("x").replace("1795572000", "today").encode(),
    "json": b'{"xml": {}}',
    "control characters": wrote("\x01\x00").encode(),
}


async def test_a_hostile_body_is_refused_at_once_and_changes_nothing(office: Office):
    await add_account(office)
    before = office.woken
    for name, body in HOSTILE.items():
        began = time.process_time()  # a platform waits five seconds, on a machine that has nothing else to do
        assert (await push(office, body)).status == 400, name
        assert time.process_time() - began < 4, name
    assert [await followed(office, one) for one in ("o1", "o2")] == [0, 0]
    assert office.woken == before


ODD: dict[str, str] = {
    "a push that is not ours": told("MASSSENDJOBFINISH", "<MsgID>99</MsgID><Status>send success</Status>"),
    "a push of a number without end": told("MASSSENDJOBFINISH", f"<MsgID>{'9' * 6000}</MsgID>"),
    "an article of a number without end": told(
        "MASSSENDJOBFINISH",
        f"<MsgID>99</MsgID><ArticleUrlResult><ResultList><item><ArticleIdx>001{'1' * 5000}</ArticleIdx>"
        "<ArticleUrl>http://mp.weixin.qq.com/s/x</ArticleUrl></item></ResultList></ArticleUrlResult>",
    ),
    "a job that is not ours": told(
        "PUBLISHJOBFINISH",
        "<PublishEventInfo><publish_id>99</publish_id><publish_status>0</publish_status>"
        "<article_id>abc</article_id></PublishEventInfo>",
    ),
    "a job without a number": told("PUBLISHJOBFINISH", "<PublishEventInfo></PublishEventInfo>"),
    "an event that nobody knows": told("user_info_modified", "<OpenID>o1</OpenID>"),
    "a button of nobody's": told("CLICK", "<EventKey>../../x</EventKey>"),
    "a word with markup": wrote("<![CDATA[订阅 <b>]]>]]&gt;<![CDATA[%s {0} ' OR 1=1 --]]>"),
    "a picture": wrote("").replace("text", "image"),
}


async def test_an_odd_push_is_acknowledged_and_sets_nothing_going(office: Office):
    await add_account(office)
    before = office.woken
    for name, body in ODD.items():
        reply = await push(office, body)
        assert (reply.status, office.woken) == (200, before), name
        if reply.content != b"success":
            etree.fromstring(reply.content)


async def test_in_safe_mode_what_is_meant_for_another_account_is_refused(office: Office):
    await add_account(office, callback_aes_key=AES_KEY)
    for owner in ("wxfedcba9876543210", "", APPID + "x"):
        secret = encrypt(AES_KEY, FOLLOW.encode(), owner, bytes(16))
        mark = signature(TOKEN, signed()["timestamp"], "486452656", secret)
        body = f"<xml><Encrypt>{secret}</Encrypt></xml>"
        assert (await push(office, body, signed(encrypt_type="aes", msg_signature=mark))).status == 400


async def test_in_safe_mode_a_body_under_another_signature_is_refused(office: Office):
    await add_account(office, callback_aes_key=AES_KEY)
    body, query = safe(FOLLOW)
    other, _query = safe(FOLLOW.replace("o1", "o2"))
    assert (await push(office, other, query)).status == 400
    assert (await push(office, body, {**query, "msg_signature": ""})).status == 400
    twice = body.replace("</xml>", other.split("</ToUserName>")[1])
    assert (await push(office, twice, query)).status == 400


async def test_a_store_that_does_not_answer_in_time_is_told_and_the_repeat_is_acted_upon(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    await add_account(office)
    monkeypatch.setattr(callbacks, "_SECONDS", 0.3)
    async with office.house.store.begin():  # somebody writes for longer than the platform waits
        late = await push(office, wrote("订阅 政策文件"))
    assert late.status == 503
    monkeypatch.undo()
    again = await push(office, wrote("订阅 政策文件"))
    assert (again.status, await followed(office, "o1")) == (200, 1)


async def test_a_body_that_never_ends_is_given_up(office: Office, monkeypatch: pytest.MonkeyPatch):
    await add_account(office)
    monkeypatch.setattr(callbacks, "_SECONDS", 0.3)
    never = asyncio.Event()

    async def trickle() -> Any:
        yield b"<xml>"
        await never.wait()

    async with asyncio.timeout(10):
        reply = await office.call("POST", ADDRESS, by=None, data=trickle(), params=signed())
    assert reply.status == 408


@pytest.mark.slow
async def test_two_hundred_at_once_are_answered_and_each_is_heard_once(office: Office):
    await add_account(office)
    bodies = [wrote("订阅 政策文件", by=f"o{n % 100}", number=n % 100) for n in range(200)]
    replies = await asyncio.gather(*(push(office, body) for body in bodies))
    assert {reply.status for reply in replies} == {200}
    assert [await followed(office, f"o{n}") for n in (0, 50, 99)] == [1, 1, 1]
    forged = signed() | {"signature": "0" * 40}
    refused = await asyncio.gather(*(push(office, body, forged) for body in bodies))
    assert {reply.status for reply in refused} == {403}
