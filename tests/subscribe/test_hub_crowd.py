"""A hub with three thousand subscribers on loopback: each is told once, killed or not, and nobody waits."""

import asyncio
import hashlib
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from server.store.hub import put_subscription
from server.store.hub_intents import IntentRow
from server.subscribe.hub_delivery import tell_changes
from tests.house import open_house
from tests.subscribe.hub_stage import ATOM, Stage, open_stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROOT = Path(__file__).resolve().parents[2]
SUBSCRIBERS, HOSTS = 3000, 30
HANDS = (
    32  # deliveries under way at once, so many may be told again after a kill (server/subscribe/CONTRACT.md)
)


@dataclass
class Crowd:
    """Subscribers of many hosts; each has a number, and what it was told is kept by number."""

    told: Counter[str] = field(default_factory=Counter)
    bodies: dict[str, bytes] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    mark: int = 0  # `reached` is set once so many deliveries have come
    port: int = 0

    async def take(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        self.bodies[number] = await request.read()
        self.told[number] += 1
        if self.told.total() >= self.mark:
            self.reached.set()
        await self.gate.wait()
        return web.Response(status=204)

    def host(self, number: int) -> str:
        return f"127.0.1.{number % HOSTS + 1}"

    def callback(self, number: int) -> str:
        return f"http://{self.host(number)}:{self.port}/s/{number}"


@pytest.fixture
async def crowd() -> AsyncIterator[Crowd]:
    made = Crowd()
    app = web.Application()
    app.router.add_post("/s/{number}", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    for number in range(HOSTS):
        site = web.TCPSite(runner, made.host(number), made.port)
        await site.start()
        made.port = int(site.name.rpartition(":")[2])
    yield made
    made.gate.set()
    await runner.cleanup()


@pytest.fixture
async def stage(store, now, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(store, now, tmp_path / "public", patience=60.0) as made:
        yield made


async def subscribed(stage: Stage, crowd: Crowd) -> None:
    version, at = await stage.hub.topics.version(ATOM), stage.now()
    assert version is not None
    async with stage.hub.store.begin() as tx:
        for number in range(SUBSCRIBERS):
            callback = crowd.callback(number)
            key = hashlib.sha256(f"{ATOM}\n{callback}".encode()).hexdigest()
            intent = IntentRow(key, "subscribe", ATOM, callback, crowd.host(number), None, 864_000, at, 0)
            await put_subscription(tx, intent, version=version, expires_at=at + timedelta(days=10), at=at)


async def until_told(stage: Stage) -> None:
    while await tell_changes(stage.hub):
        pass


async def test_three_thousand_are_told_once_of_each_change(stage: Stage, crowd: Crowd):
    await subscribed(stage, crowd)
    crowd.gate.set()
    for body in (b"<feed>1</feed>", b"<feed>2</feed>"):
        crowd.told.clear()
        await stage.root.put(ATOM, body)
        await until_told(stage)
        assert len(crowd.told) == SUBSCRIBERS
        assert set(crowd.told.values()) == {1}
        assert set(crowd.bodies.values()) == {body}


async def test_publishing_waits_for_none_of_them(stage: Stage, crowd: Crowd, now, new_id):
    async with open_house(stage.hub.store, now, new_id) as house:
        await subscribed(stage, crowd)
        crowd.mark = HANDS
        await stage.root.put(ATOM, b"<feed>new</feed>")
        telling = asyncio.create_task(until_told(stage))
        await crowd.reached.wait()  # every hand holds a subscriber that does not answer
        for _number in range(5):
            item = await house.published(("website", "weibo"), document_number=None)
            assert set((await house.states(item.id)).values()) == {"live"}
        assert not telling.done()
        assert crowd.told.total() == HANDS
        crowd.gate.set()
        await telling
    assert len(crowd.told) == SUBSCRIBERS
    assert set(crowd.told.values()) == {1}


async def test_killed_in_the_middle_the_next_process_tells_the_rest(
    stage: Stage, crowd: Crowd, database_url: str, tmp_path: Path
):
    await subscribed(stage, crowd)
    await stage.root.put(ATOM, b"<feed>new</feed>")
    crowd.mark = SUBSCRIBERS // 3
    crowd.gate.set()
    await _teller(stage, database_url, tmp_path, crowd.reached)
    before = len(crowd.told)
    assert SUBSCRIBERS // 3 <= before < SUBSCRIBERS
    stage.now.move(minutes=11)  # what the dead one had in its hands is free again
    await _teller(stage, database_url, tmp_path, None)
    assert len(crowd.told) == SUBSCRIBERS
    assert set(crowd.told.values()) <= {1, 2}
    assert sum(times == 2 for times in crowd.told.values()) <= HANDS
    assert await tell_changes(stage.hub) == 0


async def _teller(stage: Stage, database: str, folder: Path, kill_when: asyncio.Event | None) -> None:
    """Run a process that tells; kill it once something has happened, or let it come to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.subscribe.hub_teller", database, str(folder / "public"), stage.site.url,
        stage.now().isoformat(), cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        if kill_when is not None:
            await asyncio.wait_for(kill_when.wait(), 300)
            process.send_signal(signal.SIGKILL)
            assert await process.wait() == -signal.SIGKILL
        else:
            assert await asyncio.wait_for(process.wait(), 300) == 0
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
