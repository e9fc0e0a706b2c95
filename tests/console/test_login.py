"""server/console/login.py, door.py, cookies.py: who gets in, and what a lapsed session loses (nothing)."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from yarl import URL

from server.console.cookies import KNOWN, SESSION
from server.console.door import own_path
from server.parts import PARTS
from server.security.passwords import hash_password
from server.security.sign_in import SESSION_LASTS
from server.store.people import set_password
from tests.console.conftest import XSS, ConsoleOffice, Desk

PASSWORD = "gerel-2026-nar"


async def _with_password(office: ConsoleOffice) -> Desk:
    hashed = await hash_password(PASSWORD, login="author")
    async with office.house.store.begin() as tx:
        await set_password(tx, office.house.author, hashed)
    return await office.desk()


def _log_in(login: str = "author", password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"tongfa_login": login, "tongfa_password": password, **more}


async def test_a_password_opens_the_console(office: ConsoleOffice):
    desk = await _with_password(office)
    entered = await desk.post("/console/login", _log_in())
    page = await desk.follow(entered)
    assert (entered.location, page.status) == ("/console", 200)
    assert "我的工作" in page.words


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(office: ConsoleOffice):
    desk = await _with_password(office)
    entered = await desk.post("/console/login", _log_in())
    cookie = next(one for one in entered.headers.getall("Set-Cookie") if one.startswith(SESSION))
    assert {"HttpOnly", "SameSite=Strict", "Path=/console"} <= {one.strip() for one in cookie.split(";")}


async def test_a_wrong_password_is_refused_in_chinese_and_keeps_the_login(office: ConsoleOffice):
    desk = await _with_password(office)
    refused = await desk.post("/console/login", _log_in(password="wrong one"))
    assert (refused.status, desk.cookie(SESSION)) == (401, None)
    assert "登录名或口令不正确" in refused.words
    assert refused.fields["tongfa_login"] == "author"


async def test_guessing_is_stopped(office: ConsoleOffice):
    desk = await office.desk()
    statuses = [(await desk.post("/console/login", _log_in("ghost", "x" * 9))).status for _ in range(11)]
    assert statuses == [401] * 10 + [429]


async def test_failures_of_strangers_shut_nobody_out_of_a_browser_he_used_before(office: ConsoleOffice):
    desk, stranger = await _with_password(office), await office.desk()
    await desk.post("/console/login", _log_in())
    desk.drop(SESSION)
    wrong = [await stranger.post("/console/login", _log_in(password="wrong one")) for _ in range(11)]
    assert [one.status for one in wrong][-1] == 429
    assert (await desk.post("/console/login", _log_in())).status == 303


async def test_a_browser_that_is_known_may_not_guess_for_ever_either(office: ConsoleOffice):
    desk = await _with_password(office)
    await desk.post("/console/login", _log_in())
    desk.drop(SESSION)
    wrong = [await desk.post("/console/login", _log_in(password="wrong one")) for _ in range(11)]
    assert [one.status for one in wrong] == [401] * 10 + [429]


async def test_behind_a_proxy_that_speaks_tls_cookies_never_leave_in_plain_text(office: ConsoleOffice):
    desk = await _with_password(office)
    told = {"X-Forwarded-Proto": "https"}
    stranger = await desk.post("/console/login", _log_in(), headers=told)
    trusting = replace(office.parts, trusted_proxies=(ip_network("127.0.0.0/8"),))
    office.client.app._state[PARTS] = trusting
    entered = await desk.post("/console/login", _log_in(), headers=told)
    flags = [
        [("Secure" in one) for one in seen.headers.getall("Set-Cookie") if one.startswith((SESSION, KNOWN))]
        for seen in (stranger, entered)
    ]
    assert flags == [[False, False], [True, True]]


async def test_a_log_in_takes_over_no_session_that_was_put_into_the_browser(office: ConsoleOffice):
    planted = (await office.desk("clerk")).cookie(SESSION)
    desk = await _with_password(office)
    desk.client.cookie_jar.update_cookies({SESSION: planted or ""}, desk.base.with_path("/console"))
    await desk.post("/console/login", _log_in())
    secrets = {one.value for one in desk.client.cookie_jar if one.key == SESSION}
    assert len(secrets - {planted}) == 1


async def test_a_form_of_another_browser_does_not_log_in(office: ConsoleOffice):
    desk = await _with_password(office)
    refused = await desk.post("/console/login", _log_in(tongfa_form="0" * 64))
    assert (refused.status, desk.cookie(SESSION)) == (403, None)


async def test_a_form_of_another_site_does_not_log_in(office: ConsoleOffice):
    desk = await _with_password(office)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.invalid"}):
        refused = await desk.post("/console/login", _log_in(), headers=headers)
        assert (refused.status, desk.cookie(SESSION)) == (403, None)


async def test_who_asks_for_a_page_first_gets_there_after_the_log_in(office: ConsoleOffice):
    desk = await _with_password(office)
    door = await desk.get("/console?from=mail")
    entered = await desk.post("/console/login", {**_log_in(), "next": door.fields["next"]})
    assert (door.status, entered.location) == (401, "/console?from=mail")


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.invalid/", "//evil.invalid", "/\\evil.invalid", "/console//evil.invalid", "/consolevil",
        "javascript:alert(1)", "/console/\r\nSet-Cookie: a=b", "",
    ],
)  # fmt: skip
def test_no_log_in_leads_to_another_site(path: str):
    assert own_path(path) == "/console"


async def test_signing_out_ends_the_session_for_every_holder(office: ConsoleOffice):
    desk = await office.desk("author")
    secret = desk.cookie(SESSION)
    await desk.get("/console")
    gone = await desk.follow(await desk.post("/console/logout"))
    assert "已退出登录" in gone.words
    again = await office.desk()
    again.client.cookie_jar.update_cookies({SESSION: secret or ""}, again.base)
    assert (await again.get("/console")).status == 401


async def test_a_page_without_a_session_shows_the_door(office: ConsoleOffice):
    seen = await (await office.desk()).get("/console")
    assert (seen.status, "tongfa_password" in seen.fields) == (401, True)


async def test_a_form_after_the_session_ended_keeps_every_field_and_goes_on(office: ConsoleOffice):
    desk = await _with_password(office)
    await desk.post("/console/login", _log_in())
    await desk.get("/console")
    office.house.now.moment += SESSION_LASTS
    door = await desk.post("/console/logout", [("text", XSS), ("text", "第二\n\n行"), ("secret", "s3cr3t")])
    kept = {name: value for name, value in door.fields.items() if name == "text"}
    assert (door.status, kept, "s3cr3t" in door.html) == (401, {"text": "第二\n\n行"}, False)
    assert "<script>alert" not in door.html
    done = await desk.post("/console/logout", {**kept, **_log_in()})
    assert done.location == "/console/login?done=signed_out"


async def test_a_form_token_that_does_not_fit_asks_for_the_password_again(office: ConsoleOffice):
    desk = await office.desk("author")
    door = await desk.post("/console/logout", {"tongfa_form": "0" * 64, "text": "写了很久"})
    assert (door.status, door.fields["text"]) == (401, "写了很久")
    assert (await desk.get("/console")).status == 200


async def test_an_unknown_address_is_answered_in_chinese(office: ConsoleOffice):
    seen = await (await office.desk("author")).get("/console/nowhere")
    assert (seen.status, "没有这个页面" in seen.words) == (404, True)


async def test_no_page_may_run_scripts_of_its_own_or_stand_in_a_frame(office: ConsoleOffice):
    policy = (await (await office.desk("author")).get("/console")).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_a_person_sees_only_the_sections_that_he_may_open(office: ConsoleOffice):
    reporter = await (await office.desk("reporter")).get("/console")
    author = await (await office.desk("author")).get("/console")
    assert "/console/items/new" not in reporter.links
    assert {link for link in author.links if link.startswith("/console")} >= {"/console"}


async def test_a_form_that_is_no_form_is_refused(office: ConsoleOffice):
    desk = await office.desk("author")
    seen = await desk._call("POST", "/console/logout", data=b"{}", headers={"Content-Type": "text/json"})
    assert (seen.status, "表单不完整" in seen.words) == (422, True)


async def test_a_form_whose_part_has_an_endless_head_is_refused_at_the_door(office: ConsoleOffice):
    desk = await office.desk()
    body = f'--x\r\nContent-Disposition: form-data; name="{"a" * 20_000}"\r\n\r\nx\r\n--x--\r\n'.encode()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with desk.client.post(desk.base.join(URL("/console/login")), data=body, headers=headers) as answer:
        assert (answer.status, "提交的表单不完整" in await answer.text()) == (422, True)
