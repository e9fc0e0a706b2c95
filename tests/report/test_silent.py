"""server/report/silent.py: who has not submitted, until when it should have, and calling upon it."""

from datetime import UTC, date, datetime

import pytest

from scheduler.workdays import Calendar
from server.core.problems import Problem
from server.report.filing import Move, move
from server.report.silent import late_table, list_late, remind
from server.store.orgs import find_org_by_code
from server.store.tx import Store
from server.watch.terms import filings_called_for, filings_pending
from tests.report.lines import Writer

TOP, MIDDLE, LOW = "000000019", "000000027", "000000035"
AT = datetime(2027, 2, 10, 2, tzinfo=UTC)
TODAY = date(2027, 2, 10)


async def test_who_has_not_submitted_is_called_upon_once_a_day_until_it_has(store: Store):
    writer = Writer(store)
    await writer.found()
    ids = iter(f"new{n}" for n in range(9))
    async with store.begin() as tx:
        top, low = await find_org_by_code(tx, TOP), await find_org_by_code(tx, LOW)
        late = await list_late(tx, top, 2026, Calendar(), TODAY)
        # 条例 Art. 49: 31 January 2027 is a Sunday, and the Friday before is the last day of work.
        assert [(one.silent.org_code, one.due_on, one.days_over) for one in late] == [
            (MIDDLE, date(2027, 1, 29), 12), (LOW, date(2027, 1, 29), 12),
        ]  # fmt: skip
        for _twice in range(2):
            told = await remind(tx, top, 2026, None, Calendar(), by=writer.person, at=AT)
        assert [one.silent.org_code for one in told] == [MIDDLE, LOW]
        assert len(await filings_called_for(tx, TODAY)) == 2
        await move(tx, low, 2026, "submit", reason=None, by=writer.person, at=AT, new_id=lambda: next(ids))
        (left,) = await list_late(tx, top, 2026, Calendar(), TODAY)
        assert (left.silent.org_code, left.silent.reminders, left.silent.reminded_on) == (MIDDLE, 1, TODAY)
        (alert,) = await filings_called_for(tx, TODAY)
        assert "2026年度的公开数字：上级已催报1次" in alert.message
        assert late_table((left,))[1][2:5] == [2026, "2027-01-29", 12]
        with pytest.raises(Problem) as submitted:
            await remind(tx, top, 2026, {LOW}, Calendar(), by=writer.person, at=AT)
        with pytest.raises(Problem) as early:
            await remind(tx, top, 2027, None, Calendar(), by=writer.person, at=AT)
    assert (submitted.value.field, early.value.field) == ("orgs", "year")


async def test_what_was_submitted_waits_for_the_organ_above_and_what_was_sent_back_for_its_own(store: Store):
    writer = Writer(store)
    await writer.found()
    ids = iter(f"new{n}" for n in range(9))

    async with store.begin() as tx:
        low = await find_org_by_code(tx, LOW)

        async def told_after(step: Move, reason: str | None = None) -> list[tuple[str | None, str, str]]:
            await move(tx, low, 2026, step, reason=reason, by=writer.person, at=AT, new_id=lambda: next(ids))
            return [(one.org_id, one.level, one.message) for one in await filings_pending(tx, TODAY)]

        whose = f"{low.name}2026年度的公开数字"
        assert await filings_pending(tx, TODAY) == []
        assert await told_after("submit") == [(low.parent_id, "warn", f"{whose}已报送，等待接收或退回")]
        assert await told_after("return", "缺政务微博") == [
            (low.id, "alarm", f"{whose}被退回：“缺政务微博”，请改正后重新报送")
        ]
        await remind(tx, await find_org_by_code(tx, TOP), 2026, {LOW}, Calendar(), by=writer.person, at=AT)
        assert await filings_pending(tx, TODAY) == []
        assert any("缺政务微博" in one.message for one in await filings_called_for(tx, TODAY))
        assert [one for one, _level, _words in await told_after("submit")] == [low.parent_id]
        assert await told_after("accept") == []
