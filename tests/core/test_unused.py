"""server/core/unused.py: what nothing uses goes after its term; what anything uses never does."""

import asyncio
import hashlib
import os
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from channels.item import Attachment, Override, Picture
from server.core.draft import create_item, revise_item
from server.core.evidence import record_evidence
from server.core.keeping import backup
from server.core.occupancy import files_kept, files_may_go
from server.core.unused import Attic, _remove, clear_attic
from server.core.withdraw import record_taken_down
from server.review.keeping import keep
from server.store.audit import Wanted, list_audit
from server.store.blobs import Blobs
from server.store.evidence import Evidence
from server.store.media import (
    MediaRow,
    Sight,
    Unused,
    count_unused,
    delete_unused,
    end_terms,
    find_media,
    is_stored,
    put_media,
)
from server.store.rows import NotThere
from server.store.texts import MediaText, put_text
from tests.conftest import Hand
from tests.house import House

TERM = timedelta(days=30)


@pytest.fixture
def attic(house: House, tmp_path: Path) -> Attic:
    return Attic(house.store, Blobs(tmp_path / "media", limit=1000), tmp_path, TERM)


async def bring(house: House, attic: Attic, name: str, *, by: str = "") -> str:
    """Do what `importing/intake.py` does with a file that is in order."""
    body = name.encode()
    sha256 = await attic.blobs.put(body)
    async with house.store.begin() as tx:
        row = MediaRow(sha256, "image/png", len(body), 4, 4)
        await put_media(tx, row, by=by or house.author, at=house.now())
    await attic.blobs.put_back(sha256, body)
    return sha256


async def what_stands(house: House, attic: Attic, hashes: dict[str, str]) -> set[str]:
    """Give the names of the files that are there, and hold row and bytes to one another."""
    found = set()
    for name, sha256 in hashes.items():
        async with house.store.read() as tx:
            known = await is_stored(tx, sha256)
        try:
            has_bytes = await attic.blobs.read(sha256) == name.encode()
        except KeyError:
            has_bytes = False
        assert known == has_bytes, name
        if known:
            found.add(name)
    return found


def picture_of(sha256: str) -> Picture:
    return Picture(sha256, "image/png", 4, 4, 4, "图")


def attached(sha256: str) -> Attachment:
    return Attachment(sha256, "a.png", "image/png", 4)


async def test_a_file_goes_after_its_term_unless_anything_at_all_has_it(
    house: House, attic: Attic, now: Hand
):
    names = ("picture", "attachment", "cover", "evidence", "takedown", "scratch", "again", "nothing")
    files = {name: await bring(house, attic, name) for name in names}
    body = f'<p>甲<img src="media:{files["picture"]}" alt="图"></p>'
    made = await house.published(
        ("website", "other"), body_html=body, pictures=(picture_of(files["picture"]),),
        attachments=(attached(files["attachment"]),),
        overrides=(Override("weibo", cover=picture_of(files["cover"])),),
    )  # fmt: skip
    async with house.store.begin() as tx:
        board = (await house.legs(made.id))["other"]
        proof = Evidence("一楼公告栏", now(), "张三", files["evidence"], None)
        await record_evidence(tx, board.id, proof, house.bench, by=house.author, at=now())
        await put_text(tx, files["nothing"], MediaText("no_text", ()), at=now())
    await house.corrected(made.id, overrides=())  # the newest version has none of the files any more
    await house.withdraw(made.id)
    await house.run_until_quiet()
    async with house.store.begin() as tx:
        down = (await house.legs(made.id))["other"]
        await record_taken_down(
            tx, down, "已揭下", house.bench, picture=files["takedown"], by=house.author, at=now()
        )

    now.move(days=20)
    await bring(house, attic, "again", by=house.chief)
    async with house.store.begin() as tx:
        fields = {"pairs": [["body", f'<img src="/console/media/{files["scratch"]}">']]}
        await keep(tx, house.author, "new", None, None, fields, after=0, most_bytes=9999, at=now())
    assert await clear_attic(attic, at=now()) == 0
    async with house.store.read() as tx:
        assert await count_unused(tx) == Unused(3, len("scratchagainnothing"))

    now.move(days=11)
    assert await clear_attic(attic, at=now()) == 1
    assert await what_stands(house, attic, files) == set(names) - {"nothing"}
    async with house.store.read() as tx:
        [told] = await list_audit(tx, Wanted(verb="media.delete"), limit=9)
    assert told.details == {"sha256": files["nothing"], "size": len("nothing")}

    now.move(days=20)
    assert await clear_attic(attic, at=now()) == 2
    assert await what_stands(house, attic, files) == set(names[:5])
    now.move(days=4000)
    assert await clear_attic(attic, at=now()) == 0
    assert await what_stands(house, attic, files) == set(names[:5])


async def test_what_is_taken_into_an_item_at_that_moment_stays(house: House, attic: Attic, now: Hand):
    sha256 = await bring(house, attic, "a")
    now.move(days=31)
    async with house.store.begin() as tx:
        draft = house.draft(attachments=(attached(sha256),))
        made = await create_item(tx, draft, by=house.author, at=now(), new_id=house.new_id)
        clearing = asyncio.create_task(clear_attic(attic, at=now()))
        assert not (await asyncio.wait((clearing,), timeout=0.1))[0]
    assert await clearing == 0
    assert await what_stands(house, attic, {"a": sha256}) == {"a"}
    async with house.store.read() as tx:
        assert await find_media(tx, sha256, Sight("another", frozenset({made.org.id}))) is not None


