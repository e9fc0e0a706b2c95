"""How the pretended Weibo lets our application in, over a real socket."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from yarl import URL

from channels.contract import CouldNotLook, NeedsAuthorisation, NotAccepted, Receipt, Refused
from channels.permission import Grant, Permission, Permitted
from tests.channels.weibo_account import WeiboAccount, a_weibo_account
from tests.conftest import Hand

BACK = "https://www.example.gov.cn/console/authorised"
FETCH = "/oauth2/access_token"
ASK = "/oauth2/get_token_info"
REVOKE = "/oauth2/revokeoauth2"


@pytest.fixture
async def weibo(now: Hand) -> AsyncIterator[WeiboAccount]:
    async with a_weibo_account(now) as account:
        yield account


def uid(weibo: WeiboAccount) -> str:
    return weibo.sandbox.credentials()["weibo"]["uid"]


async def code(weibo: WeiboAccount) -> str:
    address = weibo.application().grant_address("s1", BACK)
    return (await weibo.agree(str(address)))["code"]


async def fetch(weibo: WeiboAccount, given: str | None = None, **changes: str) -> object:
    channel = weibo.application(**changes)
    return await channel.take_grant(given or await code(weibo), BACK, at=weibo.now())


# --- going there ---


def test_the_address_names_application_state_and_the_way_back(weibo: WeiboAccount):
    address = URL(str(weibo.application().grant_address("s&1", BACK)))
    asked = (address.query["state"], address.query["redirect_uri"], address.query["response_type"])
    assert (address.path, asked) == ("/oauth2/authorize", ("s&1", BACK, "code"))


def test_the_address_holds_no_secret(weibo: WeiboAccount):
    secret = weibo.sandbox.credentials()["weibo"]["client_secret"]
    assert secret not in str(weibo.application().grant_address("s1", BACK))


def test_an_account_with_a_token_alone_has_nobody_to_grant_to(weibo: WeiboAccount):
    assert weibo.channel().grant_address("s1", BACK) is None


def test_an_account_without_token_and_application_cannot_be_opened(weibo: WeiboAccount):
    with pytest.raises(ValueError, match="access_token"):
        weibo.application(client_secret="")


def test_an_account_with_a_token_must_name_whose_it_is(weibo: WeiboAccount):
    with pytest.raises(ValueError, match="uid"):
        weibo.application(token="2.00x")


async def test_refusing_brings_no_code(weibo: WeiboAccount):
    back = await weibo.agree(str(weibo.application().grant_address("s1", BACK)), "refuse")
    assert ("code" in back, back["state"], back["error_code"]) == (False, "s1", "21330")


# --- coming back ---


async def test_a_code_gives_token_user_and_end(weibo: WeiboAccount):
    weibo.platform.expire_tokens()
    grant = await fetch(weibo)
    assert isinstance(grant, Grant)
    assert (grant.settings, grant.until) == ({"uid": uid(weibo)}, weibo.now() + timedelta(days=30))


async def test_the_token_of_a_grant_publishes(weibo: WeiboAccount):
    grant = await fetch(weibo)
    assert isinstance(grant, Grant)
    channel = weibo.application(uid=grant.settings["uid"], token=grant.secret["access_token"])
    assert isinstance(await channel.publish(weibo.post(), weibo.journal, at=weibo.now()), Receipt)


async def test_a_token_stands_in_no_repr(weibo: WeiboAccount):
    grant = await fetch(weibo)
    assert isinstance(grant, Grant)
    assert grant.secret["access_token"] not in repr(grant)


async def test_a_life_written_as_text_is_read_as_well(weibo: WeiboAccount):
    weibo.platform.expire_tokens()
    weibo.platform.switch(numbers_as_text=True)
    grant = await fetch(weibo)
    assert isinstance(grant, Grant)
    assert grant.until == weibo.now() + timedelta(days=30)


async def test_the_permission_of_another_user_is_refused(weibo: WeiboAccount):
    refused = await fetch(weibo, uid="1")
    assert isinstance(refused, Refused)
    assert (refused.who_acts, uid(weibo) in refused.reason) == ("owner", True)


async def test_a_code_used_twice_means_to_begin_anew(weibo: WeiboAccount):
    given = await code(weibo)
    await fetch(weibo, given)
    assert isinstance(await fetch(weibo, given), NeedsAuthorisation)


@pytest.mark.parametrize(
    ("changes", "number"),
    [({"client_secret": "falsch"}, "21324")],
)
async def test_a_wrong_application_is_the_operators(
    weibo: WeiboAccount, changes: dict[str, str], number: str
):
    refused = await fetch(weibo, **changes)
    assert isinstance(refused, Refused)
    assert (refused.who_acts, refused.code) == ("operator", number)


async def test_another_way_back_than_the_registered_one_is_the_operators(weibo: WeiboAccount):
    given = await code(weibo)
    refused = await weibo.application().take_grant(given, f"{BACK}/2", at=weibo.now())
    assert isinstance(refused, Refused)
    assert (refused.who_acts, refused.code) == ("operator", "21322")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (21322, Refused),
        (21323, Refused),
        (21324, Refused),
        (21325, NeedsAuthorisation),
        (21326, Refused),
        (21328, Refused),
        (21329, Refused),
        (21330, NeedsAuthorisation),
        (21331, NotAccepted),
        (29999, Refused),
    ],
)
async def test_every_answer_to_a_code_says_who_acts(weibo: WeiboAccount, number: int, kind: type):
    given = await code(weibo)
    weibo.say(number, path=FETCH)
    assert isinstance(await fetch(weibo, given), kind)


@pytest.mark.parametrize("fault", ["drop_after", "502_after", "truncated"])
async def test_a_code_without_an_answer_is_lost(weibo: WeiboAccount, fault: str):
    given = await code(weibo)
    weibo.platform.next_call(FETCH, fault)
    assert isinstance(await fetch(weibo, given), NeedsAuthorisation)
    assert weibo.platform.requests(FETCH) == 1


async def test_a_refused_connection_keeps_the_code(weibo: WeiboAccount):
    assert isinstance(await fetch(weibo, "x" * 32, base_url="http://127.0.0.1:1"), NotAccepted)


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": "2.00x"}, [], "x"])
async def test_an_answer_without_token_or_user_is_no_grant(weibo: WeiboAccount, body: object):
    weibo.platform.next_call(FETCH, "error", status=200, body=body)
    assert isinstance(await fetch(weibo, "x" * 32), NeedsAuthorisation)


# --- asking, and giving back ---


def granted(weibo: WeiboAccount, **changes: str) -> Permitted:
    return weibo.application(
        uid=uid(weibo), token=weibo.sandbox.credentials()["weibo"]["access_token"], **changes
    )


async def test_the_end_of_a_permission_is_told(weibo: WeiboAccount, now: Hand):
    now.move(seconds=100)
    seen = await granted(weibo).permission(at=now())
    assert seen == Permission(now() + timedelta(seconds=157_679_899))


async def test_asking_costs_none_of_the_calls(weibo: WeiboAccount):
    await granted(weibo).permission(at=weibo.now())
    assert weibo.platform.book.calls == {}


async def test_an_ended_permission_is_told(weibo: WeiboAccount):
    weibo.platform.expire_tokens()
    assert isinstance(await granted(weibo).permission(at=weibo.now()), NeedsAuthorisation)


async def test_a_permission_with_no_time_left_has_ended(weibo: WeiboAccount):
    weibo.platform.next_call(ASK, "error", status=200, body={"uid": int(uid(weibo)), "expire_in": 0})
    assert isinstance(await granted(weibo).permission(at=weibo.now()), NeedsAuthorisation)


async def test_a_permission_of_somebody_else_is_none(weibo: WeiboAccount):
    weibo.platform.next_call(ASK, "error", status=200, body={"uid": 7, "expire_in": 100})
    assert isinstance(await granted(weibo).permission(at=weibo.now()), NeedsAuthorisation)


@pytest.mark.parametrize("fault", ["drop_before", "502_before", "truncated"])
async def test_no_answer_says_nothing_about_a_permission(weibo: WeiboAccount, fault: str):
    weibo.platform.next_call(ASK, fault)
    assert isinstance(await granted(weibo).permission(at=weibo.now()), CouldNotLook)


@pytest.mark.parametrize("code", [10001, 10021, 21331])
async def test_an_error_that_is_none_of_the_tokens_says_nothing(weibo: WeiboAccount, code: int):
    weibo.say(code, path=ASK)
    assert isinstance(await granted(weibo).permission(at=weibo.now()), CouldNotLook)


@pytest.mark.parametrize("body", [{}, {"expire_in": None}, {"expire_in": "soon"}, [], {"expire_in": 1e400}])
async def test_an_answer_without_an_end_says_nothing(weibo: WeiboAccount, body: object):
    weibo.platform.next_call(ASK, "error", status=200, body=body)
    assert isinstance(await granted(weibo).permission(at=weibo.now()), CouldNotLook)


async def test_a_permission_given_back_works_no_more(weibo: WeiboAccount):
    channel = granted(weibo)
    assert isinstance(await channel.revoke(), NeedsAuthorisation)
    outcome = await weibo.publish()
    assert isinstance(outcome, NeedsAuthorisation)


async def test_giving_back_what_has_ended_is_as_good(weibo: WeiboAccount):
    weibo.platform.expire_tokens()
    assert isinstance(await granted(weibo).revoke(), NeedsAuthorisation)


@pytest.mark.parametrize("body", [{"result": "false"}, {}, {"result": None}])
async def test_a_permission_not_taken_back_still_stands(weibo: WeiboAccount, body: dict[str, object]):
    weibo.platform.next_call(REVOKE, "error", status=200, body=body)
    assert isinstance(await granted(weibo).revoke(), CouldNotLook)


async def test_giving_back_without_an_answer_leaves_it_open(weibo: WeiboAccount):
    weibo.platform.next_call(REVOKE, "502_before")
    assert isinstance(await granted(weibo).revoke(), CouldNotLook)


# --- an account that was never granted anything ---


async def test_without_a_token_nothing_leaves_the_house(weibo: WeiboAccount):
    channel, post = weibo.application(), weibo.post()
    outcome = await channel.publish(post, weibo.journal, at=weibo.now())
    sighting = await channel.find(post, since=weibo.now(), notes={})
    assert isinstance(outcome, NeedsAuthorisation)
    assert isinstance(sighting, CouldNotLook)
    assert (channel.is_granted, weibo.platform.requests()) == (False, 0)
