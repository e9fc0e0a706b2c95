"""The command that starts the rehearsal platforms alone, for demos, training and other people's clients."""

import asyncio
import json
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from channels.item import PRACTICE_FOLDER
from channels.sandbox.run import start_sandbox
from server.cli.endings import MISUSED, end, settings_or_end
from server.cli.ports import port_trouble
from server.file_errors import reason_of
from server.logs import configure_logs
from server.rehearsal import safe_domain as host_of


@dataclass(frozen=True, slots=True)
class _Order:
    host: str
    wechat_port: int
    weibo_port: int
    state: Path | None
    safe_domain: str
    tell: bool


def _port(name: str, told: str) -> Any:
    return typer.Option(name, min=0, max=65535, help=told)


def sandbox(
    wechat_port: Annotated[
        int, typer.Option("--wechat-port", min=0, max=65535, help="演练微信端口，0 为任意")
    ] = 0,
    weibo_port: Annotated[
        int, typer.Option("--weibo-port", min=0, max=65535, help="演练微博端口，0 为任意")
    ] = 0,
    host: Annotated[str, typer.Option("--host", help="监听地址")] = "127.0.0.1",
    state: Annotated[Path | None, typer.Option("--state", help="保存平台状态的文件夹")] = None,
    *,
    safe_domain: Annotated[str, typer.Option("--safe-domain", help="演练微博的安全域名")] = "127.0.0.1",
    practice: Annotated[bool, typer.Option("--practice", help="供“演练”使用，按 [practice] 的设置")] = False,
    print_credentials: Annotated[
        bool, typer.Option("--print-credentials", help="打印一行 JSON：地址与凭据")
    ] = False,
) -> None:
    """启动演练平台（微信、微博），不连接任何真实平台。"""  # noqa: D400, D415 -- shown as help
    if practice:
        settings = settings_or_end()
        host, wechat_port, weibo_port = (
            settings.practice.host, settings.practice.wechat_port, settings.practice.weibo_port
        )  # fmt: skip
        state, safe_domain = settings.var / PRACTICE_FOLDER / "platforms", host_of(settings)
    if wechat_port and wechat_port == weibo_port:
        end(f"演练微信和演练微博不能共用端口 {wechat_port}：请给它们不同的端口。", MISUSED)
    for port in (wechat_port, weibo_port):
        if trouble := port_trouble(host, port):
            end(trouble, MISUSED)
    configure_logs("info", "console")
    try:
        uvloop.run(_serve(_Order(host, wechat_port, weibo_port, state, safe_domain, tell=print_credentials)))
    except OSError as error:
        end(f"演练平台没有启动：{reason_of(error)}", MISUSED)
    except ValueError as error:
        end(str(error), MISUSED)


async def _serve(order: _Order) -> None:
    stopped = asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(ending, stopped.set)
    platforms = await start_sandbox(
        host=order.host,
        wechat_port=order.wechat_port,
        weibo_port=order.weibo_port,
        state_dir=order.state,
        now=lambda: datetime.now(UTC),
        safe_domain=order.safe_domain,
    )
    try:
        if order.tell:
            typer.echo(json.dumps(platforms.credentials()))  # flushed by typer
        else:
            typer.echo(f"演练微信 {platforms.wechat_url}\n演练微博 {platforms.weibo_url}")
        await stopped.wait()
    finally:
        await platforms.close()
