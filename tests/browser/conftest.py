"""One office and one browser for all tests of this room, on one event loop: see BROWSER in window.py."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.office import Office, open_office
from tests.browser.window import DESK, PHONE, Window, open_window

_AXE: Final = Path(__file__).parents[2] / ".venv" / "npm" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def office_folder(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    shutil.copy(sqlite_template, folder / "tongfa.db")
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def office(office_folder: Path) -> AsyncIterator[Office]:
    """`tongfa serve` as a process of its own, with people and an account on every channel; no item yet."""
    async with open_office(office_folder) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    assert program is not None, "Chromium is not installed: `make test` installs it"
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    assert _AXE.exists(), "axe-core is not installed: `make test` installs it"
    return _AXE.read_text("utf-8")


@pytest_asyncio.fixture(params=[PHONE, DESK], ids=["phone", "desk"], loop_scope="session")
async def window(
    request: pytest.FixtureRequest, browser: Browser, office: Office, axe: str
) -> AsyncIterator[Window]:
    """A window of 375 and one of 1280 pixels; whatever a page does wrong in it fails the test."""
    async with open_window(browser, office, axe, **request.param, service_workers="block") as opened:
        yield opened
    assert opened.troubles == []


@pytest_asyncio.fixture(loop_scope="session")
async def small(browser: Browser, office: Office, axe: str) -> AsyncIterator[Window]:
    """The window of 375 pixels alone."""
    async with open_window(browser, office, axe, **PHONE, service_workers="block") as opened:
        yield opened
    assert opened.troubles == []


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, office: Office, axe: str) -> AsyncIterator[Window]:
    """The window of 1280 pixels alone."""
    async with open_window(browser, office, axe, **DESK, service_workers="block") as opened:
        yield opened
    assert opened.troubles == []


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, office: Office, axe: str) -> AsyncIterator[Window]:
    """A phone with its service worker; its troubles are the test's to judge, for it goes offline."""
    async with open_window(browser, office, axe, **PHONE) as opened:
        yield opened
