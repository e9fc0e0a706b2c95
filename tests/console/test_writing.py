"""server/console/writing.py, items.py, media.py: an item is written, and nothing typed is lost."""

import asyncio
import io
import json
import time
from typing import Any

import pytest
from PIL import Image

from server.store.items import get_item
from tests.api.conftest import an_item
from tests.console.conftest import XSS, ConsoleOffice, Desk
from tests.house import CODE

NEW = "/console/items/new"


def a_form(**changes: str) -> dict[str, str]:
    """Give the fields of a new item."""
    return {
        "kind": "policy", "org": CODE, "title": "关于做好防汛工作的通知",
        "body": "各苏木镇人民政府：\n现通知如下。",
        "column": "zcwj", "openness": "open", "validity": "valid", "keywords": "防汛、救灾", **changes,
    }  # fmt: skip


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(out, "PNG")
    return out.getvalue()


async def _written(desk: Desk, **changes: str) -> str:
    """Write an item and give its id."""
    made = await desk.post(NEW, a_form(**changes))
    assert made.status == 303, made.words
    return made.location.split("/")[3]


async def test_one_item_is_made_of_a_form_that_comes_many_times(office: ConsoleOffice):
    desk = await office.desk("author")
    await desk.get(NEW)
    pressed = (desk.post(NEW, a_form(), changes_nothing=True) for _press in range(20))
    (made,) = {one.location for one in await asyncio.gather(*pressed)}
    again = await desk.post(NEW, a_form(), changes_nothing=True)  # once more, for the answer got lost
    assert again.location == made != ""
    assert (await desk.post(NEW, a_form(title="另一篇"))).location != made
    office.house.now.move(minutes=11)
    assert (await desk.post(NEW, a_form())).location != made


async def _stored(office: ConsoleOffice, item_id: str) -> Any:
    async with office.house.store.read() as tx:
        return await get_item(tx, item_id)


async def test_an_item_is_written_with_its_disclosure_elements(office: ConsoleOffice):
    item_id = await _written(
        await office.desk("author"), document_number="某政办发〔2026〕3号", formed_on="2026-11-20",
        topic="农牧", genre="通知", summary="防汛", overview="安排防汛", source="本旗",
    )  # fmt: skip
    seen = await _stored(office, item_id)
    sheet = seen.revision.sheet
    assert seen.revision.body == "<p>各苏木镇人民政府：</p><p>现通知如下。</p>"
    assert (sheet.document_number, str(sheet.formed_on), sheet.topic, sheet.genre) == (
        "某政办发〔2026〕3号", "2026-11-20", "农牧", "通知",
    )  # fmt: skip
    assert (sheet.keywords, sheet.overview, sheet.source) == (("防汛", "救灾"), "安排防汛", "本旗")


async def test_who_issued_an_item_together_is_kept_shown_and_changed(office: ConsoleOffice):
    desk = await office.desk("author")
    item_id = await _written(desk, joint_orgs="某旗财政局，市发展和改革委员会")
    told = "某旗财政局、市发展和改革委员会"
    for address in (f"/console/items/{item_id}", f"/console/items/{item_id}/edit"):
        assert told in (await desk.get(address)).words
    older = a_form(base="1", title="关于防汛工作的另一通知")  # a page from before this field
    await desk.post(f"/console/items/{item_id}/edit", older)
    names = [one.name for one in (await _stored(office, item_id)).revision.sheet.joint_orgs]
    assert names == ["某旗财政局", "市发展和改革委员会"]
    await desk.post(f"/console/items/{item_id}/edit", a_form(base="2", title="另一通知", joint_orgs=" "))
    assert (await _stored(office, item_id)).revision.sheet.joint_orgs == ()


