"""server/api/orgs.py and people.py: an admin builds his office, and nothing beside it."""

from typing import Any

import pytest

from tests.api.conftest import DEPARTMENT, NEIGHBOUR, Office
from tests.house import CODE

ORGS, PEOPLE = "/api/v1/orgs", "/api/v1/people"
NEW_ORG = {"code": "000000043", "name": "某旗文化和旅游局", "parent": CODE}


def a_person(**changes: Any) -> dict[str, Any]:
    grants = [{"org": DEPARTMENT, "role": "author"}]
    return {"login": "nar", "name": "娜仁", "password": "gerel-2026", "grants": grants, **changes}


async def test_an_admin_adds_an_organ_below_his_own(office: Office):
    assert (await office.post(ORGS, NEW_ORG, by="admin")).status == 201
    codes = [org["code"] for org in (await office.get(ORGS, by="admin")).json["orgs"]]
    assert codes == [CODE, DEPARTMENT, "000000043"]


async def test_an_author_sees_the_organs_he_reaches(office: Office):
    codes = [org["code"] for org in (await office.get(ORGS, by="clerk")).json["orgs"]]
    assert codes == [DEPARTMENT]


@pytest.mark.parametrize("login", ["author", "chief", "stranger"])
async def test_nobody_else_adds_an_organ_there(office: Office, login: str):
    assert (await office.post(ORGS, NEW_ORG, by=login)).refusal == (403, "forbidden", "")


async def test_a_code_is_given_once(office: Office):
    refused = await office.post(ORGS, {**NEW_ORG, "code": DEPARTMENT}, by="admin")
    assert refused.refusal == (409, "taken", "code")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"code": "12"}, "invalid", "code"),
        ({"name": ""}, "invalid", "name"),
        ({"parent": "999999999"}, "unknown_org", "parent"),
    ],
)
async def test_an_organ_that_does_not_fit_is_refused(office: Office, changes: Any, code: str, field: str):
    refused = await office.post(ORGS, {**NEW_ORG, **changes}, by="admin")
    assert refused.refusal == (422, code, field)


async def test_a_new_person_signs_in_with_his_password(office: Office):
    made = await office.post(PEOPLE, a_person(), by="admin")
    signed = await office.post("/api/v1/sessions", {"login": "nar", "password": "gerel-2026"}, by=None)
    assert (made.status, signed.status) == (201, 201)
    assert signed.json["person"]["grants"] == [{"org": DEPARTMENT, "role": "author"}]


async def test_neither_password_nor_hash_comes_back(office: Office):
    made = await office.post(PEOPLE, a_person(), by="admin")
    told = made.text + (await office.get(PEOPLE, by="admin")).text
    assert "gerel" not in told
    assert "argon2" not in told


async def test_an_admin_sees_his_people_only(office: Office):
    logins = [person["login"] for person in (await office.get(PEOPLE, by="stranger")).json["people"]]
    assert logins == ["stranger"]


async def test_nobody_gives_away_a_role_at_an_organ_he_does_not_manage(office: Office):
    person = a_person(grants=[{"org": CODE, "role": "author"}, {"org": NEIGHBOUR, "role": "author"}])
    assert (await office.post(PEOPLE, person, by="admin")).refusal == (403, "forbidden", "")
    assert "nar" not in (await office.get(PEOPLE, by="admin")).text


async def test_a_login_is_given_once(office: Office):
    assert (await office.post(PEOPLE, a_person(login="author"), by="admin")).refusal == (
        409,
        "taken",
        "login",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "aaaaaaaaaa"}, "password"),
        ({"login": "naran-2026", "password": "Naran-2026"}, "password"),
        ({"password": "长" * 200}, "password"),
        ({"login": "Not A Login"}, "login"),
        ({"name": "\u202e"}, "name"),
        ({"grants": []}, "grants"),
        ({"grants": [{"org": CODE, "role": "king"}]}, "grants.0.role"),
    ],
)
async def test_a_person_that_does_not_fit_is_refused(office: Office, changes: Any, field: str):
    assert (await office.post(PEOPLE, a_person(**changes), by="admin")).refusal == (422, "invalid", field)


@pytest.mark.parametrize("login", ["author", "reviewer", "chief", "reporter"])
async def test_only_an_admin_manages_people(office: Office, login: str):
    assert (await office.post(PEOPLE, a_person(), by=login)).refusal == (403, "forbidden", "")


async def test_an_admin_puts_his_organ_into_practice_and_out_again(office: Office):
    for practice in (True, False):
        switched = await office.post(f"{ORGS}/practice", {"org": CODE, "practice": practice}, by="admin")
        assert (switched.status, switched.json["practice"]) == (200, practice)
        made = await office.item()
        assert made["practice"] is practice
        assert ("/practice/" in made["url"]) is practice
        copied = await office.post(f"/api/v1/items/{made['id']}/copy")
        assert copied.status == 409
    office.house.is_rehearsed = False
    refused = await office.post(f"{ORGS}/practice", {"org": CODE, "practice": True}, by="admin")
    assert refused.refusal == (502, "platform_away", "")
    for login in ("author", "chief", "stranger"):
        refused = await office.post(f"{ORGS}/practice", {"org": CODE, "practice": True}, by=login)
        assert refused.refusal[:2] == (403, "forbidden")


async def test_the_public_cannot_read_a_practice_item_by_its_id(office: Office):
    await office.post(f"{ORGS}/practice", {"org": CODE, "practice": True}, by="admin")
    made = await office.approved()
    order = {"accounts": ["yanlian-site"]}
    assert (await office.post(f"/api/v1/items/{made['id']}/release", order, by="chief")).status == 201
    await office.house.run_until_quiet()
    assert set((await office.house.states(made["id"])).values()) == {"live"}
    asked = f"/api/v1/public/items/{made['id']}"
    assert (await office.get(asked, by=None)).refusal[:2] == (404, "unknown_item")
    await office.house.withdraw(made["id"])
    await office.house.run_until_quiet()
    assert (await office.get(asked, by=None)).refusal[:2] == (404, "unknown_item")
