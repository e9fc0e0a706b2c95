"""Child processes for parsers: each limits itself before it looks at a byte, and is ended in time.

All that read files from outside share a few places of their process, whoever brought them: a hundred uploads
at once must not become a hundred children. What they share is handed on by the wiring.
"""

import asyncio
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import BinaryIO, Final

CPU_SECONDS: Final = 25
MEMORY: Final = 1_500_000_000  # bytes of address space
PLACES: Final = 2  # the office's machine has other work
PATIENCE: Final = 20.0  # seconds that a person waits for one of them


class NoPlace(Exception):
    """Every place was taken for as long as somebody was ready to wait."""


class Children:
    """The places for children in one process."""

    def __init__(self, *, places: int = PLACES, patience: float = PATIENCE) -> None:
        """Take how many children there may be at a time, and how long a person waits for a place."""
        self._room, self._patience = asyncio.Semaphore(places), patience

    async def ask(
        self, module: str, *words: str, body: bytes, seconds: float, is_patient: bool = False
    ) -> bytes | None:
        """Give what a module says on its standard output to the bytes on its input; None when it failed.

        Raises NoPlace when somebody waits in vain; what nobody waits for is patient, and waits its turn.
        """
        try:
            async with asyncio.timeout(None if is_patient else self._patience):
                await self._room.acquire()
        except TimeoutError:
            raise NoPlace from None
        try:
            return await _ask(module, *words, body=body, seconds=seconds)
        finally:
            self._room.release()


async def _ask(module: str, *words: str, body: bytes, seconds: float) -> bytes | None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", module, *words,
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            told, _nothing = await child.communicate(body)
    except TimeoutError:
        return None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return told if child.returncode == 0 else None


def limit_self() -> None:
    """Bound the time and the memory of this process; called by a child as the first thing it does."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def open_answer() -> BinaryIO:
    """Give a child's own way to whoever asked; whatever else is printed from now on does not get there.

    A line of the log among the bytes of a file would be published with it.
    """
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answer