async def test_the_kinds_of_the_law_and_the_language_are_kept_shown_and_changed(office: ConsoleOffice):
    desk = await office.desk("author")
    kinds = [("statutory", one) for one in ("", "12", "1")]
    made = await desk.post(NEW, [*a_form(language="mn-Mong").items(), *kinds])
    item_id = made.location.split("/")[3]
    sheet = (await _stored(office, item_id)).revision.sheet
    assert (sheet.statutory, sheet.language) == ((1, 12), "mn-Mong")
    page = await desk.get(f"/console/items/{item_id}/edit")
    ticked = [told["value"] for _, told in page.tags if told.get("name") == "statutory" and "checked" in told]
    assert ticked == ["1", "12"]
    assert "突发公共事件" in (await desk.get(f"/console/items/{item_id}")).words
    # A page from before these fields says nothing of them, and changes nothing.
    older = a_form(base="1", title="关于防汛工作的另一通知")
    await desk.post(f"/console/items/{item_id}/edit", older)
    assert (await _stored(office, item_id)).revision.sheet.statutory == (1, 12)
    none = [*a_form(base="2", title="关于防汛的通知").items(), ("statutory", "")]
    await desk.post(f"/console/items/{item_id}/edit", none)
    assert (await _stored(office, item_id)).revision.sheet.statutory == ()
    wrong = await desk.post(NEW, [*a_form().items(), ("statutory", "99")])
    assert (wrong.status, "法定公开类别" in wrong.words) == (422, True)


async def test_a_wrong_field_is_named_in_chinese_and_keeps_everything_typed(office: ConsoleOffice):
    desk = await office.desk("author")
    again = await desk.post(NEW, a_form(title=" ", formed_on="2026-02-30", summary="还在"))
    assert again.status == 422
    assert "“标题”不能为空" in again.words
    assert "“成文日期”不是存在的日期" in again.words
    assert (again.fields["summary"], again.fields["body"]) == ("还在", "各苏木镇人民政府：\n现通知如下。")
    assert await office.count_items() == 0


async def test_markup_in_every_field_stays_text(office: ConsoleOffice):
    desk = await office.desk("author")
    names = ("title", "summary", "document_number", "topic", "genre", "overview", "source")
    item_id = await _written(desk, **dict.fromkeys(names, XSS[:59]), keywords="<b>")
    for path in ("", "/edit"):
        seen = await desk.get(f"/console/items/{item_id}{path}")
        assert seen.status == 200
        assert not [told for tag, told in seen.tags if "onerror" in told]
        assert not [told for tag, told in seen.tags if tag == "script" and "src" not in told]


async def test_a_script_in_the_body_never_reaches_the_store(office: ConsoleOffice):
    item_id = await _written(await office.desk("author"), body="<p onclick=x>好<script>alert(1)</script></p>")
    body = (await _stored(office, item_id)).revision.body
    assert body == "<p>好</p>"


async def test_a_drawing_in_the_body_that_was_left_out_is_told_of_after_saving(office: ConsoleOffice):
    desk = await office.desk("author")
    made = await desk.post(NEW, a_form(body="<p>甲</p><svg><text>乙</text></svg>"))
    assert "是矢量图" in (await desk.get(made.location)).words


async def test_wrong_markup_is_shown_again_as_it_was_typed(office: ConsoleOffice):
    again = await (await office.desk("author")).post(NEW, a_form(title="", body=f"<p>{XSS}</p>"))
    assert again.fields["body"] == f"<p>{XSS}</p>"
    assert not [told for tag, told in again.tags if "onerror" in told]


async def test_who_may_not_write_gets_no_form(office: ConsoleOffice):
    desk = await office.desk("reviewer")
    assert (await desk.get(NEW)).status == 403
    refused = await desk.post(NEW, a_form())
    assert (refused.status, await office.count_items()) == (403, 0)


async def test_nobody_writes_for_an_organ_that_is_not_his(office: ConsoleOffice):
    refused = await (await office.desk("clerk")).post(NEW, a_form())
    assert (refused.status, "没有“撰写稿件”的权限" in refused.words) == (403, True)
    assert "关于做好防汛工作的通知" in refused.html


async def test_a_form_without_its_token_writes_nothing(office: ConsoleOffice):
    desk = await office.desk("author")
    door = await desk.post(NEW, a_form(tongfa_form="0" * 64))
    assert (door.status, await office.count_items()) == (401, 0)
    assert door.fields["title"] == "关于做好防汛工作的通知"


