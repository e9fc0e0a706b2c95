"""Where a test hangs: what pytest-timeout prints of it, with the tasks that wait on the loop."""

import asyncio
import traceback
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest_timeout
from _pytest._io import TerminalWriter

_dump_threads = pytest_timeout.dump_stacks


def dump_stacks(terminal: TerminalWriter) -> None:
    """Print the threads as pytest-timeout does, and each task of the loop that stood still.

    The stack of a thread that runs a loop ends where it waits for sockets; the tasks say what it waits for.
    """
    _dump_threads(terminal)
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:  # no loop runs here
        return
    for task in tasks:
        terminal.sep("~", title=f"Task {task.get_name()}")
        terminal.write("".join(traceback.format_list(traceback.StackSummary.extract(_frames(task)))))


def _frames(task: asyncio.Task[Any]) -> Iterator[tuple[FrameType, int]]:
    """Give the frames of what the task awaits, from the outermost to the one that stands still."""
    inner: Any = task.get_coro()
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        if frame is not None:
            yield frame, frame.f_lineno
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
