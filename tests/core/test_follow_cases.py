"""Follow-up rules as a table, through the year's end, Spring Festival, withdrawal and return."""

from datetime import UTC, date, datetime, time

import pytest

from scheduler.workdays import Calendar
from server.core.calendar import LiveCalendar
from server.core.contents import content_of_draft
from server.core.follow import bind, list_follows
from server.core.reschedule import reschedule
from server.store.followups import Follow
from tests.house import SITE, House


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


async def followed(house: House, source_id: str, rule: str = "same_moment", **more) -> str:
    """An interpretation that follows a source and is released."""
    made = await house.item(
        kind="interpretation", title="解读", column="zcjd", body_html="<p>为什么这样规定</p>"
    )
    async with house.store.begin() as tx:
        follow = Follow(made.id, source_id, rule, **more)
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    await house.release(made.id)
    return made.id


async def released(house: House, item_id: str) -> None:
    await house.release(item_id)
    await house.run_until_quiet()


async def due_at(house: House, item_id: str) -> datetime | None:
    return (await house.legs(item_id))["website"].due_at


async def state(house: House, item_id: str) -> str:
    return (await house.states(item_id))["website"]


async def seen(house: House, item_id: str):
    async with house.store.read() as tx:
        (one,) = await list_follows(tx, item_id, house.calendar, at=house.now())
    return one


async def links_of(house: House, item_id: str) -> str:
    """What a page written at this moment would link to."""
    async with house.store.read() as tx:
        content = await content_of_draft(tx, item_id, SITE, at=house.now())
    return " ".join(link.url for link in content.related)


# Source live at, working days, time of day: the moment the interpretation goes. All in Beijing.
CASES = {
    "the next day": ("2026-11-25T10:00", 1, time(9), "2026-11-26T09:00"),
    "over a weekend": ("2026-11-27T10:00", 2, time(9), "2026-12-01T09:00"),
    "live late in the evening": ("2026-11-25T23:59", 1, time(9), "2026-11-26T09:00"),
    "live just after midnight": ("2026-11-26T00:01", 1, time(9), "2026-11-27T09:00"),
    "over Spring Festival": ("2026-02-13T16:00", 2, time(9), "2026-02-24T09:00"),  # the 14th is worked
    "over National Day": ("2026-09-30T16:00", 1, time(8, 30), "2026-10-08T08:30"),
    "onto a Saturday that is worked": ("2026-10-09T10:00", 1, time(9), "2026-10-10T09:00"),
    "into a year without data": ("2026-12-31T10:00", 1, time(9), "2027-01-01T09:00"),
}


@pytest.mark.parametrize("case", CASES)
async def test_an_interpretation_goes_on_the_working_day_of_its_rule(house: House, case: str):
    live_at, days, clock, goes_at = CASES[case]
    house.now.moment = beijing(live_at)
    source = await house.item()
    interpretation = await followed(house, source.id, "after_working_days", working_days=days, at_clock=clock)
    await released(house, source.id)
    assert await due_at(house, interpretation) == beijing(goes_at)


async def test_a_day_in_a_year_without_data_is_marked_and_one_within_is_not(house: House):
    source = await house.item()
    near = await followed(house, source.id, "after_working_days", working_days=1, at_clock=time(9))
    far = await followed(house, source.id, "after_working_days", working_days=30, at_clock=time(9))
    await released(house, source.id)
    assert ((await seen(house, near)).is_provisional, (await seen(house, far)).is_provisional) == (
        False,
        True,
    )


async def test_three_interpretations_follow_one_document_each_by_its_own_rule(house: House):
    source = await house.item()
    at_once = await followed(house, source.id)
    later = await followed(house, source.id, "after_working_days", working_days=2, at_clock=time(9))
    fixed = await followed(house, source.id, "at_time", not_before=beijing("2026-12-24T08:00"))
    await released(house, source.id)
    assert await house.states(at_once) == {"website": "live"}
    assert await due_at(house, later) == beijing("2026-11-27T09:00")
    assert await due_at(house, fixed) == beijing("2026-12-24T08:00")


async def test_one_interpretation_of_two_documents_waits_for_the_later_one(house: House):
    first, second = await house.item(), await house.item(document_number=None)
    interpretation = await followed(house, first.id)
    async with house.store.begin() as tx:
        follow = Follow(interpretation, second.id, "same_moment")
        await bind(tx, follow, house.calendar, by=house.author, at=house.now())
    await released(house, first.id)
    assert await state(house, interpretation) == "waiting"
    await released(house, second.id)
    assert await state(house, interpretation) == "live"


