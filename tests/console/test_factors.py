"""server/console/factors.py and door.py: the second step of signing in, on a page."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from server.console.cookies import SESSION
from server.parts import PARTS
from server.store.people import set_password
from tests.console.conftest import ConsoleOffice, Desk, Seen
from tests.phone import code_of

PASSWORD = "gerel-2026-nar"
STEP = timedelta(seconds=30)
FIRST = {"tongfa_login": "author", "tongfa_password": PASSWORD}


@pytest.fixture(autouse=True)
async def with_password(office: ConsoleOffice) -> None:
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # weak, and quick
    async with office.house.store.begin() as tx:
        await set_password(tx, office.house.author, hashed)


def _code(office: ConsoleOffice, secret: str) -> str:
    office.house.now.moment += STEP
    return code_of(secret, office.house.now())


async def _enrol(office: ConsoleOffice, desk: Desk) -> tuple[str, Seen]:
    shown = await desk.post("/console/me/factor", {"password": PASSWORD})
    secret = re.findall(r"<code>([A-Z2-7 ]{39})</code>", shown.html)[0]
    done = await desk.post("/console/me/factor/confirm", {"code": _code(office, secret)})
    return secret, await desk.follow(done)


async def test_a_phone_is_set_up_with_a_drawing_made_here_and_codes_for_the_day_it_is_gone(
    office: ConsoleOffice,
):
    desk = await office.desk("author")
    shown = await desk.post("/console/me/factor", {"password": PASSWORD})
    assert ('class="qr"' in shown.html, "otpauth" in shown.html) == (True, False)
    slip = await desk.post("/console/me/factor/confirm", {"code": "12"})
    assert (slip.status, "验证码不正确" in slip.words) == (401, True)
    _secret, done = await _enrol(office, desk)
    assert len(re.findall(r"<code>[a-z2-7]{4}(?:-[a-z2-7]{4}){3}</code>", done.html)) == 10
    assert "还有 10 个恢复码" in (await desk.get("/console/me")).words
    assert (await desk.get("/console/me/factor/codes")).location == "/console/me"  # once is once


async def test_signing_in_takes_two_steps_and_loses_nothing_that_was_written(office: ConsoleOffice):
    secret, _done = await _enrol(office, await office.desk("author"))
    desk = await office.desk()
    await desk.get("/console/login")
    second = await desk.post("/console/me/password", {**FIRST, "text": "写了很久"})
    assert (second.status, second.fields["text"]) == (401, "写了很久")
    assert "tongfa_password" not in second.fields
    assert (PASSWORD in second.html, "两步验证" in second.words) == (False, True)
    ticket = {"tongfa_ticket": second.fields["tongfa_ticket"]}
    wrong = await desk.post("/console/login", {**ticket, "tongfa_code": "000000", "next": "/console/me"})
    assert (wrong.status, wrong.fields["next"], desk.cookie(SESSION)) == (401, "/console/me", None)
    entered = await desk.post(
        "/console/login", {**ticket, "tongfa_code": _code(office, secret), "next": "/console/me"}
    )
    assert (entered.location, (await desk.follow(entered)).status) == ("/console/me", 200)


async def test_the_first_step_is_good_for_minutes_and_for_the_browser_that_took_it(office: ConsoleOffice):
    secret, _done = await _enrol(office, await office.desk("author"))
    desk, other = await office.desk(), await office.desk()
    first = await desk.post("/console/login", FIRST)
    second = {"tongfa_ticket": first.fields["tongfa_ticket"], "tongfa_code": _code(office, secret)}
    await other.get("/console/login")
    assert (await other.post("/console/login", second)).status == 401
    office.house.now.moment += timedelta(minutes=5)
    late = await desk.post("/console/login", {**second, "tongfa_code": _code(office, secret)})
    assert (late.status, "请重新输入口令" in late.words) == (401, True)
    made_up = await desk.post("/console/login", {**second, "tongfa_ticket": "gAAAA"})
    assert (made_up.status, desk.cookie(SESSION)) == (401, None)


async def test_who_must_have_a_second_step_is_led_to_it_and_keeps_what_he_wrote(office: ConsoleOffice):
    app = office.client.server.app
    app._state[PARTS] = replace(office.parts, factor_roles=frozenset({"author"}))
    desk = await office.desk("author")
    assert (await desk.get("/console/items")).location == "/console/me"
    assert "必须先启用两步验证" in (await desk.get("/console/me")).words
    held = await desk.post("/console/items/new", {"title": "写了很久"})
    assert (held.status, "写了很久" in held.html) == (403, True)
    await _enrol(office, desk)
    assert (await desk.get("/console/items")).status == 200


async def test_an_administrator_resets_the_phone_that_is_gone(office: ConsoleOffice):
    desk, admin = await office.desk("author"), await office.desk("admin")
    await _enrol(office, desk)
    assert "重置两步验证" in (await admin.get("/console/people")).words
    done = await admin.follow(await admin.post("/console/people/factor", {"login": "author"}))
    assert ("已更改" in done.words, "重置两步验证" in done.words) == (True, False)
    assert (await desk.get("/console/me")).status == 401
