"""An interpretation follows its source: binding the two, and waking or holding what depends on a source."""

from dataclasses import dataclass
from datetime import datetime

from server.core.days import day_of, say_moment
from server.core.gates import WorkingDays, regate, sources_due
from server.core.neighbours import find_neighbours
from server.core.problems import Problem
from server.store.deliveries import find_live_page
from server.store.followups import Follow, list_followers, list_sources, put_follow
from server.store.items import find_item
from server.store.places import SHOWN, mark_stale
from server.store.releases import list_releases
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class FollowSeen:
    """A follow-up as a person sees it: `due_at` None while the source is not live."""

    follow: Follow
    source_title: str
    is_source_live: bool
    due_at: datetime | None
    is_provisional: bool  # counted on a calendar whose notice is not out yet
    waits_for: str


async def bind(tx: Tx, follow: Follow, calendar: WorkingDays, *, by: str, at: datetime) -> None:
    """Make an interpretation follow a document; refuses other kinds."""
    interpretation = await find_item(tx, follow.interpretation_id)
    source = await find_item(tx, follow.source_id)
    if interpretation is None or source is None:
        missing = "source_id" if source is None else ""
        raise Problem("unknown_item", "没有这篇稿件,请核对稿件编号", field=missing)
    if interpretation.kind != "interpretation":
        raise Problem("wrong_state", "只有“解读”类稿件可以跟进文件")
    if source.kind != "policy":
        raise Problem("wrong_state", "解读只能跟进“文件”类稿件", field="source_id")
    await put_follow(tx, follow, by=by, at=at)
    await _regate_item(tx, follow.interpretation_id, calendar, at=at)
    await mark_pages_stale(tx, follow.interpretation_id, at=at)
    await _mark_item_stale(tx, follow.interpretation_id, at=at)


async def wake_followers(tx: Tx, source_id: str, calendar: WorkingDays, *, at: datetime) -> None:
    """Ask the gates of everything that follows a source again: it went live, was withdrawn or came back."""
    for follow in await list_followers(tx, source_id):
        await _regate_item(tx, follow.interpretation_id, calendar, at=at)


async def mark_pages_stale(tx: Tx, item_id: str, *, at: datetime) -> None:
    """Have the pages written again that link to an item: sources, interpretations, and those beside it."""
    linked = [follow.source_id for follow in await list_sources(tx, item_id)]
    linked += [follow.interpretation_id for follow in await list_followers(tx, item_id)]
    for other in linked:
        await _mark_item_stale(tx, other, at=at)
    # Those under way too: their page may be written already, without this one's title.
    beside = await find_neighbours(tx, item_id, SHOWN)
    await mark_stale(tx, tuple(found.line.delivery_id for found in beside), at=at)


async def list_follows(
    tx: Tx, item_id: str, calendar: WorkingDays, *, at: datetime
) -> tuple[FollowSeen, ...]:
    """Give what an interpretation follows, each with one sentence saying what it waits for."""
    follows = await list_sources(tx, item_id)
    seen = []
    for follow, due in zip(follows, await sources_due(tx, item_id, calendar), strict=True):
        source = await find_item(tx, follow.source_id)
        title = source.revision.title if source else ""
        sentence = _sentence(follow, title, due, at)
        provisional = due is not None and not calendar.is_known(day_of(due))
        if provisional:
            sentence += "(节假日安排尚未公布,时间为暂定)"
        seen.append(FollowSeen(follow, title, due is not None, due, provisional, sentence))
    return tuple(seen)


def _sentence(follow: Follow, title: str, due: datetime | None, at: datetime) -> str:
    match follow.rule:
        case "same_moment":
            rule = "与原文同时发布"
        case "after_working_days":
            rule = f"原文上线后第{follow.working_days}个工作日 {follow.at_clock:%H:%M}"
        case "at_time":
            rule = f"不早于{say_moment(follow.not_before)}" if follow.not_before else ""
    if due is None:
        return f"等待原文《{title}》上线 → {rule}"
    return (
        f"原文已上线,{say_moment(due)}起可发布({rule})" if due <= at else f"等到{say_moment(due)}发布({rule})"
    )


async def _regate_item(tx: Tx, item_id: str, calendar: WorkingDays, *, at: datetime) -> None:
    for row in await list_releases(tx, item_id):
        if row.state == "planned":
            await regate(tx, row.id, calendar, at=at)


async def _mark_item_stale(tx: Tx, item_id: str, *, at: datetime) -> None:
    page = await find_live_page(tx, item_id)
    if page is not None:
        await mark_stale(tx, (page.id,), at=at)
