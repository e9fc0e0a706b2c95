"""Backup and restore of a whole office: database, media and document root, as one file.

The key that opens the sealed secrets is not in it (deploy/README.md): with both, the accounts are anybody's.
"""

import asyncio
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from channels.contract import Limits
from server.core.occupancy import files_kept, is_half, mark_half, seized, unmark_half
from server.core.parcel import Manifest, check_archive, unpack, write_archive
from server.core.restored import Doubts, doubt_unsent
from server.store.dumps import (
    DumpFailed,
    check_sqlite,
    count_others,
    dump,
    dump_name,
    engine_of,
    is_empty,
    load,
)
from server.store.durable import sync_folder
from server.store.jobs import JobRow, write_run
from server.store.schema import knows_revision, migrate, revision_of
from server.store.tx import Store

_BLOB: Final = re.compile(r"[0-9a-f]{64}")
FOLDERS: Final = ("media", "site")
BACKUP: Final = "backup"
"""Under which name the last backup stands among the jobs."""


class CannotKeep(Exception):
    """Nothing was done; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, where the old state is now (None when there was none), and what is in doubt."""

    manifest: Manifest
    aside: Path | None
    doubts: Doubts


async def backup(store: Store, var: Path, target: Path, *, at: datetime, version: str) -> Manifest:
    """Write a backup while the office works on, and note that there is one.

    Nothing is left of one that fails. Raises CannotKeep, DumpFailed and OSError.
    """
    await asyncio.to_thread(_refuse_target, target, var)
    schema = await revision_of(store)
    if schema is None:
        raise CannotKeep("数据库是空的，没有可备份的内容")
    dumped, part = (target.with_name(f".{target.name}.{what}") for what in ("database", "part"))
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, files_kept(var))
        stack.push_async_callback(asyncio.to_thread, _remove, dumped, part)
        await asyncio.to_thread(_make_private, dumped)
        await dump(store, dumped)  # before the files, so that it names none that the backup does not have
        manifest = await asyncio.to_thread(
            _write, part, target, _files(dump_name(store), dumped, var), at.isoformat(), version, schema
        )
    done = JobRow(BACKUP, at, at, "done", len(manifest.members), None, 0, 0, None)
    await store.write(lambda tx: write_run(tx, done))
    return manifest


async def restore(
    store: Store,
    var: Path,
    source: Path,
    limits: Mapping[str, Limits],
    *,
    at: datetime,
    force: bool,
    new_id: Callable[[], str],
) -> Restored:
    """Put a backup in the place of what is here; the old state is put aside, nothing is deleted.

    Everything is checked and unpacked before anything changes. Before anything may start here, the database
    has the newest schema, and what may have gone out since the backup is doubted. Raises CannotKeep,
    BadArchive, DumpFailed, Occupied and OSError.
    """
    manifest = await asyncio.to_thread(check_archive, source)
    await _refuse_foreign(store, manifest)
    await asyncio.to_thread(var.mkdir, parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, seized(var))
        is_new = await is_empty(store) and await asyncio.to_thread(_has_no_files, var)
        if not (is_new or force or await asyncio.to_thread(is_half, var)):
            raise CannotKeep("这里已有数据：请换一个空的位置，或者用 --force（旧数据会移到一旁）")
        if not is_new and await count_others(store):
            raise CannotKeep("数据库还有别的连接：请先停止所有 tongfa 进程")
        aside = var / f"replaced-{at:%Y%m%d-%H%M%S}"
        staged = var / f".restore-{secrets.token_hex(6)}"
        try:
            await asyncio.to_thread(unpack, source, manifest, staged)
            dumped = staged / "database" / manifest.database
            if store.is_sqlite:
                await asyncio.to_thread(check_sqlite, dumped)
            await asyncio.to_thread(aside.mkdir)
            await asyncio.to_thread(mark_half, var)
            try:
                await load(store, dumped, aside, keep=not is_new)
            except DumpFailed:
                await asyncio.to_thread(_undo, var, aside)
                raise
            await asyncio.to_thread(_swap_folders, var, staged, aside)
            await migrate(store)
            since = min(datetime.fromisoformat(manifest.made_at), at)
            doubts = await store.write(lambda tx: doubt_unsent(tx, limits, since=since, at=at, new_id=new_id))
            await asyncio.to_thread(unmark_half, var)
        finally:
            await asyncio.to_thread(shutil.rmtree, staged, ignore_errors=True)
        if is_new:
            await asyncio.to_thread(shutil.rmtree, aside)
    return Restored(manifest, None if is_new else aside, doubts)


async def _refuse_foreign(store: Store, manifest: Manifest) -> None:
    if manifest.database != dump_name(store):
        theirs, ours = engine_of(manifest.database), engine_of(dump_name(store))
        raise CannotKeep(f"这份备份来自 {theirs}，而这里设置的是 {ours}，不能恢复")
    if not await knows_revision(manifest.schema):
        raise CannotKeep("这份备份来自更新的版本：请先升级 tongfa，再恢复")


def _refuse_target(target: Path, var: Path) -> None:
    if target.exists():
        raise CannotKeep(f"文件 {target} 已经存在，请换一个名字")
    if not target.parent.is_dir():
        raise CannotKeep(f"没有文件夹 {target.parent}")
    if any(target.resolve().is_relative_to((var / folder).resolve()) for folder in FOLDERS):
        raise CannotKeep("备份不能放在网站目录或附件目录里")


def _make_private(path: Path) -> None:
    path.unlink(missing_ok=True)  # left over by a process that was killed
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _write(
    part: Path, target: Path, files: Iterator[tuple[str, Path]], made_at: str, version: str, schema: str
) -> Manifest:
    _make_private(part)
    with part.open("wb") as written:
        manifest = write_archive(written, files, made_at=made_at, version=version, schema=schema)
        written.flush()
        os.fsync(written.fileno())
    part.rename(target)
    sync_folder(target.parent)
    return manifest


def _files(database: str, dumped: Path, var: Path) -> Iterator[tuple[str, Path]]:
    """Give every file with its name in the backup, the database first."""
    yield f"database/{database}", dumped
    for path in sorted((var / "media").glob("??/*")):
        if _BLOB.fullmatch(path.name):
            yield f"media/{path.parent.name}/{path.name}", path
    site = var / "site"
    for folder, folders, names in os.walk(site):
        folders.sort()
        for name in sorted(names):
            if not name.startswith("."):  # our own notes, and pages being written
                path = Path(folder) / name
                yield f"site/{path.relative_to(site).as_posix()}", path


def _undo(var: Path, aside: Path) -> None:
    """Nothing has changed: the database's own restore is all or nothing, and it came first."""
    aside.rmdir()
    unmark_half(var)


def _has_no_files(var: Path) -> bool:
    return not any((var / folder).is_dir() and any((var / folder).iterdir()) for folder in FOLDERS)


def _swap_folders(var: Path, staged: Path, aside: Path) -> None:
    for folder in FOLDERS:
        if (var / folder).exists():
            (var / folder).rename(aside / folder)
        (staged / folder).mkdir(exist_ok=True)
        (staged / folder).chmod(0o700 if folder == "media" else 0o755)  # a web server reads the site alone
        (staged / folder).rename(var / folder)
    os.sync()


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
