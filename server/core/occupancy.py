"""Who works in a data folder: any number of processes, or one restore; and whether a restore broke off.

A backup reads the database first and the files afterwards, so no file may go in between.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from server.store.durable import sync_folder

_LOCK: Final = "in-use.lock"
_FILES: Final = "files.lock"
_HALF: Final = "restoring"


class Occupied(Exception):
    """Somebody else works in the folder."""


class HalfRestored(Exception):
    """A restore broke off: what stands in the folder is neither the old state nor the new one."""


@contextmanager
def occupied(var: Path) -> Iterator[None]:
    """Work in a folder beside others. Raises Occupied during a restore, HalfRestored after a broken one."""
    with _locked(var, fcntl.LOCK_SH):
        refuse_half(var)
        yield


@contextmanager
def seized(var: Path) -> Iterator[None]:
    """Have a folder to oneself; raises Occupied while any process works in it."""
    with _locked(var, fcntl.LOCK_EX):
        yield


@contextmanager
def files_kept(var: Path) -> Iterator[None]:
    """Let no file of the folder be taken away; waits while some are, so begin it in a thread."""
    with _locked(var, fcntl.LOCK_SH, name=_FILES, waits=True):
        yield


@contextmanager
def files_may_go(var: Path) -> Iterator[None]:
    """Take files of the folder away; raises Occupied while a backup reads them, or another takes some."""
    with _locked(var, fcntl.LOCK_EX, name=_FILES):
        yield


def refuse_half(var: Path) -> None:
    """Raise HalfRestored when a restore broke off here."""
    if is_half(var):
        raise HalfRestored


def is_half(var: Path) -> bool:
    """Say whether a restore broke off here."""
    return (var / _HALF).exists()


def mark_half(var: Path) -> None:
    """Write down that a restore has begun to change what is here; durable when it returns."""
    (var / _HALF).touch()
    sync_folder(var)


def unmark_half(var: Path) -> None:
    """Write down that what is here is whole."""
    (var / _HALF).unlink()
    sync_folder(var)


@contextmanager
def _locked(var: Path, kind: int, *, name: str = _LOCK, waits: bool = False) -> Iterator[None]:
    handle = os.open(var / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            # The kernel lets go of it when the process dies.
            fcntl.flock(handle, kind if waits else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied from None
        yield
    finally:
        os.close(handle)
