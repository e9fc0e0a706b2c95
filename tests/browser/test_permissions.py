"""The owner of an account on Weibo lets us in: from our page to the platform's and back, phone and desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import pytest
from playwright.async_api import expect

from channels.sandbox.run import Sandbox, start_sandbox
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


@asynccontextmanager
async def own_platform() -> AsyncIterator[Sandbox]:
    """Start a platform whose permissions may end without anybody else noticing."""
    sandbox = await start_sandbox(
        host="127.0.0.1", wechat_port=0, weibo_port=0, state_dir=None,
        now=lambda: datetime.now(UTC), safe_domain="127.0.0.1",
    )  # fmt: skip
    sandbox.weibo.expire_tokens()  # the one it begins with is nobody's here
    yield sandbox
    await sandbox.close()


@pytest.mark.slow
async def test_a_permission_is_refused_granted_ends_and_is_granted_again(desk: Window):
    """What waits goes on with the grant; the days left are told; once it has ended, what comes waits."""
    async with own_platform() as sandbox:
        office, known, slug = desk.office, sandbox.credentials()["weibo"], "life"
        await office.admin.post("/api/v1/orgs", {"code": "000000107", "name": "某旗授权局", "parent": CODE})
        settings = {
            "base_url": known["base_url"], "web_url": known["base_url"], "uid": known["uid"],
            "safe_domains": "127.0.0.1", "client_id": known["client_id"],
        }  # fmt: skip
        account = {
            "org": "000000107", "channel": "weibo", "slug": slug, "name": "某旗授权微博",
            "settings": settings, "secret": {"client_secret": known["client_secret"]},
        }  # fmt: skip
        await office.admin.post("/api/v1/accounts", account)
        first = await office.approved(title="等待授权的公告")
        await office.chief.post(f"/api/v1/items/{first}/release", {"accounts": ["site", slug]})
        await office.until(first, "live", ("site",))

        await log_in(desk, "admin")
        page = await desk.go("/console/permissions")
        card = page.locator("section", has=page.get_by_role("heading", name="某旗授权微博"))
        await card.get_by_role("button", name="去授权").click()
        await page.get_by_role("link", name="打开平台的授权页").click()
        await page.get_by_role("button", name="拒绝").click()
        await expect(page.get_by_text("没有同意授权，账号“某旗授权微博”保持原样")).to_be_visible()

        sandbox.weibo.switch(token_seconds=3 * 86_400 + 600)
        await grant(desk)
        await office.until(first, "live", (slug,))  # it waited, and went on with the grant
        assert len(sandbox.weibo.posts()) == 1
        page = await desk.go("/console/permissions")
        await expect(card.get_by_text("还有 3 天到期")).to_be_visible()
        await fine(desk, "permission-ends")

        sandbox.weibo.expire_tokens()
        await card.get_by_role("button", name="向平台核对").click()
        await expect(card.get_by_text("没有授权，投递在等待")).to_be_visible()
        second = await office.approved(title="又一篇等待授权的公告")
        await office.chief.post(f"/api/v1/items/{second}/release", {"accounts": ["site", slug]})
        await office.until(second, "live", ("site",))
        assert len(sandbox.weibo.posts()) == 1

        await grant(desk)
        await office.until(second, "live", (slug,))
        assert len(sandbox.weibo.posts()) == 2
        own = sandbox.weibo_url
        desk.troubles[:] = [
            trouble for trouble in desk.troubles if own not in trouble and "422" not in trouble
        ]


async def grant(window: Window) -> None:
    """Go to the platform from our page, agree there, and come back."""
    page = await window.go("/console/permissions")
    card = page.locator("section", has=page.get_by_role("heading", name="某旗授权微博"))
    await card.get_by_role("button", name="去授权").click()
    await page.get_by_role("link", name="打开平台的授权页").click()
    await page.get_by_role("button", name="同意授权").click()
    await expect(page.get_by_role("heading", name="账号“某旗授权微博”已授权")).to_be_visible()
