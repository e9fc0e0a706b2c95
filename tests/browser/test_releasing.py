"""The editors' console in the browser, at 375 and 1280 pixels: release, watch the rows, prove, withdraw."""

import os
import re
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import expect

from tests.browser.office import PASSWORD, an_item
from tests.browser.window import BROWSER, Window

pytestmark = BROWSER

_SHOTS: Final = os.environ.get("TONGFA_SHOTS", "")
_SECONDS: Final = 90_000


async def _log_in(window: Window, login: str) -> None:
    await window.context.clear_cookies()
    page = await window.go("/console/login")
    await page.get_by_label("登录名").fill(login)
    await page.get_by_label("口令").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="我的工作")).to_be_visible()


async def _fine(window: Window, name: str) -> None:
    """Hold a page to what every page must be: within the window, and nothing that axe-core finds."""
    if _SHOTS:
        width = (window.page.viewport_size or {})["width"]
        await window.page.screenshot(path=Path(_SHOTS) / f"{name}-{width}.png", full_page=True)
    assert await window.overflow() <= 0, name
    assert await window.violations() == [], name


async def test_an_approved_item_is_released_watched_and_withdrawn(window: Window):
    title = f"关于做好防汛工作的公告（{id(window)}）"
    item_id = await window.office.approved(title=title)
    await _log_in(window, "chief")
    page = await window.go(f"/console/items/{item_id}")
    await page.get_by_role("link", name="发布", exact=True).last.click()
    # The sentence follows what is ticked, without the page being loaded again.
    for name in ("@某旗发布", "公告栏"):
        await page.get_by_role("checkbox", name=name).check()
    told = page.locator("#told")
    await expect(told).to_contain_text("公告栏由人张贴或播出后登记")
    await expect(told).to_contain_text("微博 1 个账号")
    await _fine(window, "release-form")
    await told.get_by_role("button", name="发布").click()
    await expect(page.get_by_text("已发布，各账号的进展见下。")).to_be_visible()
    rows = page.get_by_role("row")
    await expect(rows.filter(has_text="门户网站")).to_contain_text("已上线", timeout=_SECONDS)
    await expect(rows.filter(has_text="@某旗发布")).to_contain_text("已上线", timeout=_SECONDS)
    await expect(rows.filter(has_text="公告栏")).to_contain_text("等人张贴或播出")
    await _fine(window, "release")
    await _withdraw(window, item_id)


async def _withdraw(window: Window, item_id: str) -> None:
    page = window.page
    await page.get_by_role("link", name="全部撤回").click()
    await expect(page.get_by_text("@某旗发布：")).to_be_visible()
    await _fine(window, "withdraw")
    await page.get_by_label("内容有误").check()
    await expect(page.get_by_label("撤回原因")).to_have_value(re.compile("^本稿件内容有误"))
    await page.get_by_role("button", name="撤回").click()
    await expect(page.get_by_text("已开始撤回，各账号的进展见下。")).to_be_visible()
    rows = page.get_by_role("row")
    await expect(rows.filter(has_text="门户网站")).to_contain_text("已撤回", timeout=_SECONDS)
    await expect(rows.filter(has_text="公告栏")).to_contain_text("已取消")
    await expect(rows.filter(has_text="@某旗发布")).to_contain_text("需要人工撤回", timeout=_SECONDS)
    await _fine(window, "withdrawn")
    released = page.url.partition("?")[0].removeprefix(window.office.base_url)
    await _log_in(window, "author")
    await window.go(released)
    await rows.filter(has_text="@某旗发布").get_by_role("link", name="登记撤下").click()
    await page.get_by_label("撤下情况").fill("已在微博客户端删除")
    await _fine(window, "taken-down")
    await page.get_by_role("button", name="登记已撤下").click()
    await expect(page.get_by_text("已登记。")).to_be_visible()
    await expect(rows.filter(has_text="@某旗发布")).to_contain_text("已撤回")


