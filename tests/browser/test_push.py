"""The push form in a browser: what it says, what it tells the site, and what a phone then shows."""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.async_api import Browser, Page, expect

from server.subscribe.push_key import make_push_key
from server.subscribe.push_message import encode_point, pack
from tests.browser.office import Office, open_office
from tests.browser.window import BROWSER, PHONE, Window, come_true, open_window
from tests.subscribe.push_service import Browser as Device
from tests.subscribe.push_service import Service

pytestmark = [BROWSER, pytest.mark.slow]
ENDPOINT = "https://fcm.googleapis.com/fcm/send/a-browser-of-the-tests"
KEYS = {
    "p256dh": pack(encode_point(ec.generate_private_key(ec.SECP256R1()).public_key())),
    "auth": pack(b"a" * 16),
}
SERVICE = """({endpoint, keys}) => {
    // The maker's service is out of reach here; everything on both sides of it is real.
    let given = null;
    const subscription = {
        endpoint, toJSON: () => ({endpoint, expirationTime: null, keys}),
        unsubscribe: async () => { given = null; return true; },
    };
    PushManager.prototype.subscribe = async function (options) {
        window.asked = {visible: options.userVisibleOnly, key: options.applicationServerKey.length};
        return given = subscription;
    };
    PushManager.prototype.getSubscription = async () => given;
}"""

SHOWN = """navigator.serviceWorker.ready.then((it) => it.getNotifications())
    .then((all) => all.map((one) => [one.title, one.body, one.tag]))"""


@pytest.fixture(scope="module")
def push_folder(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("push-office")
    shutil.copy(sqlite_template, folder / "tongfa.db")
    make_push_key(folder / "push.key")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def telling(push_folder: Path) -> AsyncIterator[Office]:
    """An office that tells browsers of what is new; one item makes its pages."""
    async with open_office(push_folder, subscribe__push_key_file=str(push_folder / "push.key")) as opened:
        await opened.publish()
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def reader(browser: Browser, telling: Office, axe: str) -> AsyncIterator[Window]:
    async with open_window(browser, telling, axe, **PHONE, permissions=["notifications"]) as opened:
        yield opened
    assert opened.troubles == []


async def kept(folder: Path) -> list[tuple[Any, ...]]:
    """Give which browsers the site knows, whether each keeps quiet nights, and what it wants."""

    def read() -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(folder / "tongfa.db")) as database:
            return database.execute(
                "SELECT endpoint, keeps_quiet, topic FROM push_subscriptions JOIN push_topics USING (key)"
                " ORDER BY topic"
            ).fetchall()

    return await asyncio.to_thread(read)


async def opened_form(window: Window) -> Page:
    page = await window.go("/subscribe.html")
    await expect(page.get_by_role("button", name="开启推送")).to_be_visible()
    return page


async def test_a_reader_turns_it_on_chooses_and_turns_it_off(reader: Window, push_folder: Path):
    await reader.page.add_init_script(f"({SERVICE})({json.dumps({'endpoint': ENDPOINT, 'keys': KEYS})})")
    page = await opened_form(reader)
    state = page.locator("[data-state]")
    await expect(state).to_have_text("推送未开启。")
    assert await reader.violations() == []
    assert await reader.overflow() == 0
    await page.get_by_role("button", name="开启推送").click()
    await expect(state).to_have_text("推送已开启。")
    assert await page.evaluate("window.asked") == {"visible": True, "key": 65}
    assert await kept(push_folder) == [(ENDPOINT, 1, "site")]
    await page.get_by_label("通知公告").check()
    await expect(page.get_by_label("全部")).not_to_be_checked()
    await page.get_by_label("不打扰").uncheck()
    await page.get_by_role("button", name="保存选择").click()
    await expect(page.get_by_role("button", name="保存选择")).to_be_enabled()
    assert await kept(push_folder) == [(ENDPOINT, 0, "column/tzgg")]
    await page.get_by_role("button", name="关闭推送").click()
    await expect(state).to_have_text("推送未开启。")
    assert await kept(push_folder) == []


async def test_nothing_chosen_is_said_and_nothing_is_sent(reader: Window, push_folder: Path):
    page = await opened_form(reader)
    await page.get_by_label("全部").uncheck()
    await page.get_by_role("button", name="开启推送").click()
    await expect(page.locator("[data-state]")).to_have_text("请至少选一项内容。")
    assert await kept(push_folder) == []


