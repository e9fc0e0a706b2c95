"""server/console/overdue.py: what should have gone, and one button that sets it going."""

from datetime import timedelta

import pytest

from tests.console.conftest import ConsoleOffice


async def _stuck(office: ConsoleOffice) -> str:
    """Plan an item whose time comes while no clock runs."""
    made = await office.house.item(title="防汛工作通知")
    await office.house.release(made.id, not_before=office.house.now() + timedelta(hours=1))
    office.house.now.move(hours=2)
    return made.id


async def test_what_is_overdue_is_listed_with_its_reason_and_repaired_by_one_button(office: ConsoleOffice):
    item = await _stuck(office)
    desk = await office.desk("chief")
    seen = await desk.get("/console/overdue")
    assert "现在还没有发出的（1）" in seen.words
    assert "定时进程没有按时打开它" in seen.words
    after = await desk.follow(await desk.post("/console/overdue/repair"))
    assert (await office.house.legs(item))["website"].state == "ready"
    assert "已重新触发" in after.words
    assert "晚了 60 分钟" in after.words
    await office.house.run_until_quiet()
    assert "没有到期未发布的内容" in (await desk.get("/console/overdue")).words


async def test_a_list_that_is_longer_than_shown_says_how_much_more_there_is(
    office: ConsoleOffice, monkeypatch: pytest.MonkeyPatch
):
    for _more in range(3):
        await _stuck(office)
    monkeypatch.setattr("server.console.overdue._MOST", 1)
    seen = await (await office.desk("chief")).get("/console/overdue")
    assert "现在还没有发出的（3）" in seen.words
    assert "只列出最早到期的 1 项，另有 2 项没有列出" in seen.words
    told = (await office.get("/api/v1/overdue", by="chief")).json
    assert (told["count"], len(told["overdue"])) == (3, 3)


async def test_other_organs_see_nothing_of_it_and_authors_have_no_button(office: ConsoleOffice):
    await _stuck(office)
    assert "防汛" not in (await (await office.desk("stranger")).get("/console/overdue")).words
    author = await office.desk("author")
    assert "全部补发" not in (await author.get("/console/overdue")).words
    assert (await author.post("/console/overdue/repair")).status == 403
