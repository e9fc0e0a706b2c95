"""The console's overview and administration in the browser, at 375 and 1280 pixels."""

import os
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import expect

from tests.browser.office import PASSWORD
from tests.browser.window import BROWSER, Window

pytestmark = BROWSER

_SHOTS: Final = os.environ.get("TONGFA_SHOTS", "")
_PAGES: Final = (
    "accounts", "follows", "statistics", "statistics?by=month", "statistics/rows?channel=website",
    "report", "report/check", "jobs", "audit", "people", "orgs",
)  # fmt: skip


async def _log_in(window: Window) -> None:
    page = await window.go("/console/login")
    await page.get_by_label("登录名").fill("admin")
    await page.get_by_label("口令").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="我的工作")).to_be_visible()


@pytest.mark.slow
async def test_a_table_is_downloaded_and_the_page_can_be_asked_again(desk: Window):
    await _log_in(desk)
    page = await desk.go("/console/audit")
    for _again in range(2):
        async with page.expect_download() as begun:
            await page.get_by_role("button", name="下载表格").click()
        assert (await begun.value).suggested_filename == "audit.csv"
    await page.get_by_label("事项").select_option(label="登录")
    await page.get_by_role("button", name="查看").click()
    await page.wait_for_url("**/audit?verb=session.open*")


@pytest.mark.slow
async def test_every_page_of_the_overview_fits_and_is_accessible(window: Window):
    await window.office.publish(title=f"关于概览的公告（{id(window)}）")
    await _log_in(window)
    page, wrong = window.page, []
    for path in _PAGES:
        await window.go(f"/console/{path}")
        if _SHOTS:
            name = path.translate(str.maketrans("/?=", "---"))
            width = (page.viewport_size or {})["width"]
            await page.screenshot(path=Path(_SHOTS) / f"{name}-{width}.png", full_page=True)
        wrong += [(path, "too wide")] if await window.overflow() > 0 else []
        wrong += [(path, one) for one in await window.violations()]
    assert wrong == []
