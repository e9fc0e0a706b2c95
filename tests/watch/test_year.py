"""A simulated month by default and a simulated year with `make thorough`: nothing early, lost, or twice."""

import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from server.core.reschedule import reschedule
from server.store.clock_tables import late_mark, obligation
from server.store.gates import UNSENT
from server.store.obligations import list_obligations
from server.store.tables import delivery
from server.watch.overview import state_of
from tests.house import House
from tests.watch.year import SHANGHAI, Life, beijing

OFF = (
    "2027-01-01", "2027-01-02", "2027-01-03", *(f"2027-02-{day:02d}" for day in range(5, 13)),
    "2027-04-05", *(f"2027-05-{day:02d}" for day in range(1, 6)), "2027-06-09", "2027-09-15",
    *(f"2027-10-{day:02d}" for day in range(1, 8)),
)  # fmt: skip
MADE_UP = ("2027-02-14", "2027-02-20", "2027-05-08", "2027-09-26", "2027-10-09")
NOTICE = json.dumps({"year": 2027, "off_days": OFF, "make_up_working_days": MADE_UP}).encode()
"""An arrangement as a year's notice has it; the days are made up."""


def days(number: int, clock: time) -> tuple[str, dict[str, Any]]:
    return "after_working_days", {"working_days": number, "at_clock": clock}


async def documents_of_december(life: Life) -> None:
    """Three rules on one document, one that crosses the year's end, one that is never interpreted."""
    first = await life.document("医疗救助办法", "2026-12-03T09:00")
    live = beijing("2026-12-03T09:00")
    for title, (rule, more), moment in (
        ("同时", ("same_moment", {}), live),
        ("次日", days(1, time(9)), beijing("2026-12-04T09:00")),
        ("第三个工作日", days(3, time(14, 30)), beijing("2026-12-08T14:30")),
        ("定时", ("at_time", {"not_before": beijing("2026-12-20T10:00")}), beijing("2026-12-20T10:00")),
    ):
        life.expected[await life.interpretation(title, (first, rule, more))] = moment
    early = await life.document("比解读晚的文件", "2026-12-10T16:00")
    rule = ("at_time", {"not_before": beijing("2026-12-07T09:00")})
    life.expected[await life.interpretation("不早于原文", (early, *rule))] = beijing("2026-12-10T16:00")
    alone = await life.document("没有解读的文件", "2026-12-14T09:00")
    life.expected |= {first: live, early: beijing("2026-12-10T16:00"), alone: beijing("2026-12-14T09:00")}


async def documents_of_the_year(life: Life) -> None:
    """Holidays, moves, withdrawals, two sources, and a document that falls due while nothing runs."""

    async def pair(
        title: str, moment: str, number: int, clock: time, on: Any = ("website",)
    ) -> tuple[str, str]:
        source = await life.document(title, moment)
        live = life.served(beijing(moment))
        made = await life.interpretation(f"{title}解读", (source, *days(number, clock)), on=on)
        life.expected |= {source: live, made: life.after_working_days(live, number, clock)}
        return source, made

    await pair("年末的文件", "2026-12-31T10:00", 1, time(9))
    before, _made = await pair("节前的文件", "2027-02-04T11:30", 2, time(9))
    same_day = await life.interpretation("当日解读", (before, *days(0, time(16))))
    life.expected[same_day] = beijing("2027-02-04T16:00")
    await pair("五一前的文件", "2027-04-30T17:30", 1, time(9))
    await pair("国庆前的文件", "2027-09-29T09:00", 5, time(10))
    await pair("停机时到期的文件", "2027-06-11T09:00", 1, time(9))
    moved, follows = await pair("改期的文件", "2027-03-01T09:00", 2, time(8, 30))

    async def move() -> None:
        async with life.house.store.begin() as tx:
            await reschedule(tx, moved, beijing("2027-03-08T09:00"), life.live, at=life.house.now())

    life.plan("2027-02-26T16:00", move)
    life.expected |= {moved: beijing("2027-03-08T09:00"), follows: beijing("2027-03-10T08:30")}
    back, counted = await pair("撤回又恢复的文件", "2027-03-15T10:00", 3, time(9))
    life.plan("2027-03-16T14:30", lambda: life.house.withdraw(back))
    life.plan("2027-03-22T10:00", lambda: life.corrected(back))
    life.expected[counted] = beijing("2027-03-25T09:00")
    one, two = await life.document("甲", "2027-04-01T09:00"), await life.document("乙", "2027-04-12T09:00")
    both = await life.interpretation("两份文件的解读", (one, *days(1, time(9))), (two, *days(1, time(9))))
    life.expected |= {
        one: beijing("2027-04-01T09:00"),
        two: beijing("2027-04-12T09:00"),
        both: beijing("2027-04-13T09:00"),
    }
    late = await life.document("迟发的文件")
    life.plan("2027-04-27T11:30", lambda: life.released(late, None))
    fixed = await life.interpretation(
        "等原文", (late, "at_time", {"not_before": beijing("2027-04-20T09:00")})
    )
    life.expected |= {late: beijing("2027-04-27T11:30"), fixed: beijing("2027-04-27T11:30")}
    gone = await life.document("撤回的文件", "2027-07-05T09:00")
    life.plan("2027-07-06T09:00", lambda: life.house.withdraw(gone))
    await life.interpretation("永不发的解读", (gone, *days(2, time(9))))
    life.expected[gone] = beijing("2027-07-05T09:00")


