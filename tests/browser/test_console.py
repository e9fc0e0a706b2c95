"""The editors' console in the browser, at 375 and 1280 pixels: log in, write, check, hand in, decide."""

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.office import PASSWORD
from tests.browser.window import BROWSER, DESK, Window, open_window

pytestmark = BROWSER

_SHOTS = os.environ.get("TONGFA_SHOTS", "")


_SESSIONS: dict[tuple[str, str], str] = {}
"""Sessions that were opened at the door: it lets one person in only ten times in a quarter of an hour."""


async def log_in(window: Window, login: str) -> None:
    """Sign in at the door of the console, or come back with the session of an earlier time."""
    await window.context.clear_cookies()
    base_url, page = window.office.base_url, window.page
    if known := _SESSIONS.get((base_url, login)):
        cookie = {"name": "tongfa_session", "value": known, "url": f"{base_url}/console"}
        await window.context.add_cookies([cookie])
        await window.go("/console")
    else:
        await window.go("/console/login")
        await page.get_by_label("登录名").fill(login)
        await page.get_by_label("口令").fill(PASSWORD)
        await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="我的工作")).to_be_visible()
    cookies = {one["name"]: one["value"] for one in await window.context.cookies()}
    _SESSIONS[base_url, login] = cookies["tongfa_session"]


async def fine(window: Window, name: str) -> None:
    """Hold a page to what every page must be: within the window, and nothing that axe-core finds."""
    if _SHOTS:
        width = (window.page.viewport_size or {})["width"]
        await window.page.screenshot(path=Path(_SHOTS) / f"{name}-{width}.png", full_page=True)
    assert await window.overflow() <= 0, name
    assert await window.violations() == [], name


async def write(window: Window, title: str, body: str) -> str:
    """Write an item in the editor and save it; gives its address."""
    page = await window.go("/console/items/new")
    await page.locator("#field-title").fill(title)
    await page.get_by_role("textbox", name="正文").click()
    await page.keyboard.type(body)
    await page.locator("#field-keywords").fill("防汛、救灾")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_text("已保存。")).to_be_visible()
    return page.url.partition("/edit")[0].removeprefix(window.office.base_url)


@pytest.fixture
def title(window: Window) -> str:
    return f"关于做好防汛工作的公告（{id(window)}）"


async def test_an_item_goes_from_the_editor_to_an_approval(window: Window, title: str):
    page = await window.go("/console/login")
    await fine(window, "login")
    await log_in(window, "author")
    await fine(window, "work")
    item = await write(window, title, "请各社区做好防汛准备。")
    await fine(window, "edit")
    await page.get_by_role("button", name="保存，然后检查和预览").click()
    frame = page.frame_locator("iframe[name=wechat]")
    await frame.get_by_role("heading", name=title).wait_for()
    await fine(window, "check")
    await page.get_by_role("button", name="送审").click()
    await expect(page.get_by_text("已送审。")).to_be_visible()
    await fine(window, "item")
    await log_in(window, "chief")
    await window.go("/console/review")
    await fine(window, "queue")
    await page.get_by_role("link", name=title).click()
    await expect(page.get_by_role("button", name="审核通过")).to_be_visible()
    await fine(window, "review")
    await page.get_by_role("button", name="审核通过").click()
    await expect(page.get_by_text("已审核通过。")).to_be_visible()
    assert page.url.startswith(f"{window.office.base_url}{item}")


@pytest.mark.slow
async def test_a_return_brings_the_item_back_with_its_reason(desk: Window):
    title = f"关于退回的公告（{id(desk)}）"
    await log_in(desk, "author")
    item = await write(desk, title, "内容。")
    page = await desk.go(item)
    await page.get_by_role("button", name="送审").click()
    await log_in(desk, "chief")
    await desk.go(f"{item}/review")
    page.remove_listener("console", desk._heard)  # the browser tells of the 422 it was meant to get
    await page.get_by_role("button", name="退回作者").click()
    await expect(page.get_by_text("“退回原因”不能为空").first).to_be_visible()
    await page.get_by_label("意见或退回原因").fill("请写明时间")
    await page.get_by_role("button", name="退回作者").click()
    await log_in(desk, "author")
    await expect(page.get_by_text("退回原因：请写明时间")).to_be_visible()


