"""What the checks find stands in the text while it is being written, with its reason and what to do."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.office import an_item
from tests.browser.test_console import fine, log_in
from tests.browser.window import BROWSER, Window

pytestmark = [BROWSER, pytest.mark.slow]

SECRET = "11010519491231002X"
HIDDEN = "11*************02X"


async def _written(window: Window, body: str) -> Page:
    await log_in(window, "author")
    page = await window.go("/console/items/new")
    await page.locator("#field-title").fill(f"关于救助的公告（{id(window)}）")
    await page.get_by_role("textbox", name="正文").click()
    await page.keyboard.type(body)
    await expect(page.locator(".rich .mark-blocking")).to_have_text(SECRET)
    return page


async def test_a_number_is_marked_where_it_stands_and_hidden_by_one_click(window: Window):
    page = await _written(window, f"救助对象证号{SECRET}。")
    await page.locator(".rich .mark-blocking").click()
    note = page.locator(".under-cursor")
    await expect(note).to_contain_text("公民身份号码（校验码正确）不得完整公开")
    await expect(note).to_contain_text("依据：《中华人民共和国政府信息公开条例》")
    await fine(window, "proofread")
    await note.get_by_role("button", name=f"改为“{HIDDEN}”").click()
    await expect(page.locator(".rich")).to_have_text(f"救助对象证号{HIDDEN}。")
    await expect(page.locator(".rich .mark-blocking")).to_have_count(0)
    # Typing goes on where the words were put right: nothing took the cursor away.
    await page.keyboard.type("（已遮盖）")
    await expect(page.locator(".rich")).to_have_text(f"救助对象证号{HIDDEN}（已遮盖）。")


async def test_the_cursor_stays_where_it_is_while_the_text_is_kept_and_checked(desk: Window):
    page = await _written(desk, f"前面的话，证号{SECRET}。后面的话。")
    for _ in range(3):
        await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_text("已自动暂存")).to_be_visible()
    async with page.expect_response(lambda one: one.url.endswith("/console/proofread")):
        await page.keyboard.type("甲")
    await page.keyboard.type("乙")
    await expect(page.locator(".rich")).to_have_text(f"前面的话，证号{SECRET}。后面甲乙的话。")


async def test_the_list_leads_to_the_words_by_the_keyboard_alone(desk: Window):
    page = await _written(desk, f"一、救助对象证号{SECRET}。")
    summary = page.locator("[data-findings] summary")
    await expect(summary).to_contain_text("1 条须先处理")
    await summary.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="看原处").first).to_be_focused()
    await page.keyboard.press("Enter")
    assert await page.evaluate("getSelection().toString()") == SECRET
    await expect(page.locator(".rich")).to_be_focused()


async def test_a_finding_is_answered_for_from_the_text(desk: Window):
    page = await _written(desk, f"救助对象证号{SECRET}。")
    await page.locator(".rich .mark-blocking").click()
    await page.locator(".under-cursor").get_by_role("button", name="忽略并说明").click()
    await expect(page.locator("li.found input[name=reason]")).to_be_focused()
    await page.keyboard.type("本人书面同意公开")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("已说明：本人书面同意公开")).to_be_visible()
    await expect(page.get_by_text("等待另一人确认")).to_be_visible()


async def test_the_page_of_the_checks_leads_back_to_the_words(desk: Window):
    made = await desk.office.author.post(
        "/api/v1/items", an_item(body=f"<p>开头。</p><table><tr><td>证号</td><td>{SECRET}</td></tr></table>")
    )
    await log_in(desk, "author")
    page = await desk.go(f"/console/items/{made['id']}/check")
    await page.locator("li", has_text="须处理").get_by_role("link", name="去改").click()
    await expect(page.locator(".rich")).to_be_focused()
    assert await page.evaluate("getSelection().toString()") == SECRET
