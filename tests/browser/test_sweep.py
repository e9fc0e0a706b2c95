"""Every page of the console at both widths: it fits, axe finds nothing, an ended session loses no one."""

import os
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from server.console.pages import PAGES
from tests.browser.office import CODE, PASSWORD
from tests.browser.window import BROWSER, Window

pytestmark = [BROWSER, pytest.mark.slow, pytest.mark.timeout(600)]

_SHOTS: Final = os.environ.get("TONGFA_SHOTS", "")
_LOGINS: Final = ("admin", "chief", "author")
_NO_PAGES: Final = ("/console/media/{sha256}", "/console/releases/{release_id}/events")
# What a page shows nothing without.
_ASKED: Final = {
    "/console/report/assessment/rows": "?year={year}&key=in_time&part=earns",
    "/console/report/snapshots/rows": "?year={year}&number=1",
}
_PATHS: Final = tuple(one.path for one in PAGES if one.method == "GET" and one.path not in _NO_PAGES)


async def _cookies_of(window: Window, login: str) -> list[Any]:
    await window.context.clear_cookies()
    page = await window.go("/console/login")
    await page.get_by_label("登录名").fill(login)
    await page.get_by_label("口令").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await expect(page.get_by_role("heading", name="我的工作", level=1)).to_be_visible()
    return list(await window.context.cookies())


async def _places(window: Window) -> dict[str, str]:
    """Give what stands for the parts of addresses in braces."""
    office = window.office
    made = await office.publish(title=f"关于逐页查看的公告（{id(window)}）", accounts=("site", "feed"))
    legs = (await office.chief.get(f"/api/v1/items/{made['id']}/deliveries"))["deliveries"]
    year = datetime.now(ZoneInfo("Asia/Shanghai")).year
    await office.chief.post(f"/api/v1/reports/{year}/snapshots", {"org": CODE, "reason": "逐页查看"})
    return {
        "{year}": str(year),
        "{item_id}": made["id"],
        "{release_id}": await _linked(window, f"/console/items/{made['id']}", "/console/releases/"),
        "{delivery_id}": legs[0]["id"],
        "{slug}": "zcwj",
        "{account_id}": await _linked(window, "/console/accounts", "/console/accounts/1"),
    }


async def _linked(window: Window, path: str, to: str) -> str:
    await window.go(path)
    link = await window.page.locator(f'main a[href^="{to}"]').first.get_attribute("href")
    return str(link).rpartition("/")[2]


async def _filled(window: Window, path: str, places: dict[str, str]) -> str:
    if path.endswith("/release"):
        made = await window.office.approved(title=f"等待发布的公告（{id(window)}）")
        places = {**places, "{item_id}": made}
    path += _ASKED.get(path, "")
    for name, value in places.items():
        path = path.replace(name, value)
    return path


async def test_every_page_fits_and_is_accessible(window: Window):
    people = {login: await _cookies_of(window, login) for login in reversed(_LOGINS)}
    places = await _places(window)
    wrong: list[Any] = []
    for path in _PATHS:
        address = await _filled(window, path, places)
        for cookies in people.values():
            await window.context.clear_cookies()
            await window.context.add_cookies(cookies)
            answer = await window.context.request.get(f"{window.office.base_url}{address}")
            if answer.status == 200:
                break
        else:
            wrong.append((path, answer.status))
            continue
        # Files, and what a page of ours shows in a frame of its own, where no script may run.
        if "script-src 'self'" not in answer.headers.get("content-security-policy", ""):
            continue
        page = await window.go(address)
        if _SHOTS:
            name = path.strip("/").translate(str.maketrans("/", "-", "{}"))
            width = (page.viewport_size or {})["width"]
            await page.screenshot(path=Path(_SHOTS) / f"{name}-{width}.png", full_page=True)
        wrong += [(path, "too wide")] if await window.overflow() > 0 else []
        wrong += [(path, one) for one in await window.violations()]
    assert wrong == []


async def test_whoever_comes_back_after_his_session_ended_signs_in_and_stands_where_he_wanted(
    window: Window,
):
    await _cookies_of(window, "admin")
    places = await _places(window)
    await window.context.clear_cookies()
    wrong = []
    for path in _PATHS:
        address = await _filled(window, path, places)
        answer = await window.context.request.get(f"{window.office.base_url}{address}")
        told = await answer.text()
        if answer.status != 401 or f'name="next" value="{escape(address)}"' not in told:
            wrong.append((path, answer.status))
    assert wrong == []