async def test_a_source_released_late_takes_its_interpretation_along(house: House):
    source = await house.item()
    fixed = await followed(house, source.id, "at_time", not_before=beijing("2026-11-26T09:00"))
    house.now.moment = beijing("2026-11-30T15:00")
    await house.tick()
    await house.run_until_quiet()
    assert await state(house, fixed) == "waiting"
    await released(house, source.id)
    assert await state(house, fixed) == "live"


async def test_a_source_moved_to_another_day_moves_its_interpretation(house: House):
    source = await house.item()
    interpretation = await followed(house, source.id, "after_working_days", working_days=1, at_clock=time(9))
    await house.release(source.id, not_before=beijing("2026-11-26T09:00"))
    async with house.store.begin() as tx:
        await reschedule(tx, source.id, beijing("2026-12-03T09:00"), house.calendar, at=house.now())
    house.now.moment = beijing("2026-12-02T09:00")
    await house.tick()
    await house.run_until_quiet()
    assert await state(house, source.id) == "waiting"
    house.now.moment = beijing("2026-12-03T09:00")
    await house.tick()
    await house.run_until_quiet()
    assert await state(house, source.id) == "live"
    assert await due_at(house, interpretation) == beijing("2026-12-04T09:00")


async def test_a_source_withdrawn_and_returned_starts_the_count_again(house: House):
    source = await house.item()
    interpretation = await followed(house, source.id, "after_working_days", working_days=2, at_clock=time(9))
    await released(house, source.id)
    await house.withdraw(source.id)
    await house.run_until_quiet()
    assert (await house.legs(interpretation))["website"].gate == "source_live"
    house.now.moment = beijing("2026-11-30T10:00")
    await house.corrected(source.id, title="重新发布的通知")
    await released(house, source.id)
    assert await due_at(house, interpretation) == beijing("2026-12-02T09:00")


async def test_a_corrected_source_does_not_start_the_count_again(house: House):
    source = await house.item()
    interpretation = await followed(house, source.id, "after_working_days", working_days=2, at_clock=time(9))
    await released(house, source.id)
    house.now.moment = beijing("2026-11-26T10:00")
    await house.corrected(source.id, title="更正后的通知")
    await released(house, source.id)
    assert await due_at(house, interpretation) == beijing("2026-11-27T09:00")


async def test_the_bundle_links_only_once_the_interpretation_is_live(house: House):
    """What the document's page says is rendered when it is written: a link to nothing is never on it."""
    source = await house.item()
    interpretation = await followed(house, source.id)
    await house.release(source.id)
    while errands := await house.claim(room=1):
        await errands[0].run()
        linked = interpretation in await links_of(house, source.id)
        assert linked == (await state(house, interpretation) == "live")
    assert interpretation in await links_of(house, source.id)


SENTENCES = [
    (None, "2026-11-25T10:00", "等待原文《关于做好医疗救助工作的通知》上线 → 原文上线后第2个工作日 09:00"),
    (
        "2026-11-26T09:00",
        "2026-11-25T10:00",
        "等待原文《关于做好医疗救助工作的通知》上线 → 11月30日（周一）09:00，原文上线后第2个工作日",
    ),
    (
        "2026-09-30T09:00",
        "2026-09-28T10:00",
        "等待原文《关于做好医疗救助工作的通知》上线 → 10月9日（周五）09:00，节后第2个工作日",
    ),
    (
        "2026-12-30T09:00",
        "2026-12-28T10:00",
        (
            "等待原文《关于做好医疗救助工作的通知》上线 → 1月1日（周五）09:00，原文上线后第2个工作日"
            "（节假日安排尚未公布，时间为暂定）"
        ),
    ),
]


@pytest.mark.parametrize(("planned", "at", "told"), SENTENCES)
async def test_one_sentence_says_why_it_waits_and_until_when(
    house: House, planned: str | None, at: str, told: str
):
    house.now.moment = beijing(at)
    source = await house.item()
    interpretation = await followed(house, source.id, "after_working_days", working_days=2, at_clock=time(9))
    if planned is not None:
        await house.release(source.id, not_before=beijing(planned))
    assert (await seen(house, interpretation)).waits_for == told


async def test_a_withdrawn_source_is_named_as_the_reason(house: House):
    source = await house.published()
    interpretation = await followed(house, source.id, "at_time", not_before=beijing("2026-12-24T08:00"))
    await house.withdraw(source.id)
    assert (await seen(house, interpretation)).waits_for.startswith(
        "原文《关于做好医疗救助工作的通知》已撤回，等待其重新上线"
    )


async def test_a_calendar_that_a_process_holds_speaks_as_the_plain_one(house: House):
    live, plain = LiveCalendar(), Calendar()
    for day in (date(2026, 9, 30), date(2026, 12, 31)):
        assert live.add_working_days(day, 2) == plain.add_working_days(day, 2)
        assert live.spans_holiday(day, date(2027, 1, 5)) == plain.spans_holiday(day, date(2027, 1, 5))
