"""A disk full up to PostgreSQL's last page: refused plainly, nothing by half, and going on by itself."""

import asyncio
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.core.verify import verify_rows
from server.store.tx import StoreFull
from tests.conftest import Hand, running_postgres
from tests.disk import KIB, filled
from tests.faults.test_full_disk import rows
from tests.house import House

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("engine", ["postgresql"]),
    pytest.mark.usefixtures("postgres"),
]


@pytest.fixture(scope="module")
def volume() -> Iterator[Path]:
    """A small disk of its own, not in pytest's folders: a run beside this one closes them to the server."""
    folder = Path(tempfile.mkdtemp(prefix="tongfa-volume-"))
    folder.chmod(0o755)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=192m,mode=0755", "tongfa-test", str(folder)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip(f"a small disk can be made by root alone: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture(scope="module")
def postgres(volume: Path) -> Iterator[str]:
    """In the place of the server that all other tests share."""
    folder = volume / "server"
    folder.mkdir()
    with running_postgres(folder) as base:
        yield base


ITEMS = 40
"""So many that what their ends write finds no room in the pages that stand."""


def long_text() -> str:
    """A text that no compression makes small: it wants new pages."""
    return f"<p>{secrets.token_hex(64 * KIB)}</p>"


async def refusals(house: House, tries: int) -> int:
    """Write long items; give how many found no room."""
    refused = 0
    for _try in range(tries):
        try:
            await house.item(body_html=long_text())
        except StoreFull:
            refused += 1
    return refused


async def test_a_full_postgresql_refuses_plainly_does_nothing_by_half_and_goes_on_once_there_is_room(
    house: House, volume: Path
):
    kept = await house.published()
    waiting = await house.item()
    await house.release(waiting.id, ("website", "weibo"))
    posts = len(house.platform.posts)
    async with filled(volume):
        await refusals(house, 20)
        before = await rows(house.store)
        assert await refusals(house, 3) == 3
        assert await rows(house.store) == before
        assert house.store.room.is_full
        assert await house.states(kept.id) == {"website": "live"}
    await house.run_until_quiet()
    assert set((await house.states(waiting.id)).values()) == {"live"}
    assert await refusals(house, 3) == 0
    assert len(set(house.platform.posts)) == len(house.platform.posts) == posts + 2
    assert await verify_rows(house.store) == ()


async def test_a_disk_that_fills_while_posts_are_under_way_loses_none_and_sends_none_twice(
    house: House, volume: Path, now: Hand
):
    limits = {kind: replace(limits, concurrency=ITEMS) for kind, limits in house.place.limits.items()}
    broad = replace(house.place, limits=limits)

    async def take(room: int) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(errand.run()) for errand in await house.claim(broad, room)]

    async def posted(count: int) -> None:
        async with asyncio.timeout(60):
            while len(house.platform.posts) < count:  # noqa: ASYNC110 -- it tells nobody
                await asyncio.sleep(0.01)

    items = [await house.item() for _item in range(ITEMS)]
    for item in items:
        await house.release(item.id, ("website", "weibo", "wechat"))
    await asyncio.gather(*await take(ITEMS))  # the pages, for which the platforms wait
    house.platform.next_call(*["take_and_stall"] * ITEMS)
    first = await take(2 * ITEMS)  # among them the pages that name their neighbours anew
    await posted(2 * ITEMS)
    async with filled(volume):
        await refusals(house, 20)
        house.platform.go_on.set()
        ends = await asyncio.gather(*first, return_exceptions=True)
        try:
            ends += await asyncio.gather(*await take(ITEMS), return_exceptions=True)
        except StoreFull as error:
            ends.append(error)
        assert {type(end) for end in ends} <= {type(None), StoreFull}
        assert StoreFull in {type(end) for end in ends}
    for _look in range(3):
        now.move(minutes=10)
        await house.tick()
        await house.run_until_quiet()
    live = dict.fromkeys(("website", "weibo", "wechat"), "live")
    assert [await house.states(item.id) for item in items] == [live] * ITEMS
    assert len(set(house.platform.posts)) == len(house.platform.posts) == 3 * ITEMS
    assert await verify_rows(house.store) == ()
