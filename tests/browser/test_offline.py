"""Reading without a network, through the service worker, and that a phone forgets what was taken back."""

import asyncio
import io
import json
import re
import shutil
import time
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Error

from tests.browser.office import Office
from tests.browser.window import BROWSER, Window, come_true

pytestmark = BROWSER

KEPT = """async (word) => {
    const found = [];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const key of await cache.keys()) {
            const kept = await cache.match(key);
            if (kept && (key.url + await kept.text()).includes(word)) found.push(new URL(key.url).pathname);
        }
    }
    return found.sort();
}"""


HAS_PICTURES = """async () => {
    for (const image of document.querySelectorAll(".body img"))
        if (!image.complete || !image.naturalWidth || !(await caches.match(image.currentSrc))) return false;
    return true;
}"""


STAYS = """async () => {
    const state = await caches.open("state"), [key] = await state.keys();
    const kept = await caches.match(location.href);
    if (!key || !kept) return false;
    const since = encodeURIComponent(await (await state.match(key)).text());
    const address = "/api/v1/public/changes?only=pages&since=" + since;
    const told = await (await fetch(address, { cache: "no-cache" })).json();
    const came = Date.parse(kept.headers.get("date")), text = await kept.text();
    return told.changed.every((one) => came > Date.parse(one.changed_at) + 2000)
        && told.deleted.every((one) => !text.includes(new URL(one.url).pathname));
}"""
"""Whether no change that is still told takes the open page from the phone: while it asks again for one that
came within two seconds of its change, a network that goes away does, as it must. It is told for a minute."""


NUMBERS = count(1)
PATIENCE = 60.0  # seconds; of a machine at work on several tests at once


@pytest_asyncio.fixture(loop_scope="session")
async def item(office: Office) -> dict[str, Any]:
    """An article with a picture; each test has its own, named like no other."""
    number, drawn = next(NUMBERS), io.BytesIO()
    Image.new("RGB", (700, 400), (60, 100, number)).save(drawn, "JPEG")
    reference = await office.picture("lake.jpg", drawn.getvalue())
    return await office.publish(
        kind="news", title=f"第{number}号步道开放", column="ywdt",
        body=f'<p>请走步道。</p><img src="{reference}" alt="步道">',
    )  # fmt: skip


async def read(phone: Window, item: dict[str, Any]) -> str:
    """Open home and the article as a reader who comes for the second time; gives the article's path."""
    await phone.go("/")
    await phone.page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    await come_true(phone.page, "navigator.serviceWorker.controller !== null")
    path = f"/a/{item['id']}.html"
    await phone.go("/")
    await phone.go(path)
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if path in await phone.page.evaluate(KEPT, path) and await phone.page.evaluate(HAS_PICTURES):
            if await phone.page.evaluate(STAYS):
                return path
            await phone.go(path)
        await asyncio.sleep(0.05)
    raise AssertionError(await phone.page.evaluate(KEPT, ""))


