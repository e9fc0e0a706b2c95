"""server/report/monthly.py: the draft of a month, made once, and called to mind."""

from datetime import UTC, date, datetime

from server.report.monthly import draft_last_month, month_before, say_month
from server.store.month_drafts import MonthDraft, list_drafts_of_month
from server.store.tx import Store
from server.watch.terms import months_drafted
from tests.report.lines import Writer, Written

TOP, LOW = "000000019", "000000035"
AT = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


def _item(code: str, day: date) -> Written:
    return Written(code, "news", "tzgg", None, (("website", day, None), ("weibo-a", day, None)))


async def test_a_month_is_drafted_once_for_every_organ_and_stays_as_it_was(store: Store):
    writer = Writer(store)
    await writer.found()
    days = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1))
    await writer.write([_item(LOW, day) for day in days])
    first = await draft_last_month(store, at=AT)
    await writer.write([_item(LOW, date(2026, 10, 5))])
    assert (first > 1, await draft_last_month(store, at=AT)) == (True, 0)
    async with store.read() as tx:
        drafts = {one.org_name: one for one in await list_drafts_of_month(tx, "2026-10", 100)}
        assert not await list_drafts_of_month(tx, "2026-09", 100)
        told = await months_drafted(tx, date(2026, 11, 3))
        late = await months_drafted(tx, date(2026, 11, 11))
    top = next(one for one in drafts.values() if one.figures["org"] == TOP)
    assert (top.figures["items"], top.figures["before"], top.figures["deliveries"]["weibo"]) == (2, 1, 2)
    assert (len(told), len(late)) == (len(drafts), 0)
    assert any(f"{top.org_name}2026年10月公开情况的草稿已生成（主动公开2条）" in one.message for one in told)


def test_a_month_is_said_beside_the_one_before():
    figures = {
        "items": 3,
        "before": 5,
        "deliveries": {"website": 3, "weibo": 2, "gazette": 0},
        "withdrawn": {"items": 1},
    }
    said = say_month(MonthDraft("1", "某旗办公室", "2026-01", figures, AT))
    assert said == (
        "2026年1月，某旗办公室主动公开政府信息3条（同一条信息在几个渠道公开只计一次），比上月减少2条。"
        "按渠道分别计：政府网站3条，政务微博2条。本月撤回1条，另列，不从上述条数中减去。"
    )
    even = say_month(MonthDraft("1", "某旗", "2026-01", {**figures, "before": 3}, AT))
    assert "与上月持平" in even


def test_january_comes_after_december():
    assert month_before(date(2026, 1, 31)) == "2025-12"
