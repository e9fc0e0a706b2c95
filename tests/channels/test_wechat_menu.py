"""channels/wechat/channel.py: the menu of the columns, put at the pretended platform."""

from collections.abc import AsyncIterator

import pytest

from channels.contract import NotAccepted, Refused
from channels.item import Column
from channels.menus import MenuStands
from tests.channels.wechat_stage import Stage, a_wechat
from tests.conftest import Hand

COLUMNS = (Column("zcwj", "政策文件", "", ""), Column("tzgg", "通知公告", "", ""))
SITE = "https://www.example.gov.cn"


@pytest.fixture
async def stage(now: Hand) -> AsyncIterator[Stage]:
    async with a_wechat(now) as opened:
        yield opened


async def test_the_menu_stands_at_the_platform_and_a_second_time_changes_nothing(stage: Stage):
    for _ in range(2):
        assert await stage.channel().put_menu(COLUMNS, SITE) == MenuStands()
    menu = stage.platform.book.menu
    assert menu is not None
    assert [button["name"] for button in menu["button"]] == ["最新公开", "栏目", "服务"]
    assert [one["key"] for one in menu["button"][1]["sub_button"]] == ["column:zcwj", "column:tzgg"]


async def test_an_address_that_the_platform_does_not_take_is_refused_in_chinese(stage: Stage):
    await stage.channel().put_menu(COLUMNS, SITE)
    before = stage.platform.book.menu
    told = await stage.channel().put_menu(COLUMNS, "ftp://www.example.gov.cn")
    assert isinstance(told, Refused)
    assert (told.code, told.who_acts, "网站地址" in told.reason) == ("40055", "operator", True)
    assert stage.platform.book.menu == before


async def test_a_quota_that_is_used_up_is_no_refusal(stage: Stage):
    stage.says("menu/create", 45009)
    assert isinstance(await stage.channel().put_menu(COLUMNS, SITE), NotAccepted)
