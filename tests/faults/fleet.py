"""An office of several processes: webs, workers and a clock on one PostgreSQL, one Valkey and one folder."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from tests.ports import free_port

_ROOT: Final = Path(__file__).resolve().parents[2]
_LAUNCHER: Final = _ROOT / "server" / "ephemeral" / "launcher.py"
_PATIENCE: Final = 120.0


@dataclass
class Process:
    """One process of the office; another one after every restart."""

    name: str
    role: str
    port: int | None
    log: Path
    running: asyncio.subprocess.Process


@dataclass
class Fleet:
    """The processes by name, and how each is started."""

    folder: Path
    database_url: str
    redis_url: str
    public_port: int
    processes: dict[str, Process] = field(default_factory=dict)

    def base_url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.processes[name].port}"

    async def start(self, name: str, role: str, port: int | None = None) -> None:
        """Start a process and wait until it is at work."""
        environment = self._environment() | ({"TONGFA_PORT": str(port)} if port else {})
        log = self.folder / f"{name}.{time.monotonic_ns()}.log"
        with log.open("wb") as written:
            running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid())),
                *(sys.executable, "-m", "server.cli", role),
                cwd=self.folder, env=environment, stdout=written, stderr=written,
            )  # fmt: skip
        self.processes[name] = Process(name, role, port, log, running)
        await self._begun(name)

    async def run(self, *command: str, **other: str) -> str:
        """Run a command of `tongfa` in this office, or with `other` settings; gives what it said."""
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.cli", *command),
            cwd=self.folder, env=self._environment() | other, stdout=PIPE, stderr=STDOUT,
        )  # fmt: skip
        said = (await asyncio.wait_for(running.communicate(), _PATIENCE))[0].decode()
        assert running.returncode == 0, (command, said)
        return said

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TONGFA_") and not k.endswith("_URL")}
        return {
            **kept,
            "PYTHONPATH": str(_ROOT),
            "TONGFA_VAR": str(self.folder),
            "TONGFA_DATABASE_URL": self.database_url,
            "TONGFA_REDIS_URL": self.redis_url,
            "TONGFA_PUBLIC_URL": f"http://127.0.0.1:{self.public_port}",
            "TONGFA_WORKER__POLL_SECONDS": "0.2",
            "TONGFA_WORKER__LEASE_SECONDS": "10",
            "TONGFA_WORKER__FINISH_SECONDS": "3",
        }

    async def stop(self, name: str) -> float:
        """End a process as an operator does; gives the seconds it took."""
        running, began = self.processes[name].running, time.monotonic()
        running.terminate()
        code = await asyncio.wait_for(running.wait(), _PATIENCE)
        assert code == 0, (name, code, await self.said(name))
        return time.monotonic() - began

    async def restart(self, name: str) -> float:
        """End a process and start it again; gives the seconds until it had ended."""
        took, known = await self.stop(name), self.processes[name]
        await self.start(name, known.role, known.port)
        return took

    async def said(self, name: str) -> str:
        return (await asyncio.to_thread(self.processes[name].log.read_text, errors="replace"))[-3000:]

    async def close(self) -> None:
        for known in self.processes.values():
            if known.running.returncode is None:
                known.running.terminate()
        for known in self.processes.values():
            await known.running.wait()

    async def _begun(self, name: str) -> None:
        ends, known = time.monotonic() + _PATIENCE, self.processes[name]
        while time.monotonic() < ends and known.running.returncode is None:
            if "role_started" in await self.said(name) and await _answers(known.port):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(await self.said(name))


async def _answers(port: int | None) -> bool:
    if port is None:
        return True
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/readyz") as answer,
        ):
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def open_fleet(database_url: str, redis_url: str, folder: Path) -> AsyncIterator[Fleet]:
    """Start two webs, three workers and a clock on a migrated database."""
    first, second = free_port(), free_port()
    fleet = Fleet(folder, database_url, redis_url, first)
    try:
        await fleet.start("web-1", "web", first)  # the first alone: it makes the keys of the folder
        async with asyncio.TaskGroup() as others:
            others.create_task(fleet.start("web-2", "web", second))
            for number in (1, 2, 3):
                others.create_task(fleet.start(f"worker-{number}", "worker"))
            others.create_task(fleet.start("clock", "clock"))
        yield fleet
    finally:
        await fleet.close()
