"""server/console/scratch.py: what was typed is kept for its author alone, until he saves it."""

import json
from typing import Any

from tests.console.conftest import XSS, ConsoleOffice, Desk
from tests.console.test_writing import a_form
from tests.disk import KIB, files_of_at_most

KEEP, NEW = "/console/scratch", "/console/items/new"


async def _keep(desk: Desk, slot: str, after: int, **more: str) -> tuple[int, Any]:
    told = await desk.post(KEEP, {**a_form(**more), "slot": slot, "after": str(after)})
    return told.status, json.loads(told.html)


async def test_what_was_typed_is_there_again(office: ConsoleOffice):
    desk = await office.desk("author")
    status, told = await _keep(desk, "new1", 0, title=f"写到一半{XSS}", body="<p>一句话")
    assert (status, told["serial"]) == (200, 1)
    work = await desk.get("/console")
    assert f"写到一半{XSS}" in work.words
    back = await desk.get(f"{NEW}?restore=new1")
    assert (back.fields["title"], back.fields["body"]) == (f"写到一半{XSS}", "<p>一句话")
    assert (back.fields["slot"], back.fields["after"]) == ("new1", "1")
    assert await office.count_items() == 0


async def test_saving_ends_what_was_kept(office: ConsoleOffice):
    desk = await office.desk("author")
    await _keep(desk, "new1", 0)
    saved = await desk.post(NEW, {**a_form(), "slot": "new1"})
    assert saved.status == 303
    assert "没有保存完的内容" not in (await desk.get("/console")).words


async def test_a_refused_save_keeps_what_was_kept(office: ConsoleOffice):
    desk = await office.desk("author")
    await _keep(desk, "new1", 0)
    assert (await desk.post(NEW, {**a_form(title=""), "slot": "new1"})).status == 422
    assert "没有保存完的内容（1）" in (await desk.get("/console")).words


async def test_nobody_sees_what_another_is_typing(office: ConsoleOffice):
    await _keep(await office.desk("author"), "new1", 0, title="还没写完")
    other = await office.desk("admin")
    assert "还没写完" not in (await other.get("/console")).html
    assert (await other.get(f"{NEW}?restore=new1")).fields["title"] == ""


async def test_an_older_page_replaces_nothing_that_is_newer(office: ConsoleOffice):
    desk = await office.desk("author")
    await _keep(desk, "new1", 0, title="较新")
    status, told = await _keep(desk, "new1", 0, title="较旧")
    assert (status, told["code"]) == (409, "lost_race")
    assert (await desk.get(f"{NEW}?restore=new1")).fields["title"] == "较新"


async def test_an_edit_offers_what_was_not_saved_and_can_drop_it(office: ConsoleOffice):
    made = await office.item()
    desk, path = await office.desk("author"), f"/console/items/{made['id']}/edit"
    await _keep(desk, made["id"], 0, title="没保存的标题", item=made["id"], base="1")
    offered = await desk.get(path)
    assert f"{path}?restore={made['id']}" in offered.links
    assert offered.fields["title"] == made["title"]
    restored = await desk.get(f"{path}?restore={made['id']}")
    assert (restored.fields["title"], restored.fields["base"]) == ("没保存的标题", "1")
    await desk.post(f"{KEEP}/drop", {"slot": made["id"], "item": made["id"]})
    assert f"{path}?restore={made['id']}" not in (await desk.get(path)).links


async def test_nothing_is_kept_in_a_slot_that_is_none_or_of_an_item_of_others(office: ConsoleOffice):
    made = await office.item()
    assert (await _keep(await office.desk("author"), "../x", 0))[0] == 422
    assert (await _keep(await office.desk("clerk"), "x", 0, item=made["id"]))[0] == 403


async def test_who_edits_is_told_only_to_those_who_may(office: ConsoleOffice):
    made = await office.item()
    path = f"/console/items/{made['id']}/editing"
    told = await (await office.desk("author")).post(path)
    assert (told.status, json.loads(told.html)) == (200, {"others": []})  # no Redis stands there
    assert (await (await office.desk("stranger")).post(path)).status == 403


async def test_an_editor_without_room_on_the_disk_is_told_so_and_has_what_was_typed(office: ConsoleOffice):
    desk = await office.desk("author")
    form = a_form(title="写了一上午的稿件", body="<p>" + "正文" * 4000)
    await desk.get(NEW)
    with files_of_at_most(4 * KIB):
        refused = await desk.post(NEW, form)
        kept = await _keep(desk, "new1", 0, body=form["body"])
    assert refused.status == 503
    assert all(word in refused.words for word in ("服务器磁盘已满", "管理员清理", "写了一上午的稿件"))
    assert (kept[0], kept[1]["code"], kept[1]["error"]) == (503, "store_full", "服务器磁盘已满")
    assert await office.count_items() == 0
    assert (await desk.post(NEW, form)).status == 303
