import json

import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import LINK, WeChatCaller, png
from tests.conftest import Hand


async def stored(wechat: WeChatCaller, media_id: str) -> dict[str, object]:
    return (await wechat.ask("draft/get", {"media_id": media_id}))["news_item"][0]


async def test_a_new_draft_is_answered_without_errcode(wechat: WeChatCaller):
    made = await wechat.draft()
    assert (len(made["media_id"]), "errcode" in made) == (64, False)


async def test_a_draft_is_given_back_as_it_was_stored(wechat: WeChatCaller):
    made = await wechat.draft(content="<p>一<script>x</script></p>")
    article = await stored(wechat, made["media_id"])
    assert (article["content"], article["content_source_url"]) == ("<p>一</p>", LINK)


async def test_own_pictures_stay_and_foreign_ones_fall_away(wechat: WeChatCaller):
    url = (await wechat.upload("media/uploadimg", png(10, 10)))["url"]
    foreign = "http://mmbiz.qpic.cn/mmbiz_png/nobodys/0"
    made = await wechat.draft(content=f'<img src="{url}"><img src="{foreign}">')
    assert (await stored(wechat, made["media_id"]))["content"] == f'<img src="{url}">'


async def test_https_is_the_same_picture_as_http(wechat: WeChatCaller):
    url = (await wechat.upload("media/uploadimg", png(10, 10)))["url"].replace("http:", "https:")
    made = await wechat.draft(content=f'<img src="{url}">')
    assert (await stored(wechat, made["media_id"]))["content"] == f'<img src="{url}">'


async def test_escapes_of_a_careless_client_are_stored_literally(wechat: WeChatCaller):
    body = json.dumps({"articles": [await wechat.article(title="中文")]}).encode()
    made = await wechat.ask("draft/add", body)
    assert (await stored(wechat, made["media_id"]))["title"] == r"\u4e2d\u6587"


async def test_escapes_make_a_short_title_too_long(wechat: WeChatCaller):
    body = json.dumps({"articles": [await wechat.article(title="医疗救助办法")]}).encode()
    assert (await wechat.ask("draft/add", body))["errcode"] == 45003


async def test_escapes_can_be_refused(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(escapes="refuse")
    body = json.dumps({"articles": [await wechat.article()]}).encode()
    assert (await wechat.ask("draft/add", body))["errcode"] == 40033


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "字" * 33}, 45003),
        ({"title": ""}, 45003),
        ({"title": 7}, 47001),
        ({"author": "字" * 17}, 45110),
        ({"digest": "字" * 129}, 45004),
        ({"content": "字" * 20_000}, 45002),
        ({"content": " "}, 44004),
        ({"content_source_url": "not a link"}, 41039),
        ({"content_source_url": "http://[a"}, 41039),
        ({"content_source_url": "http://a.cn/" + "a" * 1024}, 45005),
        ({"thumb_media_id": "nobodys"}, 40007),
        ({"need_open_comment": 1}, 88000),
    ],
)
async def test_what_a_draft_is_refused_for(wechat: WeChatCaller, change: dict[str, object], code: int):
    assert (await wechat.draft(**change))["errcode"] == code


@pytest.mark.parametrize(
    "change",
    [{"title": "字" * 32}, {"author": "字" * 16}, {"digest": "字" * 128}, {"content": "字" * 19_999}],
)
async def test_a_draft_that_just_fits_is_taken(wechat: WeChatCaller, change: dict[str, str]):
    assert "media_id" in await wechat.draft(**change)


async def test_the_older_longer_title_can_be_switched_on(wechat: WeChatCaller, stage: Sandbox):
    stage.wechat.switch(title_limit=64)
    assert "media_id" in await wechat.draft(title="字" * 64)


async def test_a_temporary_picture_is_no_cover(wechat: WeChatCaller):
    made = await wechat.upload("media/upload", png(900, 383), type="image")
    assert (await wechat.draft(thumb_media_id=made["media_id"]))["errcode"] == 40007


async def test_a_cover_of_one_pixel_cannot_be_cropped(wechat: WeChatCaller):
    made = await wechat.upload("material/add_material", png(1, 1), type="image")
    assert (await wechat.draft(thumb_media_id=made["media_id"]))["errcode"] == 53402


async def test_an_empty_digest_becomes_the_first_54_characters(wechat: WeChatCaller):
    made = await wechat.draft(content=f"<p>{'字' * 60}</p>")
    assert (await stored(wechat, made["media_id"]))["digest"] == "字" * 54


@pytest.mark.parametrize("articles", [[], {}, None, ["x"], [[]]])
async def test_a_draft_without_articles_is_refused(wechat: WeChatCaller, articles: object):
    assert (await wechat.ask("draft/add", {"articles": articles}))["errcode"] == 44003


async def test_nine_articles_are_too_many(wechat: WeChatCaller):
    article = await wechat.article()
    assert (await wechat.ask("draft/add", {"articles": [article] * 9}))["errcode"] == 45008


async def test_picture_messages_need_pictures(wechat: WeChatCaller):
    cover = (await wechat.article())["thumb_media_id"]
    info = {"image_list": [{"image_media_id": cover}]}
    taken = await wechat.draft(article_type="newspic", image_info=info, content="说明")
    refused = await wechat.draft(article_type="newspic", content="说明")
    assert ("media_id" in taken, refused["errcode"]) == (True, 40007)


