"""server/api/sessions.py and requests.py: who asks, and how a session begins and ends."""

from contextlib import ExitStack

import pytest
from argon2 import PasswordHasher

from server.security.sign_in import SESSION_LASTS
from server.store.people import set_disabled, set_password
from tests.api.conftest import Office
from tests.audited import count_lines
from tests.house import CODE

SESSIONS = "/api/v1/sessions"
PASSWORD = "gerel-2026-nar"


async def _give_password(office: Office, password: str = PASSWORD) -> None:
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)  # weak, and quick
    async with office.house.store.begin() as tx:
        await set_password(tx, office.house.author, hashed)


async def _sign_in(office: Office, login: str = "author", password: str = PASSWORD):
    return await office.post(SESSIONS, {"login": login, "password": password}, by=None)


async def test_a_password_opens_a_session(office: Office):
    await _give_password(office)
    opened = await _sign_in(office)
    current = await office.get(f"{SESSIONS}/current", by=opened.json["token"])
    assert (opened.status, current.json["login"]) == (201, "author")
    assert current.json["grants"] == [{"org": CODE, "role": "author"}]


async def test_a_session_ends_after_a_working_day(office: Office):
    await _give_password(office)
    token = (await _sign_in(office)).json["token"]
    office.house.now.moment += SESSION_LASTS
    refused = await office.get(f"{SESSIONS}/current", by=token)
    assert refused.refusal == (401, "not_signed_in", "")
    assert "过期" in refused.json["detail"]


async def test_signing_out_ends_a_session(office: Office):
    await _give_password(office)
    token = (await _sign_in(office)).json["token"]
    closed = await office.call("DELETE", f"{SESSIONS}/current", by=token)
    assert (closed.status, closed.content) == (204, b"")
    assert (await office.get(f"{SESSIONS}/current", by=token)).status == 401


async def test_one_session_ends_all_others_and_no_token_of_a_program(office: Office):
    await _give_password(office)
    here, there = [(await _sign_in(office)).json["token"] for _ in range(2)]
    assert (await office.call("DELETE", f"{SESSIONS}/others", by=here)).json == {"ended": 1}
    statuses = [(await office.get(f"{SESSIONS}/current", by=one)).status for one in (here, there, "author")]
    assert statuses == [200, 401, 200]


async def test_an_api_token_is_not_signed_out_by_accident(office: Office):
    assert (await office.call("DELETE", f"{SESSIONS}/current")).refusal[:2] == (409, "wrong_state")


async def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(office: Office):
    await _give_password(office)
    wrong = await _sign_in(office, password="something else")
    unknown = await _sign_in(office, login="nobody")
    assert wrong.refusal == unknown.refusal == (401, "not_signed_in", "")
    assert wrong.json["detail"] == unknown.json["detail"]


async def test_a_person_without_a_password_does_not_sign_in(office: Office):
    assert (await _sign_in(office, password="")).refusal == (422, "invalid", "password")
    assert (await _sign_in(office, password="None")).status == 401


async def test_who_was_shut_out_does_not_sign_in_and_loses_his_tokens(office: Office):
    await _give_password(office)
    async with office.house.store.begin() as tx:
        await set_disabled(tx, office.house.author, office.house.now())
    assert (await _sign_in(office)).status == 401
    assert (await office.get("/api/v1/items")).refusal == (401, "not_signed_in", "")


async def test_guessing_is_stopped_even_for_the_right_password(office: Office):
    await _give_password(office)
    for _ in range(10):
        await _sign_in(office, password="guess-guess")
    refused = await _sign_in(office)
    assert refused.refusal == (429, "too_many_attempts", "")
    assert refused.headers["Retry-After"] == "900"


async def test_a_crowd_at_the_door_is_nobodys_failure(office: Office):
    await _give_password(office)
    with ExitStack() as stack:
        for _ in range(16):
            stack.enter_context(office.parts.door.joined("127.0.0.1"))
        before = await count_lines(office.house.store)
        for _ in range(12):
            assert (await _sign_in(office)).refusal == (429, "too_many_attempts", "")
        assert await count_lines(office.house.store) == before
    assert (await _sign_in(office)).status == 201


async def test_further_tokens_give_no_further_tries_at_the_password_behind_them(office: Office):
    await _give_password(office)
    told = {"old": "guess-guess", "new": "gerel-2027-nar"}
    tried = []
    for _ in range(2):
        token = (await office.post("/api/v1/tokens", {"name": "x"})).json["token"]
        tried += [(await office.post(f"{SESSIONS}/password", told, by=token)).status for _ in range(6)]
    assert tried == [422] * 10 + [429] * 2
    own = (await _sign_in(office)).json["token"]
    done = await office.post(f"{SESSIONS}/password", {**told, "old": PASSWORD}, by=own)
    assert done.status == 204  # who has the password himself is not shut out by that


async def test_guessing_one_login_does_not_shut_out_another(office: Office):
    await _give_password(office)
    for _ in range(11):
        await _sign_in(office, login="chief", password="guess-guess")
    assert (await _sign_in(office)).status == 201


async def test_a_password_stands_in_no_answer(office: Office):
    await _give_password(office)
    told = (await _sign_in(office)).text + (await _sign_in(office, password="wrong-wrong")).text
    assert PASSWORD not in told
    assert "wrong-wrong" not in told
    assert "argon2" not in told


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer tf_x_y", "Bearer " + "x" * 5000, "tf_1_2"]
)
async def test_without_a_good_token_nobody_is_let_in(office: Office, header: str):
    headers = {"Authorization": header} if header else {}
    refused = await office.call("GET", "/api/v1/items", by=None, headers=headers)
    assert refused.refusal == (401, "not_signed_in", "")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


async def test_whoever_signs_in_often_is_not_taken_for_a_burglar(office: Office):
    await _give_password(office)
    assert [(await _sign_in(office)).status for _ in range(14)] == [201] * 14


async def test_a_good_try_takes_no_failure_of_others_back(office: Office):
    await _give_password(office)
    for _ in range(9):
        await _sign_in(office, password="guess-guess")
    assert (await _sign_in(office)).status == 201
    assert (await _sign_in(office, password="guess-guess")).status == 401
    assert (await _sign_in(office, password="guess-guess")).status == 429
