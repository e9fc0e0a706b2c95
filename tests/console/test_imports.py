"""server/console/imports.py: files become drafts, each for itself, with what was found in them."""

import asyncio
import io
import json

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.console.conftest import ConsoleOffice, Desk, Seen
from tests.house import CODE

PATH = "/console/imports"
FILING = {"org": CODE, "column": "zcwj", "kind": "policy", "openness": "open"}


def a_document(title: str = "关于做好防汛工作的通知") -> bytes:
    document = Document()
    for line in (title, "各苏木镇人民政府：", "现将有关事项通知如下。", "2026年11月20日"):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def a_document_with_a_chart() -> bytes:
    document = Document(io.BytesIO(a_document()))
    drawing = (
        "<w:r {} xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><w:drawing><a:graphic>"
        "<a:graphicData uri='http://schemas.openxmlformats.org/drawingml/2006/chart'/></a:graphic></w:drawing></w:r>"
    )
    document.add_paragraph("见下图：")._p.append(parse_xml(drawing.format(nsdecls("w"))))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# Made before any loop runs: python-docx reads its template from the disk.
FIRST, SECOND = a_document(), a_document("关于一件事的通知")
WITH_A_CHART = a_document_with_a_chart()


async def test_one_file_opens_in_the_editor_with_what_was_found(office: ConsoleOffice):
    desk = await office.desk("author")
    seen = await desk.post(PATH, FILING, [("file", "通知.docx", FIRST)])
    assert (seen.status, seen.fields["title"]) == (200, "关于做好防汛工作的通知")
    assert "从“通知.docx”里找到的，请核对" in seen.words
    assert "现将有关事项通知如下。" in seen.fields["body"]
    assert await office.count_items() == 0


async def test_what_was_found_is_saved_as_a_new_item(office: ConsoleOffice):
    desk = await office.desk("author")
    seen = await desk.post(PATH, FILING, [("file", "通知.docx", FIRST)])
    (action,) = [told["action"] for _, told in seen.tags if "data-editor" in told]
    fields = {**{name: seen.fields[name] for name in ("title", "body", "formed_on")}, **FILING}
    saved = await desk.post(str(action), {**fields, "validity": "valid"})
    assert (saved.status, await office.count_items()) == (303, 1)