@pytest.mark.slow
async def test_what_was_typed_is_there_after_the_window_was_closed(desk: Window):
    await log_in(desk, "author")
    page = await desk.go("/console/items/new")
    await page.locator("#field-title").fill("写到一半的公告")
    await expect(page.get_by_text("已自动暂存")).to_be_visible()
    await desk.go("/console")
    await page.get_by_role("link", name="写到一半的公告").first.click()
    await expect(page.locator("#field-title")).to_have_value("写到一半的公告")


async def test_what_was_typed_while_the_network_is_away_stays_on_the_machine(desk: Window):
    await log_in(desk, "author")
    page = await desk.go("/console/items/new")
    page.remove_listener("console", desk._heard)  # the browser tells of requests that went nowhere
    await desk.context.set_offline(offline=True)
    await page.locator("#field-title").fill("断网时写的公告")
    await expect(page.get_by_text("内容暂存在这台电脑上")).to_be_visible()
    # The page hands its text in as soon as the network is back; here the machine is to be all that has it.
    await page.route("**/console/scratch", lambda route: route.abort())
    await desk.context.set_offline(offline=False)
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await desk.go("/console/items/new")
    await page.get_by_role("button", name="恢复").click()
    await expect(page.locator("#field-title")).to_have_value("断网时写的公告")


@pytest.mark.slow
async def test_an_editor_sees_who_else_has_the_item_open(desk: Window, browser: Browser, axe: str):
    await log_in(desk, "author")
    item = await write(desk, f"两个人打开的公告（{id(desk)}）", "第一句。")
    async with open_window(browser, desk.office, axe, **DESK) as other:
        await log_in(other, "admin")
        await other.go(f"{item}/edit")
        await desk.go(f"{item}/edit")
        await expect(desk.page.get_by_text("管理员 从")).to_contain_text("也在修改这篇稿件")


@pytest.mark.slow
async def test_two_editors_see_each_others_words(desk: Window):
    await log_in(desk, "author")
    item = await write(desk, f"两个人写的公告（{id(desk)}）", "第一句。")
    first = desk.page
    second = await desk.context.new_page()
    desk.watch(second)
    await second.goto(f"{desk.office.base_url}{item}/edit")
    await first.goto(f"{desk.office.base_url}{item}/edit")
    await second.locator("#field-summary").fill("别人写的摘要")
    await second.get_by_role("button", name="保存", exact=True).click()
    await expect(second.get_by_text("已保存。")).to_be_visible()
    await first.locator("#field-title").fill("我改的标题")
    desk.page.remove_listener("console", desk._heard)  # the browser tells of the 409 it was meant to get
    await first.get_by_role("button", name="保存", exact=True).click()
    await expect(first.get_by_text("您的内容还没有保存").first).to_be_visible()
    await fine(desk, "conflict")
    await first.get_by_role("button", name="用我的内容保存").click()
    await expect(first.get_by_text("已保存。")).to_be_visible()


async def test_a_session_that_ends_in_the_middle_of_writing_loses_nothing(desk: Window):
    await log_in(desk, "author")
    page = await desk.go("/console/items/new")
    title = f"会话过期的公告（{id(desk)}）"
    await page.locator("#field-title").fill(title)
    await page.get_by_role("textbox", name="正文").click()
    await page.keyboard.type("写了很久的内容。")
    cookies = [one for one in await desk.context.cookies() if one["name"] != "tongfa_session"]
    await desk.context.clear_cookies()
    await desk.context.add_cookies(cookies)
    page.remove_listener("console", desk._heard)  # the browser tells of the 401 it was meant to get
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_text("您刚才填写的内容没有丢失")).to_be_visible()
    await fine(desk, "door")
    await page.get_by_label("登录名").fill("author")
    await page.get_by_label("口令").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_text("已保存。")).to_be_visible()
    await expect(page.locator("#field-title")).to_have_value(title)
    assert "写了很久的内容。" in await page.locator("textarea[name=body]").input_value()


