"""A browser window that watches what our pages do, and asks axe-core about them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.browser.office import Office

expect.set_options(timeout=60_000)  # a machine at work on several tests at once
BROWSER: Final = pytest.mark.asyncio(loop_scope="session")  # office and browser start once a worker
PHONE: Final = {
    "viewport": {"width": 375, "height": 720},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESK: Final = {"viewport": {"width": 1280, "height": 800}}
_BLOCKED: Final = "Service Worker registration blocked by Playwright"  # its word, where we ask for it
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Window:
    """A browser window with its own cookies and caches; it remembers what no page of ours may do."""

    office: Office
    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)

    async def go(self, path: str) -> Page:
        """Open an address of the office and wait until it has loaded."""
        await self.page.goto(f"{self.office.base_url}{path}", wait_until="load")
        return self.page

    def watch(self, page: Page) -> None:
        """Note errors on the console, scripts that fail, and requests to anybody else."""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and message.text != _BLOCKED:
            self.troubles.append(f"{message.location.get('url')}: {message.text}")

    def asked(self, request: Request) -> None:
        """Note a request that leaves the host."""
        parts = urlsplit(request.url)
        own = urlsplit(self.office.base_url).netloc
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != own:
            self.troubles.append(f"asked somebody else: {request.url}")

    async def violations(self) -> list[str]:
        """Give what axe-core finds on the page that is open: the rule, and where."""
        await self.page.add_script_tag(url=f"{self.office.base_url}/axe-for-tests.js")
        found = await self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", _RULES
        )
        return [
            f"{one['id']} at {node['target']}: {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    async def overflow(self) -> int:
        """Give by how many pixels the page is wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(await self.page.evaluate(wide))


async def come_true(page: Page, holds: str, *, seconds: float = 60.0) -> None:
    """Wait until an expression is true on a page; AssertionError when it never is.

    Playwright's own way asks a second time by `eval`, which the policy of our pages forbids.
    """
    ends = time.monotonic() + seconds
    while not await page.evaluate(holds):
        assert time.monotonic() < ends, f"never true: {holds}"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def open_window(browser: Browser, office: Office, axe: str, **how: Any) -> AsyncIterator[Window]:
    """Open a window with a context of its own."""
    context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **how)
    context.set_default_timeout(90_000)
    window = Window(office, context, await context.new_page())
    context.on("request", window.asked)
    window.watch(window.page)
    # The script comes from the page's own address: its policy lets no other in, and that stays as it is.
    await context.route(
        "**/axe-for-tests.js", lambda route: route.fulfill(body=axe, content_type="text/javascript")
    )
    yield window
    await context.close()
