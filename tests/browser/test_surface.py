"""The surface on which a body is written: pastes, tables, pictures, and what is dropped on it."""

import asyncio
import io
import re
import time
from base64 import b64encode
from typing import Final

import pytest
import pytest_asyncio
from docx import Document
from PIL import Image
from playwright.async_api import Page, expect

from tests.browser.office import an_item
from tests.browser.test_console import fine, log_in
from tests.browser.window import BROWSER, Window

pytestmark = BROWSER

# As Word puts it on the clipboard: lines broken anywhere, lists as paragraphs, changes tracked.
WORD: Final = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<style>p.MsoNormal{color:red}</style></head>
<body lang=ZH-CN style='tab-interval:21.0pt'><!--StartFragment-->
<h1 style="color:red">关于防汛
的通知</h1>
<p class=MsoNormal style='text-indent:32.0pt;font-family:仿宋'><span lang=EN-US>&nbsp;&nbsp;</span>一、<b>总
要求</b>见<a href="http://example.com/a">附件</a><a href="javascript:alert(1)">此处</a><o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US
style='mso-list:Ignore'>1.<span style='font:7.0pt "Times"'>&nbsp;&nbsp; </span></span><![endif]>编号一</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span
style='font-family:Wingdings;mso-list:Ignore'>l<span>&nbsp; </span></span>点一</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span
style='font-family:Wingdings;mso-list:Ignore'>l<span>&nbsp; </span></span>点二</p>
<p class=MsoNormal><del cite="mailto:x">删去的</del><ins cite="mailto:x">加上的</ins><span
style='font-weight:bold'>粗</span></p>
<p class=MsoNormal><span style='display:none;mso-hide:all'>藏起来的</span><o:p>&nbsp;</o:p></p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'>
 <tr style='height:20pt'><td colspan=2 width=90 style='width:90pt'><p class=MsoNormal align=center>甲<o:p>
 </o:p></p></td></tr>
 <tr><td rowspan=2><p>乙</p></td><td><p>丙</p><p>丁</p></td></tr>
 <tr><td><p><o:p>&nbsp;</o:p></p></td></tr></table>
