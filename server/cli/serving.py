"""Commands that serve until told to stop: the roles of the server, and the sandbox platforms."""

import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop

from channels.sandbox.run import start_sandbox
from server.app import CannotStart, Role, run
from server.cli.endings import MISUSED, end, settings_or_end
from server.cli.ports import port_trouble
from server.ephemeral.embedded import ValkeyDidNotStart
from server.logs import configure_logs
from server.settings import Settings

ALL: Final[frozenset[Role]] = frozenset({"web", "worker", "clock"})

Port = Annotated[int | None, typer.Option("--port", help="监听端口（默认 8080）")]
Host = Annotated[str | None, typer.Option("--host", help="监听地址（默认 127.0.0.1）")]


def serve(port: Port = None, host: Host = None) -> None:
    """启动全部：网页与接口、投递、定时（单机默认）。"""  # noqa: D400, D415 -- shown as help
    _run(settings_or_end(port=port, host=host), ALL)


def web(port: Port = None, host: Host = None) -> None:
    """只启动网页与接口。"""  # noqa: D400, D415
    _run(settings_or_end(port=port, host=host), frozenset({"web"}))


def worker() -> None:
    """只启动投递。"""  # noqa: D400, D415
    _run(settings_or_end(), frozenset({"worker"}))


def clock() -> None:
    """只启动定时。"""  # noqa: D400, D415
    _run(settings_or_end(), frozenset({"clock"}))


def sandbox(
    wechat_port: Annotated[int, typer.Option("--wechat-port", help="演练微信端口，0 为任意")] = 0,
    weibo_port: Annotated[int, typer.Option("--weibo-port", help="演练微博端口，0 为任意")] = 0,
    host: Annotated[str, typer.Option("--host", help="监听地址")] = "127.0.0.1",
    state: Annotated[Path | None, typer.Option("--state", help="保存平台状态的文件夹")] = None,
    *,
    safe_domain: Annotated[str, typer.Option("--safe-domain", help="演练微博的安全域名")] = "127.0.0.1",
    print_credentials: Annotated[
        bool, typer.Option("--print-credentials", help="打印一行 JSON：地址与凭据")
    ] = False,
) -> None:
    """启动演练平台（微信、微博），不连接任何真实平台。"""  # noqa: D400, D415
    for port in (wechat_port, weibo_port):
        _refuse_taken_port(host, port)
    configure_logs("info", "console")
    uvloop.run(
        _serve_sandbox(
            host,
            {"wechat_port": wechat_port, "weibo_port": weibo_port},
            state,
            safe_domain,
            tell=print_credentials,
        )
    )


def _refuse_taken_port(host: str, port: int) -> None:
    trouble = port_trouble(host, port)
    if trouble is not None:
        end(trouble, MISUSED)


def _run(settings: Settings, roles: frozenset[Role]) -> None:
    if "web" in roles:
        _refuse_taken_port(settings.host, settings.port)
    configure_logs(settings.log.level, settings.log.format)
    try:
        uvloop.run(run(settings, roles))
    except CannotStart as error:
        end(str(error), MISUSED)
    except ValkeyDidNotStart as error:
        end(f"内置的 Valkey 没有启动：{error}", MISUSED)


async def _serve_sandbox(
    host: str, ports: dict[str, int], state: Path | None, safe_domain: str, *, tell: bool
) -> None:
    stopped = asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(ending, stopped.set)
    platforms = await start_sandbox(
        host=host, state_dir=state, now=lambda: datetime.now(UTC), safe_domain=safe_domain, **ports
    )
    try:
        if tell:
            typer.echo(json.dumps(platforms.credentials()))  # flushed by typer
        else:
            typer.echo(f"演练微信 {platforms.wechat_url}\n演练微博 {platforms.weibo_url}")
        await stopped.wait()
    finally:
        await platforms.close()
