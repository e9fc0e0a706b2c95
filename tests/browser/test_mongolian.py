"""A page in traditional Mongolian: its lines run downwards, whatever stands in them."""

import io
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Page

from tests.browser.office import Office
from tests.browser.window import BROWSER, Window

pytestmark = [BROWSER, pytest.mark.slow]

LINE = "ᠬᠣᠰᠢᠭᠤᠨ ᠤ ᠠᠷᠠᠳ ᠤᠨ ᠵᠠᠰᠠᠭ ᠤᠨ ᠭᠠᠵᠠᠷ ᠤᠨ ᠮᠡᠳᠡᠭᠳᠡᠯ᠃ "
ROWS = "".join(f"<tr><td>ᠡᠮᠨᠡᠯᠭᠡ {row}</td><td>{row}23</td><td>医保</td></tr>" for row in range(12))
BODY = (
    f"<p>{LINE * 20}</p><h2>ᠨᠢᠭᠡ᠂ ᠡᠮᠨᠡᠯᠭᠡ</h2><ul><li>{LINE}</li></ul>"
    f"<ol><li>{LINE}</li><li>医保发〔2026〕12号</li></ol>"
    f"<blockquote><p>{LINE}</p></blockquote><table><tr><th>ᠨᠡᠷ᠎ᠡ</th><th>ᠲᠣᠭ᠎ᠠ</th><th>ᠲᠠᠶᠢᠯᠪᠤᠷᠢ</th></tr>{ROWS}</table>"
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def article(office: Office) -> dict[str, Any]:
    drawn = io.BytesIO()
    Image.new("RGB", (1600, 1000), "#7a9a52").save(drawn, "JPEG")
    picture = await office.picture("tall.jpg", drawn.getvalue())
    body = f'{BODY}<p><img src="{picture}" alt="草场"></p><p>{LINE * 6}</p>'
    return await office.publish(title=LINE.strip(), body=body, language="mn-Mong")


async def box(page: Page, what: str) -> dict[str, float]:
    found = await page.locator(what).first.bounding_box()
    assert found is not None
    return dict(found)


async def test_it_goes_on_to_the_right_alone_and_the_page_does_not(window: Window, article: dict[str, Any]):
    page = await window.go(f"/a/{article['id']}.html")
    hidden = "e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]"
    across, down = await page.locator(".body").evaluate(hidden)
    assert (across > 0, down) == (True, 0)
    assert await window.overflow() == 0
    assert await window.violations() == []


async def test_a_picture_and_a_table_are_no_higher_than_the_columns(window: Window, article: dict[str, Any]):
    page = await window.go(f"/a/{article['id']}.html")
    column = (await box(page, ".body"))["height"]
    shown = [await box(page, f".body {what}") for what in ("img", ".wide")]
    assert all(one["height"] <= column for one in shown)
    assert abs(shown[0]["width"] / shown[0]["height"] - 1.6) < 0.02  # before it has come, too
    await page.locator(".body img").scroll_into_view_if_needed()
    assert await box(page, ".body img") | {"x": 0, "y": 0} == shown[0] | {"x": 0, "y": 0}


async def test_what_follows_stands_on_the_right_of_what_goes_before(window: Window, article: dict[str, Any]):
    page = await window.go(f"/a/{article['id']}.html")
    order = [await box(page, f".body {what}") for what in ("h2", "ul", "ol", "blockquote", ".wide", "img")]
    lefts = [one["x"] for one in order]
    assert lefts == sorted(lefts)
    points = await page.locator(".body li").evaluate_all(
        "all => all.map(li => li.getBoundingClientRect().top - li.parentElement.getBoundingClientRect().top)"
    )
    assert min(points) > 10  # room for the point or the number above each


async def test_on_paper_nothing_is_cut_off(small: Window, article: dict[str, Any]):
    page = await small.go(f"/a/{article['id']}.html")
    await page.emulate_media(media="print")
    assert await page.locator(".body").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert await page.locator(".body").evaluate("e => getComputedStyle(e).overflow") == "visible"


async def test_no_voice_that_knows_only_chinese_is_offered_for_it(small: Window, article: dict[str, Any]):
    page = await small.go(f"/a/{article['id']}.html")
    assert await page.evaluate("speechSynthesis.getVoices().every(one => !one.lang.startsWith('mn'))")
    assert not await page.locator("[data-say]").is_visible()
