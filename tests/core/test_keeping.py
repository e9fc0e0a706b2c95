"""A whole office is backed up while it works, and put back all or not at all."""

import asyncio
import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.docroot import FolderRoot
from channels.registry import LIMITS
from server.core.ids import new_id
from server.core.keeping import CannotKeep, Restored, backup, restore
from server.core.occupancy import Occupied, is_half, mark_half, occupied
from server.core.parcel import MANIFEST, BadArchive, check_archive
from server.core.restored import Doubts
from server.core.verify import verify_files, verify_rows
from server.store.blobs import Blobs
from server.store.dumps import DumpFailed
from server.store.media import MediaRow, put_media
from server.store.tx import Store
from tests.conftest import Hand, new_database
from tests.house import House, open_house

AT = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@dataclass
class Office:
    """A house with items, and a data folder with pages, media and a key."""

    house: House
    store: Store
    var: Path
    blobs: Blobs


@pytest.fixture
async def office(store: Store, now: Hand, tmp_path: Path) -> AsyncIterator[Office]:
    var = tmp_path / "var"
    blobs = Blobs(var / "media", limit=1000)
    sha256 = await blobs.put(b"a file")
    root = FolderRoot(var / "site")
    async with root.turn():
        await root.put("index.html", b"<p>the front page</p>" * 20)
        await root.put("a/1.html", b"<p>an article</p>")
    await asyncio.to_thread((var / "secret.key").write_bytes, b"the key of the vault")
    async with open_house(store, now, new_id) as house:
        async with store.begin() as tx:
            await put_media(tx, MediaRow(sha256, "text/plain", 6, None, None), by=house.author, at=AT)
        for title in ("第一条", "第二条", "第三条"):
            await house.published(("website", "weibo"), title=title)
        yield Office(house, store, var, blobs)


