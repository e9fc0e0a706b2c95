"""server/api/decisions.py: doubts, refusals, permissions, and posts that a person takes down."""

from typing import Any

import pytest

from server.core.reconcile import LOOKS
from server.store.accounts import find_account
from tests.api.conftest import Office
from tests.api.test_media import a_photo

SOCIAL = ["website", "weibo"]


async def released(office: Office, *fates: str, on: list[str] = SOCIAL) -> Any:
    """Release an item whose calls meet these fates, and let the machine do what it can."""
    item = await office.approved()
    office.house.platform.next_call(*fates)
    await office.post(f"/api/v1/items/{item['id']}/release", {"accounts": on}, by="chief")
    await office.house.run_until_quiet()
    return item


async def in_doubt(office: Office, fate: str = "drop_after") -> tuple[Any, str]:
    item = await released(office, "ok", fate)
    office.house.platform.blind = True
    for _look in range(LOOKS):
        office.house.now.move(hours=1)
        await office.house.run_until_quiet()
    return item, (await office.house.legs(item["id"]))["weibo"].id


def delivery(key: str, act: str = "") -> str:
    return f"/api/v1/deliveries/{key}" + (f"/{act}" if act else "")


async def test_a_delivery_in_doubt_shows_everything_a_person_needs(office: Office):
    item, key = await in_doubt(office)
    shown = (await office.get(delivery(key))).json
    assert (shown["title"], shown["delivery"]["state"]) == (item["title"], "needs_person")
    assert [one["outcome"] for one in shown["tries"]] == ["unknown"]
    assert {one["sighting"] for one in shown["looks"]} == {"could_not_look"}
    assert len(shown["looks"]) == LOOKS
    assert "请到“weibo”上查看" in shown["sentence"]


async def test_what_waits_for_a_person_is_listed_for_its_organ_only(office: Office):
    _item, key = await in_doubt(office)
    mine = (await office.get("/api/v1/deliveries/waiting")).json["deliveries"]
    theirs = (await office.get("/api/v1/deliveries/waiting", by="stranger")).json["deliveries"]
    assert ([one["id"] for one in mine], theirs) == ([key], [])


async def test_it_is_there_needs_the_link_and_makes_it_live(office: Office):
    _item, key = await in_doubt(office)
    refused = await office.post(delivery(key, "decide"), {"verdict": "it_is_there"}, by="chief")
    link = "https://weibo.invalid/1"
    told = await office.post(delivery(key, "decide"), {"verdict": "it_is_there", "link": link}, by="chief")
    assert refused.refusal == (422, "invalid", "link")
    assert (told.json["state"], told.json["link"]) == ("live", link)


async def test_it_is_not_there_sends_it_again_once(office: Office):
    item, key = await in_doubt(office, "drop_before")
    office.house.platform.blind = False
    await office.post(delivery(key, "decide"), {"verdict": "it_is_not_there"}, by="chief")
    await office.house.run_until_quiet()
    assert (await office.house.states(item["id"]))["weibo"] == "live"
    assert [account for account, _mark in office.house.platform.posts].count("weibo") == 1


async def test_giving_up_ends_it(office: Office):
    _item, key = await in_doubt(office)
    assert (await office.post(delivery(key, "decide"), {"verdict": "give_up"}, by="chief")).json[
        "state"
    ] == "cancelled"


async def test_what_needs_nobody_cannot_be_decided(office: Office):
    item = await released(office)
    key = (await office.house.legs(item["id"]))["weibo"].id
    refused = await office.post(delivery(key, "decide"), {"verdict": "give_up"}, by="chief")
    assert refused.refusal[:2] == (409, "wrong_state")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "weibo.com/1"])
async def test_a_link_that_is_no_address_is_refused(office: Office, link: str):
    _item, key = await in_doubt(office)
    given = {"verdict": "it_is_there", "link": link}
    refused = await office.post(delivery(key, "decide"), given, by="chief")
    assert refused.refusal == (422, "invalid", "link")


@pytest.mark.parametrize("login", ["author", "reviewer", "stranger"])
async def test_only_who_may_release_decides(office: Office, login: str):
    _item, key = await in_doubt(office)
    refused = await office.post(delivery(key, "decide"), {"verdict": "give_up"}, by=login)
    assert refused.refusal[:2] == (403, "forbidden")


