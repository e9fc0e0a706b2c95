"""Both pretended platforms on loopback ports, a clock moved by hand, and callers that speak plain HTTP."""

import io
import json
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from channels.sandbox.run import Sandbox, start_sandbox
from tests.conftest import Hand

DOMAIN = "example.gov.cn"
LINK = "http://www.example.gov.cn/a/1.html"


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Caller:
    """Sends requests to one platform."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self.http, self.base = http, base

    async def send(self, method: str, path: str, **details: Any) -> Reply:
        address = self.base + path
        async with self.http.request(method, address, allow_redirects=False, **details) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def get(self, path: str, **query: Any) -> Reply:
        return await self.send("GET", path, params=query)

    async def pull(self, string: str, body: Any) -> Reply:
        return await self.send("POST", f"/_sandbox/{string}", json=body)


class WeiboCaller(Caller):
    token = ""

    async def share(self, text: str, **fields: str) -> Reply:
        return await self.post("statuses/share", status=text, **fields)

    async def share_picture(self, text: str, picture: bytes, call: str = "share") -> Reply:
        form = aiohttp.FormData({"access_token": self.token, "status": text})
        form.add_field("pic", io.BytesIO(picture), filename="a.png")
        return await self.send("POST", f"/2/statuses/{call}.json", data=form)

    async def post(self, name: str, **fields: str) -> Reply:
        return await self.send("POST", f"/2/{name}.json", data={"access_token": self.token, **fields})

    async def read(self, name: str, **query: Any) -> Reply:
        return await self.send("GET", f"/2/{name}.json", params={"access_token": self.token, **query})


class WeChatCaller(Caller):
    appid = secret = token = ""

    async def ask(self, path: str, body: Any, **query: str) -> dict[str, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        address = f"/cgi-bin/{path}"
        reply = await self.send("POST", address, data=raw, params={"access_token": self.token, **query})
        return reply.json

    async def look(self, path: str) -> dict[str, Any]:
        return (await self.get(f"/cgi-bin/{path}", access_token=self.token)).json

    async def upload(self, path: str, body: bytes, name: str = "media", **query: str) -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field(name, io.BytesIO(body), filename="a.png", content_type="application/octet-stream")
        query = {"access_token": self.token, **query}
        return (await self.send("POST", f"/cgi-bin/{path}", data=form, params=query)).json

    async def fetch_token(self) -> dict[str, Any]:
        query = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return (await self.get("/cgi-bin/token", **query)).json

    async def fetch_stable(self, *, force: bool = False) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return await self.ask("stable_token", body | {"force_refresh": force})

    async def renew(self) -> None:
        self.token = (await self.fetch_stable())["access_token"]

    async def article(self, **changes: Any) -> dict[str, Any]:
        cover = await self.upload("material/add_material", png(900, 383), type="image")
        plain = {"title": "医疗救助办法", "content": "<p>正文</p>", "content_source_url": LINK}
        return plain | {"thumb_media_id": cover["media_id"]} | changes

    async def draft(self, **changes: Any) -> dict[str, Any]:
        return await self.ask("draft/add", {"articles": [await self.article(**changes)]})

    async def submit(self, **changes: Any) -> dict[str, Any]:
        made = await self.draft(**changes)
        answer = await self.ask("freepublish/submit", {"media_id": made["media_id"]})
        return answer | {"media_id": made["media_id"]}


def png(width: int, height: int, *, padding: int = 0) -> bytes:
    """Give the bytes of a PNG of that size; its pixels do not matter to a platform that only looks."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head
    return body + struct.pack(">I", zlib.crc32(b"IHDR" + head)) + bytes(padding)


@pytest.fixture
async def stage(now: Hand) -> AsyncIterator[Sandbox]:
    sandbox = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None, now=now, safe_domain=DOMAIN
    )
    yield sandbox
    await sandbox.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def weibo(stage: Sandbox, http: aiohttp.ClientSession) -> WeiboCaller:
    caller = WeiboCaller(http, stage.weibo_url)
    caller.token = stage.credentials()["weibo"]["access_token"]
    return caller


@pytest.fixture
async def wechat(stage: Sandbox, http: aiohttp.ClientSession) -> WeChatCaller:
    caller = WeChatCaller(http, stage.wechat_url)
    known = stage.credentials()["wechat"]
    caller.appid, caller.secret = known["appid"], known["secret"]
    caller.token = (await caller.fetch_stable())["access_token"]
    return caller
