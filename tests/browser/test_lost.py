"""The back button and a network that goes: nothing is done twice, nothing that was typed is lost."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.office import CODE
from tests.browser.test_console import fine, log_in
from tests.browser.window import BROWSER, Window

pytestmark = [BROWSER, pytest.mark.slow]


async def _releases(window: Window, item_id: str) -> int:
    told = await window.office.chief.get(f"/api/v1/items/{item_id}/deliveries")
    return len({leg["release"] for leg in told["deliveries"]})


async def test_the_back_button_releases_nothing_twice(desk: Window):
    item_id = await desk.office.approved(title=f"关于返回的公告（{id(desk)}）")
    await log_in(desk, "chief")
    page = await desk.go(f"/console/items/{item_id}/release")
    for slug in ("wechat", "weibo"):
        if await page.locator(f"input[value={slug}]").count():
            await page.locator(f"input[value={slug}]").uncheck()
    await page.get_by_role("button", name="发布", exact=True).dblclick()
    await expect(page.get_by_text("已发布，各账号的进展见下。")).to_be_visible()
    assert await _releases(desk, item_id) == 1
    await page.go_back()
    await expect(page.get_by_role("heading", name="发布", level=1)).to_be_visible()
    # The page that comes back knows what has been released, and asks what has changed.
    await page.reload()
    await expect(page.get_by_text("这次改了什么")).to_be_visible()
    assert await _releases(desk, item_id) == 1
    await page.go_forward()
    await expect(page.get_by_role("heading", name="第 1 次发布")).to_be_visible()
    await page.reload()
    assert await _releases(desk, item_id) == 1


async def test_a_form_stays_and_says_so_while_the_network_is_away(desk: Window):
    item_id = await desk.office.approved(title=f"关于断网的公告（{id(desk)}）")
    await log_in(desk, "chief")
    page = await desk.go(f"/console/items/{item_id}/release")
    page.remove_listener("console", desk._heard)  # the browser tells of requests that went nowhere
    await page.locator("summary", has_text="加急").click()
    await page.get_by_label("加急理由").fill("暴雨预警")
    await desk.context.set_offline(offline=True)
    await page.get_by_role("button", name="发布", exact=True).click()
    await expect(page.get_by_text("网络断开，没有提交。填写的内容都在")).to_be_visible()
    await fine(desk, "offline")
    await desk.context.set_offline(offline=False)
    assert await _releases(desk, item_id) == 0
    await page.get_by_role("button", name="发布", exact=True).click()
    await expect(page.get_by_text("已发布，各账号的进展见下。")).to_be_visible()
    assert await _releases(desk, item_id) == 1


FORMS = ("columns", "tokens", "accounts/new?channel=weibo", "people", "redirects")


def _form(page: Page) -> Locator:
    """Give the last form that takes words: those below it only take a line of a list away."""
    return page.locator("main form:has(input[type=text])").last


async def _fill(page: Page) -> dict[str, str]:
    """Write into every empty line of text of the page's last form; gives what was written, by name."""
    form = _form(page)
    typed = {}
    for field in await form.locator("input[type=text]").all():
        name = await field.get_attribute("name")
        if (
            name
            and not await field.get_attribute("pattern")
            and await field.is_visible()
            and not await field.input_value()
        ):
            typed[name] = "写了一半"
            await field.fill(typed[name])
    return typed


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_sent_to_a_server_that_is_away_comes_back_with_what_was_typed(desk: Window, path: str):
    await log_in(desk, "admin")
    page = await desk.go(f"/console/{path}")
    page.remove_listener("console", desk._heard)  # the browser tells of requests that went nowhere
    typed = await _fill(page)
    assert typed, path
    # The network is there, but the server is not.
    await page.route("**", lambda route: route.abort())
    async with page.expect_event("requestfailed", lambda asked: asked.is_navigation_request()):
        await _form(page).evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    await expect(page).to_have_url(re.compile("^chrome-error"))
    await page.unroute("**")
    await page.go_back()
    for name, words in typed.items():
        await expect(_form(page).locator(f"[name={name}]")).to_have_value(words)


async def test_an_account_is_added_tried_and_has_somebody_responsible(window: Window):
    width = (window.page.viewport_size or {})["width"]
    known = window.office.sandbox.credentials()["weibo"]
    org = f"0000{width:05d}"
    await window.office.admin.post("/api/v1/orgs", {"code": org, "name": f"某旗{width}所", "parent": CODE})
    await log_in(window, "admin")
    page = await window.go("/console/accounts/new?channel=weibo")
    await page.get_by_label("机构").select_option(org)
    await page.get_by_label("账号名称").fill(f"某旗新号{width}")
    await page.get_by_label("账号标识").fill(f"fresh{width}")
    await page.get_by_label("负责人").fill("张三 0477-8000000")
    await page.get_by_label("接口地址").fill(known["base_url"])
    await page.get_by_label("账号 UID").fill(known["uid"])
    await page.get_by_label("安全域名").fill("127.0.0.1")
    await page.get_by_label("访问令牌").fill(known["access_token"])
    await page.get_by_role("button", name="添加").click()
    await expect(page.get_by_text("已添加。")).to_be_visible()
    await page.get_by_role("button", name="测试连接").click()
    await expect(page.locator("main > p[role=status]")).to_be_visible()
    await fine(window, "account")
    assert known["access_token"] not in await page.content()
    await window.go("/console/accounts")
    await expect(page.get_by_role("row", name=f"某旗新号{width}")).to_contain_text(
        "负责人：张三 0477-8000000"
    )
    await fine(window, "accounts")
