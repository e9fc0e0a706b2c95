"""server/api/factors.py and server/security/second_factor.py: the second step of signing in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from server.parts import PARTS
from server.store.factor_tables import recovery_code, second_factor
from server.store.people import find_person, set_password
from tests.api.conftest import Office, Reply
from tests.phone import code_of

SESSIONS, FACTOR = "/api/v1/sessions", "/api/v1/sessions/factor"
PASSWORD = "gerel-2026-nar"
STEP = timedelta(seconds=30)


@pytest.fixture(autouse=True)
async def with_passwords(office: Office) -> None:
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # weak, and quick
    async with office.house.store.begin() as tx:
        for login in ("author", "admin"):
            person = await find_person(tx, login)
            assert person is not None
            await set_password(tx, person.id, hashed)


async def _log_in(office: Office, code: str = "", login: str = "author") -> Reply:
    return await office.post(SESSIONS, {"login": login, "password": PASSWORD, "code": code}, by=None)


async def _enrol(office: Office, by: str = "author") -> tuple[str, list[str]]:
    begun = await office.post(FACTOR, {"password": PASSWORD}, by=by)
    assert begun.status == 201, begun.text
    secret = begun.json["secret"]
    done = await office.post(f"{FACTOR}/confirm", {"code": code_of(secret, office.house.now())}, by=by)
    assert done.status == 200, done.text
    office.house.now.moment += STEP
    return secret, done.json["recovery_codes"]


def _require(office: Office, *roles: Any) -> None:
    app = office.client.server.app
    app._state[PARTS] = replace(office.parts, factor_roles=frozenset(roles))


def test_the_phone_of_the_tests_makes_the_codes_of_the_standard():
    # RFC 6238, appendix B, cut to six digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    seconds = {59: "287082", 1111111109: "081804", 20000000000: "353130"}
    assert {at: code_of(secret, datetime.fromtimestamp(at, UTC)) for at in seconds} == seconds


async def test_whoever_has_set_a_second_step_up_needs_its_code(office: Office):
    secret, _codes = await _enrol(office)
    assert (await _log_in(office)).refusal == (401, "code_needed", "code")
    assert (await _log_in(office, "000000")).refusal == (401, "wrong_code", "code")
    assert (await _log_in(office, code_of(secret, office.house.now()))).status == 201


async def test_a_secret_that_nobody_confirmed_asks_for_nothing(office: Office):
    await office.post(FACTOR, {"password": PASSWORD})
    assert (await office.post(f"{FACTOR}/confirm", {"code": "123"})).refusal == (401, "wrong_code", "code")
    assert (await _log_in(office)).status == 201
    assert not (await office.get(FACTOR)).json["is_set_up"]


@pytest.mark.parametrize(("steps", "status"), [(-2, 401), (-1, 201), (0, 201), (1, 201), (2, 401)])
async def test_a_clock_may_be_one_step_off(office: Office, steps: int, status: int):
    secret, _codes = await _enrol(office)
    office.house.now.moment += STEP * 4
    assert (await _log_in(office, code_of(secret, office.house.now() + STEP * steps))).status == status


async def test_a_code_is_good_once_and_none_before_it_afterwards(office: Office):
    secret, _codes = await _enrol(office)
    now = office.house.now()
    assert (await _log_in(office, code_of(secret, now))).status == 201
    assert (await _log_in(office, code_of(secret, now))).refusal[:2] == (401, "wrong_code")
    assert (await _log_in(office, code_of(secret, now - STEP))).refusal[:2] == (401, "wrong_code")


async def test_a_recovery_code_is_good_once_however_it_is_typed(office: Office):
    _secret, codes = await _enrol(office)
    assert len(set(codes)) == 10
    assert (await _log_in(office, codes[3].upper().replace("-", " "))).status == 201
    assert (await _log_in(office, codes[3])).refusal[:2] == (401, "wrong_code")
    assert (await office.get(FACTOR)).json["recovery_codes_left"] == 9


async def test_new_recovery_codes_end_the_old_ones(office: Office):
    secret, old = await _enrol(office)
    proof = {"password": PASSWORD, "code": code_of(secret, office.house.now())}
    new = (await office.post(f"{FACTOR}/codes", proof)).json["recovery_codes"]
    assert (await _log_in(office, old[0])).status == 401
    assert (await _log_in(office, new[0])).status == 201


async def test_codes_are_not_guessed_from_many_places(office: Office):
    secret, _codes = await _enrol(office)
    tries = [(await _log_in(office, "000000")).status for _ in range(10)]
    assert set(tries) == {401}
    refused = await _log_in(office, code_of(secret, office.house.now()))
    assert refused.refusal == (429, "too_many_attempts", "")


async def test_neither_secret_nor_recovery_codes_can_be_read_in_the_database(office: Office):
    secret, codes = await _enrol(office)
    async with office.house.store.read() as tx:
        secrets = [tuple(row) for row in await tx.execute(sa.select(second_factor))]
        rows = secrets + [tuple(row) for row in await tx.execute(sa.select(recovery_code))]
    told = str(rows)
    assert len(rows) == 11
    assert not any(word in told for word in (secret, *codes, *(code.replace("-", "") for code in codes)))


async def test_an_open_desk_sets_nothing_up(office: Office):
    assert (await office.post(FACTOR, {"password": "wrong-wrong"})).refusal == (422, "invalid", "password")
    secret, _codes = await _enrol(office)
    assert (await office.post(FACTOR, {"password": PASSWORD})).refusal == (401, "code_needed", "code")
    removed = await office.post(f"{FACTOR}/remove", {"password": PASSWORD, "code": "111111"})
    assert removed.refusal == (401, "wrong_code", "code")
    proof = {"password": PASSWORD, "code": code_of(secret, office.house.now())}
    assert (await office.post(f"{FACTOR}/remove", proof)).status == 204
    assert (await _log_in(office)).status == 201


async def test_another_phone_takes_the_place_of_the_first_only_once_it_has_shown_a_code(office: Office):
    first, _codes = await _enrol(office)
    proof = {"password": PASSWORD, "code": code_of(first, office.house.now())}
    second = (await office.post(FACTOR, proof)).json["secret"]
    office.house.now.moment += STEP
    assert (await _log_in(office, code_of(first, office.house.now()))).status == 201
    office.house.now.moment += STEP
    await office.post(f"{FACTOR}/confirm", {"code": code_of(second, office.house.now())})
    office.house.now.moment += STEP * 2
    assert (await _log_in(office, code_of(first, office.house.now()))).status == 401
    assert (await _log_in(office, code_of(second, office.house.now()))).status == 201


async def test_an_administrator_resets_it_and_the_audit_says_so(office: Office):
    await _enrol(office)
    assert (await office.post("/api/v1/people/factor", {"login": "author"}, by="author")).status == 403
    assert (await office.post("/api/v1/people/factor", {"login": "author"}, by="stranger")).status == 403
    assert (await office.post("/api/v1/people/factor", {"login": "author"}, by="admin")).status == 200
    assert (await _log_in(office)).status == 201
    lines = (await office.get("/api/v1/audit?limit=50", by="admin")).json["lines"]
    told = {(line["verb"], line["who"]) for line in lines if line["verb"].startswith("factor.")}
    assert told == {("factor.enrol", "author author"), ("factor.reset", "admin admin")}


async def test_nobody_resets_his_own(office: Office):
    await _enrol(office, by="admin")
    refused = await office.post("/api/v1/people/factor", {"login": "admin"}, by="admin")
    assert refused.refusal == (409, "wrong_state", "")


async def test_who_must_have_a_second_step_does_nothing_before_it(office: Office):
    _require(office, "admin")
    session = (await _log_in(office, login="admin")).json["token"]
    assert (await office.get("/api/v1/people", by=session)).refusal == (403, "factor_required", "")
    assert (await office.post("/api/v1/tokens", {"name": "绕开"}, by=session)).status == 403
    assert (await office.get(FACTOR, by=session)).json["is_required"]
    secret, _codes = await _enrol(office, by=session)
    assert (await office.get("/api/v1/people", by=session)).status == 200
    proof = {"password": PASSWORD, "code": code_of(secret, office.house.now())}
    kept = await office.post(f"{FACTOR}/remove", proof, by=session)
    assert kept.refusal == (409, "wrong_state", "")


async def test_roles_of_which_it_is_not_asked_and_programs_go_on(office: Office):
    _require(office, "admin")
    session = (await _log_in(office)).json["token"]
    assert (await office.get("/api/v1/items", by=session)).status == 200
    assert (await office.get("/api/v1/people", by="admin")).status == 200
