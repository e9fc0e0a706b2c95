"""server/api/permissions.py: an account's permission at its platform, granted, checked, given back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from server.core.problems import Problem
from server.security.granting import bring_grant
from server.store.audit import Wanted, list_audit
from server.store.permissions import set_account_access
from tests.api.conftest import Office, Reply
from tests.granting import SLUG, Granting, an_account_to_grant

BEGIN = "/api/v1/accounts/permission"
MONTH = timedelta(days=30)


@pytest.fixture
async def granting(office: Office) -> AsyncIterator[Granting]:
    async with an_account_to_grant(office.house, office.parts.vault) as opened:
        yield opened


async def begin(office: Office, **more: Any) -> Reply:
    return await office.post(BEGIN, {"account": SLUG} | more, by="admin")


async def grant(office: Office, granting: Granting) -> int:
    back = await granting.owner.agree((await begin(office)).json["address"])
    _account, freed = await bring_grant(granting.desk, back["state"], back["code"], "")
    return freed


async def test_the_owner_is_sent_to_the_platform_with_the_way_back(office: Office, granting: Granting):
    told = await begin(office)
    address = URL(told.json["address"])
    assert (told.status, address.path) == (200, "/oauth2/authorize")
    assert address.query["redirect_uri"] == told.json["back"] == "http://site.invalid/console/authorised"


async def test_another_way_back_can_be_set(office: Office, granting: Granting):
    row = await granting.account()
    async with office.house.store.begin() as tx:
        changed = {**row.settings, "redirect_uri": "https://admin.gov.cn/console/authorised"}
        await set_account_access(tx, row.id, changed, row.sealed)
    assert (await begin(office)).json["back"] == "https://admin.gov.cn/console/authorised"


async def test_a_grant_makes_the_account_active_and_tells_its_end(office: Office, granting: Granting):
    await grant(office, granting)
    accounts = (await office.get("/api/v1/accounts")).json["accounts"]
    (account,) = [one for one in accounts if one["slug"] == SLUG]
    until = (office.house.now() + MONTH).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (account["state"], account["permitted_until"]) == ("active", until)


async def test_the_token_lies_sealed_beside_the_applications_secret(office: Office, granting: Granting):
    await grant(office, granting)
    row = await granting.account()
    assert set(granting.vault.open(row.sealed or "")) == {"client_secret", "access_token"}
    assert "2.00" not in (row.sealed or "") + repr(row) + str(row.settings)


async def test_deliveries_wait_without_failing_and_go_once_it_is_granted(office: Office, granting: Granting):
    house = office.house
    items = [await house.published(("website", SLUG)) for _ in range(2)]
    waiting = [(await house.states(item.id))[SLUG] for item in items]
    await grant(office, granting)
    await house.run_until_quiet()
    assert (waiting, [(await house.states(item.id))[SLUG] for item in items]) == (["ready"] * 2, ["live"] * 2)
    assert len(granting.platform.posts()) == 2


async def test_a_token_that_dies_blocks_and_a_new_one_frees(office: Office, granting: Granting):
    house = office.house
    await grant(office, granting)
    granting.platform.expire_tokens()
    items = [await house.published(("website", SLUG), title=f"通知{number}") for number in range(2)]
    states = [(await house.states(item.id))[SLUG] for item in items]
    freed = await grant(office, granting)
    await house.run_until_quiet()
    assert (sorted(states), freed) == (["blocked", "ready"], 1)
    assert len(granting.platform.posts()) == 2
    assert [(await house.states(item.id))[SLUG] for item in items] == ["live", "live"]


async def test_an_unknown_outcome_waits_for_the_permission_and_is_then_found(
    office: Office, granting: Granting
):
    house = office.house
    await grant(office, granting)
    granting.platform.next_call("/2/statuses/share.json", "drop_after")
    made = await house.published(("website", SLUG))
    granting.platform.expire_tokens()
    await office.post(f"{BEGIN}/check", {"account": SLUG}, by="admin")
    for _ in range(20):
        house.now.move(minutes=10)
        await house.run_until_quiet()
    waiting = (await house.states(made.id))[SLUG]
    await grant(office, granting)
    house.now.move(minutes=10)
    await house.run_until_quiet()
    assert (waiting, (await house.states(made.id))[SLUG]) == ("unknown", "live")
    assert granting.platform.requests("/2/statuses/share.json") == 1


async def test_what_was_brought_back_once_is_of_no_use_again(office: Office, granting: Granting):
    back = await granting.owner.agree((await begin(office)).json["address"])
    await bring_grant(granting.desk, back["state"], back["code"], "")
    with pytest.raises(Problem, match="已用过"):
        await bring_grant(granting.desk, back["state"], back["code"], "")


async def test_what_is_brought_back_too_late_is_of_no_use(office: Office, granting: Granting):
    back = await granting.owner.agree((await begin(office)).json["address"])
    office.house.now.move(minutes=15)
    with pytest.raises(Problem, match="15分钟"):
        await bring_grant(granting.desk, back["state"], back["code"], "")
    assert (await granting.account()).state == "unauthorised"


@pytest.mark.parametrize("state", ["", "x", "中\ud800", "s" * 5000])
async def test_what_was_never_given_out_is_of_no_use(office: Office, granting: Granting, state: str):
    with pytest.raises(Problem):
        await bring_grant(granting.desk, state, "x" * 32, "")


async def test_who_does_not_agree_changes_nothing(office: Office, granting: Granting):
    back = await granting.owner.agree((await begin(office)).json["address"], "refuse")
    with pytest.raises(Problem, match="没有同意"):
        await bring_grant(granting.desk, back["state"], "", back["error"])
    assert (await granting.account()).state == "unauthorised"


async def test_an_operators_pause_outlasts_a_grant(office: Office, granting: Granting):
    await grant(office, granting)
    await office.post("/api/v1/accounts/pause", {"account": SLUG}, by="admin")
    await grant(office, granting)
    assert (await granting.account()).state == "paused"


async def test_a_check_tells_until_when(office: Office, granting: Granting):
    await grant(office, granting)
    office.house.now.move(days=2)
    told = await office.post(f"{BEGIN}/check", {"account": SLUG}, by="admin")
    until = (office.house.now() + MONTH - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (told.status, told.json["permitted_until"]) == (200, until)


async def test_a_check_learns_that_a_permission_is_gone(office: Office, granting: Granting):
    await grant(office, granting)
    granting.platform.expire_tokens()
    told = await office.post(f"{BEGIN}/check", {"account": SLUG}, by="admin")
    assert (told.json["state"], told.json["permitted_until"]) == ("unauthorised", None)


async def test_a_platform_that_does_not_answer_changes_nothing(office: Office, granting: Granting):
    await grant(office, granting)
    before = await granting.account()
    for path in ("get_token_info", "revokeoauth2"):
        granting.platform.next_call(f"/oauth2/{path}", "502_before")
    told = [await office.post(f"{BEGIN}/{act}", {"account": SLUG}, by="admin") for act in ("check", "revoke")]
    assert [one.refusal for one in told] == [(502, "platform_away", "account")] * 2
    assert await granting.account() == before


async def test_a_permission_given_back_is_forgotten_and_the_account_waits(office: Office, granting: Granting):
    await grant(office, granting)
    told = await office.post(f"{BEGIN}/revoke", {"account": SLUG}, by="admin")
    row = await granting.account()
    assert told.json["state"] == "unauthorised"
    assert set(granting.vault.open(row.sealed or "")) == {"client_secret"}
    assert all(token.is_revoked or token.expires_at <= office.house.now() for token in _tokens(granting))


@pytest.mark.parametrize("act", ["", "/check", "/revoke"])
@pytest.mark.parametrize(
    ("by", "slug", "refusal"),
    [
        ("author", SLUG, (403, "forbidden", "")),
        ("stranger", SLUG, (403, "forbidden", "")),
        ("admin", "nobody", (422, "unknown_account", "account")),
    ],
)
async def test_only_who_manages_the_account_may(
    office: Office, granting: Granting, act: str, by: str, slug: str, refusal: tuple[int, str, str]
):
    assert (await office.post(BEGIN + act, {"account": slug}, by=by)).refusal == refusal


async def test_a_channel_without_such_a_permission_says_so(office: Office, granting: Granting):
    told = await office.post(BEGIN, {"account": "website"}, by="admin")
    assert told.refusal == (422, "invalid", "account")


async def test_an_account_without_an_application_says_so(office: Office, granting: Granting):
    known = granting.sandbox.credentials()["weibo"]
    plain = {
        "org": office.house.org.code, "channel": "weibo", "slug": "plain", "name": "某旗发布",
        "settings": {"base_url": known["base_url"], "uid": known["uid"], "safe_domains": "site.invalid"},
        "secret": {"access_token": known["access_token"]},
    }  # fmt: skip
    made = await office.post("/api/v1/accounts", plain, by="admin")
    told = await office.post(BEGIN, {"account": "plain"}, by="admin")
    assert (made.json["state"], told.refusal) == ("active", (422, "invalid", "account"))


async def test_a_new_account_without_a_token_waits_for_its_permission(office: Office, granting: Granting):
    new = {
        "org": office.house.org.code, "channel": "weibo", "slug": "new", "name": "某旗发布",
        "settings": granting.settings(), "secret": {"client_secret": "x"},
    }  # fmt: skip
    made = await office.post("/api/v1/accounts", new, by="admin")
    assert (made.status, made.json["state"]) == (201, "unauthorised")


def _tokens(granting: Granting) -> list[Any]:
    return list(granting.platform.book.tokens.values())


# --- settings and secrets ---

ACCESS = "/api/v1/accounts/access"


async def test_an_applications_secret_is_changed_and_the_token_stays(office: Office, granting: Granting):
    await grant(office, granting)
    told = await office.post(ACCESS, {"account": SLUG, "secret": {"client_secret": "neu"}}, by="admin")
    secret = granting.vault.open((await granting.account()).sealed or "")
    assert (told.status, secret["client_secret"], "access_token" in secret) == (200, "neu", True)
    assert "neu" not in told.text


async def test_an_empty_value_takes_a_setting_away(office: Office, granting: Granting):
    await office.post(ACCESS, {"account": SLUG, "settings": {"rip": "203.0.113.7"}}, by="admin")
    before = (await granting.account()).settings
    await office.post(ACCESS, {"account": SLUG, "settings": {"rip": ""}}, by="admin")
    assert ("rip" in before, "rip" in (await granting.account()).settings) == (True, False)


async def test_what_the_channel_cannot_open_changes_nothing(office: Office, granting: Granting):
    before = await granting.account()
    told = await office.post(ACCESS, {"account": SLUG, "settings": {"base_url": ""}}, by="admin")
    assert (told.refusal, await granting.account()) == ((422, "invalid", "settings"), before)


async def test_a_kept_secret_is_never_sent_to_an_address_that_somebody_names_later(
    office: Office, granting: Granting
):
    await grant(office, granting)
    before = await granting.account()
    elsewhere = {"account": SLUG, "settings": {"base_url": "https://collects.example.cn"}}
    for secret in ({}, {"access_token": "x"}, {"client_secret": "x"}):
        told = await office.post(ACCESS, {**elsewhere, "secret": secret}, by="admin")
        assert told.refusal == (422, "invalid", "settings.base_url")
    assert await granting.account() == before
    whole = {"access_token": "", "client_secret": "new"}
    told = await office.post(ACCESS, {**elsewhere, "secret": whole}, by="admin")
    kept = granting.vault.open((await granting.account()).sealed or "")
    assert (told.status, kept) == (200, {"client_secret": "new"})


async def test_taking_the_token_away_lets_the_account_wait(office: Office, granting: Granting):
    await grant(office, granting)
    told = await office.post(ACCESS, {"account": SLUG, "secret": {"access_token": ""}}, by="admin")
    assert told.json["state"] == "unauthorised"


async def test_the_audit_names_what_changed_and_not_to_what(office: Office, granting: Granting):
    change = {"account": SLUG, "settings": {"rip": "203.0.113.7"}, "secret": {"client_secret": "geheim"}}
    await office.post(ACCESS, change, by="admin")
    async with office.house.store.read() as tx:
        wanted = Wanted(frozenset({office.house.org.id}), verb="account.access")
        (line,) = await list_audit(tx, wanted, 10)
    assert (line.details["secret"], line.details["settings"]) == (["client_secret"], ["rip"])
    assert "geheim" not in str(line)


async def test_hours_are_not_set_this_way(office: Office, granting: Granting):
    told = await office.post(ACCESS, {"account": SLUG, "settings": {"window": ""}}, by="admin")
    assert told.refusal == (422, "invalid", "settings")


@pytest.mark.parametrize("by", ["author", "stranger"])
async def test_only_who_manages_the_account_changes_its_access(office: Office, granting: Granting, by: str):
    assert (await office.post(ACCESS, {"account": SLUG}, by=by)).status == 403
