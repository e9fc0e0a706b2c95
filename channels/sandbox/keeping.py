"""Where a pretended platform keeps what it knows, so that a restart goes on where it stopped.

Without a folder everything stays in memory. No file is touched on the event loop.
"""

import asyncio
import os
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

State = TypeVar("State")


class StateFile(Generic[State]):
    """One JSON file with the whole state of one platform: the old one or the new one, never half of it."""

    def __init__(self, folder: Path | None, name: str, kind: type[State]) -> None:
        """Take the folder, None for memory alone, and the type of the state."""
        self._path = None if folder is None else folder / f"{name}.json"
        self._adapter: TypeAdapter[State] = _adapter_of(cast("Any", kind))
        self._turn = asyncio.Lock()
        self._changes = 0
        self._saved = 0

    async def load(self) -> State | None:
        """Give the state of the last run, None when there was none."""
        if self._path is None:
            return None
        body = await asyncio.to_thread(_read, self._path)
        try:
            return None if body is None else self._adapter.validate_json(body)
        except ValidationError as error:
            raise ValueError(f"not a state of the rehearsal platforms, move it away: {self._path}") from error

    def touch(self) -> None:
        """Say that the state has changed."""
        self._changes += 1

    async def save(self, state: State) -> None:
        """Write the state unless it stands on disk already; callers that wait together share one write."""
        wanted = self._changes
        if self._path is None or wanted == self._saved:
            return
        async with self._turn:
            if self._saved >= wanted:
                return
            changes, body = self._changes, self._adapter.dump_json(state)
            await asyncio.to_thread(_replace, self._path, body)
            self._saved = changes


class Files:
    """Pictures and other uploads, by name."""

    def __init__(self, folder: Path | None) -> None:
        """Take the folder, None for memory alone."""
        self._folder = folder
        self._memory: dict[str, bytes] = {}

    async def put(self, name: str, body: bytes) -> None:
        """Keep the bytes under a name that the platform made."""
        if self._folder is None:
            self._memory[name] = body
        else:
            await asyncio.to_thread(_replace, self._folder / name, body)

    async def get(self, name: str) -> bytes | None:
        """Give the bytes, None when there are none."""
        if self._folder is None:
            return self._memory.get(name)
        return await asyncio.to_thread(_read, self._folder / name)


@cache
def _adapter_of(kind: Any) -> TypeAdapter[Any]:
    """Make what reads and writes a state; making it takes longer than anything else at a start."""
    return TypeAdapter(kind)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _replace(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
