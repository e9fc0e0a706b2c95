"""What a channel or an account says instead: rendered there, checked there, sealed in the hash."""

import dataclasses
from typing import Any

from channels.item import Override, Picture
from channels.weibo.pictures import fitting
from server.core.draft import create_item, revise_item
from server.core.workplace import read_leg
from server.store.items import get_item
from tests.channels.memory_shelf import a_content
from tests.house import House

COVER = Picture("c" * 64, "image/png", 10, 9, 9, "")
WEIBO = Override("weibo", title="微博标题", summary="微博摘要")


async def titles(house: House, **changes: Any) -> dict[str, str]:
    """Give the title of what goes out on each account."""
    made = await house.item(**changes)
    plan = await house.release(made.id, ("website", "weibo", "wechat"))
    return {leg.account: (await read_leg(house.place, leg.id)).post.title for leg in plan.deliveries}


async def test_a_channel_says_its_own_words_and_the_page_keeps_the_items(house: House):
    told = await titles(house, title="原标题", overrides=(WEIBO,))
    assert told == {"website": "原标题", "weibo": "微博标题", "wechat": "原标题"}


async def test_an_accounts_words_go_before_its_channels(house: House):
    account = Override("weibo", "weibo", title="账号标题")
    other = Override("weibo", "another", title="别的账号")
    assert (await titles(house, overrides=(account, WEIBO, other)))["weibo"] == "账号标题"


async def test_overrides_change_the_hash_that_approvals_are_sealed_to(house: House):
    async with house.store.begin() as tx:
        made = await create_item(tx, house.draft(), by=house.author, at=house.now(), new_id=house.new_id)
        changed = await revise_item(
            tx, made.id, house.draft(overrides=(WEIBO,)), by=house.author, at=house.now(), new_id=house.new_id
        )
    assert made.revision.content_hash != changed.revision.content_hash


async def test_a_version_that_says_nothing_of_overrides_keeps_them(house: House):
    async with house.store.begin() as tx:
        made = await create_item(
            tx, house.draft(overrides=(WEIBO,)), by=house.author, at=house.now(), new_id=house.new_id
        )
        await revise_item(
            tx, made.id, house.draft(title="改过"), by=house.author, at=house.now(), new_id=house.new_id
        )
        assert (await get_item(tx, made.id)).revision.sheet.overrides == (WEIBO,)


async def test_the_words_of_overrides_are_looked_through(house: House):
    bad = Override("wechat", title="甲某 13812345678")
    made = await house.item(overrides=(bad,))
    found = (await house.examiner.check_item(made.id, at=house.now())).findings
    assert [one.place.field for one in found if one.rule == "mobile_number"] == ["overrides.0.title"]


def test_a_cover_goes_before_the_pictures_of_the_body():
    body = Picture("b" * 64, "image/png", 10, 9, 9, "")
    content = dataclasses.replace(a_content(), pictures=(body,), overrides=(Override("weibo", cover=COVER),))
    assert fitting(content.told_on("weibo", "x"))[0] == COVER
    assert fitting(content.told_on("wechat", "x")) == (body,)


def test_an_empty_summary_is_said_and_a_missing_one_is_the_items():
    content = dataclasses.replace(a_content(summary="原摘要"), overrides=(Override("weibo", summary=""),))
    assert content.told_on("weibo", "x").summary == ""
    assert content.told_on("wechat", "x").summary == "原摘要"