@pytest.mark.parametrize("info", ["x", [], {"image_list": ["x"]}, {"image_list": [{"image_media_id": 1}]}])
async def test_pictures_in_no_known_shape_are_refused(wechat: WeChatCaller, info: object):
    answer = await wechat.draft(article_type="newspic", image_info=info, content="说明")
    assert answer["errcode"] in (40007, 47001)


async def test_update_replaces_the_article_whole(wechat: WeChatCaller):
    made = await wechat.draft(author="旗政府办")
    fresh = await wechat.article(title="新题")
    await wechat.ask("draft/update", {"media_id": made["media_id"], "index": 0, "articles": fresh})
    article = await stored(wechat, made["media_id"])
    assert (article["title"], article["author"]) == ("新题", "")


async def test_update_takes_one_object_and_no_list(wechat: WeChatCaller):
    made = await wechat.draft()
    body = {"media_id": made["media_id"], "index": 0, "articles": [await wechat.article()]}
    assert (await wechat.ask("draft/update", body))["errcode"] == 47001


async def test_update_refuses_an_index_that_is_not_there(wechat: WeChatCaller):
    made = await wechat.draft()
    body = {"media_id": made["media_id"], "index": 1, "articles": await wechat.article()}
    assert (await wechat.ask("draft/update", body))["errcode"] == 40114


async def test_drafts_are_listed_with_the_last_changed_first(wechat: WeChatCaller, now: Hand):
    for title in ("甲", "乙"):
        await wechat.draft(title=title)
        now.move(seconds=1)
    listed = await wechat.ask("draft/batchget", {"offset": 0, "count": 20, "no_content": 1})
    titles = [item["content"]["news_item"][0]["title"] for item in listed["item"]]
    assert (listed["total_count"], titles) == (2, ["乙", "甲"])


async def test_a_list_without_content_still_tells_the_source(wechat: WeChatCaller):
    await wechat.draft()
    listed = await wechat.ask("draft/batchget", {"offset": 0, "count": 1, "no_content": 1})
    article = listed["item"][0]["content"]["news_item"][0]
    assert (article["content"], article["content_source_url"]) == ("", LINK)


@pytest.mark.parametrize("window", [{"offset": 0, "count": 21}, {"offset": 0}, {"offset": -1, "count": 1}])
async def test_a_list_takes_one_to_twenty(wechat: WeChatCaller, window: dict[str, int]):
    assert "errcode" in await wechat.ask("draft/batchget", window)


async def test_a_deleted_draft_is_gone_and_its_cover_stays(wechat: WeChatCaller):
    article = await wechat.article()
    made = await wechat.ask("draft/add", {"articles": [article]})
    await wechat.ask("draft/delete", {"media_id": made["media_id"]})
    gone = await wechat.ask("draft/get", {"media_id": made["media_id"]})
    assert (gone["errcode"], "media_id" in await wechat.ask("draft/add", {"articles": [article]})) == (
        40007,
        True,
    )


async def test_the_draft_box_is_always_on(wechat: WeChatCaller):
    assert (await wechat.ask("draft/switch", {}))["is_open"] == 1


@pytest.mark.parametrize(
    "crop", ["0_0_1", "0_0_1_1.5", "0.5_0_0.5_1", "a_0_1_1", "0_0_1_0.1234567", "-0.1_0_1_1", "0,0,1,1"]
)
@pytest.mark.parametrize("name", ["pic_crop_235_1", "pic_crop_1_1"])
async def test_parts_of_a_cover_that_are_none_are_refused(wechat: WeChatCaller, name: str, crop: str):
    assert (await wechat.draft(**{name: crop}))["errcode"] == 53402


async def test_parts_of_a_cover_are_taken_in_both_forms(wechat: WeChatCaller):
    part = {"ratio": "2.35_1", "x1": "0.1945", "y1": "0", "x2": "1", "y2": "0.5236"}
    made = await wechat.draft(pic_crop_235_1="0.1945_0_1_0.5236", cover_info={"crop_percent_list": [part]})
    assert "media_id" in made
    wrong = await wechat.draft(cover_info={"crop_percent_list": [part | {"ratio": "3_1"}]})
    assert wrong["errcode"] == 53402


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('<p><a href="https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=x">别的号</a></p>', 40155),
        ('<mp-miniprogram data-miniprogram-appid="wx1"></mp-miniprogram>', 45166),
    ],
)
async def test_homes_of_other_accounts_and_cards_of_programs_are_refused(
    wechat: WeChatCaller, content: str, code: int
):
    assert (await wechat.draft(content=content))["errcode"] == code


@pytest.mark.parametrize(
    ("unit", "title", "fits"),
    [
        ("characters", "😀" * 32, True), ("utf16", "😀" * 32, False), ("utf16", "😀" * 16, True),
        ("bytes", "公" * 11, False), ("bytes", "公" * 10, True),
    ],
)  # fmt: skip
async def test_the_unit_of_lengths_can_be_chosen(
    wechat: WeChatCaller, stage: Sandbox, unit: str, title: str, fits: bool
):
    stage.wechat.switch(counted_in=unit)
    assert ("media_id" in await wechat.draft(title=title)) is fits
