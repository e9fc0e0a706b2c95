"""The pretended platforms, met by clients from the registry that know nothing of us.

A client runs as a process in an environment of its own, with a driver from `clients/`: orders in as JSON on
its standard input, what it saw out as the last line of its output. Only the host it calls is replaced, from
outside the package.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from channels.sandbox.run import Sandbox, start_sandbox
from tests.programs import lacking

HERE: Final = Path(__file__).parent
ENVIRONMENTS: Final = HERE.parents[1] / "var" / "wire"
NEEDS: Final = {
    "wechatpy": ("wechatpy==2.0.0a26", "cryptography"),
    "wechat_publish": ("wechat-publish==1.0.1",),
    "werobot": ("WeRoBot==1.13.1", "cryptography"),
    "weibo": ("weibo==0.2.2",),
    "weibo_oauth": ("weibo-oauth==0.1.3", "requests"),
    "wechat_oa_mcp": ("wechat-oa-mcp-direct==0.2.0",),
}
Client = Callable[[str, dict[str, Any]], Awaitable[Any]]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    opened = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None,
        now=lambda: datetime.now(UTC), safe_domain="example.gov.cn",
    )  # fmt: skip
    opened.wechat.switch(job_seconds=0.2, mass_seconds=0.2)
    yield opened
    await opened.close()


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """Run a driver with its orders in the client's own environment; give what it saw."""

    async def run(name: str, orders: dict[str, Any]) -> Any:
        python = await asyncio.to_thread(python_with, name)
        child = await asyncio.create_subprocess_exec(
            str(python), str(HERE / "clients" / f"{name}.py"), cwd=tmp_path,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, trouble = await child.communicate(json.dumps(orders).encode())
        assert child.returncode == 0, trouble.decode()[-2000:]
        return json.loads(out.decode().splitlines()[-1])

    return run


def python_with(name: str) -> Path:
    """Give the Python of a client's environment, made once; skips the test where it cannot be installed."""
    home = ENVIRONMENTS / name
    stamp, wanted = home / "installed", "\n".join(NEEDS[name])
    python = home / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(home)], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "install", "--quiet", *NEEDS[name]], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            lacking(f"{name} cannot be installed here: {done.stderr.strip()[-300:]}")
        stamp.write_text(wanted)
    return python