async def test_several_files_become_drafts_and_a_bad_one_stops_none(office: ConsoleOffice):
    desk = await office.desk("author")
    files = [
        ("file", "一.docx", SECOND),
        ("file", "旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("file", "二.md", "# 关于另一件事的通知\n\n内容。\n".encode()),
    ]
    seen = await desk.post(PATH, FILING, files)
    assert "2 个文件已成为草稿，1 个没有导入" in seen.words
    assert "旧.doc" in seen.words
    assert await office.count_items() == 2


async def test_a_file_that_cannot_be_read_says_what_to_do_and_keeps_the_choices(office: ConsoleOffice):
    desk = await office.desk("author")
    filing = {**FILING, "column": "tzgg"}
    seen = await desk.post(PATH, filing, [("file", "<b>x</b>.pdf", b"%PDF-1.7")])
    assert (seen.status, "没有导入" in seen.words) == (415, True)
    chosen = [told["value"] for tag, told in seen.tags if tag == "option" and "selected" in told]
    assert "tzgg" in chosen
    assert "<b>x</b>" not in seen.html


async def test_no_file_is_said_in_chinese(office: ConsoleOffice):
    seen = await (await office.desk("author")).post(PATH, FILING)
    assert (seen.status, "请选择要导入的文件" in seen.words) == (422, True)


async def test_nobody_imports_for_an_organ_that_is_not_his(office: ConsoleOffice):
    files = [("file", "一.docx", FIRST), ("file", "二.docx", SECOND)]
    seen = await (await office.desk("clerk")).post(PATH, FILING, files)
    assert (seen.status, await office.count_items()) == (403, 0)


async def test_a_file_that_is_sent_again_in_its_batch_becomes_no_second_draft(office: ConsoleOffice):
    desk = await office.desk("author")
    sent = {**FILING, "batch": "abcdef123456"}
    for expected in ("请核对", "没有重复建稿"):
        seen = await desk.post(f"{PATH}/one", sent, [("file", "通知.docx", FIRST)])
        told = json.loads(seen.content)
        assert (seen.status, told["is_taken"], expected in told["row"]) == (200, True, True)
    assert await office.count_items() == 1
    other = await desk.post(f"{PATH}/one", {**sent, "batch": "other1234567"}, [("file", "通知.docx", FIRST)])
    assert (json.loads(other.content)["is_taken"], await office.count_items()) == (True, 2)


async def test_two_requests_with_one_file_of_a_batch_make_one_draft(office: ConsoleOffice):
    desk = await office.desk("author")
    await desk.get(PATH)
    sent = [("batch", "abcdef123456"), *FILING.items()]
    both = [desk.post(f"{PATH}/one", sent, [("file", "通知.docx", FIRST)]) for _ in range(2)]
    answers = await asyncio.gather(*both)
    assert [json.loads(one.content)["is_taken"] for one in answers] == [True, True]
    assert await office.count_items() == 1


async def test_a_bad_file_of_a_batch_is_refused_in_its_row_and_a_bad_batch_as_a_whole(office: ConsoleOffice):
    desk = await office.desk("author")
    sent = {**FILING, "batch": "abcdef123456"}
    seen = await desk.post(f"{PATH}/one", sent, [("file", "<b>旧.doc", b"\xd0\xcf\x11\xe0")])
    told = json.loads(seen.content)
    assert (told["is_taken"], "另存为" in told["row"], "<b>" in told["row"]) == (False, True, False)
    seen = await desk.post(f"{PATH}/one", {**sent, "batch": "../x"}, [("file", "通知.docx", FIRST)])
    assert (seen.status, "error" in json.loads(seen.content)) == (422, True)
    seen = await desk.post(f"{PATH}/one", {**sent, "column": "none"}, [("file", "通知.docx", FIRST)])
    assert (seen.status, await office.count_items()) == (422, 0)


async def test_the_editor_reads_a_file_into_its_form_without_making_an_item(office: ConsoleOffice):
    desk = await office.desk("author")
    seen = await desk.post(f"{PATH}/read", {}, [("file", "通知.docx", FIRST)])
    told = json.loads(seen.content)
    assert (told["title"], told["formed_on"]) == ("关于做好防汛工作的通知", "2026-11-20")
    assert "现将有关事项通知如下。" in told["body"]
    seen = await desk.post(f"{PATH}/read", {}, [("file", "旧.wps", b"\xd0\xcf\x11\xe0")])
    assert (seen.status, "另存为" in json.loads(seen.content)["error"]) == (415, True)
    assert await office.count_items() == 0


async def _kept(office: ConsoleOffice, desk: Desk, **changes: str) -> str:
    """Save an opened file; gives the path of its form."""
    seen = await desk.post(PATH, FILING, [("file", "通知.docx", FIRST)])
    fields = {name: seen.fields[name] for name in ("title", "body", "formed_on", "marks")}
    saved = await desk.post("/console/items/new", {**fields, **FILING, "validity": "valid", **changes})
    assert saved.status == 303
    return saved.location.partition("?")[0]


def _form_of(seen: Seen) -> dict[str, str]:
    names = ("title", "body", "formed_on", "base")
    return {**{name: seen.fields[name] for name in names}, **FILING, "validity": "valid"}


def _unconfirmed(seen: Seen) -> list[str | None]:
    return [told.get("value") for _, told in seen.tags if told.get("name") == "confirmed"]


async def test_what_was_found_stands_in_the_form_until_each_is_confirmed(office: ConsoleOffice):
    desk = await office.desk("author")
    path = await _kept(office, desk, confirmed="0")
    seen = await desk.get(path)
    left = _unconfirmed(seen)
    assert left
    assert "0" not in left
    assert "从“通知.docx”里找到的，请核对" in seen.words
    await desk.post(path, {**_form_of(seen), "confirmed": str(left[0])})
    assert _unconfirmed(await desk.get(path)) == left[1:]
    await desk.post(path, {**_form_of(seen), "then": "confirmed"})
    assert "里找到的，请核对" not in (await desk.get(path)).words


async def test_a_tick_survives_an_error_of_the_form(office: ConsoleOffice):
    desk = await office.desk("author")
    path = await _kept(office, desk)
    form = {**_form_of(await desk.get(path)), "title": "", "confirmed": "0"}
    seen = await desk.post(path, form)
    ticked = [told["value"] for _, told in seen.tags if told.get("name") == "confirmed" and "checked" in told]
    assert (seen.status, ticked) == (422, ["0"])


async def test_drafts_of_several_files_keep_what_was_found_as_well(office: ConsoleOffice):
    desk = await office.desk("author")
    seen = await desk.post(PATH, FILING, [("file", "一.docx", FIRST), ("file", "二.docx", SECOND)])
    paths = [one for one in seen.links if one.endswith("/edit")]
    assert [bool(_unconfirmed(await desk.get(path))) for path in paths] == [True, True]


async def test_marks_that_no_page_of_ours_wrote_are_refused_and_the_text_stays(office: ConsoleOffice):
    desk = await office.desk("author")
    for bad in ("{", "[1]", '[{"number": 0}]'):
        seen = await desk.post(
            "/console/items/new", {**FILING, "title": "甲", "body": "<p>乙</p>", "marks": bad}
        )
        assert (seen.status, seen.fields["title"]) == (422, "甲")


async def test_what_was_lost_goes_with_the_draft_until_its_editor_has_read_it(office: ConsoleOffice):
    desk = await office.desk("author")
    files = [("file", "甲.docx", WITH_A_CHART), ("file", "乙.docx", SECOND)]
    listed = await desk.post(PATH, FILING, files)
    assert "处请核对" in listed.words.partition("甲.docx")[0]
    item = next(link for link in listed.links if link.endswith("/edit")).removesuffix("/edit")
    drawn = "有 1 个 Word 图表或流程图没有导入，原来在“见下图：”后面"
    seen = await desk.get(f"{item}/edit")
    assert f"请留意 {drawn}" in seen.words
    ticks = [told for tag, told in seen.tags if tag == "input" and told.get("name") == "confirmed"]
    fields = {**FILING, **{name: seen.fields[name] for name in ("title", "body", "base")}}
    saved = await desk.post(
        f"{item}/edit", {**fields, "validity": "valid", "confirmed": str(ticks[0]["value"])}
    )
    assert drawn not in (await desk.follow(saved)).words
    # One file alone tells the same before anything is saved.
    assert f"请留意 {drawn}" in (await desk.post(PATH, FILING, files[:1])).words
