"""server/store/privacy.py: other users of the machine read the public site, and nothing else of ours."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.store.blobs import Blobs
from server.store.tx import Store


def open_to_others(folder: Path) -> list[str]:
    """Give what stands in a folder and any other user could get at."""
    return [
        one.relative_to(folder).as_posix()
        for one in sorted(folder.iterdir())
        if stat.S_IMODE(one.stat().st_mode) & 0o077
    ]


async def _write(folder: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{folder}/tongfa.db")
    async with store.begin() as tx:
        await tx.execute(sa.text("CREATE TABLE IF NOT EXISTS secrets (digest TEXT)"))
    assert await asyncio.to_thread(lambda: len(list(folder.glob("tongfa.db*")))) == 3
    assert await asyncio.to_thread(open_to_others, folder) == []
    await store.close()


async def test_nobody_else_reads_a_database_that_is_made_here(tmp_path: Path):
    await _write(tmp_path)


def _made_before(folder: Path) -> None:
    sqlite3.connect(folder / "tongfa.db").execute("CREATE TABLE secrets (digest TEXT)").connection.close()
    (folder / "tongfa.db").chmod(0o644)


async def test_a_database_that_stood_open_is_closed_to_others(tmp_path: Path):
    await asyncio.to_thread(_made_before, tmp_path)
    await _write(tmp_path)


@pytest.mark.parametrize("is_there", [False, True])
async def test_nobody_else_gets_at_the_files_that_editors_brought(tmp_path: Path, is_there: bool):
    if is_there:
        await asyncio.to_thread((tmp_path / "media").mkdir, 0o755)
    await Blobs(tmp_path / "media", limit=100).put(b"x")
    assert await asyncio.to_thread(open_to_others, tmp_path) == []
