"""/api/v1/columns: an office keeps the columns of its site itself, and nothing of them is ever lost."""

from pathlib import Path
from typing import Any

from tests.api.conftest import DEPARTMENT, Office, an_item
from tests.api.test_moves import answer

ITEMS = "/api/v1/items"
COLUMNS = "/api/v1/columns"


async def told(office: Office) -> dict[str, Any]:
    return (await office.call("GET", COLUMNS, by="admin")).json


async def send(office: Office, method: str, path: str, by: str = "admin", **form: Any) -> Any:
    """Send a form with the version that stands now, unless another is given."""
    form = {"version": (await told(office))["version"], **form}
    return await office.call(method, f"{COLUMNS}{path}", form, by=by)


async def test_the_settings_hold_until_the_first_change_and_never_again(office: Office):
    before = await told(office)
    assert before["version"] == 0
    made = await send(office, "POST", "", slug="zfhy", name="政府会议", type="政务动态")
    assert (made.status, made.json["version"], made.json["is_current"]) == (201, 1, False)
    assert [one["slug"] for one in made.json["columns"]] == [
        *(one["slug"] for one in before["columns"]), "zfhy",
    ]  # fmt: skip
    assert office.parts.site.column("zfhy") is not None
    written = await office.post(ITEMS, an_item(column="zfhy"))
    assert (written.status, written.json["column"]) == (201, "zfhy")


async def test_of_two_administrators_the_later_one_is_told_and_changes_nothing(office: Office):
    first = await send(office, "PATCH", "/zcwj", version=0, name="本级文件")
    second = await send(office, "PATCH", "/zcwj", version=0, name="旗级文件")
    assert (first.status, second.status, second.json["code"]) == (200, 409, "lost_race")
    assert (await told(office))["columns"][0]["name"] == "本级文件"


async def test_a_closed_column_takes_no_new_item_but_its_own_may_still_be_corrected(office: Office):
    item = (await office.post(ITEMS, an_item(column="zcwj"))).json
    assert (await send(office, "PATCH", "/zcwj", is_open=False)).status == 200
    refused = await office.post(ITEMS, an_item(column="zcwj"))
    assert (refused.status, "已关闭" in refused.text) == (422, True)
    assert (
        await office.call("PUT", f"{ITEMS}/{item['id']}", an_item(column="zcwj", title="x"))
    ).status == 200


async def test_nobody_else_ever_gets_an_address_that_was_a_columns(office: Office):
    assert (await send(office, "PATCH", "/zcwj", address="bjwj")).status == 200
    assert (await send(office, "PATCH", "/zcwj", address="qjwj")).status == 200
    taken = [
        await send(office, "POST", "", slug="bjwj", name="x", type="x"),
        await send(office, "PATCH", "/zcjd", address="zcwj"),
    ]
    assert [one.status for one in taken] == [409, 409]
    back = await send(office, "PATCH", "/zcwj", address="zcwj")  # its own it gets back
    assert back.status == 200


async def test_what_is_merged_takes_its_drafts_along_and_cannot_be_merged_or_changed_again(office: Office):
    item = (await office.post(ITEMS, an_item(column="zcjd"))).json
    assert (await send(office, "POST", "/zcjd/merge", into="zcwj")).status == 200
    again = [
        await send(office, "POST", "/zcjd/merge", into="zcwj"),
        await send(office, "POST", "/zcwj/merge", into="zcjd"),
        await send(office, "PATCH", "/zcjd", name="x"),
        await send(office, "POST", "/zcwj/merge", into="zcwj"),
    ]
    assert [one.status for one in again] == [409, 409, 409, 422]
    kept = await office.call("PUT", f"{ITEMS}/{item['id']}", an_item(column="zcwj", title="x"))
    assert (kept.status, kept.json["column"]) == (200, "zcjd")  # filed as before, so nothing is undone


