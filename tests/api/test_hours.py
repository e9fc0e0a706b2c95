"""Hours, embargoes and urgent releases over the API."""

import pytest

from tests.api.conftest import Office


async def test_an_account_is_given_hours_and_a_post_at_night_waits_for_them(office: Office):
    given = await office.post(
        "/api/v1/accounts/hours", {"account": "website", "window": "08:00-09:00"}, by="admin"
    )
    assert given.json == {"account": "website", "window": "08:00-09:00"}
    made = await office.approved()
    path = f"/api/v1/items/{made['id']}"
    legs = (await office.post(f"{path}/release", {"accounts": ["website"]}, by="chief")).json["deliveries"]
    assert (legs[0]["gate"], legs[0]["due_at"]) == ("slot", "2026-11-26T00:00:00Z")
    urgent = await office.post(f"{path}/expedite", {"reason": "暴雪预警"}, by="chief")
    assert urgent.json["deliveries"][0]["state"] == "ready"


async def test_an_urgent_release_can_be_made_at_once(office: Office):
    await office.post("/api/v1/accounts/hours", {"account": "website", "window": "08:00-09:00"}, by="admin")
    made = await office.approved()
    order = {"accounts": ["website"], "urgent_reason": "暴雪预警"}
    legs = (await office.post(f"/api/v1/items/{made['id']}/release", order, by="chief")).json["deliveries"]
    assert legs[0]["state"] == "ready"


async def test_an_embargo_holds_a_release(office: Office):
    made = await office.approved()
    path = f"/api/v1/items/{made['id']}"
    until = "2026-12-01T00:00:00Z"
    held = await office.post(f"{path}/embargo", {"until": until, "reason": "上级要求"}, by="chief")
    assert held.json["until"] == until
    legs = (await office.post(f"{path}/release", {"accounts": ["website"]}, by="chief")).json["deliveries"]
    assert (legs[0]["gate"], legs[0]["due_at"]) == ("time", until)


@pytest.mark.parametrize(
    ("path", "form", "refusal"),
    [
        ("accounts/hours", {"account": "website", "window": "22:00-08:00"}, (422, "invalid", "window")),
        ("accounts/hours", {"account": "nobody", "window": None}, (422, "unknown_account", "account")),
        ("items/none/embargo", {"until": None, "reason": "x"}, (404, "unknown_item", "")),
    ],
)
async def test_what_does_not_fit_is_refused(office: Office, path: str, form: object, refusal: object):
    assert (await office.post(f"/api/v1/{path}", form, by="admin")).refusal == refusal


async def test_an_account_with_hours_that_nobody_can_read_is_not_added(office: Office):
    account = {
        "org": "000000019", "channel": "website", "slug": "w2", "name": "w2",
        "settings": {"base_url": "http://site.invalid", "window": "nachts"},
    }  # fmt: skip
    refused = await office.post("/api/v1/accounts", account, by="admin")
    assert refused.refusal == (422, "invalid", "settings")