async def test_a_browser_that_reaches_no_push_service_is_told_so_and_the_site_knows_nothing(
    reader: Window, push_folder: Path
):
    page = await opened_form(reader)
    await page.get_by_role("button", name="开启推送").click()  # the real one: its maker is out of reach
    await expect(page.locator("[data-state]")).to_have_text("这台设备连不上推送服务，请改用公众号或阅读器。")
    assert await kept(push_folder) == []
    # Chromium itself says why: a window of a test is one in private mode.
    reader.troubles[:] = [one for one in reader.troubles if "Push API in incognito" not in one]


async def test_a_message_becomes_a_notification_with_title_and_page(reader: Window):
    page = await opened_form(reader)
    await page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    session, told = await reader.context.new_cdp_session(page), asyncio.Event()
    found: list[str] = []

    def heard(event: Any) -> None:
        found.extend(one["registrationId"] for one in event["registrations"])
        if found:
            told.set()

    session.on("ServiceWorker.workerRegistrationUpdated", heard)
    await session.send("ServiceWorker.enable")
    await asyncio.wait_for(told.wait(), 20)
    message = {
        "title": "关于供暖的通知",
        "body": "十月十五日开始。",
        "url": "/a/1.html",
        "tag": "1",
        "lang": "zh-CN",
    }
    await session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": reader.office.base_url, "registrationId": found[0], "data": json.dumps(message)},
    )
    await come_true(page, f"{SHOWN}.then((all) => all.length)")
    assert await page.evaluate(SHOWN) == [["关于供暖的通知", "十月十五日开始。", "1"]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service() -> AsyncIterator[Service]:
    """A maker's push service, on a socket of this machine."""
    made = Service()
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def own_folder(sqlite_template: Path, tmp_path: Path) -> Path:
    shutil.copy(sqlite_template, tmp_path / "tongfa.db")
    make_push_key(tmp_path / "push.key")
    return tmp_path


@pytest_asyncio.fixture(loop_scope="session")
async def whole(
    own_folder: Path, browser: Browser, service: Service, axe: str
) -> AsyncIterator[tuple[Office, Page]]:
    """An office as its own process that may reach that service, and its subscribe page on a phone."""
    settings = {
        "push_key_file": str(own_folder / "push.key"),
        "push_services": json.dumps([service.origin]),
        "internal": '["127.0.0.0/8"]',
    }
    async with open_office(
        own_folder, **{f"subscribe__{name}": one for name, one in settings.items()}
    ) as office:
        await office.publish()
        async with open_window(browser, office, axe, **PHONE, permissions=["notifications"]) as window:
            told = json.loads(service.told(DEVICE))
            await window.page.add_init_script(f"({SERVICE})({json.dumps(told)})")
            yield office, await opened_form(window)
            assert window.troubles == []


DEVICE = Device()


async def until(true: Any) -> None:
    for _look in range(450):
        if await true():
            return
        await asyncio.sleep(0.2)
    raise AssertionError("it never came")


async def test_who_turned_it_on_hears_of_his_columns_until_his_browser_is_gone(
    whole: tuple[Office, Page], service: Service, own_folder: Path
):
    office, page = whole
    await page.get_by_label("通知公告").check()
    await page.get_by_label("不打扰").uncheck()  # whatever hour it is here
    await page.get_by_role("button", name="开启推送").click()
    await expect(page.locator("[data-state]")).to_have_text("推送已开启。")
    await office.publish(title="另一个栏目的消息", column="ywdt", kind="news")
    item = await office.publish(title="关于供暖的公告")

    async def has_heard() -> bool:
        return bool(DEVICE.heard)

    await until(has_heard)
    assert [(one["title"], one["url"]) for one in DEVICE.heard] == [
        ("关于供暖的公告", f"{office.base_url}/a/{item['id']}.html")
    ]
    assert [86_000 < int(one["TTL"]) <= 86_400 for one in service.headers] == [True]
    service.status = 410
    await office.publish(title="关于供水的公告")

    async def is_forgotten() -> bool:
        return await kept(own_folder) == []

    await until(is_forgotten)
