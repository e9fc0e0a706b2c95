"""server/api/deliveries.py: released, looked at, proved by a person, withdrawn."""

import io
from typing import Any

import pytest
from PIL import Image

from server.core.withdrawal_types import public_reason
from server.store.accounts import AccountRow, insert_account
from server.store.corrections import find_successor
from server.store.items import get_item
from server.store.orgs import find_org_by_code
from server.store.people import put_grant
from tests.api.conftest import NEIGHBOUR, Office, an_item


def items(item: Any, act: str = "") -> str:
    return f"/api/v1/items/{item['id']}" + (f"/{act}" if act else "")


async def test_a_release_answers_with_its_frozen_plan(office: Office):
    item = await office.approved()
    made = await office.post(items(item, "release"), {"accounts": ["website", "weibo"]}, by="chief")
    plan = {leg["account"]: (leg["state"], leg["gate"]) for leg in made.json["deliveries"]}
    assert (made.status, made.json["number"]) == (201, 1)
    assert plan == {"website": ("ready", None), "weibo": ("waiting", "website_live")}


async def test_a_release_wakes_the_dispatcher(office: Office):
    item = await office.approved()
    await office.post(items(item, "release"), {"accounts": ["website"]}, by="chief")
    assert office.woken == 1


async def test_an_account_named_twice_gets_one_delivery(office: Office):
    item = await office.approved()
    made = await office.post(items(item, "release"), {"accounts": ["website", "website"]}, by="chief")
    assert [leg["account"] for leg in made.json["deliveries"]] == ["website"]


async def test_a_release_on_an_unknown_account_is_refused_by_its_place(office: Office):
    item = await office.approved()
    refused = await office.post(items(item, "release"), {"accounts": ["website", "nobody"]}, by="chief")
    assert refused.refusal == (422, "unknown_account", "accounts.1")
    assert (await office.get(items(item, "deliveries"))).json["deliveries"] == []


async def test_an_account_of_an_organ_beside_is_as_unknown_as_none(office: Office):
    house = office.house
    async with house.store.begin() as tx:
        beside = await find_org_by_code(tx, NEIGHBOUR)
        assert beside is not None
        theirs = AccountRow(
            house.new_id(), beside.as_org(), "other", "board", "邻旗公告栏", "other",
            {"base_url": "http://site.invalid"}, None, "active",
        )  # fmt: skip
        await insert_account(tx, theirs, at=house.now())
    item = await office.approved()
    order = {"accounts": ["website", "board"]}
    refused = await office.post(items(item, "release"), order, by="chief")
    assert refused.refusal == (422, "unknown_account", "accounts.1")
    async with house.store.begin() as tx:
        await put_grant(tx, house.chief, beside.id, "chief")
    assert (await office.post(items(item, "release"), order, by="chief")).status == 201


async def test_a_title_over_the_limit_of_a_channel_is_refused(office: Office):
    item = await office.approved(title="长" * 101)
    refused = await office.post(items(item, "release"), {"accounts": ["website"]}, by="chief")
    assert refused.refusal == (422, "blocked_by_check", "title")
    assert (await office.get(items(item))).json["state"] == "approved"


async def test_what_is_not_approved_is_not_released(office: Office):
    item = await office.item()
    refused = await office.post(items(item, "release"), {"accounts": ["website"]}, by="chief")
    assert refused.refusal == (409, "not_approved", "")


@pytest.mark.parametrize("login", ["author", "reviewer", "reporter", "clerk", "stranger"])
async def test_only_a_chief_releases(office: Office, login: str):
    item = await office.approved()
    refused = await office.post(items(item, "release"), {"accounts": ["website"]}, by=login)
    assert refused.refusal[:2] == (403, "forbidden")


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ({}, "accounts"),
        ({"accounts": []}, "accounts"),
        ({"accounts": ["Web Site"]}, "accounts.0"),
        ({"accounts": ["website"], "change": "huge"}, "change"),
        ({"accounts": ["website"], "not_before": "2026-11-26T09:00:00"}, "not_before"),
        ({"accounts": ["website"], "not_before": "2026-02-30T09:00:00+08:00"}, "not_before"),
    ],
)
async def test_a_release_that_does_not_fit_its_form_is_refused(office: Office, order: Any, field: str):
    item = await office.approved()
    assert (await office.post(items(item, "release"), order, by="chief")).refusal == (422, "invalid", field)


