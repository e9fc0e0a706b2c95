"""An office as its own process: `tongfa serve` on a fresh database, with the pretended platforms beside it.

The test drives it only from outside, over HTTP.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp

from channels.sandbox.run import Sandbox, start_sandbox
from server.cli.remote import Remote
from server.core.ids import new_id
from server.security.passwords import hash_password
from server.security.sign_in import issue_token
from server.store.orgs import OrgRow, insert_org
from server.store.people import PersonRow, insert_person, put_grant
from server.store.tx import Store
from tests.ports import free_port

CODE: Final = "000000019"
PASSWORD: Final = "grass-and-sky-26"
PEOPLE: Final = {
    "admin": ("管理员", ("admin",)),
    "author": ("信息员", ("author",)),
    "chief": ("办公室主任", ("reviewer", "chief")),
}
_ROOT: Final = Path(__file__).resolve().parents[2]
_LAUNCHER: Final = _ROOT / "server" / "ephemeral" / "launcher.py"
_PATIENCE: Final = 120.0


@dataclass(frozen=True, slots=True)
class Office:
    """A running office: where it is, who works there, and the platforms it publishes to."""

    base_url: str
    folder: Path
    sandbox: Sandbox
    admin: Remote
    author: Remote
    chief: Remote

    async def publish(self, *, accounts: tuple[str, ...] = ("site", "feed"), **fields: Any) -> dict[str, Any]:
        """Write, submit, approve and release an item, and wait until readers see it; gives the item."""
        item_id = await self.approved(**fields)
        await self.chief.post(f"/api/v1/items/{item_id}/release", {"accounts": list(accounts)})
        await self.until(item_id, "live", accounts)
        return dict(await self.author.get(f"/api/v1/items/{item_id}"))

    async def approved(self, **fields: Any) -> str:
        """Write an item and have it approved; gives its id."""
        item = await self.author.post("/api/v1/items", an_item(**fields))
        await self.author.post(f"/api/v1/items/{item['id']}/submit")
        await self.chief.post(f"/api/v1/items/{item['id']}/approve")
        return str(item["id"])

    async def correct(self, item_id: str, **fields: Any) -> None:
        """Write another version, have it approved and released, and wait until readers see it."""
        path = f"/api/v1/items/{item_id}"
        await self.author.put(path, an_item(**fields))
        await self.author.post(f"{path}/submit")
        await self.chief.post(f"{path}/approve")
        order = {"accounts": ["site"], "change": "major", "note": "更正题目"}
        await self.chief.post(f"{path}/release", order)
        await self.until(item_id, "live", ("site",))

    async def withdraw(self, item_id: str, reason: str) -> None:
        """Take an item back, and wait until its page is gone."""
        await self.chief.post(f"/api/v1/items/{item_id}/withdraw", {"reason": reason})
        await self.until(item_id, "withdrawn", ("site",))

    async def until(self, item_id: str, state: str, accounts: tuple[str, ...]) -> None:
        """Wait until the deliveries on these accounts are in a state."""
        ends = time.monotonic() + _PATIENCE
        while True:
            told = await self.author.get(f"/api/v1/items/{item_id}/deliveries")
            states = {leg["account"]: (leg["state"], leg["reason"]) for leg in told["deliveries"]}
            if all(states[account][0] == state for account in accounts):
                return
            if time.monotonic() > ends:
                raise AssertionError(states)
            await asyncio.sleep(0.1)

    async def until_found(self, word: str, count: int) -> None:
        """Wait until a search knows the pages: its words are written by a job that follows them."""
        ends = time.monotonic() + _PATIENCE
        while True:
            told = await self.author.get("/api/v1/public/search", {"q": word})
            if len(told["items"]) >= count:
                return
            if time.monotonic() > ends:
                raise AssertionError(told)
            await asyncio.sleep(0.1)

    async def until_shown(self, path: str, word: str) -> None:
        """Wait until a page of the site has a word: who comes later has earlier pages written anew."""
        ends = time.monotonic() + _PATIENCE
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"{self.base_url}{path}") as answer:
                    if word in await answer.text():
                        return
                assert time.monotonic() < ends, f"{path} never had {word}"
                await asyncio.sleep(0.1)

    async def picture(self, name: str, content: bytes) -> str:
        """Put a JPEG into the library; gives the reference that a body uses."""
        return str((await self.author.upload("/api/v1/media", name, "image/jpeg", content))["reference"])


def an_item(**fields: Any) -> dict[str, Any]:
    """Give the fields of an item, with what a test does not care about filled in."""
    return {
        "org": CODE,
        "kind": "notice",
        "title": "关于开展社区服务日活动的公告",
        "summary": "本周六上午，各社区服务站集中办理事项。",
        "body": "<p>本周六上午，各社区服务站集中办理事项。</p>",
        "column": "tzgg",
        "openness": "open",
        "overview": "社区服务日活动安排",
        **fields,
    }


@asynccontextmanager
async def open_office(folder: Path, **more: str) -> AsyncIterator[Office]:
    """Start an office whose database stands in the folder, migrated and empty; `more` are settings."""
    tokens = await staff(f"sqlite+aiosqlite:///{folder / 'tongfa.db'}")
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        sandbox = await start_sandbox(
            host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None,
            now=lambda: datetime.now(UTC), safe_domain="127.0.0.1",
        )  # fmt: skip
        stack.push_async_callback(sandbox.close)
        sandbox.wechat.switch(job_seconds=0)
        await stack.enter_async_context(_serving(folder, port, base_url, more))
        people = [await stack.enter_async_context(Remote(base_url, tokens[login])) for login in PEOPLE]
        office = Office(base_url, folder, sandbox, *people)
        for account in accounts(sandbox.credentials()):
            await office.admin.post("/api/v1/accounts", {"org": CODE, **account})
        yield office


async def staff(database_url: str) -> dict[str, str]:
    """Write the organ and its people into an empty database, all with one password; gives their tokens."""
    store, at, tokens = Store(database_url), datetime.now(UTC), {}
    hashed = await hash_password(PASSWORD, login="")
    async with store.begin() as tx:
        org = OrgRow(new_id(), CODE, "某旗人民政府办公室", None)
        await insert_org(tx, org, at=at)
        for login, (name, roles) in PEOPLE.items():
            person = PersonRow(new_id(), login, name, hashed, None)
            await insert_person(tx, person, at=at)
            for role in roles:
                await put_grant(tx, person.id, org.id, role)
            issued = await issue_token(tx, person.id, id=new_id(), name="test", use="api", at=at, lasts=None)
            tokens[login] = issued.secret
    await store.close()
    return tokens


@asynccontextmanager
async def _serving(folder: Path, port: int, base_url: str, more: dict[str, str]) -> AsyncIterator[None]:
    """Run `tongfa serve`; the kernel ends it together with us, however we end."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TONGFA_") and not k.endswith("_URL")}
    environment = {
        **kept,
        "PYTHONPATH": str(_ROOT),
        "TONGFA_VAR": str(folder),
        "TONGFA_PORT": str(port),
        "TONGFA_SITE__NAME": "某旗人民政府",
        "TONGFA_SITE__ORGANISER": "某旗人民政府办公室",
        "TONGFA_WORKER__POLL_SECONDS": "0.2",
        **{f"TONGFA_{name.upper()}": value for name, value in more.items()},
    }
    with (folder / "serve.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid())),
            *(sys.executable, "-m", "server.cli", "serve"),
            cwd=folder, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        await _until_it_answers(process, base_url, folder / "serve.log")
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_it_answers(process: asyncio.subprocess.Process, base_url: str, log: Path) -> None:
    ends = time.monotonic() + _PATIENCE
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < ends and process.returncode is None:
            try:
                async with session.get(f"{base_url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError((await asyncio.to_thread(log.read_text, errors="replace"))[-2000:])


def accounts(keys: dict[str, dict[str, str]]) -> tuple[dict[str, Any], ...]:
    """Give an account on every channel as the API takes it, with the pretended platforms' credentials."""
    weibo, wechat = keys["weibo"], keys["wechat"]
    return (
        {"channel": "website", "slug": "site", "name": "门户网站"},
        {"channel": "feed", "slug": "feed", "name": "订阅源"},
        {
            "channel": "weibo", "slug": "weibo", "name": "@某旗发布",
            "settings": {
                "base_url": weibo["base_url"], "web_url": weibo["base_url"],
                "uid": weibo["uid"], "safe_domains": weibo["safe_domain"],
            },
            "secret": {"access_token": weibo["access_token"]},
        },
        {
            "channel": "wechat", "slug": "wechat", "name": "某旗发布",
            "settings": {"base_url": wechat["base_url"], "appid": wechat["appid"]},
            "secret": {"appsecret": wechat["secret"]},
        },
        {"channel": "other", "slug": "board", "name": "公告栏", "counted_as": "other"},
    )  # fmt: skip