async def test_an_order_has_every_column_once(office: Office):
    slugs = [one["slug"] for one in (await told(office))["columns"]]
    assert (await send(office, "POST", "/order", slugs=slugs[1:])).status == 422
    done = await send(office, "POST", "/order", slugs=[*slugs[1:], slugs[0]])
    assert [one["slug"] for one in done.json["columns"]] == [*slugs[1:], slugs[0]]
    assert [one.slug for one in office.parts.site.columns] == [*slugs[1:], slugs[0]]


async def test_every_act_is_in_the_audit_and_what_is_no_address_is_refused(office: Office):
    assert (await send(office, "PATCH", "/zcwj", org=DEPARTMENT, silent_days=30)).status == 200
    assert (await send(office, "PATCH", "/zcwj", address="../x")).status == 422
    assert (await send(office, "PATCH", "/none", name="x")).status == 404
    assert (await send(office, "PATCH", "/zcwj", by="author", name="x")).status == 403
    lines = (await office.call("GET", "/api/v1/audit", by="admin")).json["lines"]
    assert {"column.import", "column.change"} <= {line["verb"] for line in lines}


async def test_a_former_address_leads_on_for_minutes_since_a_column_may_come_back_to_it(
    office: Office, tmp_path: Path
):
    assert (await send(office, "PATCH", "/zcwj", address="bjwj")).status == 200
    led = await answer(office, tmp_path, "/column/zcwj/p2.html")
    assert led == (301, "/column/bjwj/p2.html", "public, max-age=300")
    assert (await answer(office, tmp_path, "/column/unknown/"))[0] == 404


async def test_columns_stand_on_two_levels_and_no_more(office: Office):
    assert (await send(office, "PATCH", "/zcjd", parent="zcwj")).status == 200
    refused = [
        await send(office, "PATCH", "/tzgg", parent="zcjd"),
        await send(office, "PATCH", "/zcwj", parent="tzgg"),
        await send(office, "PATCH", "/zcwj", parent="zcwj"),
        await send(office, "PATCH", "/zcwj", is_open=False),
        await send(office, "POST", "/zcwj/merge", into="tzgg"),
        await send(office, "PATCH", "/tzgg", parent="none"),
    ]
    assert [(one.status, one.json["code"]) for one in refused] == [
        *[(409, "wrong_state")] * 5, (422, "unknown_column"),
    ]  # fmt: skip
    sentences = " ".join(one.text for one in refused)
    for words in ("栏目只有两级", "不能放在自己下面", "还有开放的栏目：“政策解读”", "先把它们移出来"):
        assert words in sentences
    public = (await office.get("/api/v1/public/columns", by=None)).json["columns"]
    assert {one["slug"]: one["parent"] for one in public}["zcjd"] == "zcwj"


async def test_a_closed_column_takes_nothing_below_it_and_what_is_below_can_be_merged(office: Office):
    assert (await send(office, "PATCH", "/tzgg", is_open=False)).status == 200
    late = await send(office, "POST", "", slug="x", name="x", type="x", parent="tzgg")
    assert (late.status, "已关闭" in late.text) == (409, True)
    assert (await send(office, "POST", "", slug="y", name="y", type="y", parent="zcwj")).status == 201
    assert (await send(office, "POST", "/y/merge", into="zcwj")).status == 200
    assert (await send(office, "POST", "/zcwj/merge", into="zcjd")).status == 200


async def test_what_stands_below_a_column_follows_it_in_every_order(office: Office):
    slugs = [one["slug"] for one in (await told(office))["columns"]]
    assert (await send(office, "PATCH", f"/{slugs[-1]}", parent=slugs[0])).status == 200
    done = await send(office, "POST", "/order", slugs=[slugs[-1], *slugs[1:-1], slugs[0]])
    assert [one["slug"] for one in done.json["columns"]] == [*slugs[1:-1], slugs[0], slugs[-1]]
    again = await send(office, "POST", "/order", slugs=[slugs[-1], *slugs[1:-1], slugs[0]])
    assert again.json["code"] == "invalid"
