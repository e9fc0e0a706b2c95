"""An interpretation follows its source: binding the two, and waking or holding what depends on a source."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from server.core.acts import note, of_item
from server.core.days import day_of, say_moment
from server.core.gates import WorkingDays, regate, source_due
from server.core.likeness import likeness
from server.core.neighbours import find_neighbours
from server.core.oblige import note_page
from server.core.practice import refuse_mixing, refuse_other_world
from server.core.problems import Problem
from server.store.catalogue import note_change
from server.store.corrections import find_successor, list_predecessors
from server.store.deliveries import find_live_page, find_withdrawn_page, first_page_live_at
from server.store.followups import Follow, list_followers, list_sources, put_follow
from server.store.items import ItemSeen, find_item
from server.store.places import SHOWN, mark_stale
from server.store.releases import list_releases
from server.store.twins import find_twin
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class FollowSeen:
    """A follow-up as a person sees it: `due_at` None while the source is not live."""

    follow: Follow
    source_title: str
    is_source_live: bool
    due_at: datetime | None
    expected_at: datetime | None  # when it may go as things are planned; None: nobody released the source
    is_provisional: bool  # counted on a calendar whose notice is not out yet
    waits_for: str
    bodies: tuple[str, str] = field(repr=False)  # HTML of the interpretation and of its source

    @property
    def likeness(self) -> int:
        """Give how much of the interpretation stands in the source word for word, in per cent.

        Compared only here: a calendar has hundreds of follow-ups, and long texts take 0.2 s of CPU.
        """
        return likeness(*self.bodies)


async def bind(tx: Tx, follow: Follow, calendar: WorkingDays, *, by: str, at: datetime) -> None:
    """Make an interpretation follow a document; refuses other kinds."""
    interpretation = await find_item(tx, follow.interpretation_id)
    source = await find_item(tx, follow.source_id)
    if interpretation is None or source is None:
        missing = "source_id" if source is None else ""
        raise Problem("unknown_item", "没有这篇稿件，请核对稿件编号", field=missing)
    refuse_mixing(interpretation, source, field="source_id")
    await refuse_other_world(tx, interpretation)
    if interpretation.kind != "interpretation":
        raise Problem("wrong_state", "只有“解读”类稿件可以跟进文件")
    if source.kind != "policy":
        raise Problem("wrong_state", "解读只能跟进“文件”类稿件", field="source_id")
    await put_follow(tx, follow, by=by, at=at)
    await note(tx, "item.follow", of_item(interpretation), at=at, source=source.id, rule=follow.rule)
    await _regate_item(tx, follow.interpretation_id, calendar, at=at)
    await note_page(tx, follow.interpretation_id, calendar, at=at)
    await mark_pages_stale(tx, follow.interpretation_id, at=at)
    await mark_item_stale(tx, follow.interpretation_id, at=at)


async def wake_followers(tx: Tx, source_id: str, calendar: WorkingDays, *, at: datetime) -> None:
    """Ask the gates of everything that follows an item again: it went live, was withdrawn or came back.

    What must be interpreted, and whether it is, depends on the same events and is noted here too.
    """
    await note_page(tx, source_id, calendar, at=at)
    for follow in await list_followers(tx, source_id):
        await _regate_item(tx, follow.interpretation_id, calendar, at=at)


async def mark_pages_stale(tx: Tx, item_id: str, *, at: datetime) -> None:
    """Have the pages written again that link to an item: sources, interpretations, its twin, its neighbours.

    An item that changed for readers is noted for the catalogue and for those who ask what is new.
    """
    await note_change(tx, item_id, at=at)  # of a practice item it keeps nothing
    linked = [follow.source_id for follow in await list_sources(tx, item_id)]
    linked += [follow.interpretation_id for follow in await list_followers(tx, item_id)]
    linked += await list_predecessors(tx, item_id)
    successor = await find_successor(tx, item_id)
    linked += [successor] if successor else []
    linked += [other for other in (await find_twin(tx, item_id),) if other is not None]
    for other in linked:
        await mark_item_stale(tx, other, at=at)
    # Those under way too: their page may be written already, without this one's title.
    beside = await find_neighbours(tx, item_id, SHOWN)
    await mark_stale(tx, tuple(found.line.delivery_id for found in beside), at=at)


async def list_follows(
    tx: Tx, item_id: str, calendar: WorkingDays, *, at: datetime
) -> tuple[FollowSeen, ...]:
    """Give what an interpretation follows, each with one sentence saying what it waits for."""
    item = await find_item(tx, item_id)
    seen = []
    for follow in await list_sources(tx, item_id):
        source = await find_item(tx, follow.source_id)
        if item is None or source is None:
            continue
        is_live, starts = await _starts(tx, source, at=at)
        due = None if starts is None else source_due(follow, starts, calendar)
        provisional = starts is not None and _is_provisional(follow, starts, calendar)
        sentence = _sentence(follow, source, is_live=is_live, starts=starts, calendar=calendar, at=at)
        if provisional:
            sentence += "（节假日安排尚未公布，时间为暂定）"
        due_at = due if is_live else None
        title, bodies = source.revision.title, (item.revision.body, source.revision.body)
        seen.append(FollowSeen(follow, title, is_live, due_at, due, provisional, sentence, bodies))
    return tuple(seen)


async def find_term(
    tx: Tx, item_id: str, calendar: WorkingDays, *, at: datetime
) -> tuple[datetime, bool] | None:
    """Give when all sources let an item go, and whether that is provisional; None while one has no time."""
    dues: list[tuple[datetime, bool]] = []
    for follow in await list_sources(tx, item_id):
        source = await find_item(tx, follow.source_id)
        starts = None if source is None else (await _starts(tx, source, at=at))[1]
        if starts is None:
            return None
        dues.append((source_due(follow, starts, calendar), _is_provisional(follow, starts, calendar)))
    if not dues:
        return None
    return max(due for due, _ in dues), any(provisional for _, provisional in dues)


async def _starts(tx: Tx, source: ItemSeen, *, at: datetime) -> tuple[bool, datetime | None]:
    """Say whether a source is live, and since when or when it should be; None: nobody has released it."""
    is_live = await find_live_page(tx, source.id) is not None
    live_at = await first_page_live_at(tx, source.id) if is_live else None
    return is_live, live_at or await _planned_for(tx, source, at=at)


async def _planned_for(tx: Tx, source: ItemSeen, *, at: datetime) -> datetime | None:
    """Give when a source should go live that is not; None when nobody has released it."""
    planned = [row for row in await list_releases(tx, source.id) if row.state == "planned"]
    return max(planned[-1].not_before or at, at) if planned else None


def _is_provisional(follow: Follow, starts: datetime, calendar: WorkingDays) -> bool:
    if follow.working_days is None:
        return False
    return calendar.add_working_days(day_of(starts), follow.working_days).provisional


def _sentence(
    follow: Follow,
    source: ItemSeen,
    *,
    is_live: bool,
    starts: datetime | None,
    calendar: WorkingDays,
    at: datetime,
) -> str:
    rule = _rule(follow)
    title = f"原文《{source.revision.title}》"
    if starts is None and source.withdrawn_at:
        return f"{title}已撤回，等待其重新上线 → {rule}"
    if starts is None:
        return f"等待{title}上线 → {rule}"
    due = source_due(follow, starts, calendar)
    if not is_live:
        return f"等待{title}上线 → {say_moment(due)}，{_short_rule(follow, starts, due, calendar)}"
    if due <= at:
        return f"原文已上线，{say_moment(due)}起可发布（{rule}）"
    return f"等到{say_moment(due)}发布（{rule}）"


def _rule(follow: Follow) -> str:
    match follow.rule:
        case "same_moment":
            return "与原文同时发布"
        case "after_working_days":
            return f"原文上线后第{follow.working_days}个工作日 {follow.at_clock:%H:%M}"
        case "at_time":
            return f"不早于{say_moment(follow.not_before)}" if follow.not_before else ""
        case _:
            assert_never(follow.rule)


def _short_rule(follow: Follow, starts: datetime, due: datetime, calendar: WorkingDays) -> str:
    """Say the rule beside a moment that it led to: a holiday in between explains a long wait."""
    match follow.rule:
        case "same_moment":
            return "与原文同时"
        case "after_working_days":
            holiday = calendar.spans_holiday(day_of(starts), day_of(due))
            return f"{'节后' if holiday else '原文上线后'}第{follow.working_days}个工作日"
        case "at_time":
            return "不早于原文"
        case _:
            assert_never(follow.rule)


async def _regate_item(tx: Tx, item_id: str, calendar: WorkingDays, *, at: datetime) -> None:
    for row in await list_releases(tx, item_id):
        if row.state == "planned":
            await regate(tx, row.id, calendar, at=at)


async def mark_item_stale(tx: Tx, item_id: str, *, at: datetime) -> None:
    """Have an item's own page written again, or the notice that stands in its place."""
    page = await find_live_page(tx, item_id) or await find_withdrawn_page(tx, item_id)
    if page is not None:
        await mark_stale(tx, (page.id,), at=at)
