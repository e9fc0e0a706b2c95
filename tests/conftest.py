"""What every test stands on: no blocking call on the loop, time moved by hand, a real database each."""

import asyncio
import gc
import os
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import asyncpg
import pytest
import pytest_timeout
import structlog
from argon2 import PasswordHasher
from blockbuster import BlockBuster, blockbuster_ctx
from hypothesis import settings
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.security import passwords
from server.store import tx
from server.store.schema import migrate
from server.store.tx import Store
from tests import hanging, programs

# Drawing a line for every request would take a good part of the suite's time.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("info"))


# A machine at work on three tests at once is no fault of the code that is tried.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

_ROOM = 2 << 30
_ALWAYS_ON_BOTH = ("store",)
_LONG = ("wire", "test_demo.py", "browser", "faults", "test_walk.py")


def pytest_configure() -> None:
    """Have pytest-timeout tell of the tasks too, and collect no garbage where only what stays is made."""
    pytest_timeout.dump_stacks = hanging.dump_stacks
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: at the end one of them would hold everybody up.

    What runs on both databases alike, or in windows of both widths, runs in one of them by default; the other
    run belongs to the slow tests.
    """
    here = Path(__file__).parent
    rank = {name: place for place, name in enumerate(_LONG)}
    for item in _second_of_two(items):
        item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: rank.get(item.path.relative_to(here).parts[0], len(_LONG)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Look for the programs that a test asks before anything is built for it."""
    programs.look_for(item)


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what stays: going through it again took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    gc.enable()


