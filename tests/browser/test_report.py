"""The year's figures in the browser, at 375 and 1280 pixels: entered, contradicted, found and mended."""

import pytest
from playwright.async_api import expect

from tests.browser.test_console import fine, log_in
from tests.browser.window import BROWSER, Window

pytestmark = BROWSER

PARTS = {"结果维持": "3", "结果纠正": "1", "其他结果": "0", "尚未审结": "2"}


@pytest.mark.slow
async def test_a_total_that_is_no_sum_leads_to_its_cell_and_is_mended_there(window: Window):
    await log_in(window, "admin")
    width = (window.page.viewport_size or {})["width"]
    year = 2022 if width < 1000 else 2023  # the office is the same for both widths
    page = await window.go(f"/console/report?year={year}")
    await page.get_by_text("政府信息公开行政复议、行政诉讼情况").click()
    for name, count in {**PARTS, "总计": "4"}.items():
        await page.get_by_label(f"行政复议，{name}", exact=True).fill(count)
    await page.locator("#field-source").fill("复议案件台账")
    await page.get_by_role("button", name="保存数字").click()
    await expect(page.get_by_role("heading", name="数字核对：1 处不符")).to_be_visible()
    await expect(page.get_by_text("写为 4，应为 6，相差 2")).to_be_visible()
    await fine(window, "report-faults")
    await page.get_by_role("link", name="行政复议，总计").click()
    total = page.get_by_label("行政复议，总计", exact=True)
    await expect(total).to_be_in_viewport()
    await total.fill("6")
    await page.locator("#field-source").fill("复议案件台账")
    await page.get_by_role("button", name="保存数字").click()
    await expect(page.get_by_text("已填的数字之间没有不符")).to_be_visible()
    await fine(window, "report-mended")
