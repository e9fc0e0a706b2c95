import asyncio
import os
import signal
import socket
import stat
import sys
from pathlib import Path

import pytest

from server.ephemeral.connection import close_redis, is_answering, open_redis
from server.ephemeral.embedded import PrivateValkey
from tests.ephemeral.conftest import House
from tests.processes import is_running

PARENT = """
import asyncio, sys
from pathlib import Path
from server.ephemeral.embedded import PrivateValkey

async def main():
    valkey = PrivateValkey(Path(sys.argv[1]))
    await valkey.start()
    print(valkey.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_it_answers_on_its_socket(house: House) -> None:
    assert await house.redis.ping()


async def test_it_opens_no_port(house: House) -> None:
    assert (await house.redis.config_get("port"))["port"] == "0"


async def test_it_keeps_nothing_on_disk(house: House) -> None:
    kept = await house.redis.config_get("save", "appendonly")
    assert kept == {"save": "", "appendonly": "no"}


async def test_only_its_owner_may_use_the_socket(house: House, tmp_path: Path) -> None:
    mode = await asyncio.to_thread((tmp_path / "run" / "valkey.sock").stat)
    assert stat.S_IMODE(mode.st_mode) == 0o700


async def test_a_stale_socket_is_no_error(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / "valkey.sock"))
    valkey = PrivateValkey(tmp_path)
    redis = open_redis(await valkey.start())
    assert await is_answering(redis)
    await redis.aclose()
    await valkey.stop()


async def test_a_folder_with_a_long_name_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("政务公开" * 10) / "run"
    valkey = PrivateValkey(folder)
    url = await valkey.start()
    redis = open_redis(url)
    assert await is_answering(redis)
    await redis.aclose()
    await valkey.stop()
    short = Path(url.removeprefix("unix://")).parent
    assert not await asyncio.to_thread(short.exists)


async def test_a_second_process_of_the_folder_uses_the_same_server(house: House, tmp_path: Path) -> None:
    second = PrivateValkey(tmp_path / "run")
    assert await second.start() == house.url
    assert second.pid is None
    await second.stop()
    assert await house.redis.ping()


async def test_it_is_started_again_when_it_dies(house: House) -> None:
    keeping = asyncio.create_task(house.valkey.keep(every=0.05))
    await house.kill()
    async with asyncio.timeout(30):
        while not await is_answering(house.redis):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_a_connection_that_takes_too_long_to_close_ends_nobody(house: House) -> None:
    """A busy machine was late for it, and with the look at the private Valkey the whole server ended."""
    redis = open_redis(house.url, connections=1)
    assert await is_answering(redis)
    for connection in redis.connection_pool._available_connections:
        connection.socket_connect_timeout = 0  # what the client allows for closing, too
    await close_redis(redis)


async def test_keeping_it_ends_wherever_it_is_cancelled(house: House) -> None:
    for turns in range(40):
        keeping = asyncio.create_task(house.valkey.keep(every=0.0))
        for _turn in range(turns):
            await asyncio.sleep(0)
        keeping.cancel()
        done, _still = await asyncio.wait((keeping,), timeout=10)
        assert done, f"cancelled after {turns} turns of the loop, it went on"
    assert await is_answering(house.redis)


async def test_stopping_ends_the_child(house: House) -> None:
    pid = house.valkey.pid
    assert pid is not None
    await house.valkey.stop()
    assert not await asyncio.to_thread(is_running, pid)


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_it_ends_with_its_parent_however_that_ends(tmp_path: Path, end: signal.Signals) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    assert await asyncio.to_thread(is_running, pid)
    parent.send_signal(end)
    await parent.wait()
    async with asyncio.timeout(30):
        while await asyncio.to_thread(is_running, pid):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
