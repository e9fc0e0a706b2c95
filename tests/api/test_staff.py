"""People over the API: roles given and taken, somebody shut out, passwords; each of it in the audit."""

from typing import Any

from tests.api.conftest import DEPARTMENT, NEIGHBOUR, Office
from tests.house import CODE

PASSWORD = "gerel-2026"
OTHER = "tuyaa-2027"


async def hired(office: Office, login: str = "gerel") -> str:
    """Admit a person with a password and sign in as him; give his token's name."""
    form = {
        "login": login, "name": "格日乐", "password": PASSWORD, "grants": [{"org": CODE, "role": "author"}],
    }  # fmt: skip
    assert (await office.post("/api/v1/people", form, by="admin")).status == 201
    office.tokens[login] = (await signed_in(office, login)).json["token"]
    return login


async def signed_in(office: Office, login: str, password: str = PASSWORD) -> Any:
    return await office.post("/api/v1/sessions", {"login": login, "password": password}, by=None)


async def told(office: Office, verb: str) -> list[dict[str, Any]]:
    return (await office.get(f"/api/v1/audit?verb={verb}", by="admin")).json["lines"]


async def test_a_role_is_given_and_taken(office: Office):
    role = {"login": "clerk", "org": DEPARTMENT, "role": "reviewer"}
    given = await office.post("/api/v1/people/grant", role, by="admin")
    taken = await office.post("/api/v1/people/revoke", role, by="admin")
    assert [one["role"] for one in given.json["grants"]] == ["author", "reviewer"]
    assert [one["role"] for one in taken.json["grants"]] == ["author"]
    assert [one["verb"] for one in await told(office, "person.")] == ["person.revoke", "person.grant"]


async def test_nobody_gives_a_role_where_he_manages_nobody(office: Office):
    role = {"login": "clerk", "org": NEIGHBOUR, "role": "admin"}
    assert (await office.post("/api/v1/people/grant", role, by="admin")).refusal[:2] == (403, "forbidden")


async def test_nobody_takes_his_own_administration(office: Office):
    role = {"login": "admin", "org": CODE, "role": "admin"}
    assert (await office.post("/api/v1/people/revoke", role, by="admin")).refusal[:2] == (409, "wrong_state")


async def test_a_role_that_is_not_there_cannot_be_taken(office: Office):
    role = {"login": "clerk", "org": DEPARTMENT, "role": "chief"}
    assert (await office.post("/api/v1/people/revoke", role, by="admin")).refusal[:2] == (409, "wrong_state")


async def test_who_is_shut_out_opens_nothing_any_more(office: Office):
    login = await hired(office)
    assert (await office.post("/api/v1/people/disable", {"login": login}, by="admin")).json["is_disabled"]
    assert (await office.get("/api/v1/sessions/current", by=login)).status == 401
    assert (await signed_in(office, login)).status == 401


async def test_who_is_let_in_again_must_sign_in_anew(office: Office):
    login = await hired(office)
    for act in ("disable", "enable"):
        await office.post(f"/api/v1/people/{act}", {"login": login}, by="admin")
    assert (await office.get("/api/v1/sessions/current", by=login)).status == 401
    assert (await signed_in(office, login)).status == 201


async def test_nobody_shuts_himself_out(office: Office):
    refused = await office.post("/api/v1/people/disable", {"login": "admin"}, by="admin")
    assert refused.refusal[:2] == (409, "wrong_state")


async def test_a_person_with_a_role_elsewhere_is_not_mine_to_shut_out(office: Office):
    for by in ("admin", "stranger"):
        code = CODE if by == "admin" else NEIGHBOUR
        await office.post("/api/v1/people/grant", {"login": "clerk", "org": code, "role": "author"}, by=by)
    for act in ({"path": "disable"}, {"path": "password", "password": OTHER}):
        form = {"login": "clerk", **{name: value for name, value in act.items() if name != "path"}}
        refused = await office.post(f"/api/v1/people/{act['path']}", form, by="admin")
        assert refused.refusal[:2] == (403, "forbidden")


async def test_a_person_without_any_role_is_nobodys_to_act_for(office: Office):
    await office.post(
        "/api/v1/people/revoke", {"login": "clerk", "org": DEPARTMENT, "role": "author"}, by="admin"
    )
    refused = await office.post("/api/v1/tokens", {"name": "x", "person": "clerk"}, by="admin")
    assert refused.refusal[:2] == (403, "forbidden")


async def test_one_changes_ones_password_and_every_other_session_ends(office: Office):
    login = await hired(office)
    elsewhere = (await signed_in(office, login)).json["token"]
    form = {"old": PASSWORD, "new": OTHER}
    assert (await office.post("/api/v1/sessions/password", form, by=login)).status == 204
    assert (await office.get("/api/v1/sessions/current", by=login)).status == 200
    assert (await office.get("/api/v1/sessions/current", by=elsewhere)).status == 401
    assert (await signed_in(office, login)).status == 401
    assert (await signed_in(office, login, OTHER)).status == 201


async def test_a_password_is_not_changed_without_the_one_so_far(office: Office):
    login = await hired(office)
    refused = await office.post("/api/v1/sessions/password", {"old": OTHER, "new": OTHER}, by=login)
    assert refused.refusal == (422, "invalid", "old")


async def test_a_weak_new_password_is_refused_at_its_field(office: Office):
    login = await hired(office)
    refused = await office.post("/api/v1/sessions/password", {"old": PASSWORD, "new": "aaaaaaaa"}, by=login)
    assert refused.refusal == (422, "invalid", "new")


async def test_an_administrator_gives_another_password_and_all_sessions_end(office: Office):
    login = await hired(office)
    form = {"login": login, "password": OTHER}
    assert (await office.post("/api/v1/people/password", form, by="admin")).status == 200
    assert (await office.get("/api/v1/sessions/current", by=login)).status == 401
    assert (await signed_in(office, login, OTHER)).status == 201


async def test_log_ins_are_told_and_so_are_failed_ones_without_what_was_typed(office: Office):
    login = await hired(office)
    await signed_in(office, login, "wrong-password")
    await signed_in(office, "my-password-typed-here")
    refused, opened = await told(office, "session.")
    assert (opened["verb"], opened["who"]) == ("session.open", "gerel 格日乐")
    assert (refused["verb"], refused["actor"], refused["details"]) == (
        "session.refuse", "stranger", {"login": "gerel"},
    )  # fmt: skip
    everything = (await office.get("/api/v1/audit?limit=500", by="admin")).text
    assert "my-password-typed-here" not in everything
    assert PASSWORD not in everything
