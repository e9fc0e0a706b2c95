"""A disk without room: known by the drivers' own errors, told of once, and nothing of it is half written."""

import asyncio
import errno
import sqlite3
from pathlib import Path

import asyncpg
import pytest
import structlog

from server.store.blobs import Blobs
from server.store.room import Room, is_full
from server.store.tx import StoreAway, StoreFull
from tests.disk import KIB, files_of_at_most


def _of_sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as the driver raises it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (_of_sqlite(sqlite3.SQLITE_FULL), True),
        (_of_sqlite(sqlite3.SQLITE_IOERR_WRITE), True),
        (_of_sqlite(sqlite3.SQLITE_BUSY), False),
        (asyncpg.exceptions.DiskFullError("no room"), True),
        (asyncpg.exceptions.TooManyConnectionsError("full in another way"), False),
        (OSError(errno.ENOSPC, "no room"), True),
        (OSError(errno.EDQUOT, "over the quota"), True),
        (ConnectionResetError(errno.ECONNRESET, "gone"), False),
        (None, False),
    ],
)
def test_a_full_disk_is_known_by_the_error_of_whoever_met_it(error: BaseException | None, full: bool):
    assert is_full(error) is full


def test_a_full_disk_raises_one_alarm_in_the_log_and_another_only_after_a_time_with_room():
    seconds = 1000.0
    room = Room(lambda: seconds)
    assert not room.is_full
    with structlog.testing.capture_logs() as lines:
        for _write in range(3):
            room.refused("no room")
            seconds += 60
        assert room.is_full
        seconds += 60
        assert not room.is_full
        room.refused("no room again")
    assert [(line["log_level"], line["event"]) for line in lines] == [("critical", "disk_full")] * 2


def test_a_file_without_room_is_refused_and_leaves_nothing_behind(tmp_path: Path):
    blobs = Blobs(tmp_path, limit=100 * KIB)
    with files_of_at_most(4 * KIB), pytest.raises(StoreFull):
        asyncio.run(blobs.put(b"x" * 50 * KIB))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert issubclass(StoreFull, StoreAway)
