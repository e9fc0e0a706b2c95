"""A real Valkey for each test that asks for one, and the means to take it away."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from server.ephemeral.connection import is_answering, open_redis
from server.ephemeral.embedded import PrivateValkey


class House:
    """One Valkey, a pool on it, and the hand that pulls the plug."""

    def __init__(self, valkey: PrivateValkey, url: str) -> None:
        self.valkey, self.url = valkey, url
        self.pools: list[Redis] = []
        self.redis = self.pool()

    def pool(self, *, seconds: float = 20.0) -> Redis:
        """Open another pool, as another process would; on a busy machine an answer may take seconds."""
        self.pools.append(open_redis(self.url, seconds=seconds))
        return self.pools[-1]

    async def kill(self) -> None:
        """Take Valkey away as a crash does."""
        assert self.valkey.pid is not None
        os.kill(self.valkey.pid, signal.SIGKILL)
        while self.valkey.pid is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    def hang(self) -> None:
        """Let it keep its connections and answer nothing."""
        assert self.valkey.pid is not None
        os.kill(self.valkey.pid, signal.SIGSTOP)

    async def bring_back(self) -> None:
        """Start it again, empty, and wait until it answers."""
        await self.valkey.start()
        assert await is_answering(self.redis)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    valkey = PrivateValkey(tmp_path / "run")
    built = House(valkey, await valkey.start())
    yield built
    for pool in built.pools:
        await pool.aclose()
    await valkey.stop()
