from dataclasses import replace

import pytest

from server.subscribe.hear import PRACTICE_ANSWER
from tests.subscribe.conftest import Reader

TITLE = "关于做好医疗救助工作的通知"


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Sentences know no database; what is written is tried on both in test_hear.py."""
    request.getfixturevalue("sqlite_template")
    return str(request.param)


async def test_one_find_is_shown_as_an_article(reader: Reader):
    await reader.published()
    assert await reader.write("医疗救助") == f"[{TITLE}]"


async def test_several_finds_are_listed_with_their_addresses(reader: Reader):
    ids = [await reader.published(title=f"医疗救助{name}") for name in "甲乙"]
    answer = await reader.write("医疗救助")
    assert answer.startswith("找到 2 篇")
    assert all(item_id in answer for item_id in ids)


async def test_more_finds_than_fit_lead_to_the_site(reader: Reader):
    for number in range(9):
        await reader.published(title=f"医疗救助{number}")
    assert "/search?q=%E5%8C%BB" in await reader.write("医疗救助")


async def test_nothing_found_says_what_to_do(reader: Reader):
    assert "没有找到“养蜂”" in await reader.write("养蜂")


async def test_what_was_withdrawn_is_not_found(reader: Reader):
    item_id = await reader.published()
    await reader.house.withdraw(item_id)
    assert "没有找到" in await reader.write("医疗救助")


async def test_a_practice_account_shows_nothing_real_and_follows_nothing(reader: Reader):
    await reader.published()
    reader.account = replace(reader.account, practice=True)
    for asked in ("医疗救助", "最新", "订阅 政策文件"):
        assert await reader.write(asked) == PRACTICE_ANSWER
    assert await reader.press("latest") == PRACTICE_ANSWER


async def test_a_draft_is_not_found(reader: Reader):
    await reader.house.item()
    assert "没有找到" in await reader.write("医疗救助")


async def test_the_newest_come_as_articles_to_a_press_and_as_a_list_to_a_word(reader: Reader):
    await reader.published(title="甲办法")
    reader.house.now.move(hours=1)
    await reader.published(title="乙办法")
    pressed, written = await reader.press("latest"), await reader.write("最新")
    assert (pressed, written.index("乙办法") < written.index("甲办法")) == ("[乙办法][甲办法]", True)


async def test_a_press_shows_eight_articles_at_most(reader: Reader):
    for number in range(9):
        await reader.published(title=f"办法{number}")
    assert (await reader.press("latest")).count("[") == 8


async def test_a_column_is_shown_by_its_button_and_by_its_name(reader: Reader):
    await reader.published()
    assert (await reader.press("column:zcwj"), TITLE in await reader.write("政策文件")) == (
        f"[{TITLE}]",
        True,
    )


async def test_a_column_without_content_says_so(reader: Reader):
    assert "还没有内容" in await reader.press("column:tzgg")


async def test_a_button_of_a_former_column_says_so(reader: Reader):
    assert "不在了" in await reader.press("column:none")


@pytest.mark.parametrize("key", ["columns", "help", "", "'; DROP TABLE items; --"])
async def test_any_other_button_has_an_answer(reader: Reader, key: str):
    assert "栏目" in await reader.press(key)


@pytest.mark.parametrize("word", ["", "帮助", "？"])
async def test_who_says_nothing_is_told_how_to_ask(reader: Reader, word: str):
    assert "例如" in await reader.write(word)


@pytest.mark.parametrize("word", ["订阅 政策文件", "关注：政策文件", "订阅“政策文件”"])
async def test_what_a_reader_follows_is_shown_to_him(reader: Reader, word: str):
    await reader.published()
    await reader.write(word)
    mine = await reader.write("我的订阅")
    assert ("【政策文件】" in mine, TITLE in mine) == (True, True)


async def test_who_follows_nothing_is_told_how(reader: Reader):
    assert "还没有订阅" in await reader.press("mine")


async def test_what_is_followed_no_more_is_not_shown(reader: Reader):
    await reader.write("订阅 政策文件")
    await reader.write("退订 政策文件")
    assert "还没有订阅" in await reader.write("我的订阅")


@pytest.mark.parametrize("word", ["订阅 天气", "退订 天气"])
async def test_a_column_that_is_none_is_named(reader: Reader, word: str):
    assert "“天气”" in await reader.write(word)


@pytest.mark.parametrize("asked", ["%", "_", '"', "' OR 1=1", "]]>", "\U0001f600", "*:*", "甲" * 500])
async def test_any_word_has_an_answer(reader: Reader, asked: str):
    await reader.published()
    assert "没有找到" in await reader.write(asked)