def _second_of_two(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Give one of the two runs of each test for both databases or both widths of the window, by its name."""
    runs: dict[str, list[pytest.Item]] = {}
    for item in items:
        told = getattr(item, "callspec", None)
        room = item.path.relative_to(Path(__file__).parent).parts[0]
        if told is None:
            continue
        if "engine" in told.params and room not in _ALWAYS_ON_BOTH:
            runs.setdefault(item.nodeid.replace(told.params["engine"], "", 1), []).append(item)
        elif "window" in told.params:
            runs.setdefault(re.sub("phone|desk", "", item.nodeid), []).append(item)
    for name, run in runs.items():
        if len(run) == 2:
            yield run[crc32(name.encode()) % 2]


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """Let the engines of all tests share what SQLAlchemy made of each statement.

    It keeps that for each engine and its dialect; with a database for each test it would always begin anew.
    """
    known: dict[str, tuple[Any, Any]] = {}

    def make_and_share(url: str, **more: Any) -> AsyncEngine:
        engine = create_async_engine(url, **more)
        inner = engine.sync_engine
        if found := known.get(inner.dialect.name):
            inner.dialect, inner._compiled_cache = found
            inner.pool._dialect = inner.dialect
        else:
            # A dialect knows its database only once it has met one; some engines never connect.
            ready = (inner.dialect, inner._compiled_cache)
            met = lambda *_connection: known.setdefault(inner.dialect.name, ready)  # noqa: E731
            event.listen(inner.pool, "connect", met)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tx, "create_async_engine", make_and_share)
        yield


@pytest.fixture(autouse=True)
def _nothing_blocks_the_loop() -> Iterator[BlockBuster]:
    with blockbuster_ctx() as guard:
        # Two look-ups in libraries, once per engine or connection: a path made absolute, a password file.
        for stat in ("os.stat", "os.path.abspath", "io.TextIOWrapper.read", "io.BufferedReader.read"):
            guard.functions[stat].can_block_in("asyncpg/connect_utils.py", {"_parse_connect_dsn_and_args"})
            guard.functions[stat].can_block_in("sqlite/pysqlite.py", {"create_connect_args"})
        for function in guard.functions.values():  # what hangs is told of from the loop that hangs
            function.can_block_in("pytest_timeout.py", {"timeout_sigalrm"})
        yield guard


class Hand:
    """A clock moved by hand."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> datetime:
        self.moment += timedelta(**by)
        return self.moment


class Ids:
    """Ids in the order they were asked for."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> str:
        self.given += 1
        return f"{self.given:016d}"


@pytest.fixture
def now() -> Hand:
    return Hand(datetime(2026, 11, 25, 2, 0, tzinfo=UTC))  # Wednesday, 10:00 in Shanghai


@pytest.fixture
def new_id() -> Ids:
    return Ids()


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords quickly, where a test is about what follows a log-in or its refusal.

    `tests/security/test_passwords.py` holds how much work it is.
    """
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash(uuid.uuid4().hex))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run commands in, and nothing of the machine's own settings."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("TONGFA_") or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def migrated_folder(empty_folder: Path, sqlite_template: Path) -> Path:
    """An empty folder, but for a migrated database where commands look for it."""
    (empty_folder / "var").mkdir()
    shutil.copy(sqlite_template, empty_folder / "var" / "tongfa.db")
    return empty_folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own, with a migrated template."""
    folder = Path(tempfile.mkdtemp(prefix="tongfa-postgres-", dir=_memory()))
    try:
        with running_postgres(folder) as base:
            yield base
    finally:
        shutil.rmtree(folder)


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL in a folder; it refuses to run as root, so another user starts it."""
    tools = _postgres_tools()
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if become:
        shutil.chown(folder, "postgres")
    data, socket = folder / "data", folder / "run"
    run = lambda *args: subprocess.run([*become, *args], check=True, capture_output=True, cwd="/")  # noqa: E731
    run(str(tools / "initdb"), "-D", str(data), "-U", "tongfa", "-A", "trust", "--no-sync", "-E", "UTF8")
    run("mkdir", "-p", str(socket))
    # Nothing here must survive a power cut, and half of a test would go into syncing what it throws away.
    # Nor is anything tidied up: whoever does it is one more connection, to be counted at his own time.
    options = (
        f"-c listen_addresses='' -c unix_socket_directories={socket} -c max_connections=60"
        " -c fsync=off -c full_page_writes=off -c autovacuum=off"
    )
    run(str(tools / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        base = f"postgresql+asyncpg://tongfa@/{{}}?host={socket}"
        asyncio.run(_create_database(base.format("postgres"), "template_tongfa"))
        _migrate(base.format("template_tongfa"))
        yield base
    finally:
        run(str(tools / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which database: every core test runs on both."""
    request.getfixturevalue({"sqlite": "sqlite_template", "postgresql": "postgres"}[request.param])
    return request.param


@pytest.fixture
def database_folder(tmp_path: Path) -> Iterator[Path]:
    """Where SQLite puts a test's database: in memory, as far as there is room.

    Nothing of it must survive a power cut, and most of a test with many commits would go into syncing a disk.
    """
    memory = _memory()
    folder = tmp_path if memory is None else Path(tempfile.mkdtemp(prefix="tongfa-sqlite-", dir=memory))
    yield folder
    if folder != tmp_path:
        shutil.rmtree(folder)


@pytest.fixture
async def database_url(
    engine: str, request: pytest.FixtureRequest, database_folder: Path
) -> AsyncIterator[str]:
    """The address of a migrated database that only this test uses."""
    url = await migrated_database(engine, request, database_folder)
    yield url
    if engine == "postgresql":
        await drop_postgres(request.getfixturevalue("postgres"), url)


async def migrated_database(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Give the address of a migrated database without a row."""
    if engine == "sqlite":
        path = folder / "tongfa.db"
        template = request.getfixturevalue("sqlite_template")
        await asyncio.to_thread(shutil.copy, template, path)
        return f"sqlite+aiosqlite:///{path}"
    return await migrated_postgres(request.getfixturevalue("postgres"))


async def migrated_postgres(base: str) -> str:
    """Give the address of a migrated database without a row on the server of the tests."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    await _create_database(base.format("postgres"), name, template="template_tongfa")
    return base.format(name)


async def drop_postgres(base: str, url: str) -> None:
    """Take such a database away."""
    await _drop_database(base.format("postgres"), make_url(url).database or "")


async def new_database(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Give the address of an empty database without tables."""
    if engine == "sqlite":
        await asyncio.to_thread(folder.mkdir)
        return f"sqlite+aiosqlite:///{folder / 'tongfa.db'}"
    base: str = request.getfixturevalue("postgres")
    name = f"empty_{uuid.uuid4().hex[:12]}"
    await _create_database(base.format("postgres"), name)
    return base.format(name)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = Store(database_url)
    yield opened
    await opened.close()


async def _create_database(url: str, name: str, template: str = "template1") -> None:
    connection = await _connect(url)
    # Copying files is quicker than logging every page of them; before 15 there was no other way.
    how = "STRATEGY FILE_COPY" if connection.get_server_version().major >= 15 else ""
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}')
    finally:
        await connection.close()


async def _drop_database(url: str, name: str) -> None:
    connection = await _connect(url)
    try:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def _connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))


def _memory() -> Path | None:
    """Give a folder in memory with room for a server's files; None: the usual place for what is thrown away.

    A new database is a copy of some hundred files: on a disk half of a test goes into waiting for them.
    """
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and shutil.disk_usage(shared).free > _ROOM else None


def _migrate(url: str) -> None:
    async def run() -> None:
        opened = Store(url)
        await migrate(opened)
        await opened.close()

    asyncio.run(run())


def _postgres_tools() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        pytest.fail("PostgreSQL is not installed: `make test` installs it, or apt-get install postgresql")
    return found[-1]
