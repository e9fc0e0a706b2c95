"""What the pretended WeChat tells an account's own server, heard by a real one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from lxml import etree

from channels.sandbox.run import Sandbox
from channels.sandbox.wechat.audience import GH_ID, openid_of
from channels.sandbox.wechat.book import APPID
from channels.sandbox.wechat.crypt import decrypt, encrypt, sign
from tests.channels.sandbox.conftest import WeChatCaller
from tests.conftest import Hand

READER = openid_of("演练关注者甲")
TOKEN, AES_KEY = "AAAAA", "A" * 43


class Server:
    """An account's own server that answers what it is told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], str]] = []
        self.answers: list[tuple[int, str]] = []
        self.knows_token = True
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        if request.method == "GET":
            return web.Response(text=query["echostr"] if self.knows_token else "no")
        self.heard.append((query, await request.text()))
        status, body = self.answers.pop(0) if self.answers else (200, "success")
        return web.Response(status=status, text=body)

    def events(self) -> list[str]:
        return [etree.fromstring(body.encode()).findtext("Event") or "" for _, body in self.heard]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made, app = Server(), web.Application()
    app.router.add_route("*", "/wx", made.answer)
    async with TestServer(app) as running:
        made.url = str(running.make_url("/wx"))
        yield made


async def enter(wechat: WeChatCaller, server: Server, **changes: Any) -> int:
    return (await wechat.pull("callback", {"url": server.url, "token": TOKEN, **changes})).status


def reply(kind: str, inside: str, to: str = READER) -> str:
    head = f"<ToUserName>{to}</ToUserName><FromUserName>{GH_ID}</FromUserName><CreateTime>1</CreateTime>"
    return f"<xml>{head}<MsgType>{kind}</MsgType>{inside}</xml>"


def news(count: int) -> str:
    item = "<item><Title>甲</Title><Description>乙</Description><Url>http://a.cn/</Url></item>"
    return reply("news", f"<ArticleCount>{count}</ArticleCount><Articles>{item * count}</Articles>")


def chat(stage: Sandbox) -> list[tuple[str, str]]:
    return [(line.by, line.text or line.cards[0][0]) for line in stage.wechat.book.lines]


async def test_an_address_is_taken_only_from_who_knows_the_token(wechat: WeChatCaller, server: Server):
    server.knows_token = False
    refused = await enter(wechat, server)
    server.knows_token = True
    assert (refused, await enter(wechat, server)) == (400, 200)


async def test_safe_mode_needs_a_key(wechat: WeChatCaller, server: Server):
    assert [await enter(wechat, server, mode="safe", aes_key=key) for key in ("", "short", AES_KEY)] == [
        400,
        400,
        200,
    ]


async def test_every_push_is_signed(wechat: WeChatCaller, server: Server, stage: Sandbox):
    await enter(wechat, server)
    await stage.readers.write(READER, "您好")
    query, _ = server.heard[0]
    assert query["signature"] == sign(TOKEN, query["timestamp"], query["nonce"])


async def test_the_end_of_a_job_is_told_with_its_permanent_address(
    wechat: WeChatCaller, server: Server, stage: Sandbox, now: Hand
):
    await enter(wechat, server)
    publish_id = (await wechat.submit())["publish_id"]
    now.move(seconds=2)
    await stage.postman.carry_due()
    told = etree.fromstring(server.heard[0][1].encode()).find("PublishEventInfo")
    assert (told.findtext("publish_id"), told.findtext("publish_status")) == (str(publish_id), "0")
    url = told.findtext("article_detail/item/article_url")
    assert (await wechat.get(url.removeprefix(stage.wechat_url))).status == 200


async def test_a_failed_job_names_its_articles(
    wechat: WeChatCaller, server: Server, stage: Sandbox, now: Hand
):
    await enter(wechat, server)
    stage.wechat.switch(job_statuses=(2,), job_seconds=1)
    await wechat.submit()
    now.move(seconds=2)
    await stage.postman.carry_due()
    told = etree.fromstring(server.heard[0][1].encode()).find("PublishEventInfo")
    assert (told.findtext("publish_status"), told.findtext("fail_idx")) == ("2", "1")


