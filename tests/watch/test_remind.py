"""Reminders: once for each alert and level, over real sockets; what they say is the same on both engines."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from channels.transport import LeadsInside
from server.network import PublicResolver
from server.store.alerts import Alert, clear_alerts, raise_alerts
from server.store.tx import Store
from server.watch.outbound import OutboundRefused, post_json
from server.watch.remind import Reminders, Sinks
from tests.conftest import Hand
from tests.ports import free_port

WARNING = Alert("account:1", "silence", "warn", "账号“甲”已有10天没有更新")
ALARM = Alert("account:1", "silence", "alarm", "账号“甲”已有14天没有更新")


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue("sqlite_template")
    return str(request.param)


class Hook:
    """A webhook that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.status, self.url = 200, ""

    @property
    def sinks(self) -> Sinks:
        return Sinks(site_name="某旗人民政府", webhook=self.url, internal=True)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async def take(request: web.Request) -> web.Response:
        opened.told.append(await request.json())
        location = {"Location": "/elsewhere"} if opened.status == 302 else {}
        return web.Response(status=opened.status, headers=location)

    app, opened = web.Application(), Hook()
    app.router.add_post("/hook", take)
    server = TestServer(app)
    await server.start_server()
    opened.url = str(server.make_url("/hook"))
    yield opened
    await server.close()


async def raised(store: Store, now: Hand, *alerts: Alert) -> None:
    async with store.begin() as tx:
        await raise_alerts(tx, alerts, at=now())


async def test_an_alert_is_told_once(store: Store, now: Hand, hook: Hook):
    await raised(store, now, WARNING)
    reminders = Reminders(store, hook.sinks)
    assert [await reminders.send() for _time in range(3)] == [1, 0, 0]
    assert hook.told[0]["alerts"][0]["message"] == WARNING.message


async def test_it_is_told_again_when_a_warning_becomes_an_alarm_and_not_the_other_way(
    store: Store, now: Hand, hook: Hook
):
    await raised(store, now, WARNING)
    await Reminders(store, hook.sinks).send()
    await raised(store, now, ALARM)
    assert await Reminders(store, hook.sinks).send() == 1
    await raised(store, now, WARNING)
    assert await Reminders(store, hook.sinks).send() == 0


async def test_it_is_told_again_when_the_matter_was_settled_and_came_back(
    store: Store, now: Hand, hook: Hook
):
    await raised(store, now, WARNING)
    await Reminders(store, hook.sinks).send()
    async with store.begin() as tx:
        await clear_alerts(tx, [WARNING.key], at=now())
    await raised(store, now, WARNING)
    assert await Reminders(store, hook.sinks).send() == 1


async def test_a_hook_that_refuses_is_tried_again(store: Store, now: Hand, hook: Hook):
    await raised(store, now, WARNING)
    hook.status = 500
    with pytest.raises(OutboundRefused, match="500"):
        await Reminders(store, hook.sinks).send()
    hook.status = 200
    assert await Reminders(store, hook.sinks).send() == 1


async def test_without_a_sink_nothing_is_marked_as_told(store: Store, now: Hand, hook: Hook):
    await raised(store, now, WARNING)
    assert await Reminders(store, Sinks()).send() == 0
    assert await Reminders(store, hook.sinks).send() == 1


async def test_a_redirect_is_not_followed(hook: Hook):
    hook.status = 302
    with pytest.raises(OutboundRefused, match="302"):
        await post_json(hook.url, {}, internal=True)
    assert len(hook.told) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://10.1.2.3/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:127.0.0.1]/x",
        "http://0.0.0.0/x",
        "http://100.64.0.1/x",
        "file:///etc/passwd",
        "gopher://example.com/",
        "http:///x",
    ],
)
async def test_an_address_that_leads_inside_is_refused(url: str):
    with pytest.raises(OutboundRefused):
        await post_json(url, {}, internal=False)


