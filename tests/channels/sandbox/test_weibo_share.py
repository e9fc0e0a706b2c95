import io
import json

import aiohttp
import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import LINK, Caller, Reply, WeiboCaller, png
from tests.conftest import Hand

SHARE = "/2/statuses/share.json"


def refusal(reply: Reply) -> tuple[int, int, str]:
    return reply.status, reply.json["error_code"], reply.json["error"]


async def test_a_status_with_a_registered_link_is_taken(weibo: WeiboCaller, stage: Sandbox):
    reply = await weibo.share(f"通知 {LINK} ")
    assert (reply.status, stage.weibo.posts_carrying(LINK)) == (200, 1)


async def test_ids_are_beyond_what_a_floating_point_number_holds(weibo: WeiboCaller):
    status = (await weibo.share(f"通知 {LINK}")).json
    assert int(float(status["id"])) != status["id"]


async def test_id_mid_and_idstr_name_the_same_status(weibo: WeiboCaller):
    status = (await weibo.share(f"通知 {LINK}")).json
    assert status["idstr"] == status["mid"] == str(status["id"])


async def test_links_come_back_as_short_addresses(weibo: WeiboCaller):
    text = (await weibo.share(f"通知 {LINK} 。")).json["text"]
    assert text.startswith("通知 http://t.cn/A6")
    assert LINK not in text


async def test_the_time_is_told_in_english_and_beijing_time(weibo: WeiboCaller):
    status = (await weibo.share(f"通知 {LINK}")).json
    assert status["created_at"] == "Wed Nov 25 10:00:00 +0800 2026"


async def test_every_link_has_one_short_address_for_ever(weibo: WeiboCaller):
    text = (await weibo.share(f"通知 {LINK}")).json["text"]
    short = (await weibo.read("short_url/shorten", url_long=LINK)).json["urls"][0]
    assert text == f"通知 {short['url_short']}"


async def test_an_exact_repeat_is_taken_by_default(weibo: WeiboCaller, stage: Sandbox):
    await weibo.share(f"通知 {LINK}")
    await weibo.share(f"通知 {LINK}")
    assert stage.weibo.posts_carrying(LINK) == 2