async def until_kept(phone: Window, path: str, word: str) -> None:
    """Wait until the phone keeps this page with this word in it."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if path in await phone.page.evaluate(KEPT, word):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await phone.page.evaluate(KEPT, ""))


async def until_forgotten(phone: Window, word: str) -> None:
    """Wait until nothing that the phone keeps has this word in it."""
    ends = time.monotonic() + PATIENCE
    while kept := await phone.page.evaluate(KEPT, word):
        assert time.monotonic() < ends, kept
        await asyncio.sleep(0.05)


async def test_what_was_read_can_be_read_without_a_network(phone: Window, item: dict[str, Any]):
    path = await read(phone, item)
    await phone.context.set_offline(offline=True)
    page = await phone.go(path)
    assert await page.get_by_role("heading", level=1).inner_text() == item["title"]
    # Pictures of a body are fetched when the reader comes near them: the page has loaded before they have.
    shown = "[...document.querySelectorAll('.body img')].map((i) => i.complete && i.naturalWidth > 0)"
    await come_true(page, f"String({shown}) === 'true'")


@pytest.mark.slow
async def test_what_was_not_read_says_so_without_a_network(phone: Window, item: dict[str, Any]):
    await read(phone, item)
    await phone.context.set_offline(offline=True)
    page = await phone.go("/gk/")
    assert await page.get_by_role("heading", level=1).inner_text() == "现在没有网络"


async def test_what_was_taken_back_leaves_the_phone_with_its_pictures_and_every_mention(
    phone: Window, office: Office, item: dict[str, Any]
):
    await read(phone, item)
    name = item["pictures"][0]["sha256"][:32]
    assert [kept for kept in await phone.page.evaluate(KEPT, name) if kept.startswith("/m/")]
    await office.withdraw(item["id"], "内容有误")
    await phone.go("/gk/")
    await until_forgotten(phone, item["title"])
    await until_forgotten(phone, name)


@pytest.mark.slow
async def test_what_was_corrected_leaves_the_phone_and_what_came_after_it_stays(
    phone: Window, office: Office, item: dict[str, Any]
):
    path = await read(phone, item)
    await office.correct(item["id"], kind="news", column="ywdt", title="改过的步道消息")
    await phone.go("/gk/")
    await until_forgotten(phone, item["title"])
    await phone.go(path)
    await until_kept(phone, path, "改过的步道消息")
    await phone.go("/gk/content.html")
    await until_kept(phone, "/gk/content.html", "")
    assert path in await phone.page.evaluate(KEPT, "改过的步道消息")


@pytest.mark.slow
async def test_a_page_that_is_gone_is_not_shown_from_the_phone(
    phone: Window, office: Office, item: dict[str, Any]
):
    path = await read(phone, item)
    await office.withdraw(item["id"], "内容有误")
    page = await phone.go(path)
    assert "内容有误" in await page.get_by_role("main").inner_text()
    await until_forgotten(phone, item["title"])
    await phone.context.set_offline(offline=True)
    await phone.go(path)
    assert await page.get_by_role("heading", level=1).inner_text() == "现在没有网络"


@pytest.mark.slow
async def test_after_a_change_of_theme_the_new_worker_comes_and_what_was_kept_keeps_its_style(
    phone: Window, office: Office, item: dict[str, Any]
):
    path, site = await read(phone, item), office.folder / "site"
    former = await asyncio.to_thread((site / "sw.js").read_bytes)
    shell = json.loads(re.search(rb"shell = (\[.*?\])", former)[1])
    style = site / shell[1].removeprefix("/")
    other = style.with_name("site.000000000000.css")
    changed = former.replace(shell[1].encode(), f"/static/{other.name}".encode())
    changed = re.sub(rb'version = "\w+"', b'version = "other"', changed)
    try:
        await asyncio.to_thread(shutil.copy, style, other)
        for ending in (".br", ".gz"):  # of another version now: they are not given out
            await asyncio.to_thread((site / f"sw.js{ending}").unlink)
        await asyncio.to_thread((site / "sw.js").write_bytes, changed)
        await phone.page.evaluate("navigator.serviceWorker.ready.then((one) => one.update())")
        await come_true(
            phone.page,
            "caches.keys().then((k) => String(k.filter((n) => n.startsWith('shell-'))) === 'shell-other')",
        )
        await phone.context.set_offline(offline=True)
        page = await phone.go(path)
        assert await page.evaluate("document.styleSheets[0].cssRules.length > 10")
        # The browser's own cache would have it still, for as long as it likes.
        assert shell[1] in await page.evaluate(KEPT, shell[1])
    finally:
        await asyncio.to_thread((site / "sw.js").write_bytes, former)


@pytest.mark.slow
async def test_without_a_service_worker_there_is_no_page_without_a_network(
    small: Window, item: dict[str, Any]
):
    await small.go("/")
    await small.context.set_offline(offline=True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):  # or the tests above prove nothing
        await small.go("/")
    small.troubles.clear()  # the browser says on the console that the network is away
