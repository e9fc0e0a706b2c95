"""server/api/tokens.py: issued, narrowed, used, revoked."""

import pytest

from server.store.orgs import find_org_by_code
from server.store.people import find_person, put_grant
from tests.api.conftest import NEIGHBOUR, Office, an_item
from tests.house import CODE

TOKENS = "/api/v1/tokens"


async def test_a_new_token_opens_what_its_owner_may_do(office: Office):
    made = await office.post(TOKENS, {"name": "导入程序"})
    assert made.status == 201
    assert (await office.post("/api/v1/items", an_item(), by=made.json["token"])).status == 201


async def test_a_secret_is_shown_once_and_listed_never(office: Office):
    secret = (await office.post(TOKENS, {"name": "导入程序"})).json["token"]
    listed = await office.get(TOKENS)
    assert "导入程序" in listed.text
    assert secret not in listed.text
    assert secret.rpartition("_")[2] not in listed.text


async def test_a_token_ends_with_its_days(office: Office):
    secret = (await office.post(TOKENS, {"name": "一天", "days": 1})).json["token"]
    office.house.now.move(days=1)
    assert (await office.get("/api/v1/items", by=secret)).status == 401


async def test_a_revoked_token_opens_nothing(office: Office):
    made = (await office.post(TOKENS, {"name": "旧程序"})).json
    assert (await office.call("DELETE", f"{TOKENS}/{made['id']}")).status == 204
    assert (await office.get("/api/v1/items", by=made["token"])).status == 401
    assert made["id"] not in (await office.get(TOKENS)).text


async def test_nobody_revokes_the_token_of_another(office: Office):
    made = (await office.post(TOKENS, {"name": "程序"})).json
    assert (await office.call("DELETE", f"{TOKENS}/{made['id']}", by="chief")).status == 403
    assert (await office.get("/api/v1/items", by=made["token"])).status == 200


async def test_a_narrowed_token_opens_only_what_its_role_would(office: Office):
    asked = {"name": "报表", "only_role": "reporter"}
    secret = (await office.post(TOKENS, asked, by="chief")).json["token"]
    assert (await office.get("/api/v1/items", by=secret)).status == 403
    assert (await office.get("/api/v1/statistics/channels?year=2026", by=secret)).status == 200


async def test_a_narrowed_token_gives_no_role_that_its_owner_lacks(office: Office):
    secret = (await office.post(TOKENS, {"name": "x", "only_role": "admin"})).json["token"]
    assert (await office.get("/api/v1/people", by=secret)).status == 403
    assert (await office.get("/api/v1/items", by=secret)).status == 200


@pytest.mark.parametrize("only_role", [None, "reporter"])
async def test_a_narrowed_token_makes_no_other_one(office: Office, only_role: str | None):
    """Not one of its own kind either: that would outlive the days that it was given."""
    narrow = await office.token(office.house.chief, only_role="reporter")
    refused = await office.post(TOKENS, {"name": "x", "only_role": only_role}, by=narrow)
    assert refused.refusal == (403, "forbidden", "")


async def test_an_admin_issues_tokens_for_his_people(office: Office):
    made = await office.post(TOKENS, {"name": "x", "person": "clerk"}, by="admin")
    assert (await office.get("/api/v1/sessions/current", by=made.json["token"])).json["login"] == "clerk"


@pytest.mark.parametrize("login", ["author", "chief", "stranger"])
async def test_nobody_else_issues_tokens_for_them(office: Office, login: str):
    refused = await office.post(TOKENS, {"name": "x", "person": "clerk"}, by=login)
    assert refused.refusal == (403, "forbidden", "")


async def test_an_admin_issues_none_for_a_person_who_also_works_elsewhere(office: Office):
    grants = [{"org": CODE, "role": "author"}]
    await office.post(
        "/api/v1/people",
        {"login": "both", "name": "两边", "password": "gerel-2026", "grants": grants},
        by="admin",
    )
    async with office.house.store.begin() as tx:
        both, beside = await find_person(tx, "both"), await find_org_by_code(tx, NEIGHBOUR)
        assert both is not None
        assert beside is not None
        await put_grant(tx, both.id, beside.id, "chief")
    refused = await office.post(TOKENS, {"name": "x", "person": "both"}, by="admin")
    assert refused.refusal == (403, "forbidden", "")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x", "days": 0}, "days"),
        ({"name": "x", "days": 99999}, "days"),
        ({"name": "x", "days": "7"}, "days"),
        ({"name": "x", "only_role": "king"}, "only_role"),
    ],
)
async def test_a_token_that_does_not_fit_its_form_is_refused(
    office: Office, form: dict[str, object], field: str
):
    assert (await office.post(TOKENS, form)).refusal == (422, "invalid", field)


async def test_a_token_for_a_person_who_is_not_there_is_refused(office: Office):
    refused = await office.post(TOKENS, {"name": "x", "person": "nobody"}, by="admin")
    assert refused.refusal == (422, "unknown_person", "person")
