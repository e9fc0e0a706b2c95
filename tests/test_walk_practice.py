"""Practice over HTTP: the real server with the platforms that it starts, and the real adapters."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.sandbox.run import start_sandbox
from server.app import serve
from server.cli.keeping import rebuild
from server.cli.remote import Remote, ServerRefused
from server.core.verify import verify_rows
from server.settings import Settings, load_settings
from server.store.tx import Store
from tests.ports import free_port
from tests.test_walk import ALL, CODE, ZONE, Walk, answers, bootstrap, open_accounts

pytestmark = pytest.mark.slow
PRACTICE = ("yanlian-site", "yanlian-feed", f"yanlian-wx-{CODE}", f"yanlian-wb-{CODE}")


class Rehearsed(Walk):
    """An office with real accounts at one pair of platforms, and practice at another."""

    admin: Remote
    settings: Settings

    async def switch(self, *, practice: bool) -> None:
        await self.admin.post("/api/v1/orgs/practice", {"org": CODE, "practice": practice})


def pages_in(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "a").glob("*.html"))


@pytest.fixture
async def walk(tmp_path) -> AsyncIterator[Rehearsed]:
    port = free_port()
    practice = {"platforms": True, "wechat_port": free_port(), "weibo_port": free_port()}
    settings = await asyncio.to_thread(load_settings, var=tmp_path / "var", port=port, practice=practice)
    tokens = await bootstrap(settings)
    sandbox = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None,
        now=lambda: datetime.now(UTC), safe_domain="127.0.0.1",
    )  # fmt: skip
    stop = asyncio.Event()
    server = asyncio.create_task(serve(settings, frozenset({"web", "worker", "clock"}), stop))
    base_url = f"http://127.0.0.1:{port}"
    try:
        await answers(base_url)
        async with (
            Remote(base_url, tokens["admin"]) as admin,
            Remote(base_url, tokens["author"]) as author,
            Remote(base_url, tokens["chief"]) as chief,
        ):
            await open_accounts(admin, sandbox)
            made = Rehearsed(base_url, sandbox, author, chief, settings.var)
            made.admin, made.settings = admin, settings
            yield made
    finally:
        stop.set()
        await server
        await sandbox.close()


async def test_practice_goes_the_whole_way_and_nothing_of_it_reaches_what_is_real(walk: Rehearsed):
    await walk.switch(practice=True)
    item_id = await walk.released(PRACTICE)
    legs = await walk.until(item_id, "live", PRACTICE)
    pages = {slug: await walk.page(leg["link"]) for slug, leg in legs.items()}
    assert {status for status, _text in pages.values()} == {200}
    assert all("【演练】关于开展社区服务日活动的公告" in text for _status, text in pages.values())
    assert legs["yanlian-site"]["link"] == f"{walk.base_url}/practice/a/{item_id}.html"
    assert "演练环境" in pages["yanlian-site"][1]
    # The other pair of platforms, on which the real accounts are, was never called.
    assert walk.sandbox.weibo.requests("/2/statuses/share.json") == 0
    assert walk.sandbox.weibo.posts_carrying(legs["yanlian-site"]["link"]) == 0
    for path in ("feed/site.atom", "", "sitemap.xml", "search?q=社区服务日", "api/v1/public/items"):
        assert item_id not in (await walk.page(f"{walk.base_url}/{path}"))[1]
    counts = await walk.author.get("/api/v1/statistics/channels", {"year": str(datetime.now(ZONE).year)})
    assert (counts["items"], set(counts["deliveries"].values())) == (0, {0})
    store = Store(walk.settings.database_url)
    assert await verify_rows(store) == ()
    await store.close()


async def test_both_sites_are_written_again_byte_for_byte_and_work_goes_on_afterwards(walk: Rehearsed):
    await walk.switch(practice=True)
    kept, taken = await walk.released(PRACTICE[:2]), await walk.released(PRACTICE[:2])
    for item_id in (kept, taken):
        await walk.until(item_id, "live", PRACTICE[:2])
    await walk.chief.post(f"/api/v1/items/{taken}/withdraw", {"reason": "演练撤回"})
    await walk.until(taken, "withdrawn", PRACTICE[:2])
    await walk.switch(practice=False)
    real = await walk.released(ALL)
    await walk.until(real, "live")
    with pytest.raises(ServerRefused, match="演练"):
        await walk.chief.post(f"/api/v1/items/{kept}/release", {"accounts": ["site"]})
    again = await rebuild(walk.settings, check=True)
    assert again.is_same, again
    assert await asyncio.to_thread(pages_in, walk.var / "practice" / "site") == [f"{kept}.html"]
    assert await asyncio.to_thread(pages_in, walk.var / "site") == [f"{real}.html"]
    copied = await walk.author.post(f"/api/v1/items/{kept}/copy")
    assert (copied["practice"], copied["index_number"]) == (False, f"{CODE}/{datetime.now(ZONE).year}-00002")