<img src="file:///C:/a.png"><script>window.ran=1</script><img src=x onerror="window.ran=1">
<!--EndFragment--></body></html>"""


def a_png(colour: str = "red") -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(held, "PNG")
    return held.getvalue()


async def paste(page: Page, **kinds: str) -> None:
    """Paste as the browser would: `html` and `plain` are what the clipboard holds."""
    await page.evaluate(
        """kinds => {
          const data = new DataTransfer();
          for (const [kind, words] of Object.entries(kinds)) data.setData("text/" + kind, words);
          document.querySelector(".rich").dispatchEvent(
            new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        kinds,
    )


def a_document() -> bytes:
    document, out = Document(), io.BytesIO()
    document.add_paragraph("文件里的话。")
    document.save(out)
    return out.getvalue()


async def drop(page: Page, name: str, mime: str, content: bytes) -> None:
    """Drop a file on the text."""
    await page.evaluate(
        """([name, type, bytes]) => {
          const data = new DataTransfer(), place = document.querySelector(".rich");
          data.items.add(new File([new Uint8Array(bytes)], name, {type}));
          const box = place.getBoundingClientRect();
          place.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true,
            clientX: box.left + 30, clientY: box.top + 30}));
        }""",
        [name, mime, list(content)],
    )


async def opened_body(page: Page) -> str:
    """What the surface was opened on: until it is, the text field has lines."""
    await expect(page.locator(".rich")).to_be_visible(timeout=30_000)
    return await page.locator("textarea[name=body]").input_value()


async def kept_body(page: Page) -> str:
    """Give the body as it goes to the server, once it has been kept there."""
    await expect(page.get_by_text("已自动暂存")).to_be_visible()
    # That may tell of what was written seconds ago; when its window goes, the form gathers all it holds.
    await page.evaluate("dispatchEvent(new Event('pagehide'))")
    return await page.locator("textarea[name=body]").input_value()


@pytest_asyncio.fixture(loop_scope="session")
async def new_item(desk: Window) -> Page:
    await log_in(desk, "author")
    page = await desk.go("/console/items/new")
    await page.get_by_role("textbox", name="正文").click()
    return page


async def test_a_paste_from_word_leaves_its_formats_behind(new_item: Page):
    await paste(new_item, html=WORD)
    body = await kept_body(new_item)
    assert body == (
        "<h2>关于防汛的通知</h2>"
        '<p>一、<strong>总要求</strong>见<a href="http://example.com/a">附件</a>此处</p>'
        "<p>1. 编号一</p><ul><li>点一</li><li>点二</li></ul><p>加上的<strong>粗</strong></p>"
        '<table><tbody><tr><td colspan="2">甲</td></tr>'
        '<tr><td rowspan="2">乙</td><td><p>丙</p><p>丁</p></td></tr>'
        "<tr><td></td></tr></tbody></table>"
    )
    assert await new_item.evaluate("window.ran") is None


@pytest.mark.slow
async def test_a_table_grows_shrinks_and_is_merged(new_item: Page):
    press = new_item.get_by_role("toolbar", name="表格").get_by_role("button", name="删除列")
    await new_item.get_by_role("button", name="表格", exact=True).click()
    for words in ("单位", "电话", "备注"):
        await new_item.keyboard.type(words)
        await new_item.keyboard.press("Tab")
    await press.click()
    await new_item.get_by_role("button", name="删除行").click()
    await new_item.get_by_role("button", name="下加行").click()
    assert "<thead><tr><th>电话</th><th>备注</th></tr></thead>" in await kept_body(new_item)
    await new_item.locator(".rich td").first.click()
    await new_item.keyboard.down("Shift")
    await new_item.locator(".rich td").nth(1).click()
    await new_item.keyboard.up("Shift")
    await new_item.get_by_role("button", name="合并").click()
    await expect(new_item.locator(".rich td[colspan='2']")).to_have_count(1)
    await new_item.get_by_role("button", name="拆分").click()
    await expect(new_item.locator(".rich td[colspan='2']")).to_have_count(0)


@pytest.mark.slow
async def test_a_picture_that_is_dropped_wants_words_or_is_mere_decoration(desk: Window, new_item: Page):
    await new_item.keyboard.type("开头。")
    await drop(new_item, "现场.png", "image/png", a_png())
    await expect(new_item.get_by_label("图片说明（给看不到图片的读者）")).to_be_focused()
    await new_item.keyboard.type("抢险现场")
    await new_item.locator(".rich figcaption").click()
    await new_item.keyboard.type("七月二日")
    await fine(desk, "picture")
    body = await kept_body(new_item)
    assert 'alt="抢险现场"' in body
    assert "<figcaption>七月二日</figcaption>" in body
    assert '<img src="media:' in body
    await new_item.get_by_label("装饰图片，不用说明").check()
    await new_item.get_by_role("button", name="粗", exact=True).focus()
    await new_item.locator("#field-title").fill("有图的公告")
    await new_item.get_by_role("button", name="保存", exact=True).click()
    await expect(new_item.get_by_text("已保存。")).to_be_visible()
    stored = await opened_body(new_item)
    assert 'alt="" role="presentation"' in stored


@pytest.mark.slow
async def test_a_picture_inside_a_paste_is_uploaded(new_item: Page):
    data = "data:image/png;base64," + b64encode(a_png("blue")).decode()
    await paste(new_item, html=f"<p>前</p><p><img src='{data}' alt='蓝色'></p>")
    await expect(new_item.locator(".rich img")).to_have_attribute("src", re.compile("^/console/media/"))
    assert 'alt="蓝色"' in await kept_body(new_item)


@pytest.mark.slow
async def test_a_paste_of_two_megabytes_is_kept_saved_and_open_to_further_typing(new_item: Page):
    line = (
        "<p class=MsoNormal style='text-indent:32pt'>" + "防汛抗旱工作安排如下，请遵照执行。" * 20 + "</p>\n"
    )
    text = line * (2_000_000 // len(line.encode()))
    await new_item.locator("#field-title").fill("很长的公告")
    await new_item.locator(".rich").focus()
    began = time.monotonic()
    await paste(
        new_item, html=f"<html xmlns:o='urn:schemas-microsoft-com:office:office'><body>{text}</body></html>"
    )
    pasted = time.monotonic() - began
    began = time.monotonic()
    await new_item.keyboard.type("完")
    typed = time.monotonic() - began
    assert len((await kept_body(new_item)).encode()) > 1_800_000
    await new_item.get_by_role("button", name="保存", exact=True).click()
    await expect(new_item.get_by_text("已保存。")).to_be_visible(timeout=30_000)
    stored = await opened_body(new_item)
    assert stored.endswith("完</p>")
    assert (pasted < 15, typed < 3) == (True, True), (pasted, typed)


@pytest.mark.slow
async def test_looking_at_a_text_again_changes_no_letter_of_it(desk: Window):
    await log_in(desk, "author")
    body = "<p>甲<b>乙</b></p><table><tbody><tr><td>丙</td></tr></tbody></table><ol><li>丁</li></ol>"
    made = await desk.office.author.post("/api/v1/items", an_item(body=body))
    page = await desk.go(f"/console/items/{made['id']}/edit")
    await expect(page.locator(".rich td")).to_have_text("丙")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_text("已保存。")).to_be_visible()
    assert (await desk.office.author.get(f"/api/v1/items/{made['id']}"))["revision"] == 1
    await page.locator(".rich p").first.click()
    await page.keyboard.press("End")
    await page.keyboard.type("戊")
    await page.get_by_role("button", name="保存", exact=True).click()
    await expect(page.get_by_text("已保存。")).to_be_visible()
    stored = await opened_body(page)
    assert stored == body.replace("<b>乙</b>", "<strong>乙戊</strong>")


@pytest.mark.slow
async def test_a_document_dropped_beside_a_text_is_asked_about_and_becomes_what_its_author_says(
    desk: Window, new_item: Page
):
    await new_item.keyboard.type("开头。")
    content = await asyncio.to_thread(a_document)
    await drop(new_item, "通知.docx", "application/octet-stream", content)
    asked = new_item.get_by_role("group", name="通知.docx")
    await expect(asked.get_by_role("button", name="接在正文后面")).to_be_focused()
    await fine(desk, "offer")
    await asked.get_by_role("button", name="接在正文后面").click()
    await expect(new_item.locator(".rich")).to_contain_text("文件里的话。")
    await drop(new_item, "通知.docx", "application/octet-stream", content)
    await asked.get_by_role("button", name="作为附件").click()
    await expect(new_item.locator('input[name="file_name"]')).to_have_value("通知.docx")
    assert "开头。" in await new_item.locator(".rich").inner_text()


@pytest.mark.slow
async def test_a_picture_without_words_stops_a_save_and_nothing_typed_is_lost(desk: Window, new_item: Page):
    await new_item.keyboard.type("开头。")
    await drop(new_item, "现场.png", "image/png", a_png())
    await expect(new_item.get_by_label("图片说明（给看不到图片的读者）")).to_be_focused()
    await new_item.locator("#field-title").fill("图片没有说明的公告")
    await new_item.get_by_role("button", name="保存", exact=True).click()
    await expect(new_item.get_by_text("第 1 张图片没有说明").first).to_be_visible()
    await expect(new_item.locator("#field-title")).to_have_value("图片没有说明的公告")
    await expect(new_item.locator(".rich img")).to_have_count(1)
    desk.troubles.clear()  # the refusal itself, which the browser notes