@pytest.mark.slow
async def test_a_notice_board_is_proved_in_one_form(window: Window):
    title = f"关于张贴的公告（{id(window)}）"
    item_id = await window.office.approved(title=title)
    await window.office.chief.post(f"/api/v1/items/{item_id}/release", {"accounts": ["site", "board"]})
    await _log_in(window, "author")
    page = await window.go("/console/evidence")
    await _fine(window, "evidence-list")
    await page.get_by_role("link", name=title).click()
    await page.get_by_label("公开地点").fill("政务服务中心一楼公告栏")
    await _fine(window, "evidence")
    await page.get_by_role("button", name="登记").click()
    await expect(page.get_by_text("已登记。")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="公告栏")).to_contain_text("已上线")
    await window.go("/console/releases")
    await _fine(window, "releases")
    await window.go("/console/decisions")
    await _fine(window, "decisions")


@pytest.mark.slow
async def test_a_mended_typo_leaves_out_what_is_posted_already(small: Window):
    office, title = small.office, f"关于做好防火工作的公告（{id(small)}）"
    item = await office.publish(accounts=("site", "weibo"), title=title)
    path = f"/api/v1/items/{item['id']}"
    await office.author.put(path, an_item(title=f"{title}更正"))
    await office.author.post(f"{path}/submit")
    await office.chief.post(f"{path}/approve")
    await _log_in(small, "chief")
    page = await small.go(f"/console/items/{item['id']}/release")
    weibo, site = page.locator("input[value=weibo]"), page.locator("input[value=site]")
    await page.get_by_label("只改错字").check()
    await expect(weibo).not_to_be_checked()
    await expect(site).to_be_checked()
    await expect(page.locator("#told .sentence")).not_to_contain_text("微博")
    await _fine(small, "typo")
    await page.get_by_label("内容有变化").check()
    await expect(weibo).to_be_checked()


@pytest.mark.slow
async def test_who_corrects_chooses_what_becomes_of_the_old_status_and_sees_it_in_its_history(window: Window):
    office, title = window.office, f"关于供水的公告（{id(window)}）"
    item = await office.publish(accounts=("site", "weibo"), title=title)
    path = f"/api/v1/items/{item['id']}"
    await office.author.put(path, an_item(title=f"{title}更正"))
    await office.author.post(f"{path}/submit")
    await office.chief.post(f"{path}/approve")
    await _log_in(window, "chief")
    page = await window.go(f"/console/items/{item['id']}/release")
    older = page.get_by_role("group", name=re.compile("旧微博还在"))
    told = page.locator("#told")
    await expect(told).to_contain_text("等新的上线后撤下")
    await page.locator("input[value=weibo]").uncheck()
    await expect(older).to_be_hidden()
    await expect(told).to_contain_text("这次没有选这个账号，不会动它")
    await page.locator("input[value=weibo]").check()
    await older.get_by_label("保留，新旧并存").check()
    await expect(told).to_contain_text("新的发出后保留，两条并存")
    await _fine(window, "older-posts")
    await page.get_by_role("button", name="发布", exact=True).click()
    await expect(page.get_by_role("heading", name="第 2 次发布")).to_be_visible()
    newer = page.get_by_role("region", name="各账号").get_by_role("row").filter(has_text="@某旗发布")
    await expect(newer).to_contain_text("已上线", timeout=_SECONDS)
    await page.reload()
    older = (
        page.get_by_role("region", name="以前的发布还在的").get_by_role("row").filter(has_text="@某旗发布")
    )
    await expect(older).to_contain_text("按发布时的决定保留")
    await _fine(window, "older-posts-release")
    await newer.get_by_role("link", name=re.compile("经过")).click()
    await expect(page.get_by_text("这次发布时的决定：新的上线后，旧的保留。")).to_be_visible()
    await _fine(window, "older-posts-history")
