"""Files on their way in through the browser: many at once, over a network that comes and goes."""

import asyncio
import io
import os
from pathlib import Path
from typing import Any, Final

import pytest
from docx import Document
from playwright.async_api import Page, Route, expect

from tests.browser.test_console import fine, log_in
from tests.browser.test_surface import drop, kept_body
from tests.browser.window import BROWSER, Window

pytestmark = BROWSER

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

OLD: Final = {"name": "旧.doc", "mimeType": "application/msword", "buffer": b"\xd0\xcf\x11\xe0"}


def a_document(title: str) -> bytes:
    document = Document()
    for line in (title, "各苏木镇人民政府：", "现将有关事项通知如下。", "2026年11月20日"):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


async def some_files(batch: str, count: int) -> list[Any]:
    names = [f"关于{batch}第{one}件事的通知" for one in range(count)]
    made = await asyncio.to_thread(lambda: [a_document(name) for name in names])
    return [
        {"name": f"{name}.docx", "mimeType": WORD, "buffer": body}
        for name, body in zip(names, made, strict=True)
    ]


async def choose(page: Page, files: list[Any]) -> None:
    await page.locator("#field-file").set_input_files(files)
    await page.get_by_role("button", name="导入", exact=True).click()


async def titles(window: Window, word: str) -> list[str]:
    """Give the titles of the drafts that hold a word."""
    found, before = [], ""
    while True:
        told = await window.office.author.get(
            "/api/v1/items", {"limit": "100", **({"before": before} if before else {})}
        )
        found += [one["title"] for one in told["items"] if word in one["title"]]
        before = told.get("next") or ""
        if not before:
            return found


@pytest.mark.slow
async def test_several_files_become_drafts_though_an_answer_is_lost_and_the_network_goes(window: Window):
    await log_in(window, "author")
    page = await window.go("/console/imports")
    page.remove_listener("console", window._heard)  # the browser tells of requests that went nowhere
    batch, lost = f"丢失{id(window)}", []

    async def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route)
            if len(lost) == 1:
                await route.fetch()  # the server takes it, and its answer never arrives
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await page.route("**/console/imports/one", lose)
    files = [
        *await some_files(batch, 4),
        OLD,
    ]
    await choose(page, files)
    await expect(page.get_by_role("heading", name="导入完成")).to_be_visible(timeout=30_000)
    await expect(page.get_by_text("4 个文件已成为草稿，1 个没有导入")).to_be_visible()
    await expect(page.get_by_text("刚才已经导入，没有重复建稿")).to_have_count(1)
    await fine(window, "batch")
    assert len(await titles(window, batch)) == 4


@pytest.mark.slow
async def test_a_batch_that_broke_off_is_gone_on_with_by_choosing_its_files_again(desk: Window):
    await log_in(desk, "author")
    page = await desk.go("/console/imports")
    batch = f"中断{id(desk)}"
    files = await some_files(batch, 4)
    held = []

    async def hold(route: Route) -> None:
        held.append(route)
        if len(held) <= 2:
            await route.continue_()

    await page.route("**/console/imports/one", hold)
    await choose(page, files)
    await expect(page.locator("[data-rows] li")).to_have_count(2)
    page.on("dialog", lambda dialog: dialog.accept())
    await desk.go(
        "/console/imports"
    )  # what is held goes down with the page: set free before, it would get through
    await page.unroute_all(behavior="ignoreErrors")
    await expect(page.get_by_text("上一批没有导完（2/4）")).to_be_visible()
    await choose(page, files)
    await expect(page.get_by_text("4 个文件已成为草稿，0 个没有导入")).to_be_visible()
    assert len(await titles(desk, batch)) == 4
    await desk.go("/console/imports")
    await expect(page.get_by_text("上一批没有导完")).to_be_hidden()


@pytest.mark.slow
async def test_a_session_that_ends_in_a_batch_costs_no_file(desk: Window):
    await log_in(desk, "author")
    page = await desk.go("/console/imports")
    page.remove_listener("console", desk._heard)  # the browser tells of the 401 it was meant to get
    cookies = await desk.context.cookies()
    await desk.context.clear_cookies(name="tongfa_session")
    batch = f"过期{id(desk)}"
    await choose(page, await some_files(batch, 3))
    await expect(page.get_by_text("登录已过期：请在新窗口登录")).to_be_visible()
    await desk.context.add_cookies([one for one in cookies if one["name"] == "tongfa_session"])  # type: ignore[misc]
    await page.get_by_role("button", name="继续").click()
    await expect(page.get_by_text("3 个文件已成为草稿，0 个没有导入")).to_be_visible()
    assert len(await titles(desk, batch)) == 3


async def test_a_word_file_dropped_on_an_empty_text_becomes_the_text(desk: Window):
    await log_in(desk, "author")
    page = await desk.go("/console/items/new")
    await drop(page, "通知.docx", WORD, await asyncio.to_thread(a_document, "关于放进来的通知"))
    await expect(page.locator("#field-title")).to_have_value("关于放进来的通知")
    assert "现将有关事项通知如下。" in await kept_body(page)


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_three_hundred_files_become_three_hundred_drafts_in_bounded_memory(desk: Window):
    await log_in(desk, "author")
    page = await desk.go("/console/imports")
    batch = f"三百{id(desk)}"
    await choose(page, await some_files(batch, 20))
    await expect(page.get_by_text("20 个文件已成为草稿")).to_be_visible(timeout=60_000)
    before = await asyncio.to_thread(weight)
    await choose(page, await some_files(batch + "件", 300))
    await expect(page.get_by_text("300 个文件已成为草稿，0 个没有导入")).to_be_visible(timeout=300_000)
    assert len(await titles(desk, batch + "件")) == 300
    assert await asyncio.to_thread(weight) - before < 120_000_000


def weight() -> int:
    """Give how much memory the server holds, in bytes: it is a child of ours."""
    held = 0
    for one in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"\nPPid:\t{os.getpid()}\n" in (status := (one / "status").read_text())
            if is_ours and b"server.cli\0serve" in (one / "cmdline").read_bytes():
                held += int(status.partition("VmRSS:")[2].split()[0]) * 1024
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended while we looked
    assert held, "the server was not found"
    return held


@pytest.mark.slow
async def test_a_part_that_was_found_wrongly_is_put_right_with_one_click(window: Window):
    await log_in(window, "author")
    page = await window.go("/console/imports")
    written = await asyncio.to_thread(
        a_document, "关于供水的通知"
    )  # python-docx reads its template from the disk
    await choose(page, [{"name": "通知.docx", "mimeType": WORD, "buffer": written}])
    await expect(page.locator("#field-title")).to_have_value("关于供水的通知")
    await page.locator("button[data-clear=formed_on]").click()
    await expect(page.locator("#field-formed_on")).to_have_value("")
    await page.locator("button[data-back]", has_text="标题").click()
    first = page.locator(".rich p").first
    await expect(first).to_have_text("关于供水的通知")
    await page.locator("#field-title").fill("")
    await first.click(click_count=3)
    await page.locator("button[data-take=title]").click()
    await expect(page.locator("#field-title")).to_have_value("关于供水的通知")
    await fine(window, "imported-corrected")
