from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import Reply, WeiboCaller
from tests.conftest import Hand

BACK = "http://127.0.0.1:1/back"


def asked(stage: Sandbox, **changes: str) -> dict[str, str]:
    known = stage.credentials()["weibo"]
    return {"client_id": known["client_id"], "redirect_uri": BACK, "state": "s1"} | changes


async def answer_page(weibo: WeiboCaller, stage: Sandbox, choice: str, **changes: str) -> dict[str, Any]:
    form = asked(stage, choice=choice, **changes)
    reply = await weibo.send("POST", "/oauth2/authorize", data=form)
    query = parse_qs(urlsplit(reply.headers["Location"]).query)
    return {name: values[0] for name, values in query.items()}


async def fetch(weibo: WeiboCaller, stage: Sandbox, code: str, **changes: str) -> Reply:
    known = stage.credentials()["weibo"]
    form = {"client_id": known["client_id"], "client_secret": known["client_secret"], "code": code}
    form |= {"grant_type": "authorization_code", "redirect_uri": BACK} | changes
    return await weibo.send("POST", "/oauth2/access_token", data=form)


async def test_agreeing_leads_back_with_a_code_of_32_characters_and_the_state(
    weibo: WeiboCaller, stage: Sandbox
):
    back = await answer_page(weibo, stage, "agree")
    assert (len(back["code"]), back["state"]) == (32, "s1")


async def test_refusing_leads_back_with_21330(weibo: WeiboCaller, stage: Sandbox):
    back = await answer_page(weibo, stage, "refuse")
    assert (back["error"], back["error_code"], back["state"]) == ("access_denied", "21330", "s1")


async def test_a_link_alone_agrees_to_nothing(weibo: WeiboCaller, stage: Sandbox):
    reply = await weibo.get("/oauth2/authorize", **asked(stage, choice="agree"))
    assert (reply.status, "同意授权" in reply.text) == (200, True)


async def test_a_code_gives_a_token_that_works(weibo: WeiboCaller, stage: Sandbox):
    back = await answer_page(weibo, stage, "agree")
    weibo.token = (await fetch(weibo, stage, back["code"])).json["access_token"]
    assert (await weibo.read("account/get_uid")).status == 200


async def test_a_still_valid_token_is_given_again(weibo: WeiboCaller, stage: Sandbox):
    back = await answer_page(weibo, stage, "agree")
    assert (await fetch(weibo, stage, back["code"])).json["access_token"] == weibo.token


async def test_a_new_token_is_given_when_the_old_one_has_expired(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.expire_tokens()
    back = await answer_page(weibo, stage, "agree")
    fresh = (await fetch(weibo, stage, back["code"])).json
    assert (fresh["access_token"] != weibo.token, fresh["expires_in"]) == (True, 30 * 86400)


async def test_expires_in_can_come_as_text(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(numbers_as_text=True)
    back = await answer_page(weibo, stage, "agree")
    assert isinstance((await fetch(weibo, stage, back["code"])).json["expires_in"], str)


async def test_a_code_works_once(weibo: WeiboCaller, stage: Sandbox):
    back = await answer_page(weibo, stage, "agree")
    await fetch(weibo, stage, back["code"])
    again = await fetch(weibo, stage, back["code"])
    assert (again.status, again.json["error_code"], again.json["error"]) == (400, 21325, "invalid_grant")


async def test_a_code_dies_after_minutes(weibo: WeiboCaller, stage: Sandbox, now: Hand):
    back = await answer_page(weibo, stage, "agree")
    now.move(minutes=5)
    assert (await fetch(weibo, stage, back["code"])).json["error_code"] == 21325


async def test_another_redirect_address_is_a_mismatch(weibo: WeiboCaller, stage: Sandbox):
    back = await answer_page(weibo, stage, "agree")
    reply = await fetch(weibo, stage, back["code"], redirect_uri="http://127.0.0.1:2/")
    assert (reply.json["error_code"], reply.json["error_uri"]) == (21322, "/oauth2/access_token")


async def test_an_address_that_is_not_the_registered_one_is_a_mismatch(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(redirect_uri="https://www.example.gov.cn/back")
    reply = await weibo.get("/oauth2/authorize", **asked(stage))
    assert reply.json["error_code"] == 21322


async def test_a_wrong_secret_is_an_invalid_client(weibo: WeiboCaller, stage: Sandbox):
    assert (await fetch(weibo, stage, "x", client_secret="错")).json["error_code"] == 21324


async def test_fetching_a_token_by_get_is_the_wrong_verb(weibo: WeiboCaller):
    assert (await weibo.get("/oauth2/access_token")).json["error_code"] == 10021


async def test_the_token_tells_how_long_it_lives(weibo: WeiboCaller, now: Hand):
    now.move(seconds=100)
    form = {"access_token": weibo.token}
    told = (await weibo.send("POST", "/oauth2/get_token_info", data=form)).json
    assert told["expire_in"] == 157_679_899


async def test_a_token_taken_back_is_refused(weibo: WeiboCaller):
    taken = await weibo.get("/oauth2/revokeoauth2", access_token=weibo.token)
    assert taken.json == {"result": "true"}
    assert (await weibo.read("account/get_uid")).json["error_code"] == 21316


async def test_a_token_for_an_unaudited_application_lives_a_day(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.expire_tokens()
    stage.weibo.switch(app_audited=False)
    back = await answer_page(weibo, stage, "agree")
    assert (await fetch(weibo, stage, back["code"])).json["expires_in"] == 86400


async def test_a_sixteenth_user_cannot_let_an_unaudited_application_in(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(users_full=True)
    reply = await weibo.send("POST", "/oauth2/authorize", data=asked(stage, choice="agree"))
    assert (reply.status, reply.json["error_code"]) == (400, 21321)


@pytest.mark.parametrize("name", ["code", "redirect_uri"])
async def test_a_request_without_its_code_or_address_is_invalid(
    weibo: WeiboCaller, stage: Sandbox, name: str
):
    known = stage.credentials()["weibo"]
    form = {"client_id": known["client_id"], "client_secret": known["client_secret"], "code": "x"}
    form |= {"grant_type": "authorization_code", "redirect_uri": BACK}
    del form[name]
    reply = await weibo.send("POST", "/oauth2/access_token", data=form)
    assert reply.json["error_code"] == 21323
