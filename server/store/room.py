"""Whether the disk beneath the data takes what is written, and how an error of a full one is known."""

import errno
import sqlite3
import time
from collections.abc import Callable
from typing import Final

import structlog

_REMEMBERED: Final = 90.0
"""So long a refusal counts: a clock tries to write every minute, so a disk that stays full stays known."""
_OF_SQLITE: Final = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE,  # a quota, or a limit on a file's size; a broken disk as well
    sqlite3.SQLITE_IOERR_SHMSIZE,  # the shared memory beside the log of writes has no room to grow
)
_OF_SYSTEM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OF_POSTGRESQL: Final = "53100"  # disk_full

log = structlog.get_logger(__name__)


def is_full(error: BaseException | None) -> bool:
    """Say whether a driver's or the system's error means that nothing more can be written."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) in _OF_SQLITE
    if isinstance(error, OSError):
        return error.errno in _OF_SYSTEM
    return getattr(error, "sqlstate", None) == _OF_POSTGRESQL


class Room:
    """What this process has seen of the disk; asked by /readyz."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        """Take what counts seconds."""
        self._ticks, self._refused_at = ticks, -_REMEMBERED

    @property
    def is_full(self) -> bool:
        """Whether a write was refused lately."""
        return self._ticks() - self._refused_at < _REMEMBERED

    def refused(self, reason: str) -> None:
        """Remember that a write was refused; an alarm in the log begins each time of need."""
        if not self.is_full:
            log.critical("disk_full", reason=reason, act="free some room where the data lies")
        self._refused_at = self._ticks()