async def test_the_console_is_reached_by_the_keyboard_alone(desk: Window):
    page = await desk.go("/console/login")
    await expect(page.get_by_label("登录名")).to_be_focused()
    await page.keyboard.type("author")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="我的工作")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="跳到正文")).to_be_focused()


@pytest.mark.slow
async def test_the_menu_stands_open_beside_the_page_however_narrow_the_window_began(desk: Window):
    await log_in(desk, "author")
    link = desk.page.get_by_role("link", name="工作日历", exact=True)
    for width, is_shown in ((375, False), (1280, True), (375, False)):
        await desk.page.set_viewport_size({"width": width, "height": 800})
        if width < 1280:
            await desk.go("/console")
        await expect(link).to_be_visible(visible=is_shown)


@pytest.mark.slow
async def test_a_file_is_imported_and_corrected(window: Window):
    await log_in(window, "author")
    page = await window.go("/console/imports")
    await fine(window, "imports")
    text = "# 关于供暖的公告\n\n各社区：\n\n今年供暖从10月15日开始。\n\n2026年9月30日\n"
    await page.locator("#field-file").set_input_files(
        {"name": "公告.md", "mimeType": "text/markdown", "buffer": text.encode()}
    )
    await page.get_by_role("button", name="导入").click()
    await expect(page.locator("#field-title")).to_have_value("关于供暖的公告")
    await fine(window, "imported")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_text("已保存。")).to_be_visible()


@pytest.mark.slow
async def test_the_pages_of_the_office_are_readable(window: Window):
    await log_in(window, "admin")
    for name in ("words", "workdays", "levels", "me", "help", "items"):
        await window.go(f"/console/{name}")
        await fine(window, name)


@pytest.mark.slow
async def test_the_disclosure_fields_and_the_moved_addresses_are_usable(window: Window, title: str):
    await log_in(window, "author")
    item = await write(window, title, "内容。")
    page = window.page
    await page.get_by_label("12. 突发公共事件").check()
    await page.get_by_label("文种").select_option("蒙古文")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_text("已保存。")).to_be_visible()
    await expect(page.get_by_label("12. 突发公共事件")).to_be_checked()
    await fine(window, "fields")
    await window.go(item)
    await fine(window, "twin")
    await log_in(window, "admin")
    await window.go("/console/redirects")
    await page.get_by_label("旧地址").fill(f"/old/{id(window)}.shtml")
    await page.get_by_label("新地址").fill("/a/1")
    await page.get_by_role("button", name="登记").click()
    await expect(page.get_by_text("已更改。")).to_be_visible()
    await fine(window, "redirects")


@pytest.mark.slow
async def test_the_back_button_leads_back_to_what_was_being_written(desk: Window):
    await log_in(desk, "author")
    page = await desk.go("/console/items/new")
    title = f"离开又回来的公告（{id(desk)}）"
    await page.locator("#field-title").fill(title)
    await page.get_by_role("textbox", name="正文").click()
    await page.keyboard.type("写到一半。")
    await expect(page.get_by_text("已自动暂存")).to_be_visible()
    await page.get_by_role("link", name="帮助").click()
    await expect(page.get_by_role("heading", name="帮助")).to_be_visible()
    await page.go_back()
    notice = page.locator("form.notice", has_text=title)
    await expect(notice).to_contain_text("还没有保存")
    await notice.get_by_role("link", name="接着写").click()
    await expect(page.locator("#field-title")).to_have_value(title)
    await expect(page.locator(".rich")).to_contain_text("写到一半。")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_text("已保存。")).to_be_visible()
    # Back over a save shows no form that could save the same text a second time.
    await page.go_back()
    await expect(page.locator("#field-title")).not_to_have_value(title)
    await expect(page.locator("form.notice", has_text=title)).to_have_count(0)