@pytest.fixture
async def elsewhere(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database of the same kind."""
    store = Store(await new_database(engine, request, tmp_path / "elsewhere"))
    yield store
    await store.close()


async def backed_up(office: Office, folder: Path) -> Path:
    target = folder / "backup.tar"
    await backup(office.store, office.var, target, at=AT, version="0")
    return target


async def put_back(store: Store, folder: Path, source: Path, *, force: bool = False) -> Restored:
    return await restore(store, folder / "elsewhere", source, LIMITS, at=AT, force=force, new_id=new_id)


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


async def items_of(store: Store) -> int:
    async with store.read() as tx:
        return int((await tx.exec_driver_sql("SELECT count(*) FROM items")).scalar_one())


async def test_what_is_restored_is_the_office_that_was_backed_up(
    office: Office, elsewhere: Store, tmp_path: Path
):
    done = await put_back(elsewhere, tmp_path, await backed_up(office, tmp_path))
    assert await items_of(elsewhere) == 3
    assert await verify_rows(elsewhere) == ()
    assert await verify_files(elsewhere, Blobs(tmp_path / "elsewhere" / "media", limit=1000)) == ()
    assert (done.aside, done.doubts) == (None, Doubts(0, 0))
    for folder in ("site", "media"):
        before = await asyncio.to_thread(files, office.var / folder)
        assert before
        assert await asyncio.to_thread(files, tmp_path / "elsewhere" / folder) == before


async def test_a_page_keeps_its_compressed_siblings(office: Office, elsewhere: Store, tmp_path: Path):
    """They are given out only while they carry the stamp of the plain file (channels/docroot.py)."""
    await put_back(elsewhere, tmp_path, await backed_up(office, tmp_path))
    page = tmp_path / "elsewhere" / "site" / "index.html"
    stamps = [await asyncio.to_thread(os.stat, f"{page}{ending}") for ending in ("", ".gz", ".br")]
    assert len({stamp.st_mtime_ns for stamp in stamps}) == 1


async def test_the_key_is_not_in_the_backup(office: Office, tmp_path: Path):
    target = await backed_up(office, tmp_path)
    assert not [m.path for m in (await asyncio.to_thread(check_archive, target)).members if "key" in m.path]
    assert b"the key of the vault" not in await asyncio.to_thread(target.read_bytes)


async def test_only_its_owner_can_read_a_backup(office: Office, tmp_path: Path):
    target = await backed_up(office, tmp_path)
    assert (await asyncio.to_thread(target.stat)).st_mode & 0o077 == 0


async def test_a_backup_overwrites_no_file(office: Office, tmp_path: Path):
    target = await backed_up(office, tmp_path)
    with pytest.raises(CannotKeep, match="已经存在"):
        await backup(office.store, office.var, target, at=AT, version="0")


async def test_a_backup_that_fails_leaves_nothing(office: Office, tmp_path: Path):
    folder = tmp_path / "full"
    await asyncio.to_thread(folder.mkdir)
    blob = office.var / "media" / "ab" / ("ab" * 32)
    await asyncio.to_thread(blob.mkdir, parents=True)  # a folder where a file should be
    with pytest.raises(OSError, match="directory"):
        await backup(office.store, office.var, folder / "backup.tar", at=AT, version="0")
    assert await asyncio.to_thread(os.listdir, folder) == []


async def test_a_place_with_data_is_refused_and_left_as_it_is(office: Office, tmp_path: Path):
    target = await backed_up(office, tmp_path)
    before = await asyncio.to_thread(files, office.var / "site")
    with pytest.raises(CannotKeep, match="--force"):
        await restore(office.store, office.var, target, LIMITS, at=AT, force=False, new_id=new_id)
    assert await asyncio.to_thread(files, office.var / "site") == before
    assert await items_of(office.store) == 3


async def test_a_running_office_is_not_restored_over(office: Office, tmp_path: Path):
    target = await backed_up(office, tmp_path)
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, occupied(office.var))
        with pytest.raises(Occupied):
            await restore(office.store, office.var, target, LIMITS, at=AT, force=True, new_id=new_id)
    assert await items_of(office.store) == 3


async def test_a_database_that_others_use_is_not_restored_over(
    office: Office, database_url: str, tmp_path: Path
):
    """Processes on other machines hold no lock here, but PostgreSQL knows their connections."""
    target = await backed_up(office, tmp_path)
    if office.store.is_sqlite:
        return
    other = Store(database_url)
    async with other.read() as tx:
        await tx.exec_driver_sql("SELECT 1")
        with pytest.raises(CannotKeep, match="别的连接"):
            await restore(office.store, office.var, target, LIMITS, at=AT, force=True, new_id=new_id)
    await other.close()


async def test_force_puts_the_old_state_aside_and_deletes_nothing(
    office: Office, elsewhere: Store, tmp_path: Path
):
    target = await backed_up(office, tmp_path)
    await put_back(elsewhere, tmp_path, target)
    other = tmp_path / "elsewhere" / "site" / "only-here.html"
    await asyncio.to_thread(other.write_bytes, b"old")
    done = await put_back(elsewhere, tmp_path, target, force=True)
    assert done.aside is not None
    assert await asyncio.to_thread((done.aside / "site" / "only-here.html").read_bytes) == b"old"
    assert not await asyncio.to_thread(other.exists)
    assert await items_of(elsewhere) == 3
    if elsewhere.is_sqlite:
        assert await asyncio.to_thread((done.aside / "tongfa.db").is_file)
    else:
        async with elsewhere.read() as tx:
            kept = await tx.exec_driver_sql(
                f'SELECT count(*) FROM "{done.aside.name.replace("-", "_")}".items'
            )
            assert kept.scalar_one() == 3


async def test_a_restored_office_can_be_backed_up_again(office: Office, elsewhere: Store, tmp_path: Path):
    target = await backed_up(office, tmp_path)
    await put_back(elsewhere, tmp_path, target)
    await put_back(elsewhere, tmp_path, target, force=True)
    again = tmp_path / "again.tar"
    made = await backup(elsewhere, tmp_path / "elsewhere", again, at=AT, version="0")
    first = await asyncio.to_thread(check_archive, target)
    assert {m.path for m in made.members} == {m.path for m in first.members}


async def test_a_database_that_does_not_load_leaves_the_old_one(
    office: Office, elsewhere: Store, tmp_path: Path
):
    target = await backed_up(office, tmp_path)
    await put_back(elsewhere, tmp_path, target)
    name = "database/tongfa.db" if elsewhere.is_sqlite else "database/tongfa.dump"
    broken = tmp_path / "broken.tar"
    await asyncio.to_thread(rewrite, target, broken, {name: b"PGDMP nothing of the kind"})
    with pytest.raises(DumpFailed):
        await put_back(elsewhere, tmp_path, broken, force=True)
    assert await items_of(elsewhere) == 3
    assert await verify_rows(elsewhere) == ()


async def test_a_restore_that_broke_off_is_done_again_without_force(
    office: Office, elsewhere: Store, tmp_path: Path
):
    target = await backed_up(office, tmp_path)
    await put_back(elsewhere, tmp_path, target)

    await asyncio.to_thread(mark_half, tmp_path / "elsewhere")
    await asyncio.to_thread(shutil.rmtree, tmp_path / "elsewhere" / "site")
    await put_back(elsewhere, tmp_path, target)
    assert not await asyncio.to_thread(is_half, tmp_path / "elsewhere")
    assert await asyncio.to_thread((tmp_path / "elsewhere" / "site" / "index.html").is_file)


async def test_a_backup_of_the_other_engine_is_refused(office: Office, elsewhere: Store, tmp_path: Path):
    target = await backed_up(office, tmp_path)
    mine, other = ("db", "dump") if elsewhere.is_sqlite else ("dump", "db")
    foreign = tmp_path / "foreign.tar"
    await asyncio.to_thread(
        rewrite, target, foreign, {}, lambda n: n.replace(f"tongfa.{mine}", f"tongfa.{other}")
    )
    with pytest.raises(CannotKeep, match="不能恢复"):
        await put_back(elsewhere, tmp_path, foreign)


async def test_a_backup_of_a_newer_version_is_refused(office: Office, elsewhere: Store, tmp_path: Path):
    target = await backed_up(office, tmp_path)
    newer = tmp_path / "newer.tar"
    await asyncio.to_thread(rewrite, target, newer, {}, None, {"schema": "9999"})
    with pytest.raises(CannotKeep, match="更新的版本"):
        await put_back(elsewhere, tmp_path, newer)


@pytest.mark.parametrize("made_at", ["yesterday", "2026-11-25T04:00:00"])
async def test_a_backup_that_does_not_say_when_it_was_made_is_refused(
    office: Office, elsewhere: Store, tmp_path: Path, made_at: str
):
    """What is looked for afterwards is looked for since then."""
    timeless = tmp_path / "timeless.tar"
    target = await backed_up(office, tmp_path)
    await asyncio.to_thread(rewrite, target, timeless, {}, None, {"made_at": made_at})
    with pytest.raises(BadArchive, match="清单"):
        await put_back(elsewhere, tmp_path, timeless)


def rewrite(
    source: Path,
    target: Path,
    bodies: dict[str, bytes],
    rename: Callable[[str], str] | None = None,
    told: dict[str, object] | None = None,
) -> None:
    """Write a backup again with other members and a manifest that agrees."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        manifest = {}
        listed = []
        for info in old:
            taken = old.extractfile(info)
            assert taken is not None
            body = bodies.get(info.name, taken.read())
            if info.name == MANIFEST:
                manifest = json.loads(body)
                continue
            name = rename(info.name) if rename else info.name
            add(new, name, body)
            listed.append(
                {"path": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest(), "mtime_ns": 0}
            )
        add(new, MANIFEST, json.dumps({**manifest, "members": listed, **(told or {})}).encode())


def add(tar: tarfile.TarFile, name: str, body: bytes, **more: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(body)
    for key, value in more.items():
        setattr(info, key, value)
    tar.addfile(info, io.BytesIO(body))