async def test_a_revision_written_in_the_browser_supersedes_the_draft(office: ConsoleOffice):
    desk = await office.desk("author")
    item_id = await _written(desk)
    page = await desk.get(f"/console/items/{item_id}/edit")
    saved = await desk.post(
        f"/console/items/{item_id}/edit", {**page.fields, **a_form(title="改了"), "base": "1"}
    )
    seen = await _stored(office, item_id)
    assert (saved.location.endswith("/edit?done=saved"), seen.revision.number, seen.revision.title) == (
        True, 2, "改了",
    )  # fmt: skip


async def test_saving_what_was_not_changed_keeps_the_approval(office: ConsoleOffice):
    made = await office.approved()
    desk, path = await office.desk("author"), f"/console/items/{made['id']}/edit"
    page = await desk.get(path)
    names = ("kind", "org", "title", "body", "base", "index_number", "document_number", "formed_on",
             "keywords", "summary", "overview", "topic", "genre", "source")  # fmt: skip
    chosen = {"column": "zcwj", "openness": "open", "validity": "valid"}
    fields = {**{name: page.fields[name] for name in names}, **chosen}
    saved = await desk.post(path, fields, changes_nothing=True)
    seen = await _stored(office, made["id"])
    assert (saved.status, seen.revision.number, seen.revision.state) == (303, 1, "approved")


async def test_a_save_over_a_newer_revision_shows_both_texts_and_replaces_nothing(office: ConsoleOffice):
    desk, other = await office.desk("author"), await office.desk("admin")
    item_id = await _written(desk)
    path = f"/console/items/{item_id}/edit"
    await other.post(path, a_form(body="别人写的第一句。别人写的第二句。", base="1"))
    mine = await desk.post(path, a_form(body="我写的第一句。", title="我的标题", base="1"))
    assert mine.status == 409
    assert "别人写的第一句。" in mine.words
    assert (mine.fields["body"], mine.fields["title"], mine.fields["base"]) == (
        "我写的第一句。",
        "我的标题",
        "2",
    )
    assert (await _stored(office, item_id)).revision.number == 2
    done = await desk.post(path, {**a_form(body="两人的话都在。"), "base": mine.fields["base"]})
    assert (done.status, (await _stored(office, item_id)).revision.body) == (303, "<p>两人的话都在。</p>")


async def test_a_form_that_does_not_say_what_it_began_with_writes_nothing(office: ConsoleOffice):
    desk = await office.desk("author")
    item_id = await _written(desk)
    for base in ("", "x", "-1", "9" * 30):
        refused = await desk.post(f"/console/items/{item_id}/edit", a_form(base=base))
        assert refused.status == 422
    assert (await _stored(office, item_id)).revision.number == 1


async def test_files_come_with_the_form_and_can_be_renamed_and_dropped(office: ConsoleOffice):
    desk = await office.desk("author")
    made = await desk.post(
        NEW, a_form(), [("files", "甲.txt", "一".encode()), ("files", "乙.txt", "二".encode())]
    )
    path = made.location.partition("?")[0]
    item_id = path.split("/")[3]
    first, second = (await _stored(office, item_id)).revision.sheet.attachments
    pairs = [
        *a_form(base="1").items(), ("file_sha256", first.sha256), ("file_name", "丙.txt"),
        ("file_sha256", second.sha256), ("file_name", "乙.txt"), ("file_drop", second.sha256),
    ]  # fmt: skip
    assert (await desk.post(path, pairs)).status == 303
    kept = (await _stored(office, item_id)).revision.sheet.attachments
    assert [(one.name, one.sha256) for one in kept] == [("丙.txt", first.sha256)]


async def test_a_file_of_no_allowed_kind_is_named_and_the_others_stay(office: ConsoleOffice):
    desk = await office.desk("author")
    again = await desk.post(NEW, a_form(), [("files", "甲.txt", b"a"), ("files", "病毒.exe", b"MZ")])
    assert again.status == 415
    assert "“病毒.exe”没有上传" in again.words
    assert again.fields["file_name"] == "甲.txt"


