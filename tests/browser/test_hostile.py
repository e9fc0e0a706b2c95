"""What somebody hostile typed, looked at in a real browser: nothing of it runs on any page."""

import re

import pytest
from playwright.async_api import expect

from server.console.pages import PAGES
from tests.browser.test_console import log_in
from tests.browser.window import BROWSER, Window

pytestmark = [BROWSER, pytest.mark.slow]

PAYLOAD = "'\"></textarea></title><script>window.ran=1</script><img src=x onerror='window.ran=1'>{{7*7}}"
BODY = "<p>甲</p><script>window.ran=1</script><a href='javascript:window.ran=1'>乙</a>"
PATHS = [
    one.path for one in PAGES if one.method == "GET" and not one.path.endswith(("list", "sheet", "table"))
]


async def test_a_hostile_item_runs_on_no_page_of_the_console(desk: Window):
    made = await desk.office.author.post(
        "/api/v1/items",
        {
            "org": "000000019", "kind": "notice", "title": PAYLOAD, "summary": PAYLOAD, "overview": PAYLOAD,
            "source": PAYLOAD, "body": BODY,
            "column": "tzgg", "openness": "open",
        },
    )  # fmt: skip
    await log_in(desk, "admin")
    for path in PATHS:
        address = path.replace("{item_id}", made["id"])
        if "{" in address or re.search(r"/(draft|rows|check|follow|release|withdraw|notice-end)$", address):
            continue  # files, and pages of which this item has none
        page = await desk.go(address + "?q=" + "%3Cscript%3Ewindow.ran%3D1%3C%2Fscript%3E")
        assert await page.evaluate("window.ran") is None, address
    await log_in(desk, "author")
    page = await desk.go(f"/console/items/{made['id']}/edit")
    await expect(page.locator("#field-title")).to_have_value(PAYLOAD)
    await expect(page.locator(".rich a")).to_have_count(0)
    assert await page.evaluate("window.ran") is None