async def test_a_live_delivery_shows_its_receipt(office: Office):
    item = await office.approved()
    await office.post(items(item, "release"), {"accounts": ["website"]}, by="chief")
    await office.house.run_until_quiet()
    [leg] = (await office.get(items(item, "deliveries"))).json["deliveries"]
    assert (leg["state"], leg["link"], leg["live_at"]) == ("live", item["url"], "2026-11-25T02:00:00Z")


async def test_a_withdrawal_names_its_reason_and_takes_every_leg_back(office: Office):
    item = await office.approved()
    await office.post(items(item, "release"), {"accounts": ["website"]}, by="chief")
    await office.house.run_until_quiet()
    answer = await office.post(items(item, "withdraw"), {"reason": "内容有误"}, by="chief")
    await office.house.run_until_quiet()
    [leg] = (await office.get(items(item, "deliveries"))).json["deliveries"]
    assert (answer.status, leg["state"]) == (200, "withdrawn")
    assert (await office.get(items(item))).json["withdrawn_reason"] == "内容有误"


async def test_readers_and_the_audit_are_told_as_what_an_item_was_withdrawn(office: Office):
    item = await office.approved()
    await office.post(items(item, "release"), {"accounts": ["website"]}, by="chief")
    await office.house.run_until_quiet()
    order = {"withdrawn_as": "privacy", "reason": "名单公示期满"}
    await office.post(items(item, "withdraw"), order, by="chief")
    seen = (await office.get(items(item))).json
    assert (seen["withdrawn_as"], seen["withdrawn_reason"]) == ("privacy", "名单公示期满")
    async with office.house.store.read() as tx:
        assert public_reason(await get_item(tx, item["id"])) == "涉及个人信息。名单公示期满"
    [line] = (await office.get("/api/v1/audit?verb=item.withdraw", by="admin")).json["lines"]
    assert line["details"]["withdrawn_as"] == "privacy"


async def test_a_type_of_withdrawal_that_does_not_exist_is_refused(office: Office):
    item = await office.approved()
    order = {"withdrawn_as": "whim", "reason": "有误"}
    assert (await office.post(items(item, "withdraw"), order, by="chief")).refusal == (
        422,
        "invalid",
        "withdrawn_as",
    )


async def test_a_withdrawal_lets_another_item_take_the_place_or_does_nothing(office: Office):
    old, new = await office.approved(), await office.approved(index_number=None)
    await office.post(items(old, "release"), {"accounts": ["website"]}, by="chief")
    order = {"reason": "政策调整", "replaced_by": "nothing"}
    refused = await office.post(items(old, "withdraw"), order, by="chief")
    assert refused.status == 422
    assert (await office.get(items(old))).json["withdrawn_reason"] is None
    await office.post(items(old, "withdraw"), {**order, "replaced_by": new["id"]}, by="chief")
    assert (await office.get(items(old))).json["withdrawn_reason"] == "政策调整"
    async with office.house.store.read() as tx:
        assert await find_successor(tx, old["id"]) == new["id"]


async def test_a_withdrawal_without_a_reason_is_refused(office: Office):
    item = await office.approved()
    assert (await office.post(items(item, "withdraw"), {}, by="chief")).refusal == (422, "invalid", "reason")


async def test_what_was_never_released_is_not_withdrawn(office: Office):
    item = await office.approved()
    refused = await office.post(items(item, "withdraw"), {"reason": "有误"}, by="chief")
    assert refused.refusal == (409, "wrong_state", "")


PROOF = {"place": "政务大厅公告栏", "shown_at": "2026-11-25T09:00:00+08:00", "shown_by": "乌云"}


async def _on_the_board(office: Office) -> tuple[Any, str]:
    item = await office.approved()
    made = await office.post(items(item, "release"), {"accounts": ["other"]}, by="chief")
    return item, f"/api/v1/deliveries/{made.json['deliveries'][0]['id']}/evidence"


