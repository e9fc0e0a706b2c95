"""How many streams of events a person may have open: the oldest ends when there is one too many."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MOST: Final = 6
"""Browsers of old give a site six connections in all; nobody watches more releases at a time."""


class Streams:
    """The open streams of a process, by person, oldest first."""

    def __init__(self) -> None:
        """Begin with none."""
        self._open: dict[str, list[asyncio.Event]] = {}

    @contextmanager
    def open(self, person_id: str) -> Iterator[asyncio.Event]:
        """Count a stream while it lasts; what is given is set when it has to make room for a newer one."""
        mine = self._open.setdefault(person_id, [])
        crowded = asyncio.Event()
        mine.append(crowded)
        for oldest in mine[:-MOST]:
            oldest.set()
        try:
            yield crowded
        finally:
            mine.remove(crowded)
            if not mine:
                self._open.pop(person_id, None)