async def test_an_exact_repeat_is_refused_where_the_switch_says_so(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(repeats="refuse")
    await weibo.share(f"通知 {LINK}")
    assert refusal(await weibo.share(f"通知 {LINK}")) == (400, 20019, "repeat content!")


async def test_a_similar_text_is_refused_with_another_code(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(repeats="refuse")
    await weibo.share(f"关于做好医疗救助工作的通知 {LINK}")
    assert refusal(await weibo.share(f"关于做好医疗救助工作的通知 {LINK}?b"))[1] == 20017


async def test_a_repeat_is_taken_again_after_the_window(weibo: WeiboCaller, stage: Sandbox, now: Hand):
    stage.weibo.switch(repeats="refuse", repeat_seconds=600)
    await weibo.share(f"通知 {LINK}")
    now.move(seconds=601)
    assert (await weibo.share(f"通知 {LINK}")).status == 200


async def test_a_text_without_a_registered_link_is_refused(weibo: WeiboCaller):
    assert refusal(await weibo.share("通知 http://elsewhere.cn/")) == (400, 10017, "text not find domain!")


async def test_an_application_without_audited_domain_is_refused(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(domain_audited=False)
    assert refusal(await weibo.share(f"通知 {LINK}")) == (400, 10017, "appkey not bind domain!")


async def test_a_topic_is_refused(weibo: WeiboCaller):
    assert refusal(await weibo.share(f"#旅游# {LINK}"))[:2] == (400, 10017)


async def test_a_text_of_141_characters_is_refused_with_their_leading_space(weibo: WeiboCaller):
    text = "中" * (141 - 18) + f" {LINK}"
    message = " Text too long, please input text less than 140 characters!"
    assert refusal(await weibo.share(text)) == (400, 20012, message)


async def test_a_text_of_140_characters_is_taken(weibo: WeiboCaller):
    assert (await weibo.share("中" * (140 - 18) + f" {LINK}")).status == 200


async def test_a_missing_text_is_refused(weibo: WeiboCaller):
    message = "miss required parameter (status), see doc for more info."
    assert refusal(await weibo.post("statuses/share")) == (400, 10016, message)


async def test_a_text_of_spaces_is_refused(weibo: WeiboCaller):
    assert refusal(await weibo.share("   "))[1] == 20008


async def test_an_address_that_is_none_is_refused_as_rip(weibo: WeiboCaller):
    assert refusal(await weibo.share(f"通知 {LINK}", rip="::1"))[1] == 10017


async def test_the_reader_address_can_be_demanded(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(rip="required")
    refused, taken = await weibo.share(f"通知 {LINK}"), await weibo.share(f"通知 {LINK}", rip="203.0.113.7")
    assert (refused.json["error_code"], taken.status) == (10016, 200)


async def test_a_forbidden_word_is_refused(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(refused_words=["违禁"])
    assert refusal(await weibo.share(f"违禁 {LINK}"))[:2] == (400, 20021)


async def test_the_thirty_first_post_of_an_hour_is_too_fast(weibo: WeiboCaller):
    replies = [await weibo.share(f"通知{number} {LINK}") for number in range(31)]
    assert [reply.status for reply in replies[:30]] == [200] * 30
    assert refusal(replies[30]) == (400, 20016, "update weibo too fast!")


async def test_the_next_hour_takes_posts_again(weibo: WeiboCaller, stage: Sandbox, now: Hand):
    stage.weibo.switch(posts_an_hour=1)
    await weibo.share(f"通知 {LINK}")
    now.move(hours=1)
    assert (await weibo.share(f"通知 {LINK}")).status == 200


async def test_the_hundred_and_first_call_of_a_day_is_refused(weibo: WeiboCaller):
    replies = [await weibo.read("account/get_uid") for _ in range(101)]
    assert [reply.status for reply in replies[:100]] == [200] * 100
    assert refusal(replies[100]) == (403, 10023, "User requests out of rate limit!")


async def test_the_day_of_the_calls_ends_at_midnight_in_beijing(
    weibo: WeiboCaller, stage: Sandbox, now: Hand
):
    stage.weibo.switch(calls_a_day=1)
    await weibo.read("account/get_uid")
    now.move(hours=14)
    assert (await weibo.read("account/get_uid")).status == 200


async def test_a_slow_server_takes_the_status_and_says_20032(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(slow_server=True)
    reply = await weibo.share(f"通知 {LINK}")
    assert (reply.json["error_code"], stage.weibo.posts_carrying(LINK)) == (20032, 1)


async def test_a_late_status_shows_only_after_its_time(weibo: WeiboCaller, stage: Sandbox, now: Hand):
    stage.weibo.switch(visible_after=90)
    await weibo.share(f"通知 {LINK}")
    before = (await weibo.read("statuses/user_timeline")).json["statuses"]
    now.move(seconds=90)
    after = (await weibo.read("statuses/user_timeline")).json["statuses"]
    assert (len(before), len(after)) == (0, 1)


async def test_a_get_is_the_wrong_verb(weibo: WeiboCaller):
    message = "HTTP METHOD is not suported for this request!"
    assert refusal(await weibo.read("statuses/share", status=f"通知 {LINK}")) == (400, 10021, message)


@pytest.mark.parametrize("name", ["update", "upload", "repost", "destroy", "upload_url_text"])
async def test_the_other_ways_to_write_are_closed(weibo: WeiboCaller, name: str):
    assert refusal(await weibo.post(f"statuses/{name}", id="1")) == (
        403,
        10014,
        "Insufficient app permissions!",
    )


async def test_an_application_with_the_right_takes_its_status_down(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(may_delete=True)
    status = (await weibo.share(f"通知 {LINK}")).json
    reply = await weibo.post("statuses/destroy", id=status["idstr"])
    assert (reply.status, stage.weibo.posts_carrying(LINK)) == (200, 0)


async def test_a_status_is_taken_down_once(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(may_delete=True)
    status = (await weibo.share(f"通知 {LINK}")).json
    await weibo.post("statuses/destroy", id=status["idstr"])
    assert refusal(await weibo.post("statuses/destroy", id=status["idstr"]))[1] == 20101


async def test_the_token_may_stand_in_the_query(weibo: WeiboCaller):
    query, form = {"access_token": weibo.token}, {"status": f"通知 {LINK}"}
    assert (await weibo.send("POST", SHARE, params=query, data=form)).status == 200


async def test_the_token_may_stand_in_the_header(weibo: WeiboCaller):
    header = {"Authorization": f"OAuth2 {weibo.token}"}
    reply = await weibo.send("POST", SHARE, headers=header, data={"status": f"通知 {LINK}"})
    assert reply.status == 200


async def test_a_missing_token_is_a_missing_source(weibo: Caller):
    assert refusal(await weibo.send("POST", SHARE, data={"status": "x"}))[1] == 10006


@pytest.mark.parametrize(("token", "code"), [("", 21301), ("2.00wrong", 21332)])
async def test_an_empty_or_unknown_token_is_refused(weibo: WeiboCaller, token: str, code: int):
    assert refusal(await weibo.share(f"通知 {LINK}", access_token=token))[1] == code


async def test_an_expired_token_is_refused(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.expire_tokens()
    assert refusal(await weibo.share(f"通知 {LINK}")) == (400, 21327, "expired_token")


async def test_an_error_names_the_request(weibo: WeiboCaller):
    assert (await weibo.share("x")).json["request"] == SHARE


async def test_error_codes_can_come_as_text(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(numbers_as_text=True)
    assert (await weibo.share("x")).json["error_code"] == "10017"


async def test_a_picture_is_kept_and_named(weibo: WeiboCaller):
    status = (await weibo.share_picture(f"通知 {LINK}", png(4, 4))).json
    assert status["original_pic"].endswith(f"{status['pic_ids'][0]}.png")


async def test_bytes_that_are_no_picture_are_refused(weibo: WeiboCaller):
    assert refusal(await weibo.share_picture(f"通知 {LINK}", b"RIFF....WEBP"))[:2] == (400, 20005)


async def test_a_picture_of_five_megabytes_is_too_large(weibo: WeiboCaller):
    picture = png(4, 4, padding=5 * 1024 * 1024)
    assert refusal(await weibo.share_picture(f"通知 {LINK}", picture))[1] == 20006


async def test_a_multipart_body_without_a_picture_is_refused(weibo: WeiboCaller):
    with aiohttp.MultipartWriter("form-data") as body:
        for name, value in {"access_token": weibo.token, "status": f"通知 {LINK}"}.items():
            part = body.append(value)
            part.set_content_disposition("form-data", name=name)
    assert refusal(await weibo.send("POST", SHARE, data=body))[1] == 20007


async def test_a_refused_picture_leaves_no_status(weibo: WeiboCaller, stage: Sandbox):
    await weibo.share_picture(f"通知 {LINK}", b"nothing")
    assert stage.weibo.posts_carrying(LINK) == 0


async def test_the_parts_of_an_old_client_are_understood(weibo: WeiboCaller):
    # sinaweibopy3: no Content-Type on texts, a Content-Length on the file, the token as the last part.
    picture = png(4, 4)
    parts = [
        b'Content-Disposition: form-data; name="status"\r\n\r\n' + f"通知 {LINK}".encode(),
        b'Content-Disposition: form-data; name="pic"; filename="hidden"\r\n'
        b"Content-Length: %d\r\nContent-Type: application/octet-stream\r\n\r\n%b" % (len(picture), picture),
        b'Content-Disposition: form-data; name="access_token"\r\n\r\n' + weibo.token.encode(),
    ]
    body = b"".join(b"--line\r\n" + part + b"\r\n" for part in parts) + b"--line--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=line"}
    assert (await weibo.send("POST", SHARE, data=body, headers=kind)).status == 200


async def test_requests_are_counted_even_when_they_are_refused(weibo: WeiboCaller, stage: Sandbox):
    await weibo.share("x")
    await weibo.share(f"通知 {LINK}")
    assert stage.weibo.requests(SHARE) == 2


async def test_answers_are_literal_utf8(weibo: WeiboCaller):
    reply = await weibo.share(f"通知 {LINK}")
    assert "通知" in reply.body.decode()
    assert json.loads(reply.body)["text"].startswith("通知")


@pytest.mark.parametrize("code", [10001, 10004, 10024, 20014, 20015, 20018, 20020, 20022, 20031])
async def test_every_refusal_can_be_rehearsed(weibo: WeiboCaller, stage: Sandbox, code: int):
    stage.weibo.switch(refuse_share=code)
    assert refusal(await weibo.share(f"通知 {LINK}"))[1] == code
    assert stage.weibo.posts_carrying(LINK) == 0


async def test_a_right_link_is_now_and_then_not_seen(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(flaky_domain=2)
    replies = [await weibo.share(f"通知{number} {LINK}") for number in range(4)]
    assert [reply.status for reply in replies] == [200, 400, 200, 400]
    assert refusal(replies[1]) == (400, 10017, "text not find domain!")


async def test_what_a_slow_server_took_shows_after_a_minute_and_a_half(
    weibo: WeiboCaller, stage: Sandbox, now: Hand
):
    stage.weibo.switch(slow_server=True)
    await weibo.share(f"通知 {LINK}")
    shown = []
    for seconds in (0, 89, 1):
        now.move(seconds=seconds)
        shown.append(len((await weibo.read("statuses/user_timeline")).json["statuses"]))
    assert shown == [0, 0, 1]


async def test_an_unaudited_application_posts_under_no_name(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(app_audited=False)
    assert "未通过审核应用" in (await weibo.share(f"通知 {LINK}")).json["source"]


async def test_one_address_may_call_so_often_in_an_hour(weibo: WeiboCaller, stage: Sandbox, now: Hand):
    stage.weibo.switch(calls_an_hour=1)
    taken, refused = [await weibo.share(f"通知{number} {LINK}") for number in range(2)]
    now.move(hours=1)
    again = await weibo.share(f"通知 {LINK}")
    assert (taken.status, refusal(refused)[:2], again.status) == (200, (403, 10022), 200)


async def test_a_text_part_that_got_lost_points_the_wrong_way(weibo: WeiboCaller):
    form = aiohttp.FormData({"access_token": weibo.token})
    form.add_field("pic", io.BytesIO(png(30, 30)), filename="a.png")
    said = refusal(await weibo.send("POST", SHARE, data=form))
    assert said[1:] == (10017, "appkey not bind domain!")


async def test_an_application_may_have_several_safe_domains(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(safe_domain="other.gov.cn, example.gov.cn")
    for link in (LINK, "http://www.other.gov.cn/a"):
        assert (await weibo.share(f"公告 {link}")).status == 200
    assert refusal(await weibo.share("公告 http://third.gov.cn/a"))[1] == 10017


async def test_the_calls_left_to_an_address_are_told(weibo: WeiboCaller):
    before = (await weibo.read("account/rate_limit_status")).json["remaining_ip_hits"]
    await weibo.share(f"公告 {LINK}")
    assert (await weibo.read("account/rate_limit_status")).json["remaining_ip_hits"] == before - 1