async def test_a_picture_that_comes_with_the_form_stands_at_its_end_and_is_saved_once_it_is_described(
    office: ConsoleOffice,
):
    desk = await office.desk("author")
    seen = await desk.post(NEW, a_form(), [("pictures", "p.png", a_picture())])
    assert (seen.status, "第 1 张图片没有说明" in seen.words) == (422, True)
    fields = seen.fields
    assert fields["body"] == "各苏木镇人民政府：\n\n现通知如下。\n\n［图片 1：］"
    lines = fields["body"].replace("图片 1：", "图片 1：河堤加固现场")
    made = await desk.post(NEW, a_form(body=lines, body_was=fields["body_was"]))
    assert 'alt="河堤加固现场"' in (await _stored(office, made.location.split("/")[3])).revision.body


async def test_a_picture_marked_as_decoration_needs_no_words(office: ConsoleOffice):
    desk = await office.desk("author")
    seen = await desk.post(NEW, a_form(), [("pictures", "p.png", a_picture())])
    lines = seen.fields["body"].replace("图片 1：", "图片 1：装饰图片")
    made = await desk.post(NEW, a_form(body=lines, body_was=seen.fields["body_was"]))
    assert made.status == 303


FORMED = (
    "<p>现<strong>通知</strong>如下。</p><h2>范围</h2><table><tbody><tr><td>对象</td></tr></tbody></table>"
)


async def test_without_the_surface_a_body_is_lines_and_a_save_keeps_what_they_cannot_show(
    office: ConsoleOffice,
):
    item, desk = (await office.item(body=FORMED))["id"], await office.desk("author")
    page = f"/console/items/{item}/edit"
    fields = (await desk.get(page)).fields
    assert fields["body"] == "现通知如下。\n\n# 范围\n\n［表格 1：对象…］"
    saved = await desk.follow(await desk.post(page, {**a_form(), **fields}, changes_nothing=True))
    told = "改动过的段落成了纯文字"
    assert ((await _stored(office, item)).revision.number, told in saved.words) == (1, False)
    fields["body"] = fields["body"].replace("如下", "如后")
    saved = await desk.follow(await desk.post(page, {**a_form(), **fields}))
    body = (await _stored(office, item)).revision.body
    assert body == FORMED.replace("现<strong>通知</strong>如下", "现通知如后")
    assert told in saved.words


async def test_a_line_that_stands_for_a_table_is_not_lost_by_a_slip(office: ConsoleOffice):
    item, desk = (await office.item(body=FORMED))["id"], await office.desk("author")
    page = f"/console/items/{item}/edit"
    fields = (await desk.get(page)).fields
    slipped = fields["body"].replace("对象…］", "对象…］以及")
    again = await desk.post(page, {**a_form(), **fields, "body": slipped})
    assert (again.status, "被改动了：请改回原样" in again.words) == (422, True)
    assert (again.fields["body"], again.fields["body_was"]) == (slipped, FORMED)
    taken_out = {**a_form(), **again.fields, "body": slipped.rpartition("［")[0]}
    await desk.post(page, taken_out)
    assert "<table>" not in (await _stored(office, item)).revision.body


async def test_what_a_form_says_that_stood_beneath_its_lines_is_judged_like_everything_from_outside(
    office: ConsoleOffice,
):
    desk, began = await office.desk("author"), time.process_time()
    for was in ("<img" * 20_000, "<!--" * 20_000, "<p>" * 30_000, "<p>甲</p>" * 20_000):
        made = await desk.post(NEW, a_form(title=f"从 {was[:4]} 开始", body_was=was))
        assert made.status == 303
        body = (await _stored(office, made.location.split("/")[3])).revision.body
        assert body == "<p>各苏木镇人民政府：</p><p>现通知如下。</p>"
    assert time.process_time() - began < 10


async def test_the_editor_uploads_a_picture_and_sees_it_again(office: ConsoleOffice):
    desk = await office.desk("author")
    sent = await desk.post("/console/media", [], [("file", "p.png", a_picture())])
    told = json.loads(sent.html)
    shown = await desk.get(f"/console/media/{told['sha256']}")
    assert (sent.status, told["is_picture"], shown.headers["Content-Type"]) == (201, True, "image/png")
    assert "sandbox" in shown.headers["Content-Security-Policy"]


