"""Starts both pretended platforms on real sockets and stops them again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import ClientSession, TCPConnector, web

from channels.sandbox.pages import load_pages
from channels.sandbox.wechat.app import make_app as make_wechat_app
from channels.sandbox.wechat.book import APPID, SECRET
from channels.sandbox.wechat.platform import WeChat
from channels.sandbox.wechat.postman import Postman
from channels.sandbox.wechat.readers import Readers
from channels.sandbox.weibo.app import make_app as make_weibo_app
from channels.sandbox.weibo.book import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, UID
from channels.sandbox.weibo.platform import Weibo


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Both platforms, running."""

    wechat: WeChat
    weibo: Weibo
    wechat_url: str
    weibo_url: str
    runners: tuple[web.AppRunner, ...]
    postman: Postman
    readers: Readers
    http: ClientSession
    rounds: asyncio.Task[None]

    def credentials(self) -> dict[str, dict[str, str]]:
        """Give what an account needs to publish here; made up, and of no use anywhere else."""
        return credentials_at(self.wechat_url, self.weibo_url, self.weibo.book.switches.safe_domain)

    async def close(self) -> None:
        """Stop answering, end what hangs, and write down what is known."""
        self.rounds.cancel()
        await asyncio.gather(self.rounds, return_exceptions=True)
        await self.http.close()
        self.wechat.wire.close()
        self.weibo.wire.close()
        for runner in self.runners:
            await runner.cleanup()
        await self.wechat.save()
        await self.weibo.save()


def credentials_at(wechat_url: str, weibo_url: str, safe_domain: str) -> dict[str, dict[str, str]]:
    """Give what an account needs to publish at platforms that stand at these addresses."""
    return {
        "wechat": {"base_url": wechat_url, "appid": APPID, "secret": SECRET},
        "weibo": {
            "base_url": weibo_url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "access_token": ACCESS_TOKEN,
            "uid": str(UID),
            "safe_domain": safe_domain,
        },
    }


async def start_sandbox(
    *,
    host: str,
    wechat_port: int,
    weibo_port: int,
    state_dir: Path | None,
    now: Callable[[], datetime],
    safe_domain: str,
) -> Sandbox:
    """Start both platforms; port 0 takes a free one, and without `state_dir` all ends with `close`."""
    pages = await load_pages()
    wechat = WeChat(folder=state_dir, now=now)
    weibo = Weibo(folder=state_dir, now=now, safe_domain=safe_domain)
    await wechat.open()
    await weibo.open()
    http = ClientSession(connector=TCPConnector(force_close=True))
    postman = Postman(wechat, http)
    readers = Readers(wechat, postman)
    runners: list[web.AppRunner] = []
    try:
        runners.append(await _serve(make_wechat_app(wechat, pages, postman, readers), host, wechat_port))
        runners.append(await _serve(make_weibo_app(weibo, pages), host, weibo_port))
    except BaseException:
        for runner in runners:
            await runner.cleanup()
        await http.close()
        raise
    wechat.origin = _url(runners[0])
    return Sandbox(
        wechat=wechat,
        weibo=weibo,
        wechat_url=wechat.origin,
        weibo_url=_url(runners[1]),
        runners=tuple(runners),
        postman=postman,
        readers=readers,
        http=http,
        # Its parent is whoever holds the sandbox: `close` ends it.
        rounds=asyncio.create_task(postman.carry_on(), name="wechat events"),
    )


async def _serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner


def _url(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
