from channels.sandbox.run import Sandbox
from channels.sandbox.weibo.book import SCREEN_NAME, UID
from tests.channels.sandbox.conftest import LINK, WeiboCaller, png
from tests.conftest import Hand


async def test_the_time_line_is_newest_first(weibo: WeiboCaller):
    for number in (1, 2, 3):
        await weibo.share(f"通知{number} {LINK}")
    statuses = (await weibo.read("statuses/user_timeline")).json["statuses"]
    assert [status["text"][:3] for status in statuses] == ["通知3", "通知2", "通知1"]


async def test_base_app_leaves_out_what_a_person_wrote(weibo: WeiboCaller, stage: Sandbox, now: Hand):
    stage.weibo.append(f"手写 {LINK}", picture=None, by_app=False, at=now())
    await weibo.share(f"通知 {LINK}")
    own = (await weibo.read("statuses/user_timeline", base_app=1)).json
    assert [status["text"][:2] for status in own["statuses"]] == ["通知"]


async def test_the_time_line_comes_in_pages(weibo: WeiboCaller):
    for number in range(5):
        await weibo.share(f"通知{number} {LINK}")
    second = (await weibo.read("statuses/user_timeline", count=2, page=2)).json
    assert [status["text"][:3] for status in second["statuses"]] == ["通知2", "通知1"]
    assert second["total_number"] == 5


async def test_since_and_max_id_bound_the_time_line(weibo: WeiboCaller):
    ids = [(await weibo.share(f"通知{number} {LINK}")).json["id"] for number in range(4)]
    shown = (await weibo.read("statuses/user_timeline", since_id=ids[0], max_id=ids[2])).json["statuses"]
    assert [status["id"] for status in shown] == [ids[2], ids[1]]


async def test_the_time_line_of_somebody_else_is_closed(weibo: WeiboCaller):
    reply = await weibo.read("statuses/user_timeline", uid=1)
    assert (reply.status, reply.json["error_code"]) == (400, 21335)


async def test_a_removed_status_leaves_its_place(weibo: WeiboCaller, stage: Sandbox):
    await weibo.share(f"通知 {LINK}")
    stage.weibo.remove(stage.weibo.posts()[0])
    shown = (await weibo.read("statuses/user_timeline")).json["statuses"][0]
    assert (shown["deleted"], "user" in shown) == ("1", False)


async def test_one_status_can_be_shown(weibo: WeiboCaller):
    status = (await weibo.share(f"通知 {LINK}")).json
    assert (await weibo.read("statuses/show", id=status["idstr"])).json["id"] == status["id"]


async def test_an_unknown_status_does_not_exist(weibo: WeiboCaller):
    assert (await weibo.read("statuses/show", id="7")).json["error_code"] == 20101


async def test_a_number_that_is_none_is_refused_by_name(weibo: WeiboCaller):
    reply = await weibo.read("statuses/user_timeline", count="viele")
    assert (reply.json["error_code"], "(count)" in reply.json["error"]) == (10017, True)


async def test_a_number_beyond_64_bits_is_refused(weibo: WeiboCaller):
    assert (await weibo.read("statuses/show", id="9" * 5000)).json["error_code"] == 10017


async def test_the_user_of_the_token_is_told(weibo: WeiboCaller):
    assert (await weibo.read("account/get_uid")).json == {"uid": UID}


async def test_the_user_can_be_shown_by_uid(weibo: WeiboCaller):
    assert (await weibo.read("users/show", uid=UID)).json["screen_name"] == SCREEN_NAME


async def test_another_user_does_not_exist(weibo: WeiboCaller):
    assert (await weibo.read("users/show", uid=5)).json["error_code"] == 20003


async def test_several_links_are_shortened_at_once(weibo: WeiboCaller):
    query = [("access_token", weibo.token), ("url_long", LINK), ("url_long", "none")]
    urls = (await weibo.send("GET", "/2/short_url/shorten.json", params=query)).json["urls"]
    assert [url["result"] for url in urls] == [True, False]


async def test_asking_for_the_limits_costs_nothing(weibo: WeiboCaller):
    await weibo.read("account/get_uid")
    for _ in range(3):
        limits = (await weibo.read("account/rate_limit_status")).json
    assert (limits["user_limit"], limits["remaining_user_hits"]) == (100, 99)


async def test_the_limits_name_the_next_midnight_in_beijing(weibo: WeiboCaller):
    limits = (await weibo.read("account/rate_limit_status")).json
    assert (limits["reset_time"], limits["reset_time_in_seconds"]) == ("2026-11-26 00:00:00", 14 * 3600)


async def test_the_time_line_can_be_of_pictures_alone(weibo: WeiboCaller):
    await weibo.share(f"文字 {LINK}")
    await weibo.share_picture(f"图片 {LINK}", png(4, 4))
    shown = (await weibo.read("statuses/user_timeline", feature=2)).json["statuses"]
    assert [status["text"][:2] for status in shown] == ["图片"]


async def test_the_result_of_shortening_can_come_as_text(weibo: WeiboCaller, stage: Sandbox):
    stage.weibo.switch(numbers_as_text=True)
    (url,) = (await weibo.read("short_url/shorten", url_long=LINK)).json["urls"]
    assert url["result"] == "true"
