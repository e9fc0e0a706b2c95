"""server/api/writing.py: unsaved texts are their writer's, templates ask for reasons, presence is honest."""

from typing import Any

from server.store.templates import list_left_out
from tests.api.conftest import DEPARTMENT, Office
from tests.house import CODE

ITEMS, SCRATCHES = "/api/v1/items", "/api/v1/scratches"


async def keep(
    office: Office, after: int, title: str, by: str = "author", slot: str = "new1", **more: Any
) -> Any:
    form = {"after": after, "fields": {"title": title, "body": "<p>写到一半"}, **more}
    return await office.call("PUT", f"{SCRATCHES}/{slot}", form, by=by)


async def test_a_text_is_kept_and_comes_back_as_it_was(office: Office):
    kept = await keep(office, 0, "题\0目")
    assert (kept.status, kept.json["serial"]) == (200, 1)
    assert (await office.get(f"{SCRATCHES}/new1")).json["fields"]["title"] == "题\0目"


async def test_an_older_page_overwrites_nothing(office: Office):
    await keep(office, 0, "一")
    await keep(office, 1, "二")
    assert (await keep(office, 1, "旧")).refusal[1] == "lost_race"
    assert (await office.get(f"{SCRATCHES}/new1")).json["fields"]["title"] == "二"


async def test_nobody_sees_anothers_unsaved_text(office: Office):
    await keep(office, 0, "一")
    assert (await office.get(f"{SCRATCHES}/new1", by="clerk")).status == 404
    assert (await office.get(SCRATCHES, by="clerk")).json["scratches"] == []


async def test_a_text_of_an_item_is_kept_only_by_who_may_write_it(office: Office):
    made = await office.item()
    assert (await keep(office, 0, "一", slot=made["id"], item=made["id"], base=1)).status == 200
    assert (await keep(office, 0, "一", by="clerk", slot=made["id"], item=made["id"])).refusal[
        1
    ] == "forbidden"


async def test_a_text_is_thrown_away(office: Office):
    await keep(office, 0, "一")
    assert (await office.call("DELETE", f"{SCRATCHES}/new1")).status == 204
    assert (await office.get(SCRATCHES)).json["scratches"] == []


async def test_a_text_that_nobody_touched_for_long_goes(office: Office):
    await keep(office, 0, "一")
    office.house.now.move(days=31)
    await keep(office, 0, "二", slot="new2")
    assert [one["slot"] for one in (await office.get(SCRATCHES)).json["scratches"]] == ["new2"]


async def test_fifty_texts_are_kept_and_no_more(office: Office):
    for number in range(50):
        await keep(office, 0, "一", slot=f"s{number}")
    assert (await keep(office, 0, "一", slot="one-too-many".replace("-", ""))).refusal[1] == "wrong_state"


async def test_without_redis_the_answer_says_that_nobody_knows(office: Office):
    made = await office.item()
    told = (await office.post(f"{ITEMS}/{made['id']}/editing")).json
    assert told == {"is_known": False, "others": []}


async def set_template(office: Office, accounts: list[str], org: str = CODE, kind: str = "any") -> Any:
    form = {"org": org, "kind": kind, "accounts": accounts}
    return await office.call("PUT", "/api/v1/channel-templates", form, by="admin")


async def holding(office: Office, org: str = CODE) -> Any:
    told = (await office.get(f"/api/v1/channel-templates?org={org}", by="admin")).json["holding"]
    return {one["kind"]: one["accounts"] for one in told}


async def test_a_template_holds_for_its_kind_and_below_its_organ(office: Office):
    await set_template(office, ["website", "weibo"])
    await set_template(office, ["website"], kind="news")
    assert (await holding(office))["policy"] == ["website", "weibo"]
    assert (await holding(office, DEPARTMENT))["news"] == ["website"]


async def test_a_release_that_leaves_an_account_out_says_why(office: Office):
    await set_template(office, ["website", "weibo"])
    made = await office.approved()
    order: dict[str, Any] = {"accounts": ["website"]}
    refused = await office.post(f"{ITEMS}/{made['id']}/release", order, by="chief")
    assert refused.refusal == (422, "left_out", "left_out.weibo")
    order["left_out"] = [{"account": "weibo", "reason": "不宜在微博发布"}]
    done = await office.post(f"{ITEMS}/{made['id']}/release", order, by="chief")
    async with office.house.store.read() as tx:
        (one,) = await list_left_out(tx, done.json["id"])
    assert (one.account, one.reason, one.by) == ("weibo", "不宜在微博发布", "chief")


async def test_an_account_that_may_not_post_needs_no_reason(office: Office):
    await set_template(office, ["website", "weibo"])
    await office.post("/api/v1/accounts/pause", {"account": "weibo"}, by="admin")
    made = await office.approved()
    assert (
        await office.post(f"{ITEMS}/{made['id']}/release", {"accounts": ["website"]}, by="chief")
    ).status == 201


async def test_a_template_of_accounts_that_are_not_there_is_refused(office: Office):
    assert (await set_template(office, ["nobody"])).refusal == (422, "unknown_account", "accounts")