async def test_a_refused_upload_says_why(office: ConsoleOffice):
    sent = await (await office.desk("author")).post("/console/media", [], [("file", "a.exe", b"MZ")])
    assert (sent.status, "不接受这种文件" in json.loads(sent.html)["error"]) == (415, True)


async def test_an_item_shows_what_happened_to_it(office: ConsoleOffice):
    made = await office.approved()
    seen = await (await office.desk("chief")).get(f"/console/items/{made['id']}")
    assert "第 1 版审核通过：chief" in seen.words
    assert "第 1 版写成：author" in seen.words


async def test_an_item_of_another_organ_cannot_be_opened(office: ConsoleOffice):
    made = await office.item()
    stranger = await office.desk("stranger")
    for path in ("", "/edit"):
        assert (await stranger.get(f"/console/items/{made['id']}{path}")).status == 403


@pytest.mark.parametrize("path", ["/console/items/nothere", "/console/items/nothere/edit"])
async def test_an_item_that_is_not_there_is_answered_in_chinese(office: ConsoleOffice, path: str):
    seen = await (await office.desk("author")).get(path)
    assert (seen.status, "没有这篇稿件" in seen.words) == (404, True)


async def test_items_are_found_by_title_state_and_author(office: ConsoleOffice):
    await office.item(title="关于防汛工作的通知")
    await office.approved(title="关于100%_救助的通知")
    desk = await office.desk("chief")
    assert "防汛" not in (await desk.get("/console/items?q=100%25_")).words
    assert "救助" not in (await desk.get("/console/items?state=draft")).words
    assert "没有这样的稿件" in (await desk.get("/console/items?mine=1")).words
    assert "没有这样的稿件" in (await desk.get("/console/items?q=%E6%B2%A1%E6%9C%89")).words


async def test_a_long_list_goes_on(office: ConsoleOffice):
    for number in range(41):
        await office.post("/api/v1/items", an_item(title=f"第{number:02d}号"))
        office.house.now.move(seconds=1)
    desk = await office.desk("chief")
    first = await desk.get("/console/items")
    more = next(link for link in first.links if "before=" in link)
    assert "第00号" not in first.words
    assert "第00号" in (await desk.get(more)).words


async def test_a_channel_says_it_in_words_of_its_own(office: ConsoleOffice):
    desk = await office.desk("author")
    more = {"wechat_title": "防汛通知来了", "wechat_summary": "请看"}
    made = await desk.post(NEW, {**a_form(), **more}, [("wechat_cover_file", "c.png", a_picture())])
    seen = await _stored(office, made.location.split("/")[3])
    (one,) = seen.revision.sheet.overrides
    assert (one.channel, one.account, one.title, one.summary) == ("wechat", None, "防汛通知来了", "请看")
    assert one.cover is not None
    page = await desk.get(made.location)
    assert (page.fields["wechat_title"], page.fields["wechat_cover"]) == ("防汛通知来了", one.cover.sha256)
    gone = {**a_form(base="1"), "wechat_cover": one.cover.sha256, "wechat_cover_drop": "1"}
    await desk.post(made.location.partition("?")[0], gone)
    assert (await _stored(office, seen.id)).revision.sheet.overrides == ()


async def test_what_a_single_account_says_goes_through_the_form_unharmed(office: ConsoleOffice):
    told = [{"channel": "weibo", "account": "weibo", "title": "微博上的标题"}]
    made = await office.item(overrides=told)
    desk, path = await office.desk("author"), f"/console/items/{made['id']}/edit"
    kept = (await desk.get(path)).fields["overrides_of_accounts"]
    await desk.post(path, {**a_form(base="1"), "overrides_of_accounts": kept})
    (one,) = (await _stored(office, made["id"])).revision.sheet.overrides
    assert (one.account, one.title) == ("weibo", "微博上的标题")


async def test_who_looks_after_the_server_sees_how_much_lies_unused(office: ConsoleOffice):
    desk, admin = await office.desk("author"), await office.desk("admin")
    title = "没有用到的上传文件（1）"
    assert title not in (await admin.get("/console")).words
    await desk.post("/console/media", [], [("file", "p.png", a_picture())])
    assert title in (await admin.get("/console")).words
    assert title not in (await desk.get("/console")).words
