"""What is dragged and given up is not sent: the scripts of all pages that drag, each in a small page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final
from urllib.parse import parse_qs

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.browser.window import BROWSER

pytestmark = [BROWSER, pytest.mark.slow]
PAGE: Final = "http://console.invalid/"
SCRIPTS: Final = {  # read before a test runs: a loop may not wait for a disk
    name: files("server.console").joinpath("static", name).read_text("utf-8")
    for name in ("pushes.js", "columns.js", "calendar.js")
}

LINES = "".join(
    f'<li draggable="true" data-{{key}}="{name}" style="height:40px">{name}</li>' for name in "abc"
)
PUSHES = f"""
    <ol data-push="p1" data-account="wx">{LINES.format(key="delivery")}</ol>
    <form id="order" method="post"><input name="account"><input name="push_id"><input name="order"></form>"""
COLUMNS = f"""
    <ol data-columns>{LINES.format(key="column")}</ol>
    <form id="order-form" method="post"><input name="order"></form>"""
CALENDAR = """
    <table data-move><tr><td data-day="2026-12-01" style="height:60px">一日</td></tr>
    <tr><td data-day="2026-12-02"><ol><li draggable="true" data-release="r1">稿件</li></ol></td></tr></table>
    <p data-stays role="status" hidden></p>
    <form id="drag" method="post"><input name="release_id"><input name="day"></form>"""


@dataclass
class Shown:
    """A page with one script, and what it has sent."""

    page: Page
    sent: list[dict[str, str]] = field(default_factory=list)

    @property
    def rows(self) -> Locator:
        return self.page.locator("[draggable=true]")

    async def order(self) -> list[str]:
        return await self.rows.all_inner_texts()

    async def carry(self) -> None:
        """Take the last row up and hold it above the first place, without letting go."""
        target = self.page.locator("td, li").first
        await self.rows.last.hover()
        await self.page.mouse.down()
        place = await target.bounding_box()
        assert place is not None
        # A drag begins with the first movement; after the second one another row may lie under the pointer,
        # which hears of it by the third, as it does of a hand that holds still.
        for step in (8, 4, 4):
            await self.page.mouse.move(place["x"] + 60, place["y"] + step)


@pytest_asyncio.fixture(loop_scope="session")
async def shown(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Shown]:
    script, markup = request.param
    context = await browser.new_context()
    told = Shown(await context.new_page())

    async def answer(route: Route) -> None:
        if route.request.method == "POST":
            fields = parse_qs(route.request.post_data or "", keep_blank_values=True)
            told.sent.append({name: values[0] for name, values in fields.items()})
        html = f"<!doctype html><meta charset=utf-8><body>{markup}<script>{SCRIPTS[script]}</script>"
        await route.fulfill(content_type="text/html; charset=utf-8", body=html)

    await told.page.route("**/*", answer)
    await told.page.goto(PAGE)
    yield told
    await context.close()


EVERY = pytest.mark.parametrize(
    "shown",
    [("pushes.js", PUSHES), ("columns.js", COLUMNS), ("calendar.js", CALENDAR)],
    indirect=True,
    ids=["pushes", "columns", "calendar"],
)


@EVERY
@pytest.mark.parametrize("way", ["escape", "elsewhere"])
async def test_a_drag_that_is_given_up_sends_nothing_and_all_stand_as_they_stood(shown: Shown, way: str):
    before = await shown.order()
    await shown.carry()
    if way == "escape":
        await shown.page.keyboard.press("Escape")
    else:
        await shown.page.mouse.move(400, 500)
    await shown.page.mouse.up()
    await expect(shown.rows).to_have_text(before)
    await expect(shown.page.locator(".dragged, .over")).to_have_count(0)
    assert shown.sent == []
    # And what is dragged after that is sent.
    await shown.carry()
    async with shown.page.expect_navigation():
        await shown.page.mouse.up()
    assert len(shown.sent) == 1


@EVERY
async def test_a_drag_that_ends_in_its_place_is_sent(shown: Shown):
    await shown.carry()
    async with shown.page.expect_navigation():
        await shown.page.mouse.up()
    (sent,) = shown.sent
    assert sent.get("order", sent.get("day")) in ("c,a,b", "c a b", "2026-12-01")
