"""The child processes of the demo, the server and the platforms: they end with it, however it ends."""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Final

import aiohttp

ROOT: Final = Path(__file__).resolve().parents[2]
_LAUNCHER: Final = ROOT / "server" / "ephemeral" / "launcher.py"
_SECONDS_TO_START: Final = 120
_SECONDS_TO_STOP: Final = 15


class ChildFailed(Exception):
    """A command did not do what the demo needs; the message is what it said."""


def environment(folder: Path, port: int) -> dict[str, str]:
    """Give the environment of every command: embedded defaults, whatever this shell has set."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("TONGFA_") and key not in ("DATABASE_URL", "REDIS_URL")
    }
    return kept | {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "TONGFA_VAR": str(folder),
        "TONGFA_PORT": str(port),
        "TONGFA_SITE__NAME": "示范旗人民政府",
        "TONGFA_SITE__ORGANISER": "示范旗人民政府办公室",
        "TONGFA_SITE__DOMAIN": "www.shifanqi.example",
        "TONGFA_LOG__FORMAT": "json",
        **_practice(folder),
    }


def _practice(folder: Path) -> dict[str, str]:
    """Let the server start what an organ in practice posts to, on the ports that were taken for it."""
    kept = folder / "ports.json"
    ports = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if "practice_wechat" not in ports:  # a folder of an earlier version
        return {}
    return {
        "TONGFA_PRACTICE__PLATFORMS": "true",
        "TONGFA_PRACTICE__WECHAT_PORT": str(ports["practice_wechat"]),
        "TONGFA_PRACTICE__WEIBO_PORT": str(ports["practice_weibo"]),
    }


async def command(folder: Path, port: int, *arguments: str) -> str:
    """Run one `tongfa` command to its end and give what it printed; raises ChildFailed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli", *arguments),
        cwd=folder,
        env=environment(folder, port),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, error = await child.communicate()
    if child.returncode != 0:
        raise ChildFailed((out + error).decode(errors="replace").strip())
    return out.decode().strip()


class Child:
    """One command that serves until it is stopped; what it logs goes to a file beside the data."""

    def __init__(self, folder: Path, port: int, *arguments: str) -> None:
        """Take the command; nothing runs yet."""
        self._folder, self._port, self._arguments = folder, port, arguments
        self._log = folder / f"{arguments[0]}.log"
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it so that the kernel ends it together with this process."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid())),
                *(sys.executable, "-m", "server.cli", *self._arguments),
                cwd=self._folder,
                env=environment(self._folder, self._port),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the demo, which then stops its children in order
            )

    async def first_line(self) -> str:
        """Give the first line that it prints."""
        out = self._running().stdout or asyncio.StreamReader()
        async with asyncio.timeout(_SECONDS_TO_START):
            line = (await out.readline()).decode()
        if not line:
            raise ChildFailed(self.last_words())
        return line

    async def answers(self, url: str) -> None:
        """Wait until an address answers 200; raises ChildFailed when the command ends instead."""
        async with asyncio.timeout(_SECONDS_TO_START), aiohttp.ClientSession() as session:
            while True:
                if self._running().returncode is not None:
                    raise ChildFailed(self.last_words())
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Ask it to end, and insist after a while."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_SECONDS_TO_STOP):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def last_words(self) -> str:
        """Give the end of its log."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return f"tongfa {self._arguments[0]} 没有启动（{self._log}）：\n" + "\n".join(lines[-5:])

    def _running(self) -> Process:
        if self._process is None:
            raise ChildFailed(f"tongfa {self._arguments[0]} 还没有启动")
        return self._process