class Answers:
    """A resolver that says what a test wants."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> Any:
        return [
            {"hostname": host, "host": one, "port": port, "family": family, "proto": 0, "flags": 0}
            for one in self.hosts
        ]

    async def close(self) -> None:
        return None


async def test_a_name_is_refused_when_one_of_its_addresses_leads_inside():
    resolver = PublicResolver(Answers("93.184.215.14", "192.168.0.9"))
    with pytest.raises(LeadsInside):
        await resolver.resolve("hooks.invalid", 443)


async def test_a_name_with_public_addresses_alone_is_resolved():
    resolver = PublicResolver(Answers("93.184.215.14"))
    assert [one["host"] for one in await resolver.resolve("hooks.invalid", 443)] == ["93.184.215.14"]


async def test_no_address_and_no_password_stand_in_the_repr():
    sinks = Sinks(webhook="https://hooks.invalid/?key=hunter2", mail_password="hunter2")
    assert "hunter2" not in repr(sinks)


class Post:
    """A mail server that keeps the lines it was told, and can be away."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received: list[str] = []
        self._server: asyncio.Server | None = None

    @property
    def sinks(self) -> Sinks:
        return Sinks(
            site_name="某旗", mail_host="127.0.0.1", mail_port=self.port, mail_from="tongfa@mail.invalid",
            mail_to=("chief@mail.invalid",),
        )  # fmt: skip

    @property
    def mails(self) -> int:
        return sum(line.startswith("Subject:") for line in self.received)

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.invalid\r\n")
        in_data = False
        while line := await reader.readline():
            self.received.append(line.decode().rstrip())
            if in_data:
                in_data = line != b".\r\n"
                answer = b"" if in_data else b"250 ok\r\n"
            elif line.upper().startswith(b"DATA"):
                in_data, answer = True, b"354 go on\r\n"
            else:
                answer = b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n"
            writer.write(answer)
        writer.close()


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    opened = Post(free_port())
    yield opened
    await opened.close()


async def test_a_mail_goes_out_once_for_all_that_is_new(store: Store, now: Hand, post: Post):
    await post.open()
    await raised(store, now, ALARM)
    reminders = Reminders(store, post.sinks)
    assert [await reminders.send() for _time in range(2)] == [1, 0]
    assert any(line.upper().startswith("RCPT TO:<CHIEF@MAIL.INVALID>") for line in post.received)
    assert post.mails == 1


async def test_a_hook_is_told_once_while_the_mail_server_is_away_and_the_mail_follows(
    store: Store, now: Hand, hook: Hook, post: Post
):
    await raised(store, now, WARNING)
    reminders = Reminders(store, replace(post.sinks, webhook=hook.url, internal=True))
    for _time in range(3):
        with pytest.raises(OSError, match="refused"):
            await reminders.send()
    await raised(store, now, replace(WARNING, message="账号“甲”已有11天没有更新"))
    await post.open()
    assert await reminders.send() == 1
    assert (len(hook.told), post.mails) == (1, 1)


async def test_more_than_one_message_holds_gets_past_a_mail_server_that_is_away(
    store: Store, now: Hand, hook: Hook, post: Post
):
    many = [replace(ALARM, key=f"account:{number}") for number in range(230)]
    await raised(store, now, *many)
    reminders = Reminders(store, replace(post.sinks, webhook=hook.url, internal=True))
    for _time in range(3):
        with pytest.raises(OSError, match="refused"):
            await reminders.send()
    assert [len(told["alerts"]) for told in hook.told] == [200, 30]


async def test_a_hook_that_refuses_keeps_no_mail_back(store: Store, now: Hand, hook: Hook, post: Post):
    hook.status = 500
    await post.open()
    await raised(store, now, WARNING)
    reminders = Reminders(store, replace(post.sinks, webhook=hook.url, internal=True))
    for _time in range(2):
        with pytest.raises(OutboundRefused, match="500"):
            await reminders.send()
    await raised(store, now, ALARM)
    with pytest.raises(OutboundRefused, match="500"):
        await reminders.send()
    assert post.mails == 2
