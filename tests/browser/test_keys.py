"""Keys of one's own in the browser: the second step of signing in, and tokens for programs."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from playwright.async_api import Page, expect

from tests.browser.office import CODE
from tests.browser.test_console import fine, log_in
from tests.browser.window import BROWSER, Window
from tests.phone import code_of

pytestmark = [BROWSER, pytest.mark.slow]

PASSWORD = "three-rivers-26"


async def _somebody(window: Window, login: str) -> str:
    """Let the administrator add a person; gives the login."""
    login = f"{login}{(window.page.viewport_size or {})['width']}"
    grants = [{"org": CODE, "role": "author"}]
    person = {"login": login, "name": "带手机的人", "password": PASSWORD, "grants": grants}
    await window.office.admin.post("/api/v1/people", person)
    return login


async def _knock(window: Window, login: str) -> Page:
    await window.context.clear_cookies()
    page = await window.go("/console/login")
    await page.get_by_label("登录名").fill(login)
    await page.get_by_label("口令").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_load_state()
    # The browser tells of the 401 that asks for the second step.
    window.troubles[:] = [one for one in window.troubles if "401" not in one]
    return page


async def _enrol(window: Window, login: str) -> str:
    """Set the second step up as the page says; gives the secret that the phone keeps."""
    page = await _knock(window, login)
    await expect(page.get_by_role("heading", name="我的工作")).to_be_visible()
    await window.go("/console/me")
    await page.locator("#factor-password").fill(PASSWORD)
    await page.get_by_role("button", name="开始设置").click()
    await fine(window, "factor")
    secret = await page.locator(".secret code").inner_text()
    # A step back, which is still good: the next step is left for signing in.
    await page.get_by_label("六位数字").fill(code_of(secret, datetime.now(UTC) - timedelta(seconds=30)))
    await page.get_by_role("button", name="启用").click()
    await expect(page.get_by_text("两步验证已启用")).to_be_visible()
    await fine(window, "recovery")
    assert await page.locator("ol.secret code").count() == 10
    return secret


async def test_a_phone_is_enrolled_and_asked_for_at_the_door_and_an_administrator_resets_a_lost_one(
    window: Window,
):
    login = await _somebody(window, "phone")
    secret = await _enrol(window, login)
    page = await _knock(window, login)
    await expect(page.get_by_role("heading", name="两步验证")).to_be_visible()
    await fine(window, "second-step")
    await page.get_by_label("验证码").fill(code_of(secret, datetime.now(UTC)))
    await page.get_by_role("button", name="验证并登录").click()
    await expect(page.get_by_role("heading", name="我的工作")).to_be_visible()

    await log_in(window, "admin")
    await window.go("/console/people")
    line = page.locator("ul.lines > li", has_text=login)
    await expect(line).to_contain_text("两步验证")
    await line.locator("summary").click()
    await line.get_by_role("button", name="重置两步验证").click()
    await expect(line.locator(".state", has_text="两步验证")).to_have_count(0)
    page = await _knock(window, login)
    await expect(page.get_by_role("heading", name="我的工作")).to_be_visible()


async def test_a_recovery_code_opens_the_door_once(desk: Window):
    login = await _somebody(desk, "paper")
    await _enrol(desk, login)
    code = await desk.page.locator("ol.secret code").first.inner_text()
    for opens in (True, False):
        page = await _knock(desk, login)
        await page.get_by_label("验证码").fill(code)
        await page.get_by_role("button", name="验证并登录").click()
        seen = page.get_by_role("heading", name="我的工作") if opens else page.get_by_role("alert")
        await expect(seen).to_be_visible()
    desk.troubles[:] = [one for one in desk.troubles if "401" not in one]


async def test_a_token_is_shown_once_used_and_revoked(window: Window):
    name = f"年报取数{id(window)}"
    await log_in(window, "author")
    page = await window.go("/console/tokens")
    await page.get_by_label("用途").fill(name)
    await page.get_by_role("button", name="发放").click()
    secret = await page.locator(".secret code").inner_text()
    await fine(window, "token-issued")
    await window.go("/console/tokens")
    line = page.get_by_role("row", name=name)
    await expect(line).to_contain_text("还没有用过")
    assert secret not in await page.content()

    asked = f"{window.office.base_url}/api/v1/sessions/current"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {secret}"}) as program:
        async with program.get(asked) as answer:
            assert answer.status == 200
        await page.reload()
        await expect(line).not_to_contain_text("还没有用过")
        await line.get_by_role("button", name="停用").click()
        await expect(page.get_by_text("已停用。")).to_be_visible()
        await expect(line).to_have_count(0)
        async with program.get(asked) as answer:
            assert answer.status == 401
