"""The ways to write beside share: closed, and what they do where the application has the right."""

import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import LINK, Reply, WeiboCaller, png


@pytest.fixture
def allowed(stage: Sandbox) -> Sandbox:
    stage.weibo.switch(may_write=True)
    return stage


def refusal(reply: Reply) -> tuple[int, int]:
    return reply.status, reply.json["error_code"]


async def test_an_update_needs_no_link(weibo: WeiboCaller, allowed: Sandbox):
    assert (await weibo.post("statuses/update", status="只有文字")).json["text"] == "只有文字"


async def test_an_update_is_held_to_the_length_and_the_pace(weibo: WeiboCaller, allowed: Sandbox):
    allowed.weibo.switch(posts_an_hour=1)
    long = await weibo.post("statuses/update", status="中" * 141)
    await weibo.post("statuses/update", status="一")
    fast = await weibo.post("statuses/update", status="二")
    assert [refusal(long), refusal(fast)] == [(400, 20012), (400, 20016)]


async def test_a_status_for_oneself_alone_is_refused_in_their_words(weibo: WeiboCaller, allowed: Sandbox):
    reply = await weibo.post("statuses/update", status="一", visible="1")
    wanted = "parameter (visible)'s value invalid,expect (visible != 1), but get (1), see doc for more info."
    assert (refusal(reply), reply.json["error"]) == ((400, 10017), wanted)


@pytest.mark.parametrize(
    "fields", [{"visible": "7"}, {"annotations": "{"}, {"annotations": f'"{"x" * 511}"'}]
)
async def test_a_field_that_does_not_fit_is_refused(
    weibo: WeiboCaller, allowed: Sandbox, fields: dict[str, str]
):
    assert refusal(await weibo.post("statuses/update", status="一", **fields)) == (400, 10017)


async def test_an_update_in_parts_is_refused(weibo: WeiboCaller, allowed: Sandbox):
    assert refusal(await weibo.share_picture("图", png(4, 4), "update")) == (400, 10007)


async def test_an_upload_carries_its_picture(weibo: WeiboCaller, allowed: Sandbox):
    assert (await weibo.share_picture("图", png(4, 4), "upload")).json["original_pic"].endswith(".png")


async def test_an_upload_without_a_picture_is_refused(weibo: WeiboCaller, allowed: Sandbox):
    reply = await weibo.post("statuses/upload", status="图")
    assert (refusal(reply), "(pic)" in reply.json["error"]) == ((400, 10016), True)


async def test_a_repost_shows_what_it_passes_on(weibo: WeiboCaller, allowed: Sandbox):
    first = (await weibo.share(f"通知 {LINK}")).json
    passed = (await weibo.post("statuses/repost", id=first["idstr"])).json
    assert (passed["text"], passed["retweeted_status"]["idstr"]) == ("转发微博", first["idstr"])


async def test_what_is_not_there_cannot_be_passed_on(weibo: WeiboCaller, allowed: Sandbox):
    assert refusal(await weibo.post("statuses/repost", id="7")) == (400, 20101)


async def test_the_right_to_write_gives_no_advanced_permission(weibo: WeiboCaller, allowed: Sandbox):
    assert refusal(await weibo.post("statuses/upload_url_text", status="一")) == (403, 10014)


@pytest.mark.parametrize("name", ["statuses/nothing", "comments/create", "statuses/share"])
async def test_an_address_that_there_is_not_says_so(weibo: WeiboCaller, name: str):
    path = f"/2/{name}" + ("" if name.endswith("share") else ".json")
    assert refusal(await weibo.send("POST", path, data={"access_token": weibo.token})) == (404, 10020)


async def test_a_request_beyond_all_measure_is_too_long(weibo: WeiboCaller):
    reply = await weibo.share_picture(f"通知 {LINK}", png(4, 4, padding=17 * 1024 * 1024))
    assert refusal(reply) == (400, 10018)