async def test_an_item_that_comes_too_late_for_a_file_is_refused_whole(house: House, attic: Attic, now: Hand):
    sha256 = await bring(house, attic, "a")
    made = await house.item()
    now.move(days=31)

    async def revise() -> None:
        draft = house.draft(attachments=(attached(sha256),))
        async with house.store.begin() as tx:
            await revise_item(tx, made.id, draft, by=house.author, at=now(), new_id=house.new_id)

    async with house.store.begin() as tx:
        await delete_unused(tx, await end_terms(tx, before=now(), limit=9))
        late = asyncio.create_task(revise())
        assert not (await asyncio.wait((late,), timeout=0.1))[0]
    with pytest.raises(NotThere):
        await late
    assert await _is_cleared(house, attic, sha256)


async def _is_cleared(house: House, attic: Attic, sha256: str) -> bool:
    return await _remove(attic, sha256) and await what_stands(house, attic, {"a": sha256}) == set()


async def test_whoever_brings_a_file_that_is_just_going_has_it(house: House, attic: Attic, now: Hand):
    files = {"a": await bring(house, attic, "a")}
    now.move(days=31)
    async with house.store.begin() as tx:  # the row is gone, its bytes are not yet
        await delete_unused(tx, await end_terms(tx, before=now(), limit=9))
    await bring(house, attic, "a")
    assert not await _remove(attic, files["a"])
    assert await what_stands(house, attic, files) == {"a"}

    other = {"b": await attic.blobs.put(b"b")}
    await _remove(attic, other["b"])  # between the bytes and the row
    async with house.store.begin() as tx:
        await put_media(tx, MediaRow(other["b"], "text/plain", 1, None, None), by=house.author, at=now())
    await attic.blobs.put_back(other["b"], b"b")
    assert await what_stands(house, attic, other) == {"b"}


async def test_bringing_and_clearing_at_once_leave_no_row_without_its_bytes(
    house: House, attic: Attic, now: Hand
):
    names = [f"file {number}" for number in range(6)]
    files = {name: await bring(house, attic, name) for name in names}
    now.move(days=31)
    await asyncio.gather(clear_attic(attic, at=now()), *(bring(house, attic, name) for name in names))
    assert await what_stands(house, attic, files) == set(names)


def beside(sha256: str) -> str:
    """Give the name of a file that lies in the same folder."""
    names = (f"known {number}" for number in count())
    return next(name for name in names if hashlib.sha256(name.encode()).hexdigest()[:2] == sha256[:2])


async def test_bytes_that_were_never_written_down_go_on_their_night(house: House, attic: Attic, now: Hand):
    sha256 = await attic.blobs.put(b"whoever brought this was cut off")
    folder = attic.var / "media" / sha256[:2]
    half = f".{sha256[:8]}.0123456789ab"
    await asyncio.to_thread((folder / half).write_bytes, b"ha")
    known = beside(sha256)
    files = {known: await bring(house, attic, known)}
    async with house.store.begin() as tx:
        draft = house.draft(attachments=(attached(files[known]),))
        await create_item(tx, draft, by=house.author, at=now(), new_id=house.new_id)
    for name in (sha256, half, files[known]):
        await asyncio.to_thread(os.utime, folder / name, (now().timestamp(), now().timestamp()))
    for _night in range(16):
        assert await clear_attic(attic, at=now()) == 0  # each of the folders, and the file is young
        now.move(days=1)
    now.move(days=15)
    assert sum([await clear_attic(attic, at=now() + timedelta(days=night)) for night in range(16)]) == 1
    assert await asyncio.to_thread(os.listdir, folder) == [files[known]]
    assert await what_stands(house, attic, files) == {known}


async def test_files_of_another_database_stay(house: House, attic: Attic, now: Hand):
    sha256 = await attic.blobs.put(b"of the office that this database does not know")
    now.moment = datetime.now(UTC) + timedelta(days=31)
    for _night in range(16):
        assert await clear_attic(attic, at=now()) == 0
        now.move(days=1)
    assert await attic.blobs.read(sha256)


def lay_beside(sha256: str, folder: Path) -> set[str]:
    """Put what is no file of ours beside one; give the names of all that lies there then."""
    linked, broken, whole = (folder / f"{sha256[:2]}{digit * 62}" for digit in "abc")
    linked.symlink_to(folder / sha256)
    broken.symlink_to(folder / "nothing")
    whole.mkdir()
    (folder / ".snapshot").mkdir()
    (folder / ".nfs0001").write_bytes(b"of the file system")
    return {path.name for path in folder.iterdir()}


async def test_what_lies_there_and_is_no_file_of_ours_stays_and_stops_nothing(tmp_path: Path):
    blobs = Blobs(tmp_path, limit=1000)
    sha256 = await blobs.put(b"old")
    folder, later = tmp_path / sha256[:2], datetime.now(UTC) + timedelta(hours=1)
    there = await asyncio.to_thread(lay_beside, sha256, folder)
    assert await blobs.list_old(int(sha256[:2], 16), before=later) == (sha256,)
    assert set(await asyncio.to_thread(os.listdir, folder)) == there


async def test_nothing_goes_while_a_backup_reads_the_files_and_a_backup_waits_for_what_goes(
    house: House, attic: Attic, now: Hand
):
    files = {"a": await bring(house, attic, "a")}
    now.move(days=31)
    with files_kept(attic.var):
        assert await clear_attic(attic, at=now()) == 0
    target = attic.var / "backup.tar"
    with files_may_go(attic.var):
        made = asyncio.create_task(backup(house.store, attic.var, target, at=now(), version="0"))
        assert not (await asyncio.wait((made,), timeout=0.1))[0]
    assert f"media/{files['a'][:2]}/{files['a']}" in {one.path for one in (await made).members}
    assert await clear_attic(attic, at=now()) == 1
