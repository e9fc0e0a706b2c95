"""The whole database as one file: taken while it is in use, put back all or not at all.

SQLite is copied by its own online backup, PostgreSQL dumped and restored by its own programs.
"""

import asyncio
import os
import shutil
import sqlite3
from asyncio.subprocess import PIPE
from contextlib import closing
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import URL

from server.store.schema import has_tables
from server.store.tx import Store

SQLITE: Final = "tongfa.db"
POSTGRESQL: Final = "tongfa.dump"
_TOOLS: Final = Path("/usr/lib/postgresql")
_SIDES: Final = ("", "-wal", "-shm")


class DumpFailed(Exception):
    """The database could not be copied or put back; the message is a sentence for the operator."""


def dump_name(store: Store) -> str:
    """Give what the file is called, which also tells the engine."""
    return SQLITE if store.is_sqlite else POSTGRESQL


async def dump(store: Store, into: Path) -> None:
    """Copy the database as it is at one moment into a new file; writers go on. Raises DumpFailed."""
    url = store.engine.url
    if store.is_sqlite:
        await asyncio.to_thread(_copy_sqlite, _sqlite_path(url), into)
    else:
        # The schema alone: an older state that a restore left beside it is nobody's data any more.
        await _run("pg_dump", url, "--format=custom", "--schema=public", "--no-owner", f"--file={into}")


async def is_empty(store: Store) -> bool:
    """Say whether there is nothing that a restore would take the place of."""
    if store.is_sqlite and not await asyncio.to_thread(_sqlite_path(store.engine.url).exists):
        return True  # looking would make it
    return not await has_tables(store)


async def count_others(store: Store) -> int:
    """Give how many other connections the database has, 0 on SQLite, which does not know."""
    if store.is_sqlite:
        return 0
    async with store.read() as tx:
        others = await tx.execute(
            sa.text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
        )
        return int(others.scalar_one())


async def load(store: Store, dumped: Path, aside: Path, *, keep: bool) -> None:
    """Put a dump in the database's place and the old state aside; on failure the old one stands.

    On PostgreSQL the old state stays in the database, in a schema that is called like `aside`, unless there
    is nothing to `keep`.
    """
    if store.is_sqlite:
        await store.close()  # it opens again by itself
        await asyncio.to_thread(_swap_sqlite, _sqlite_path(store.engine.url), dumped, aside)
        return
    old = aside.name.replace("-", "_")
    async with store.begin() as tx:
        await tx.exec_driver_sql(f'ALTER SCHEMA public RENAME TO "{old}"')
        await tx.exec_driver_sql("CREATE SCHEMA public")
    try:
        options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner")
        name = store.engine.url.database or ""
        await _run("pg_restore", store.engine.url, *options, f"--dbname={name}", str(dumped))
    except DumpFailed:
        async with store.begin() as tx:
            await tx.exec_driver_sql("DROP SCHEMA public CASCADE")
            await tx.exec_driver_sql(f'ALTER SCHEMA "{old}" RENAME TO public')
        raise
    if not keep:
        async with store.begin() as tx:
            await tx.exec_driver_sql(f'DROP SCHEMA "{old}" CASCADE')


def check_sqlite(path: Path) -> None:
    """Raise DumpFailed for a file that is no whole SQLite database."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as copy:
            (said,) = copy.execute("PRAGMA integrity_check").fetchone()
            copy.execute("SELECT version_num FROM alembic_version")
    except sqlite3.DatabaseError as error:
        raise DumpFailed(f"备份里的数据库不完整：{error}") from error
    if said != "ok":
        raise DumpFailed("备份里的数据库不完整")


def _copy_sqlite(source: Path, into: Path) -> None:
    if not source.is_file():
        raise DumpFailed(f"没有数据库 {source}")
    try:
        with closing(sqlite3.connect(source, timeout=30)) as here, closing(sqlite3.connect(into)) as there:
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise DumpFailed(f"数据库复制失败：{error}") from error
    with into.open("rb") as copied:
        os.fsync(copied.fileno())
    check_sqlite(into)


def _swap_sqlite(place: Path, new: Path, aside: Path) -> None:
    """Put the old database aside with what SQLite keeps beside it, and the new one in its place."""
    draft = place.with_name(f".{place.name}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(new, draft)  # perhaps from another file system
        with draft.open("rb") as copied:
            os.fsync(copied.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DumpFailed(f"数据库写不进 {place.parent}：{error.strerror}") from error
    for side in reversed(_SIDES):  # the database itself last
        old = place.with_name(place.name + side)
        if old.exists():
            shutil.move(old, aside / (SQLITE + side))
    draft.replace(place)


def _sqlite_path(url: URL) -> Path:
    return Path(url.database or "")


async def _run(program: str, url: URL, *arguments: str) -> None:
    """Run a program of PostgreSQL's; address and password go by the environment, which others cannot read."""
    found = await asyncio.to_thread(_find, program)
    host = url.host or url.query.get("host")
    where = {
        "PGHOST": host if isinstance(host, str) else None,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    environment = {**os.environ, **{name: value for name, value in where.items() if value}}
    child = await asyncio.create_subprocess_exec(found, *arguments, stdout=PIPE, stderr=PIPE, env=environment)
    _said, complaint = await child.communicate()
    if child.returncode != 0:
        last = complaint.decode("utf-8", "replace").strip().splitlines()
        raise DumpFailed(f"{program} 没有完成：{last[0] if last else child.returncode}")


def _find(program: str) -> str:
    """Find the newest of its kind: one older than the server refuses to work with it."""
    versions = (path for path in _TOOLS.glob("*") if path.name.isdigit())
    for folder in sorted(versions, key=lambda path: int(path.name), reverse=True):
        if (folder / "bin" / program).is_file():
            return str(folder / "bin" / program)
    found = shutil.which(program)
    if found is None:
        raise DumpFailed(f"这台机器上没有 {program}：请安装与数据库同版本的 postgresql-client")
    return found


def engine_of(name: str) -> str:
    """Give the engine that a dump of this name is for."""
    return {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL"}[name]
