"""server/console/permissions.py: a person grants an account's permission at its platform and comes back."""

from collections.abc import AsyncIterator

import pytest
from yarl import URL

from server.store.accounts import move_account
from server.store.audit import Wanted, list_audit
from tests.console.conftest import XSS, ConsoleOffice, Desk, Seen
from tests.granting import SLUG, Granting, an_account_to_grant

PAGE = "/console/permissions"
BACK = "/console/authorised"


@pytest.fixture
async def granting(office: ConsoleOffice) -> AsyncIterator[Granting]:
    async with an_account_to_grant(office.house, office.parts.vault) as opened:
        yield opened


async def begin(desk: Desk) -> str:
    """Press the button, and give the address that the page leads to."""
    seen = await desk.post(f"{PAGE}/begin", {"account": SLUG})
    (address,) = [link for link in seen.links if "/oauth2/authorize" in link]
    return address


async def come_back(office: ConsoleOffice, back: dict[str, str]) -> Seen:
    """Come back in a browser that has no session: a platform's redirect brings none."""
    nobody = await office.desk()
    return await nobody.get(str(URL(BACK).with_query(back)))


async def grant(office: ConsoleOffice, granting: Granting) -> Seen:
    desk = await office.desk("admin")
    return await come_back(office, await granting.owner.agree(await begin(desk)))


async def test_an_account_without_permission_is_shown_as_waiting(office: ConsoleOffice, granting: Granting):
    seen = await (await office.desk("admin")).get(PAGE)
    assert (seen.status, "没有授权，投递在等待" in seen.words) == (200, True)


async def test_an_account_that_was_never_granted_anything_waits_whatever_its_row_says(
    office: ConsoleOffice, granting: Granting
):
    async with office.house.store.begin() as tx:
        await move_account(tx, (await granting.account()).id, ("unauthorised",), "active")
    assert "没有授权，投递在等待" in (await (await office.desk("admin")).get(PAGE)).words


async def test_accounts_that_need_none_are_not_shown(office: ConsoleOffice, granting: Granting):
    seen = await (await office.desk("admin")).get(PAGE)
    assert seen.words.count("去授权") == 1


async def test_the_address_to_register_is_told(office: ConsoleOffice, granting: Granting):
    assert f"http://site.invalid{BACK}" in (await (await office.desk("admin")).get(PAGE)).words


async def test_the_way_to_the_platform_is_a_link_that_tells_it_nothing_of_us(
    office: ConsoleOffice, granting: Granting
):
    desk = await office.desk("admin")
    seen = await desk.post(f"{PAGE}/begin", {"account": SLUG})
    (link,) = [told for tag, told in seen.tags if tag == "a" and "/oauth2/authorize" in (told["href"] or "")]
    assert link["rel"] == "noopener noreferrer"


async def test_coming_back_grants_and_frees(office: ConsoleOffice, granting: Granting):
    granting.platform.switch(token_seconds=5 * 86400)
    seen = await grant(office, granting)
    told = (await (await office.desk("admin")).get(PAGE)).words
    assert (seen.status, "已授权" in seen.words, "还有 5 天到期" in told) == (200, True, True)


async def test_the_page_of_the_return_shows_no_code(office: ConsoleOffice, granting: Granting):
    desk = await office.desk("admin")
    back = await granting.owner.agree(await begin(desk))
    seen = await come_back(office, back)
    assert back["code"] not in seen.html
    assert seen.headers["Referrer-Policy"] == "no-referrer"


async def test_coming_back_twice_is_told(office: ConsoleOffice, granting: Granting):
    desk = await office.desk("admin")
    back = await granting.owner.agree(await begin(desk))
    await come_back(office, back)
    again = await come_back(office, back)
    assert (again.status, "重新发起" in again.words) == (422, True)


async def test_not_agreeing_is_told(office: ConsoleOffice, granting: Granting):
    desk = await office.desk("admin")
    seen = await come_back(office, await granting.owner.agree(await begin(desk), "refuse"))
    assert (seen.status, "没有同意授权" in seen.words) == (422, True)


@pytest.mark.parametrize("word", ["", XSS, "中" * 200, "\0"])
async def test_whatever_a_stranger_sends_is_refused_with_a_sentence(
    office: ConsoleOffice, granting: Granting, word: str
):
    seen = await come_back(office, {"state": word, "code": word, "error": word, "error_description": word})
    assert (seen.status, "授权没有完成" in seen.words, "onerror" in seen.html) == (422, True, False)


async def test_the_person_who_began_stands_in_the_audit(office: ConsoleOffice, granting: Granting):
    await grant(office, granting)
    async with office.house.store.read() as tx:
        lines = await list_audit(tx, Wanted(frozenset({office.house.org.id}), verb="account.authorise"), 10)
    assert [(line.actor, line.who) for line in lines] == [("person", "admin admin")]


async def test_checking_asks_the_platform(office: ConsoleOffice, granting: Granting):
    await grant(office, granting)
    granting.platform.expire_tokens()
    desk = await office.desk("admin")
    told = await desk.follow(await desk.post(f"{PAGE}/check", {"account": SLUG}))
    assert ("已向平台核对" in told.words, "没有授权，投递在等待" in told.words) == (True, True)


async def test_a_platform_that_is_away_is_told_and_changes_nothing(office: ConsoleOffice, granting: Granting):
    await grant(office, granting)
    granting.platform.next_call("/oauth2/get_token_info", "502_before")
    desk = await office.desk("admin")
    seen = await desk.post(f"{PAGE}/check", {"account": SLUG})
    assert (seen.status, "请稍后再试" in seen.words) == (502, True)
    assert (await granting.account()).state == "active"


async def test_giving_back_lets_the_account_wait(office: ConsoleOffice, granting: Granting):
    await grant(office, granting)
    desk = await office.desk("admin")
    told = await desk.follow(await desk.post(f"{PAGE}/revoke", {"account": SLUG}))
    assert "已收回授权" in told.words
    assert (await granting.account()).state == "unauthorised"
    accounts = await desk.get("/console/accounts")
    assert ("已失效" in accounts.words, PAGE in accounts.links) == (True, True)
    assert "已失效" in (await desk.get("/console")).words.partition("现在的情况")[2]


@pytest.mark.parametrize("act", ["begin", "check", "revoke"])
async def test_who_manages_no_account_may_not(office: ConsoleOffice, granting: Granting, act: str):
    for login in ("author", "stranger"):
        seen = await (await office.desk(login)).post(f"{PAGE}/{act}", {"account": SLUG})
        assert seen.status == 403


@pytest.mark.parametrize("act", ["begin", "check", "revoke"])
async def test_a_form_of_another_site_does_nothing(office: ConsoleOffice, granting: Granting, act: str):
    desk = await office.desk("admin")
    seen = await desk.post(f"{PAGE}/{act}", {"account": SLUG, "tongfa_form": "0" * 64})
    assert seen.status == 401
    assert granting.platform.requests() == 0


async def test_an_account_that_is_not_there_is_told(office: ConsoleOffice, granting: Granting):
    seen = await (await office.desk("admin")).post(f"{PAGE}/begin", {"account": XSS})
    assert (seen.status, "没有这个账号" in seen.words) == (422, True)
