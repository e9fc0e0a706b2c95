"""Each picture up once, and what the draft box kept compared (channels/wechat/CONTRACT.md §3, §4)."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.contract import NotAccepted, OutcomeUnknown, Receipt, Refused
from channels.item import Related
from channels.wechat.readback import loss_of, shape_of
from tests.channels.memory_shelf import ORG, a_content
from tests.channels.wechat_stage import Stage, a_wechat, jpeg, with_pictures
from tests.conftest import Hand

SENT = {
    "title": "标题",
    "author": "旗政府",
    "digest": "摘要",
    "content_source_url": "http://a.example.cn/1#r1",
    "content": (
        '<section><p>第一段。</p><img src="http://mmbiz.qpic.cn/mmbiz_jpg/A/0?wx_fmt=jpeg"><p>第二<b>段</b></p>'
        '<table><tr><td>一</td><td>二</td></tr></table><img src="http://mmbiz.qpic.cn/mmbiz_png/B/0"></section>'
    ),
}


@pytest.fixture
async def stage(now: Hand) -> AsyncIterator[Stage]:
    async with a_wechat(now) as opened:
        yield opened


def stored(**changes: Any) -> dict[str, Any]:
    return SENT | changes


def content(old: str, new: str) -> dict[str, Any]:
    assert old in SENT["content"]
    return stored(content=SENT["content"].replace(old, new))


async def test_a_picture_goes_up_once_for_all_articles_of_an_account(stage: Stage):
    picture = stage.picture()
    await stage.published(with_pictures(a_content(), picture))
    await stage.published(with_pictures(a_content("i2"), picture))
    assert (stage.calls("media/uploadimg"), stage.calls("material/add_material")) == (1, 1)


async def test_a_picture_shown_twice_goes_up_once(stage: Stage):
    picture = stage.picture()
    await stage.published(with_pictures(with_pictures(a_content(), picture), picture))
    assert stage.calls("media/uploadimg") == 1
    assert stage.platform.published()[0].content.count("<img") == 2


async def test_the_plain_cover_goes_up_once(stage: Stage):
    await stage.published()
    await stage.published(a_content("i2"))
    assert stage.calls("material/add_material") == 1


async def test_what_failed_to_go_up_is_not_remembered(stage: Stage):
    picture = stage.picture()
    stage.fault("media/uploadimg", "502_after")
    assert isinstance(await stage.publish(with_pictures(a_content(), picture)), NotAccepted)
    assert isinstance(await stage.publish(with_pictures(a_content(), picture)), Receipt)
    assert stage.calls("media/uploadimg") == 2


async def test_a_cover_that_somebody_deleted_goes_up_anew(stage: Stage):
    await stage.published()
    stage.platform.book.media.clear()
    first = await stage.publish(a_content("i2"))
    second = await stage.publish(a_content("i2"))
    assert (isinstance(first, NotAccepted), isinstance(second, Receipt)) == (True, True)


async def test_a_picture_that_cannot_be_opened_names_its_place(stage: Stage):
    good, bad = stage.picture(), stage.picture(b"no picture", alt="会场外景")
    outcome = await stage.publish(with_pictures(a_content(), good, bad))
    assert isinstance(outcome, Refused)
    assert (outcome.who_acts, "第2张图片（会场外景）" in outcome.reason) == ("editor", True)


async def test_a_picture_whose_file_is_lost_stops_the_delivery(stage: Stage):
    picture = replace(stage.picture(), sha256="f" * 64)
    assert isinstance(await stage.publish(with_pictures(a_content(), picture)), Refused)


async def test_nothing_is_submitted_when_a_picture_is_bad(stage: Stage):
    await stage.publish(with_pictures(a_content(), stage.picture(b"no picture")))
    assert (stage.calls("draft/add"), stage.calls("freepublish/submit")) == (0, 0)


async def test_the_cover_has_its_parts_for_both_kinds_of_lists(stage: Stage):
    await stage.published(with_pictures(a_content(), stage.picture(jpeg(1200, 900))))
    article = json.loads(await body_of(stage, "draft/add"))["articles"][0]
    for name in ("pic_crop_235_1", "pic_crop_1_1"):
        edges = [float(edge) for edge in article[name].split("_")]
        assert all(0 <= edge <= 1 for edge in edges)
        assert re.fullmatch(r"(\d(\.\d{1,6})?_){3}\d(\.\d{1,6})?", article[name])


async def body_of(stage: Stage, path: str) -> bytes:
    """Give the body that the channel sends to a path, by listening on the line."""
    caught: list[bytes] = []
    send = stage.http.send

    class Listening:
        async def send(self, method: str, url: Any, **rest: Any) -> Any:
            if str(url.path).endswith(path):
                caught.append(rest["body"])
            return await send(method, url, **rest)

    stage.http = Listening()
    await stage.publish(replace(a_content("i9"), pictures=tuple(stage_pictures(stage))))
    return caught[0]


def stage_pictures(stage: Stage) -> list[Any]:
    return [stage.picture(jpeg(1200, 900))]


async def test_bodies_are_literal_utf8(stage: Stage):
    body = await body_of(stage, "draft/add")
    assert ("全旗全域旅游".encode() in body, b"\\u" in body) == (True, False)


@pytest.mark.parametrize(
    ("code", "field"), [(45002, "content"), (45003, "title"), (45004, "digest"), (45110, "author")]
)
async def test_a_field_that_is_too_long_is_told_with_its_length(stage: Stage, code: int, field: str):
    stage.says("draft/add", code)
    outcome = await stage.publish(a_content(title="字" * 20, summary="摘" * 30))
    assert isinstance(outcome, Refused)
    told = {"title": "现有20字", "digest": "现有30字", "author": "现有0字"}.get(field, "现有")
    assert told in outcome.reason


async def test_the_name_of_an_organ_is_never_cut_into_that_of_another(stage: Stage):
    await stage.published()
    assert (ORG.name, stage.platform.published()[0].author) == ("鄂托克旗人民政府办公室", "")


async def test_an_account_may_name_its_author(stage: Stage):
    stage.settings["author"] = "鄂托克旗政府"
    await stage.published()
    assert stage.platform.published()[0].author == "鄂托克旗政府"


async def test_a_draft_with_losses_is_not_published(stage: Stage):
    stage.fault("draft/get", "error", body={"news_item": [{"title": "别的标题"}]})
    outcome = await stage.publish()
    assert isinstance(outcome, Refused)
    assert (outcome.code, stage.calls("freepublish/submit")) == ("lost_in_draft", 0)


async def test_a_draft_with_losses_is_not_left_behind(stage: Stage):
    stage.fault("draft/get", "error", body={"news_item": [{"title": "别的标题"}]})
    await stage.publish()
    assert stage.platform.drafts_carrying(stage.post().mark) == 0


@pytest.mark.parametrize("fault", ["drop_after", "502_before", "hang", "truncated"])
async def test_a_draft_that_cannot_be_read_back_is_read_again_later(stage: Stage, fault: str):
    stage.fault("draft/get", fault)
    assert isinstance(await stage.publish(), NotAccepted)
    assert isinstance(await stage.publish(), Receipt)
    assert stage.calls("draft/add") == 1


async def test_a_draft_that_somebody_deletes_at_once_is_placed_anew(stage: Stage):
    stage.says("draft/get", 40007)
    assert isinstance(await stage.publish(), NotAccepted)


async def test_a_draft_of_an_earlier_try_that_says_something_else_is_replaced(stage: Stage):
    stage.says("freepublish/submit", 53501)
    await stage.publish()
    related = Related("interpretation", "一图读懂", "http://www.example.gov.cn/a/2.html")
    assert isinstance(await stage.publish(replace(a_content(), related=(related,))), Receipt)
    drafts = stage.platform.book.drafts.values()
    assert ["一图读懂" in draft.articles[0].content for draft in drafts] == [True]


async def test_an_office_may_trust_the_platform_to_lose_nothing(stage: Stage):
    stage.settings["read_back"] = "off"
    await stage.published()
    assert stage.calls("draft/get") == 0


async def test_no_answer_to_a_draft_is_unknown_and_the_draft_is_adopted(stage: Stage):
    stage.fault("draft/add", "drop_after")
    assert isinstance(await stage.publish(), OutcomeUnknown)
    assert isinstance(await stage.publish(), Receipt)
    assert stage.calls("draft/add") == 1


def test_what_came_back_whole_is_no_loss():
    assert loss_of(SENT, stored()) is None


@pytest.mark.parametrize(
    "harmless",
    [
        content(
            "http://mmbiz.qpic.cn/mmbiz_jpg/A/0?wx_fmt=jpeg",
            "https://mmbiz.qpic.cn/mmbiz_jpg/A/640?from=appmsg",
        ),
        content(
            '<img src="http://mmbiz.qpic.cn/mmbiz_png/B/0">',
            '<img data-src="https://mmbiz.qpic.cn/mmbiz_png/B/0">',
        ),
        content("<section>", '<section style="x"> '),
        content("<b>段</b>", "<strong>段</strong>"),
        content("<table>", "<table><tbody>"),
        stored(title="标题 "),
        stored(content_source_url="http://a.example.cn/1#r1"),
    ],
)
def test_what_the_platform_may_change_is_no_loss(harmless: dict[str, Any]):
    assert loss_of(SENT, harmless) is None


@pytest.mark.parametrize(
    ("kept", "word"),
    [
        (content('<img src="http://mmbiz.qpic.cn/mmbiz_jpg/A/0?wx_fmt=jpeg">', ""), "第1张图片"),
        (content('<img src="http://mmbiz.qpic.cn/mmbiz_png/B/0">', ""), "第2张图片"),
        (content("<table><tr><td>一</td><td>二</td></tr></table>", "一二"), "第1个表格"),
        (content("<td>二</td>", "二"), "第1个表格"),
        (content("第二<b>段</b>", "第二"), "“段”"),
        (content("第一段。", "第一段"), "“第一段。”"),
        (content("第一段。", ""), "“第一段。”"),
        (stored(content=""), "第1张图片"),
        (stored(title="标"), "标题"),
        (stored(digest="别的"), "摘要"),
        (stored(content_source_url="http://a.example.cn/1"), "阅读原文"),
    ],
)
def test_a_loss_is_named(kept: dict[str, Any], word: str):
    lost = loss_of(SENT, kept)
    assert lost is not None
    assert word in lost


def test_an_empty_digest_that_the_platform_filled_is_no_loss():
    assert loss_of(SENT | {"digest": ""}, stored(digest="第一段。")) is None


def test_entities_in_a_title_are_the_same_title():
    assert loss_of(SENT | {"title": "甲&乙"}, stored(title="甲&amp;乙")) is None


@given(st.text(max_size=60))
def test_reading_back_never_fails_whatever_the_platform_gives(text: str):
    shape_of(text)
    assert loss_of(SENT, stored(content=text)) is not None