async def test_the_end_of_a_push_tells_its_count_and_addresses(
    wechat: WeChatCaller, server: Server, stage: Sandbox, now: Hand
):
    await enter(wechat, server)
    media_id = (await wechat.draft())["media_id"]
    body = {"filter": {"is_to_all": True}, "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    msg_id = (await wechat.ask("message/mass/sendall", body))["msg_id"]
    now.move(seconds=2)
    await stage.postman.carry_due()
    told = etree.fromstring(server.heard[0][1].encode())
    names = ("MsgID", "Status", "SentCount", "ArticleUrlResult/Count")
    assert [told.findtext(name) for name in names] == [str(msg_id), "send success", "3", "1"]


async def test_each_end_is_told_once(wechat: WeChatCaller, server: Server, stage: Sandbox, now: Hand):
    await enter(wechat, server)
    await wechat.submit()
    for _ in range(3):
        now.move(seconds=2)
        await stage.postman.carry_due()
    assert server.events() == ["PUBLISHJOBFINISH"]


async def test_a_switch_tells_everything_twice(
    wechat: WeChatCaller, server: Server, stage: Sandbox, now: Hand
):
    await enter(wechat, server)
    stage.wechat.switch(events_sent=2)
    await wechat.submit()
    now.move(seconds=2)
    await stage.postman.carry_due()
    assert server.events() == ["PUBLISHJOBFINISH"] * 2


async def test_a_push_is_tried_three_times(wechat: WeChatCaller, server: Server, stage: Sandbox):
    await enter(wechat, server)
    server.answers = [(500, "")] * 5
    await stage.readers.write(READER, "您好")
    assert (len(server.heard), chat(stage)[-1][0]) == (3, "notice")


async def test_a_second_try_that_is_answered_is_enough(wechat: WeChatCaller, server: Server, stage: Sandbox):
    await enter(wechat, server)
    server.answers = [(502, ""), (200, reply("text", "<Content>您好</Content>"))]
    await stage.readers.write(READER, "在吗")
    assert chat(stage) == [("reader", "在吗"), ("account", "您好")]


async def test_safe_mode_shows_nothing_in_the_open(wechat: WeChatCaller, server: Server, stage: Sandbox):
    await enter(wechat, server, mode="safe", aes_key=AES_KEY)
    await stage.readers.write(READER, "隐私")
    query, body = server.heard[0]
    secret = etree.fromstring(body.encode()).findtext("Encrypt")
    assert ("隐私" in body, query["encrypt_type"], "隐私" in decrypt(AES_KEY, secret, APPID)) == (
        False,
        "aes",
        True,
    )
    assert query["msg_signature"] == sign(TOKEN, query["timestamp"], query["nonce"], secret)


async def test_compatible_mode_carries_both(wechat: WeChatCaller, server: Server, stage: Sandbox):
    await enter(wechat, server, mode="compatible", aes_key=AES_KEY)
    await stage.readers.write(READER, "公开")
    assert ("公开" in server.heard[0][1], "<Encrypt>" in server.heard[0][1]) == (True, True)


def encrypted_reply(text: str, *, signed: bool = True) -> str:
    secret = encrypt(AES_KEY, reply("text", f"<Content>{text}</Content>"), APPID)
    mark = sign(TOKEN, "9", "8", secret) if signed else "0" * 40
    return (
        f"<xml><Encrypt>{secret}</Encrypt><MsgSignature>{mark}</MsgSignature>"
        "<TimeStamp>9</TimeStamp><Nonce>8</Nonce></xml>"
    )


async def test_an_encrypted_reply_is_read(wechat: WeChatCaller, server: Server, stage: Sandbox):
    await enter(wechat, server, mode="safe", aes_key=AES_KEY)
    server.answers = [(200, encrypted_reply("您好"))]
    await stage.readers.write(READER, "在吗")
    assert chat(stage)[-1] == ("account", "您好")


@pytest.mark.parametrize(
    "answer",
    [
        encrypted_reply("您好", signed=False),
        reply("text", "<Content>明文</Content>"),
        "<xml",
        "false",
    ],
)
async def test_a_reply_that_safe_mode_cannot_trust_is_not_shown(
    wechat: WeChatCaller, server: Server, stage: Sandbox, answer: str
):
    await enter(wechat, server, mode="safe", aes_key=AES_KEY)
    server.answers = [(200, answer)]
    await stage.readers.write(READER, "在吗")
    assert chat(stage)[-1][0] == "notice"


async def test_a_text_is_answered_with_one_article_and_a_press_with_eight(
    wechat: WeChatCaller, server: Server, stage: Sandbox
):
    await enter(wechat, server)
    seen = []
    for count in (1, 2):
        server.answers = [(200, news(count))]
        await stage.readers.write(READER, "救助")
        seen.append(chat(stage)[-1][0])
    for count in (8, 9):
        server.answers = [(200, news(count))]
        await stage.readers.press(READER, "latest")
        seen.append(chat(stage)[-1][0])
    assert seen == ["account", "notice", "account", "notice"]


async def test_a_text_that_is_too_long_reaches_nobody(wechat: WeChatCaller, server: Server, stage: Sandbox):
    await enter(wechat, server)
    server.answers = [(200, reply("text", f"<Content>{'字' * 683}</Content>"))]
    await stage.readers.write(READER, "在吗")
    assert chat(stage) == [("reader", "在吗")]


async def test_a_reply_to_somebody_else_is_no_reply(wechat: WeChatCaller, server: Server, stage: Sandbox):
    await enter(wechat, server)
    server.answers = [(200, reply("text", "<Content>您好</Content>", to="o"))]
    await stage.readers.write(READER, "在吗")
    assert chat(stage)[-1][0] == "notice"


async def test_following_and_leaving_are_told(wechat: WeChatCaller, server: Server, stage: Sandbox):
    await enter(wechat, server)
    await stage.readers.leave(READER)
    await stage.readers.follow(READER)
    assert server.events() == ["unsubscribe", "subscribe"]


async def test_the_chat_shows_pushes_answers_and_the_menu(
    wechat: WeChatCaller, server: Server, stage: Sandbox, now: Hand
):
    await enter(wechat, server)
    await wechat.ask("menu/create", {"button": [{"type": "click", "name": "最新", "key": "latest"}]})
    server.answers = [(200, reply("text", "<Content>见 http://a.cn/1。</Content>"))]
    await wechat.send("POST", "/chat", data={"act": "press", "value": "latest"})
    await wechat.send("POST", "/chat", data={"act": "say", "value": "<script>x</script>"})
    page = (await wechat.get("/chat")).text
    assert ('href="http://a.cn/1"' in page, "最新" in page, "<script>" in page, "演练环境" in page) == (
        True,
        True,
        False,
        True,
    )


async def test_the_contracts_example_is_encrypted_by_the_same_rule():
    mark = sign(
        "AAAAA",
        "1713424427",
        "415670741",
        "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==",
    )
    assert (mark, sign("AAAAA", "1714037059", "486452656")) == (
        "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
        "899cf89e464efb63f54ddac96b0a0a235f53aa78",
    )