async def test_a_refused_delivery_is_sent_again_by_hand(office: Office):
    item = await released(office, "ok", "refuse")
    key = (await office.house.legs(item["id"]))["weibo"].id
    assert (await office.post(delivery(key, "retry"), by="chief")).json["state"] == "ready"
    await office.house.run_until_quiet()
    assert (await office.house.states(item["id"]))["weibo"] == "live"


async def test_one_authorisation_frees_everything_that_waited(office: Office):
    items = [await released(office, "ok", "logged_out"), await released(office)]
    told = await office.post("/api/v1/accounts/authorise", {"account": "weibo"}, by="admin")
    assert (told.json["account"]["state"], told.json["freed"]) == ("active", 1)
    await office.house.run_until_quiet()
    assert {(await office.house.states(item["id"]))["weibo"] for item in items} == {"live"}


async def test_a_paused_account_queues_until_it_is_resumed(office: Office):
    await office.post("/api/v1/accounts/pause", {"account": "weibo"}, by="admin")
    item = await released(office)
    before = (await office.house.states(item["id"]))["weibo"]
    await office.post("/api/v1/accounts/resume", {"account": "weibo"}, by="admin")
    await office.house.run_until_quiet()
    assert (before, (await office.house.states(item["id"]))["weibo"]) == ("ready", "live")


async def test_an_account_without_permission_cannot_be_resumed_into_sending(office: Office):
    await released(office, "ok", "logged_out")
    refused = await office.post("/api/v1/accounts/resume", {"account": "weibo"}, by="admin")
    assert refused.refusal == (409, "wrong_state", "account")


@pytest.mark.parametrize("act", ["authorise", "pause", "resume"])
async def test_only_who_manages_accounts_acts_on_them(office: Office, act: str):
    refused = await office.post(f"/api/v1/accounts/{act}", {"account": "weibo"}, by="chief")
    assert refused.refusal[:2] == (403, "forbidden")


async def test_a_post_taken_down_by_hand_is_recorded_with_its_proof(office: Office):
    item = await released(office, on=["website", "other"])
    shown = {"place": "公告栏", "shown_at": office.house.now().isoformat(), "shown_by": "张某"}
    key = (await office.house.legs(item["id"]))["other"].id
    await office.post(f"/api/v1/deliveries/{key}/evidence", shown)
    await office.house.withdraw(item["id"], withdrawn_as="privacy")
    await office.house.run_until_quiet()
    waits = (await office.get("/api/v1/deliveries/waiting")).json["deliveries"]
    assert [(one["id"], one["take_down_by"]) for one in waits] == [(key, "2026-11-25T04:00:00Z")]
    unknown = await office.post(delivery(key, "taken-down"), {"proof": "已揭下", "picture": "a" * 64})
    assert unknown.refusal == (422, "unknown_media", "picture")
    picture = (await office.upload("照片.jpg", a_photo())).json["sha256"]
    told = await office.post(delivery(key, "taken-down"), {"proof": "已揭下，有照片", "picture": picture})
    assert (told.json["state"], told.json["take_down_by"]) == ("withdrawn", None)
    assert (await office.get(delivery(key))).json["taken_down"] == {
        "at": "2026-11-25T02:00:00Z", "by": "author", "proof": "已揭下，有照片", "picture": picture,
    }  # fmt: skip
    assert ("withdrawn", "other") in await office.house.lines(item["id"])
    assert "已揭下" in (await office.get(delivery(key))).json["looks"][0]["reason"]


async def test_a_budget_is_given_and_taken_away(office: Office):
    for a_minute in (3, None):
        form = {"account": "weibo", "a_minute": a_minute}
        assert (await office.post("/api/v1/accounts/budget", form, by="admin")).status == 200
        async with office.house.store.read() as tx:
            row = await find_account(tx, "weibo")
        assert row is not None
        assert row.settings.get("posts_a_minute") == (None if a_minute is None else "3")
        assert "base_url" in row.settings


async def test_a_person_sees_what_was_sent_and_by_which_link_to_find_it(office: Office):
    item, key = await in_doubt(office)
    sent = (await office.get(delivery(key))).json["sent"]
    assert sent["title"] == item["title"]
    assert sent["mark"].endswith(f"/a/{item['id']}.html")
