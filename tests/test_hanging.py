"""What hangs is ended, and where it hangs is printed, in spite of the guard against blocking calls."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_timeout
from _pytest._io import TerminalWriter


def wait_in_a_thread(told: threading.Event) -> None:
    told.wait()


async def wait_on_the_loop() -> None:
    await asyncio.get_running_loop().create_future()


async def ask_somebody() -> None:
    await wait_on_the_loop()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[TerminalWriter]:
    with (tmp_path / "printed").open("w", encoding="utf-8") as printed:
        yield TerminalWriter(printed)


async def test_a_test_that_hangs_says_where_its_threads_and_tasks_stand(
    terminal: TerminalWriter, tmp_path: Path
):
    told = threading.Event()
    item = SimpleNamespace(config=SimpleNamespace(get_terminal_writer=lambda: terminal))
    asking = asyncio.create_task(ask_somebody(), name="asks")
    thread = threading.Thread(target=wait_in_a_thread, args=(told,))
    thread.start()
    await asyncio.sleep(0)
    try:
        with pytest.raises(pytest.fail.Exception, match="Timeout"):
            pytest_timeout.timeout_sigalrm(item, SimpleNamespace(disable_debugger_detection=True, timeout=1))
    finally:
        told.set()
        await asyncio.to_thread(thread.join)
        asking.cancel()
    await asyncio.to_thread(terminal.flush)
    printed = await asyncio.to_thread((tmp_path / "printed").read_text, "utf-8")
    for place in ("told.wait()", "await wait_on_the_loop()", "create_future()"):
        assert place in printed
