"""群发 in the console: articles of a push are put in order by dragging, and by buttons that need no mouse."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.office import CODE
from tests.browser.test_console import fine, log_in
from tests.browser.window import BROWSER, Window

pytestmark = [BROWSER, pytest.mark.slow]

ZONE = ZoneInfo("Asia/Shanghai")  # read before a test runs: a loop may not wait for a disk
TITLES = ("防汛公告", "停水通知", "招聘公告")


async def waiting(window: Window) -> Locator:
    """Let three articles wait for the next push of an account of this test's own; give its card."""
    width = (window.page.viewport_size or {})["width"]
    office, slug, name = window.office, f"pushing{width}", f"某旗群发{width}"
    known = office.sandbox.credentials()["wechat"]
    org = {375: "000000086", 1280: "000000094"}[width]
    await office.admin.post("/api/v1/orgs", {"code": org, "name": f"某旗{width}中心", "parent": CODE})
    account = {
        "org": org, "channel": "wechat", "slug": slug, "name": name,
        "settings": {"base_url": known["base_url"], "appid": known["appid"]},
        "secret": {"appsecret": known["secret"]},
    }  # fmt: skip
    await office.admin.post("/api/v1/accounts", account)
    far = datetime.now(UTC).astimezone(ZONE) + timedelta(hours=12)
    plan = {"account": slug, "kind": "subscription", "slots": f"每天 {far:%H:%M}"}
    await office.admin.post("/api/v1/accounts/broadcast", plan)
    for title in TITLES:
        item_id = await office.approved(title=f"{title}（{width}）")
        await office.chief.post(f"/api/v1/items/{item_id}/release", {"accounts": ["site", slug]})
        await office.until(item_id, "live", ("site",))
    return window.page.locator("section.card", has=window.page.get_by_role("heading", name=name))


async def order(card: Locator) -> list[str]:
    """Give the titles of the next push in their order, without what tells the two windows apart."""
    found = await card.locator("ol.push").first.locator(".title").all_inner_texts()
    return [one.strip().partition("（")[0] for one in found]


def button(card: Locator, way: str, title: str) -> Locator:
    """Give a button by what a screen reader says of it."""
    return card.get_by_role("button", name=re.compile(rf"{way}\s*：{title}"))


async def changed(page: Page) -> None:
    await expect(page.get_by_role("status").or_(page.get_by_text("已更改")).first).to_be_visible()


async def test_articles_are_dragged_into_another_order_and_moved_by_buttons(window: Window):
    card = await waiting(window)
    await log_in(window, "chief")
    page = await window.go("/console/pushes")
    await expect(card.locator("ol.push").first.locator("li")).to_have_count(3)
    await fine(window, "pushes")
    assert await order(card) == list(TITLES)

    # By the keyboard alone: reach the button, press it, and hear that it was done.
    up = button(card, "上移", "停水通知")
    await up.focus()
    await page.keyboard.press("Enter")
    await changed(page)
    assert await order(card) == ["停水通知", "防汛公告", "招聘公告"]
    await button(card, "下移", "停水通知").press("Enter")
    await changed(page)
    assert await order(card) == list(TITLES)
    assert await button(card, "上移", "防汛公告").count() == 0  # the first has nowhere to go

    if (page.viewport_size or {})["width"] < 1000:
        return  # a finger scrolls; it does not drag
    articles = card.locator("ol.push").first.locator("li")
    async with page.expect_navigation():
        await articles.nth(2).drag_to(articles.nth(0), target_position={"x": 20, "y": 2})
    await changed(page)
    assert await order(card) == ["招聘公告", "防汛公告", "停水通知"]
    await page.reload()
    assert await order(card) == ["招聘公告", "防汛公告", "停水通知"]
