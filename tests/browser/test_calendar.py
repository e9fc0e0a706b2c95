"""The calendar of the console: a release is dragged to another day, and moved by a form on a phone."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.browser.office import Office
from tests.browser.test_console import fine, log_in
from tests.browser.window import BROWSER, Window

pytestmark = BROWSER

_ZONE: Final = ZoneInfo("Asia/Shanghai")


async def planned(office: Office, title: str) -> datetime:
    """Plan a release for the tenth of the month after next; gives its moment."""
    month = (datetime.now(_ZONE).replace(day=1) + timedelta(days=62)).replace(day=10)
    moment = month.replace(hour=14, minute=30, second=0, microsecond=0)
    item_id = await office.approved(title=title)
    order = {"accounts": ["site"], "not_before": moment.isoformat()}
    await office.chief.post(f"/api/v1/items/{item_id}/release", order)
    return moment


@pytest.mark.slow
async def test_a_release_is_dragged_to_another_day(desk: Window):
    moment = await planned(desk.office, "拖到别的日子的公告")
    await log_in(desk, "chief")
    page = await desk.go(f"/console/calendar?month={moment:%Y-%m}")
    await fine(desk, "calendar-month")
    entry = page.locator("[data-release]", has_text="拖到别的日子的公告")
    to_day = page.locator(f'[data-day="{moment:%Y-%m}-13"]')
    await to_day.scroll_into_view_if_needed()  # a page that scrolls under a pressed button drags nothing
    await entry.drag_to(to_day)
    await expect(page.get_by_text("发布时间已更改。")).to_be_visible()
    day = page.locator(f'[data-day="{moment:%Y-%m}-13"]')
    await expect(day).to_contain_text("14:30 定时发布 拖到别的日子的公告")
    # In the week as well; and whoever drags what stays is told why it stays.
    await desk.go(f"/console/calendar?week={moment:%Y-%m}-13")
    await fine(desk, "calendar-week-wide")
    days = page.locator("[data-day]")
    to = (moment.replace(day=13).weekday() + 3) % 7
    await page.locator("[data-release]", has_text="拖到别的日子的公告").drag_to(days.nth(to))
    await expect(page.get_by_text("发布时间已更改。")).to_be_visible()
    await expect(days.nth(to)).to_contain_text("拖到别的日子的公告")
    await log_in(desk, "author")
    await desk.go(f"/console/calendar?week={moment:%Y-%m}-13")
    await page.locator(".entry", has_text="拖到别的日子的公告").drag_to(days.nth(0))
    await expect(page.locator("p[data-stays]")).to_have_text("您没有发布权限，不能改时间")


@pytest.mark.slow
async def test_a_release_is_moved_by_a_form_on_a_phone_and_a_moment_in_the_past_is_refused(phone: Window):
    moment = await planned(phone.office, "用表单改时间的公告")
    await log_in(phone, "chief")
    page = await phone.go(f"/console/calendar?week={moment:%Y-%m-%d}")
    line = page.get_by_role("listitem").filter(has_text="用表单改时间的公告")
    await line.locator("summary").click()
    await line.get_by_label("新的发布时间").fill("2020-01-02T09:00")
    await line.get_by_role("button", name="改时间").click()
    await expect(page.get_by_role("alert")).to_contain_text("已经过去")
    await fine(phone, "calendar-refused")
    await line.get_by_label("新的发布时间").fill(f"{moment:%Y-%m-%d}T16:45")
    await line.get_by_role("button", name="改时间").click()
    await expect(page.get_by_text("发布时间已更改。")).to_be_visible()
    await expect(line).to_contain_text("16:45")
    await fine(phone, "calendar-week")