async def test_evidence_makes_a_delivery_live_at_the_time_it_was_shown(office: Office):
    _item, evidence = await _on_the_board(office)
    filed = await office.post(evidence, PROOF)
    assert (filed.status, filed.json["state"], filed.json["live_at"]) == (201, "live", "2026-11-25T01:00:00Z")


async def test_evidence_may_carry_a_photograph(office: Office):
    _item, evidence = await _on_the_board(office)
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    photo = (await office.upload("photo.png", out.getvalue())).json["sha256"]
    assert (await office.post(evidence, {**PROOF, "picture": photo})).status == 201


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"place": ""}, "invalid", "place"),
        ({"shown_at": "2026-11-26T09:00:00+08:00"}, "invalid", "shown_at"),
        ({"shown_at": "yesterday"}, "invalid", "shown_at"),
        ({"picture": "a" * 64}, "unknown_media", "picture"),
    ],
)
async def test_evidence_that_proves_nothing_is_refused(office: Office, changes: Any, code: str, field: str):
    item, evidence = await _on_the_board(office)
    assert (await office.post(evidence, {**PROOF, **changes})).refusal == (422, code, field)
    assert (await office.get(items(item, "deliveries"))).json["deliveries"][0]["state"] == "waiting"


async def test_evidence_of_a_delivery_that_is_not_there_is_a_404(office: Office):
    refused = await office.post("/api/v1/deliveries/nothing/evidence", PROOF)
    assert refused.refusal == (404, "unknown_delivery", "")


async def test_a_neighbour_files_no_evidence(office: Office):
    _item, evidence = await _on_the_board(office)
    assert (await office.post(evidence, PROOF, by="stranger")).refusal == (403, "forbidden", "")


async def test_an_item_takes_anothers_place_and_gives_it_back(office: Office):
    old, new = await office.item(), await office.item()
    for item in (new["id"], None):
        told = await office.post(f"/api/v1/items/{old['id']}/replaced-by", {"item": item}, by="chief")
        assert told.json == {"item_id": old["id"], "replaced_by": item}
    again = await office.post(f"/api/v1/items/{old['id']}/replaced-by", {"item": None}, by="chief")
    assert again.refusal[:2] == (409, "wrong_state")


async def test_an_item_of_another_office_takes_nobodys_place_here(office: Office):
    old = await office.item()
    foreign = await office.call(
        "POST", "/api/v1/items", an_item(org=NEIGHBOUR, document_number=None), by="stranger"
    )
    refused = await office.post(
        f"/api/v1/items/{old['id']}/replaced-by", {"item": foreign.json["id"]}, by="chief"
    )
    assert refused.refusal[:2] == (403, "forbidden")


async def test_a_note_on_a_first_release_is_refused_at_its_field(office: Office):
    item = await office.approved()
    form = {"accounts": ["website"], "note": "补充第三条"}
    refused = await office.post(f"/api/v1/items/{item['id']}/release", form, by="chief")
    assert refused.refusal == (422, "invalid", "note")


async def test_a_release_says_what_becomes_of_older_posts_and_what_it_cannot_say_is_refused(office: Office):
    made = await office.house.published(("website", "weibo"))
    await office.house.corrected(made.id, title="更正后的标题")
    path, both = f"/api/v1/items/{made.id}/release", ["website", "weibo"]
    for wrong in ({"account": "weibo", "fate": "burn"}, {"account": "website", "fate": "keep"}, "weibo"):
        refused = await office.post(path, {"accounts": both, "older_posts": [wrong]}, by="chief")
        assert refused.status == 422
    keep = [{"account": "weibo", "fate": "keep"}]
    assert (await office.post(path, {"accounts": both, "older_posts": keep}, by="chief")).status == 201
    await office.house.run_until_quiet()
    legs = (await office.get(f"/api/v1/items/{made.id}/deliveries")).json["deliveries"]
    assert [leg["state"] for leg in legs if leg["account"] == "weibo"] == ["replaced", "live"]
