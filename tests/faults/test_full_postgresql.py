"""A disk full up to PostgreSQL's last page: refused plainly, nothing by half, and going on by itself."""

import secrets
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.core.verify import verify_rows
from server.store.tx import StoreFull
from tests.conftest import running_postgres
from tests.disk import KIB, filled
from tests.faults.test_full_disk import rows
from tests.house import House

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("engine", ["postgresql"]),
    pytest.mark.usefixtures("postgres"),
]


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path_factory.mktemp("volume")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=192m,mode=0755", "tongfa-test", str(folder)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip(f"a small disk can be made by root alone: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def postgres(volume: Path) -> Iterator[str]:
    """In the place of the server that all other tests share."""
    folder = volume / "server"
    folder.mkdir()
    for above in (volume, *volume.parents[:3]):  # pytest's own folders are closed to the server's user
        above.chmod(stat.S_IMODE(above.stat().st_mode) | 0o055)
    with running_postgres(folder) as base:
        yield base


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
