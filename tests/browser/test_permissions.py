"""The owner of an account on Weibo lets us in: from our page to the platform's and back, phone and desk."""

from typing import Final

import pytest
from playwright.async_api import expect

from tests.browser.office import CODE
from tests.browser.test_console import fine, log_in
from tests.browser.window import BROWSER, Window

pytestmark = BROWSER

_ORGANS: Final = {375: "000000051", 1280: "000000078"}


async def open_account(window: Window) -> str:
    """Write an account that waits for its permission, of an organ that releases nothing; gives its name."""
    width = (window.page.viewport_size or {})["width"]
    org = _ORGANS[width]
    await window.office.admin.post("/api/v1/orgs", {"code": org, "name": f"某旗{width}局", "parent": CODE})
    known, name = window.office.sandbox.credentials()["weibo"], f"某旗发布{width}"
    settings = {"base_url": known["base_url"], "safe_domains": "127.0.0.1", "client_id": known["client_id"]}
    account = {
        "org": org, "channel": "weibo", "slug": f"grant{width}", "name": name,
        "settings": settings, "secret": {"client_secret": known["client_secret"]},
    }  # fmt: skip
    await window.office.admin.post("/api/v1/accounts", account)
    return name


@pytest.mark.slow
async def test_an_owner_grants_the_permission_and_comes_back(window: Window):
    name = await open_account(window)
    await log_in(window, "admin")
    page = await window.go("/console/permissions")
    card = page.locator("section", has=page.get_by_role("heading", name=name, exact=True))
    await expect(card.get_by_text("没有授权，投递在等待")).to_be_visible()
    await fine(window, "permissions")
    await card.get_by_role("button", name="去授权").click()
    await fine(window, "permission-begun")
    await page.get_by_role("link", name="打开平台的授权页").click()
    await page.get_by_role("button", name="同意授权").click()
    await expect(page.get_by_role("heading", name=f"账号“{name}”已授权")).to_be_visible()
    await fine(window, "permission-done")
    await page.get_by_role("link", name="回到平台授权").click()
    await expect(card.get_by_text("已授权，还有")).to_be_visible()
    # The one place where a page of ours leads to somebody else.
    own = window.office.sandbox.weibo_url
    window.troubles[:] = [trouble for trouble in window.troubles if own not in trouble]
