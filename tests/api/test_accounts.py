"""server/api/accounts.py: an account goes in with its secret, and comes out without."""

from typing import Any

import pytest

from server.store.accounts import find_account
from tests.api.conftest import DEPARTMENT, Office
from tests.house import CODE

ACCOUNTS = "/api/v1/accounts"
SECRET = {"app_secret": "s3cr3t-of-the-platform"}


def an_account(**changes: Any) -> dict[str, Any]:
    return {
        "org": DEPARTMENT,
        "channel": "wechat",
        "slug": "minzheng-wechat",
        "name": "某旗民政",
        "settings": {"base_url": "http://127.0.0.1:1"},
        "secret": SECRET,
        **changes,
    }


async def test_a_secret_goes_in_and_comes_out_nowhere(office: Office):
    made = await office.post(ACCOUNTS, an_account(), by="admin")
    listed = await office.get(ACCOUNTS, by="admin")
    assert (made.status, made.json["has_secret"]) == (201, True)
    assert SECRET["app_secret"] not in made.text + listed.text


async def test_a_secret_is_sealed_in_the_database(office: Office):
    await office.post(ACCOUNTS, an_account(), by="admin")
    async with office.house.store.read() as tx:
        row = await find_account(tx, "minzheng-wechat")
    assert row is not None
    assert row.sealed is not None
    assert SECRET["app_secret"] not in row.sealed
    assert office.parts.vault.open(row.sealed) == SECRET


async def test_a_new_account_takes_a_release_at_once(office: Office):
    await office.post(ACCOUNTS, an_account(), by="admin")
    item = await office.approved()
    order = {"accounts": ["website", "minzheng-wechat"]}
    assert (await office.post(f"/api/v1/items/{item['id']}/release", order, by="chief")).status == 201


async def test_an_account_of_a_person_counts_as_the_gazette_or_another_way(office: Office):
    gazette = an_account(channel="other", slug="gazette", counted_as="gazette", secret={})
    made = await office.post(ACCOUNTS, gazette, by="admin")
    assert (made.json["counted_as"], made.json["has_secret"]) == ("gazette", False)


async def test_an_editor_sees_the_accounts_of_the_organs_he_reaches(office: Office):
    await office.post(ACCOUNTS, an_account(), by="admin")
    slugs = [account["slug"] for account in (await office.get(ACCOUNTS, by="clerk")).json["accounts"]]
    assert slugs == ["minzheng-wechat"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "tiktok"}, "channel"),
        ({"slug": "With Space"}, "slug"),
        ({"counted_as": "gazette"}, "counted_as"),
        ({"settings": {}}, "settings"),
        ({"settings": {"base_url": 7}}, "settings.base_url"),
        ({"secret": {"Bad Key": "x"}}, "secret.Bad Key"),
        ({"name": ""}, "name"),
    ],
)
async def test_an_account_that_does_not_fit_is_refused(office: Office, changes: Any, field: str):
    assert (await office.post(ACCOUNTS, an_account(**changes), by="admin")).refusal == (422, "invalid", field)


async def test_a_refusal_does_not_repeat_a_secret(office: Office):
    refused = await office.post(ACCOUNTS, an_account(secret={"app_secret": ["s3cr3t"]}), by="admin")
    assert refused.status == 422
    assert "s3cr3t" not in refused.text


async def test_a_slug_is_given_once(office: Office):
    assert (await office.post(ACCOUNTS, an_account(slug="weibo"), by="admin")).refusal == (
        409,
        "taken",
        "slug",
    )


@pytest.mark.parametrize("login", ["author", "chief", "clerk", "stranger"])
async def test_only_an_admin_of_the_organ_adds_accounts(office: Office, login: str):
    refused = await office.post(ACCOUNTS, an_account(org=CODE), by=login)
    assert refused.refusal == (403, "forbidden", "")