async def settled(life: Life) -> None:
    """Hold what happened against what should have: moments, marks, counts, terms."""
    first = dict[str, datetime]()
    for _slug, item, at in life.book.shown:
        first.setdefault(item, at)
    shown = Counter((slug, item) for slug, item, _at in life.book.shown)
    async with life.house.store.read() as tx:
        late = {row.delivery_id for row in await tx.execute(late_mark.select())}
        unsent = await tx.execute(delivery.select().where(delivery.c.state.in_(UNSENT)))
        waiting = {row.item_id for row in unsent if row.gate != "source_live"}
        terms = await list_obligations(tx, date(2026, 1, 1), date(2028, 1, 1), None, limit=5000)
        met = await tx.execute(obligation.select())
    dues = life.crowd
    assert waiting == set()
    assert dues.keys() <= first.keys()  # nothing is lost
    assert [key for key, due in dues.items() if first[key] < due] == []  # nothing is early
    assert [
        key for key in dues if shown["website", key] + shown["weibo", key] != 1
    ] == []  # nothing is there twice
    in_time = {key for key, due in dues.items() if not life.is_served_late(due)}
    assert [key for key in in_time if first[key] - dues[key] > timedelta(minutes=7)] == []
    assert late & dues.keys() == dues.keys() - in_time  # exactly what nobody could serve is marked
    wrong = {
        key: (str(first.get(key)), str(due))
        for key, due in life.expected.items()
        if not timedelta()
        <= first.get(key, due - timedelta(days=1)) - life.served(due)
        < timedelta(minutes=5)
    }
    assert wrong == {}
    today = life.house.now().astimezone(SHANGHAI).date()
    states = {one.obligation.source_id: state_of(one.obligation, today) for one in terms}
    assert len(states) == len(met.all())
    missed = {key for key, state in states.items() if state in ("late", "overdue")}
    assert missed
    assert {f"interpretation:{key}" for key in missed} <= life.alerted  # each deadline is met or was flagged


@pytest.mark.slow
async def test_in_a_month_of_hundreds_of_items_nothing_is_early_lost_or_there_twice(house: House):
    stop = (beijing("2026-12-11T18:00"), beijing("2026-12-13T08:00"))
    life = Life(house, date(2026, 11, 25), 30, (stop,), (time(9), time(10), time(14, 30), time(16)))
    await life.live.refresh(house.store)
    await life.crowded(40, seed=6)
    await life.crowded(260, seed=7, on="weibo")
    await documents_of_december(life)
    await life.run()
    assert sum(life.is_served_late(due) for due in life.crowd.values()) > 5
    await settled(life)


@pytest.mark.slow
@pytest.mark.timeout(5400)  # five minutes of a processor, which may be shared with many
async def test_in_a_year_of_43000_items_every_deadline_is_met_or_flagged(house: House, engine: str):
    stops = (
        (beijing("2027-02-07T00:00"), beijing("2027-02-09T08:00")),
        (beijing("2027-06-10T18:00"), beijing("2027-06-14T08:00")),
        (beijing("2027-08-20T12:00"), beijing("2027-08-20T14:00")),
    )
    life = Life(house, date(2026, 11, 25), 365, stops)
    await life.live.refresh(house.store)
    life.off |= {date.fromisoformat(day) for day in OFF}
    life.made_up |= {date.fromisoformat(day) for day in MADE_UP}
    # Both engines run the same statements; the whole number goes to the one that most offices have.
    number = 42_000 if engine == "sqlite" else 5_000
    await life.crowded(1_000, seed=26)
    await life.crowded(number, seed=27, on="weibo")
    await documents_of_december(life)
    await documents_of_the_year(life)
    life.plan("2026-12-22T10:00", lambda: life.imported(NOTICE))  # until then the next year is provisional
    await life.run()
    assert life.plans == {}
    await settled(life)
