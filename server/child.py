"""A child process for a parser: it limits itself before it looks at a byte, and is ended in time."""

import asyncio
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import BinaryIO, Final

CPU_SECONDS: Final = 25
MEMORY: Final = 1_500_000_000


async def ask_child(module: str, *words: str, body: bytes, seconds: float) -> bytes | None:
    """Give what a module says on its standard output to the bytes on its input; None when it failed."""
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
