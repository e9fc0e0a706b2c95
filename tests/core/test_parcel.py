"""A backup file is believed only when every member of it is as it was written; hostile ones are refused."""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from server.core.parcel import MANIFEST, BadArchive, check_archive, unpack, write_archive

DATABASE = "database/tongfa.db"
MADE_AT = "2026-11-30T03:00:00+00:00"


def archive(
    path: Path, members: list[tuple[str, bytes, dict[str, Any]]], named: Any = None, **changes: Any
) -> Path:
    """Write a tar with a manifest that agrees with its members."""
    listed = [
        {"path": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest(), "mtime_ns": 0}
        for name, body, _more in members
    ]
    told = {"format": 1, "made_at": MADE_AT, "version": "", "schema": "0001"} | changes
    told["members"] = listed if named is None else named
    with tarfile.open(path, "w") as tar:
        for name, body, more in [*members, (MANIFEST, json.dumps(told).encode(), {})]:
            info = tarfile.TarInfo(name)
            info.size = len(body)
            for key, value in more.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(body))
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A backup as we write it."""
    site = tmp_path / "page.html"
    site.write_bytes(b"<p>" * 1000)
    database = tmp_path / "db"
    database.write_bytes(b"rows")
    path = tmp_path / "good.tar"
    with path.open("wb") as target:
        files = [(DATABASE, database), ("site/a/一.html", site), ("site/gone.html", tmp_path / "gone")]
        write_archive(target, files, made_at=MADE_AT, version="0", schema="0001")
    return path


def test_what_was_written_is_read_back(good: Path, tmp_path: Path):
    manifest = check_archive(good)
    unpack(good, manifest, tmp_path / "out")
    assert (tmp_path / "out" / "site/a/一.html").read_bytes() == b"<p>" * 1000
    assert manifest.database == "tongfa.db"


def test_a_file_that_vanished_is_left_out(good: Path):
    assert [member.path for member in check_archive(good).members] == [DATABASE, "site/a/一.html"]


@pytest.mark.parametrize("kept", [10, 600, 2000, 4000, 5200])
def test_a_file_that_was_cut_off_is_refused(good: Path, kept: int):
    good.write_bytes(good.read_bytes()[:kept])
    with pytest.raises(BadArchive):
        check_archive(good)


@pytest.mark.parametrize("near", [b"rows", b"<p><p>", b"database/", b'"sha256": "', b'"schema"'])
def test_a_byte_that_changed_is_found(good: Path, near: bytes):
    body = bytearray(good.read_bytes())
    body[body.index(near) + len(near) - 1] ^= 1
    good.write_bytes(body)
    with pytest.raises(BadArchive):
        check_archive(good)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("../outside", {}),
        ("site/../../outside", {}),
        ("/etc/passwd", {}),
        ("site//double", {}),
        ("site/.lock", {}),
        ("site/a\\b", {}),
        ("site/a\nb", {}),
        ("media/zz/short", {}),
        ("secret.key", {}),
        ("database/other.db", {}),
        ("site/link", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}),
        ("site/hard", {"type": tarfile.LNKTYPE, "linkname": DATABASE}),
        ("site/pipe", {"type": tarfile.FIFOTYPE}),
        ("site/device", {"type": tarfile.CHRTYPE}),
        ("site/folder", {"type": tarfile.DIRTYPE}),
    ],
)
def test_a_member_that_is_none_of_ours_is_refused(tmp_path: Path, name: str, more: dict[str, Any]):
    path = archive(tmp_path / "bad.tar", [(DATABASE, b"rows", {}), (name, b"", more)])
    with pytest.raises(BadArchive, match="不该有"):
        check_archive(path)


def test_a_name_that_stands_twice_is_refused(tmp_path: Path):
    path = archive(tmp_path / "bad.tar", [(DATABASE, b"rows", {}), (DATABASE, b"rows", {})])
    with pytest.raises(BadArchive, match="两个"):
        check_archive(path)


def test_a_member_that_the_manifest_does_not_name_is_refused(tmp_path: Path):
    path = archive(tmp_path / "bad.tar", [(DATABASE, b"rows", {}), ("site/x.html", b"x", {})], named=[])
    with pytest.raises(BadArchive):
        check_archive(path)  # it names nothing at all


def test_a_backup_without_a_database_is_refused(tmp_path: Path):
    with pytest.raises(BadArchive, match="数据库"):
        check_archive(archive(tmp_path / "bad.tar", [("site/x.html", b"x", {})]))


def test_a_format_that_nobody_knows_is_refused(tmp_path: Path):
    with pytest.raises(BadArchive, match="格式"):
        check_archive(archive(tmp_path / "bad.tar", [(DATABASE, b"rows", {})], format=2))


@pytest.mark.parametrize("body", [b"", b"not a tar", b"\0" * 10240, b"SQLite format 3\0" * 100])
def test_any_other_file_is_refused(tmp_path: Path, body: bytes):
    path = tmp_path / "other"
    path.write_bytes(body)
    with pytest.raises(BadArchive):
        check_archive(path)


def test_a_backup_that_changes_between_check_and_unpacking_is_refused(good: Path, tmp_path: Path):
    manifest = check_archive(good)
    body = bytearray(good.read_bytes())
    body[body.index(b"rows")] ^= 1
    good.write_bytes(body)
    with pytest.raises(BadArchive, match="变了"):
        unpack(good, manifest, tmp_path / "out")
