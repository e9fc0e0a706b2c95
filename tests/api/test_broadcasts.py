"""群发 over the API: the mode and the slots of an account, what waits for which push, and the order."""

import pytest

from tests.api.conftest import Office

PLAN = {"account": "wechat", "kind": "subscription", "slots": "每天 18:00"}


async def test_an_account_is_given_slots_and_shows_them(office: Office):
    set_ = await office.post("/api/v1/accounts/broadcast", PLAN, by="admin")
    shown = await office.get("/api/v1/accounts/wechat/pushes", by="chief")
    assert (set_.status, set_.json) == (200, PLAN)
    first = shown.json["pushes"][0]
    assert (len(shown.json["pushes"]), first["articles"], first["id"]) == (10, [], None)
    assert first["slot_at"].endswith("T10:00:00Z")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"slots": "每天 25:00"}, (422, "invalid", "slots")),
        ({"slots": "每天 09:00；每天 18:00"}, (422, "invalid", "slots")),
        ({"account": "weibo"}, (422, "invalid", "kind")),
        ({"account": "nobody"}, (422, "unknown_account", "account")),
    ],
)
async def test_what_cannot_be_is_refused(office: Office, changes: dict[str, str], told: tuple[int, str, str]):
    said = await office.post("/api/v1/accounts/broadcast", PLAN | changes, by="admin")
    assert (said.status, said.json["code"], said.json["field"]) == told


async def test_only_who_manages_accounts_gives_slots(office: Office):
    assert (await office.post("/api/v1/accounts/broadcast", PLAN, by="chief")).status == 403


async def test_a_push_that_is_not_there_has_no_order(office: Office):
    asked = {"account": "wechat", "deliveries": ["x"]}
    said = await office.post("/api/v1/pushes/0000/order", asked, by="chief")
    assert (said.status, said.json["code"]) == (404, "unknown_push")
