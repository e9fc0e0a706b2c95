"""The demo: starts everything with embedded defaults, publishes real items, proves them, and keeps serving.

`run.py --port 8080 [--once] [--folder var/demo] [--drawing FILE]`. Everything it makes stands in the folder;
with `--once` it writes summary.json there, stops what it started and ends with 0 only when everything came
true. `--drawing` keeps what was printed as a page, from which the README's picture is taken.
"""

import argparse
import asyncio
import contextlib
import json
import re
import signal
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import telling
from children import ROOT, Child, ChildFailed, command
from rich.console import Console
from setting_up import bootstrap, open_accounts, open_office
from story import StoryBroke, Told, publish_all, wait_until_settled

from server.cli.ports import port_trouble
from server.cli.remote import Remote, ServerRefused

_SECONDS_TO_LIVE: Final = 300
# Tables stay in line only where a Chinese character is exactly two Latin ones wide, and a line one.
_DRAWING: Final = (
    '<meta charset="utf-8"><style>{stylesheet} body {{ background: #fff; margin: 16px }}'
    " i {{ display: inline-block; width: .5em; overflow: hidden; font-style: normal }}</style>"
    '<pre style="font: 14px/1.35 Noto Sans Mono CJK SC, monospace">{code}</pre>'
)
console: Final = Console(width=None if sys.stdout.isatty() else 150, record=True)


def main() -> int:
    """Read the arguments, run, and give the exit code."""
    parser = argparse.ArgumentParser(description="同发演示")
    parser.add_argument("--port", type=int, default=8080, help="网站和接口的端口")
    parser.add_argument("--once", action="store_true", help="做完即停，写出 summary.json")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "demo", help="数据所在的文件夹")
    parser.add_argument("--drawing", type=Path, help="把打印的表格另存为网页")
    asked = parser.parse_args()
    try:
        code = asyncio.run(_run(asked.folder.resolve(), asked.port, once=asked.once))
    except KeyboardInterrupt:
        return 130
    except (ChildFailed, ServerRefused, StoryBroke, TimeoutError) as error:
        console.print(f"[red]演示没有完成：[/] {error or type(error).__name__}", markup=True)
        return 1
    if asked.drawing:
        asked.drawing.write_text(_drawing(), encoding="utf-8")
    return code


def _drawing() -> str:
    """Give what was printed as a page of its own."""
    page = console.export_html(code_format=_DRAWING)
    return re.sub("[\u2500-\u257f\u2026]", r"<i>\g<0></i>", page)


async def _run(demo: Path, port: int, *, once: bool) -> int:
    # One folder for each port: the port stands in every permanent link.
    folder = demo / str(port)
    folder.mkdir(parents=True, exist_ok=True)
    platform_ports = _platform_ports(folder)
    for name, wanted in (("PORT", port), *platform_ports.items()):
        trouble = port_trouble("127.0.0.1", wanted)
        if trouble is not None:
            hint = "用 make demo PORT=… 换一个。" if name == "PORT" else ""
            console.print(f"{trouble}{hint}")
            return 2
    async with contextlib.AsyncExitStack() as stack:
        sandbox = Child(
            folder, port, "sandbox", "--print-credentials", "--state", str(folder / "platforms"),
            "--wechat-port", str(platform_ports["wechat"]), "--weibo-port", str(platform_ports["weibo"]),
        )  # fmt: skip
        server = Child(folder, port, "serve")
        stack.push_async_callback(sandbox.stop)
        stack.push_async_callback(server.stop)
        return await _tell(folder, port, sandbox, server, once=once)


async def _tell(folder: Path, port: int, sandbox: Child, server: Child, *, once: bool) -> int:
    base_url = f"http://127.0.0.1:{port}"
    with console.status("启动服务和演练平台…") as status:
        await sandbox.start()
        admin_token = await bootstrap(folder, port)
        await server.start()
        platforms = json.loads(await sandbox.first_line())
        await server.answers(f"{base_url}/readyz")
        status.update("设置机构、人员和账号…")
        async with Remote(base_url, admin_token) as admin:
            office = await open_office(admin, base_url, folder)
            await open_accounts(admin, platforms)
            status.update("撰写、审核、发布…")
            async with Remote(base_url, office.author) as author, Remote(base_url, office.chief) as chief:
                ids = await publish_all(author, chief)
                told = await wait_until_settled(
                    author,
                    ids,
                    seconds=_SECONDS_TO_LIVE,
                    tell=lambda done, of: status.update(f"等待各渠道上线：{done}/{of}"),
                )
                counts = await author.get("/api/v1/statistics/channels", {"year": str(_year(told))})
        broken = telling.disagreements(told, counts, _year(told))
        broken += await telling.dead_links(telling.receipts(told))
        broken += await _differences(folder, port)
    telling.print_receipts(console, told)
    telling.print_counts(console, counts)
    for sentence in broken:
        console.print(f"[red]不符：[/]{sentence}")
    telling.write_summary(folder.parent / "summary.json", told, counts, broken)
    if not once:
        telling.print_addresses(console, base_url, platforms, office.people)
        console.print("[bold]按 Ctrl-C 停止。[/]")
        await _until_told_to_stop()
    return 1 if broken else 0


async def _until_told_to_stop() -> None:
    stopped = asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(ending, stopped.set)
    await stopped.wait()


async def _differences(folder: Path, port: int) -> list[str]:
    """Have everything that can be counted counted again, straight from the database."""
    try:
        await command(folder, port, "verify")
    except ChildFailed as failed:
        return str(failed).splitlines()
    return []


def _year(told: tuple[Told, ...]) -> int:
    """Give the year, in Beijing, in which the newest receipt was written."""
    newest = max(
        (datetime.fromisoformat(receipt["time"]) for receipt in telling.receipts(told)),
        default=datetime.now(UTC),
    )
    return (newest.astimezone(UTC) + timedelta(hours=8)).year


def _platform_ports(folder: Path) -> dict[str, int]:
    """Give the ports of the platforms: free ones first, the same ones afterwards, as links hold them."""
    kept = folder / "ports.json"
    if kept.exists():
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    ports: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        for name in ("wechat", "weibo", "practice_wechat", "practice_weibo"):
            taken = stack.enter_context(socket.socket())
            taken.bind(("127.0.0.1", 0))
            ports[name] = taken.getsockname()[1]
    kept.write_text(json.dumps(ports), encoding="utf-8")
    return ports


if __name__ == "__main__":
    sys.exit(main())
