from typing import Any

import pytest

from channels.sandbox.run import Sandbox
from tests.channels.sandbox.conftest import WeChatCaller

PRESS = {"type": "click", "name": "最新", "key": "latest"}
LOOK = {"type": "view", "name": "网站", "url": "https://www.example.gov.cn/"}


async def create(wechat: WeChatCaller, *buttons: Any) -> int:
    return (await wechat.ask("menu/create", {"button": list(buttons)}))["errcode"]


async def test_a_menu_comes_back_as_it_went_in(wechat: WeChatCaller):
    assert await create(wechat, PRESS, {"name": "栏目", "sub_button": [LOOK]}) == 0
    buttons = (await wechat.look("menu/get"))["menu"]["button"]
    assert buttons == [
        PRESS | {"sub_button": []},
        {"name": "栏目", "sub_button": [LOOK | {"sub_button": []}]},
    ]


async def test_a_menu_that_was_deleted_is_none(wechat: WeChatCaller):
    await create(wechat, PRESS)
    assert ((await wechat.look("menu/delete"))["errcode"], (await wechat.look("menu/get"))["errcode"]) == (
        0,
        46003,
    )


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([PRESS] * 4, 40016),
        ([{**PRESS, "type": "clack"}], 40017),
        ([{**PRESS, "name": "一二三四五六"}], 40018),
        ([{**PRESS, "name": ""}], 40018),
        ([{**PRESS, "key": "k" * 129}], 40019),
        ([{**LOOK, "url": "https://a.cn/" + "x" * 1024}], 40020),
        ([{**LOOK, "url": "javascript:x"}], 40054),
        ([{"name": "甲", "sub_button": [{"name": "乙", "sub_button": [PRESS]}]}], 40022),
        ([{"name": "甲", "sub_button": [PRESS] * 6}], 40023),
        ([{"name": "甲", "sub_button": [{**PRESS, "type": "clack"}]}], 40024),
        ([{"name": "甲", "sub_button": [{**PRESS, "name": "名" * 21}]}], 40025),
        ([{"name": "甲", "sub_button": [{**PRESS, "key": ""}]}], 40026),
        ([{"name": "甲", "sub_button": [{**LOOK, "url": ""}]}], 40027),
        ([{"name": "甲", "sub_button": [{**LOOK, "url": "ftp://a.cn/"}]}], 40055),
        ([{"type": "miniprogram", "name": "甲", "url": "https://a.cn/", "appid": "wx"}], 45064),
        ([{"type": "media_id", "name": "甲", "media_id": "x"}], 40007),
        ([{"type": "article_id", "name": "甲", "article_id": "x"}], 53600),
        (["甲"], 47001),
    ],
)
async def test_each_limit_of_a_menu_has_its_code(wechat: WeChatCaller, buttons: list[Any], code: int):
    assert await create(wechat, *buttons) == code


async def test_a_refused_menu_changes_nothing(wechat: WeChatCaller, stage: Sandbox):
    await create(wechat, PRESS)
    await create(wechat, LOOK | {"url": ""})
    assert stage.wechat.book.menu == {"button": [PRESS | {"sub_button": []}]}
