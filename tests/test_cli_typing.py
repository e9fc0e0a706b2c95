"""What an operator types at a terminal: questions in Chinese, and nothing that is secret shown."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def at_a_terminal(*arguments: str, lines: tuple[str, ...]) -> str:
    """Run a command at a terminal, type a line at each question; gives what stood on the screen."""
    screen, terminal = os.openpty()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TONGFA_")}
    with subprocess.Popen(
        [sys.executable, "-m", "server.cli", *arguments],
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        env={**kept, "PYTHONPATH": str(ROOT)},
    ):  # fmt: skip
        os.close(terminal)
        shown, left = b"", list(lines)
        while True:
            try:
                shown += os.read(screen, 4096)
            except OSError:  # how a terminal says that nobody writes to it any more
                break
            if left and shown.endswith(b": "):
                os.write(screen, left.pop(0).encode() + b"\n")
    os.close(screen)
    return shown.decode()


@pytest.mark.slow
@pytest.mark.usefixtures("migrated_folder")
def test_a_password_is_typed_twice_until_it_is_the_same():
    at_a_terminal("org", "add", "01506DEMO", "示范旗人民政府办公室", lines=())
    lines = ("Ping-An-2026", "Ping-An-2027", "Ping-An-2026", "Ping-An-2026")
    shown = at_a_terminal("user", "add", "li", "李", "--grant", "chief@01506DEMO", lines=lines)
    assert (shown.count("再输入一次"), shown.count("两次输入的不一样")) == (2, 1)
    assert "已添加人员 li" in shown
    assert "Ping-An" not in shown
