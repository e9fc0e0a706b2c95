import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import WeChatCaller
from tests.conftest import Hand


async def works(wechat: WeChatCaller, token: str) -> int:
    return (await wechat.get("/cgi-bin/draft/count", access_token=token)).json.get("errcode", 0)


async def test_a_token_lives_two_hours(wechat: WeChatCaller):
    assert (await wechat.fetch_token())["expires_in"] == 7200


async def test_a_new_token_leaves_the_old_one_five_minutes(wechat: WeChatCaller, now: Hand):
    old = (await wechat.fetch_token())["access_token"]
    await wechat.fetch_token()
    now.move(seconds=299)
    inside = await works(wechat, old)
    now.move(seconds=1)
    assert (inside, await works(wechat, old)) == (0, 40001)


async def test_an_expired_token_is_told_from_a_replaced_one(wechat: WeChatCaller, now: Hand):
    token = (await wechat.fetch_token())["access_token"]
    now.move(seconds=7200)
    assert await works(wechat, token) == 42001


async def test_an_unknown_token_is_not_the_latest(wechat: WeChatCaller):
    assert await works(wechat, "unknown") == 40001


async def test_a_token_in_the_body_is_missing(wechat: WeChatCaller):
    reply = await wechat.send("POST", "/cgi-bin/draft/get", data=b'{"access_token":"x","media_id":"y"}')
    assert reply.json["errcode"] == 41001


async def test_the_stable_token_stays_the_same_and_tells_what_is_left(wechat: WeChatCaller, now: Hand):
    now.move(seconds=1000)
    again = await wechat.fetch_stable()
    assert (again["access_token"] == wechat.token, again["expires_in"]) == (True, 6200)


async def test_the_stable_token_is_renewed_in_its_last_five_minutes(wechat: WeChatCaller, now: Hand):
    now.move(seconds=6900)
    fresh = await wechat.fetch_stable()
    assert (fresh["access_token"] != wechat.token, await works(wechat, wechat.token)) == (True, 0)


async def test_forcing_kills_the_old_stable_token_at_once(wechat: WeChatCaller):
    await wechat.fetch_stable(force=True)
    assert await works(wechat, wechat.token) == 40001


async def test_forcing_twice_in_thirty_seconds_changes_nothing(wechat: WeChatCaller, now: Hand):
    first = await wechat.fetch_stable(force=True)
    now.move(seconds=29)
    assert (await wechat.fetch_stable(force=True))["access_token"] == first["access_token"]


async def test_forcing_is_over_after_twenty_times_a_day(wechat: WeChatCaller, now: Hand):
    for _ in range(20):
        await wechat.fetch_stable(force=True)
        now.move(seconds=30)
    assert (await wechat.fetch_stable(force=True))["errcode"] == 45009


async def test_the_two_end_points_do_not_touch_each_other(wechat: WeChatCaller, now: Hand):
    await wechat.fetch_token()
    await wechat.fetch_token()
    now.move(minutes=6)
    assert await works(wechat, wechat.token) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"appid": "wx0"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": "错"}, 40125),
        ({"secret": ""}, 41004),
        ({"grant_type": "password"}, 40002),
    ],
)
async def test_a_wrong_request_for_a_token_names_what_is_wrong(
    wechat: WeChatCaller, change: dict[str, str], code: int
):
    query = {"grant_type": "client_credential", "appid": wechat.appid, "secret": wechat.secret}
    assert (await wechat.get("/cgi-bin/token", **query | change)).json["errcode"] == code


async def test_an_address_outside_the_white_list_is_named(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(whitelist=["203.0.113.7"])
    refused = await wechat.fetch_token()
    assert (refused["errcode"], "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1" in refused["errmsg"]) == (
        40164,
        True,
    )


async def test_the_stable_token_wants_a_post(wechat: WeChatCaller):
    assert (await wechat.look("stable_token"))["errcode"] == 43002


async def test_every_token_can_be_ended_at_once(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.expire_tokens()
    assert await works(wechat, wechat.token) == 42001
