"""release(): one transaction from an approved revision to a frozen plan of deliveries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.contract import Channel, Finding
from channels.item import Content, Site
from server.core.acts import note, of_item
from server.core.broadcasting import require_urgent_places
from server.core.contents import content_of_draft
from server.core.examined import Examined, require_examined
from server.core.gates import WorkingDays, fill_vacancies, gate_of, read_facts, require_page, seats_left
from server.core.older_posts import fates_of
from server.core.practice import WORLDS, refuse_other_world
from server.core.problems import Problem, Problems
from server.core.ticked import reachable_ids, require_reasons
from server.store.accounts import AccountRow, list_accounts_named
from server.store.approvals import is_approved
from server.store.broadcasts import list_plans
from server.store.corrections import insert_correction
from server.store.deliveries import DeliverySeen, list_deliveries, move_all
from server.store.emergencies import Emergency, insert_emergency
from server.store.gates import Leg, insert_urgency
from server.store.items import OPEN_STATES, ItemSeen, clear_withdrawn, get_item, lock_newest, move_revision
from server.store.older_posts import Fate, insert_fates
from server.store.planned_checks import WAITS, PlannedCheck, put_planned_check
from server.store.plans import Planned, insert_planned, insert_release
from server.store.releases import Change, ReleaseRow, list_releases, lock_releases, move_releases
from server.store.templates import insert_left_out
from server.store.tx import Tx

OpenChannel = Callable[[AccountRow], Channel]
"""Open the channel of a stored account; raises ValueError naming the missing setting."""

LATEST_REVIEW = timedelta(days=7)
"""How long a review after the release may take at most; our own bound."""

UNSENT = ("waiting", "ready", "retry_wait", "blocked")


@dataclass(frozen=True, slots=True)
class Unreviewed:
    """先发后审: why it cannot wait for its review, and until when that must follow."""

    reason: str
    review_by: datetime


@dataclass(frozen=True, slots=True)
class ReleaseOrder:
    """What an editor decides: which item, on which accounts (slugs), how, and from when on."""

    item_id: str
    accounts: tuple[str, ...]
    change: Change = "major"
    not_before: datetime | None = None
    urgent_reason: str | None = None  # passes over the hours of the accounts, and leaves a mark
    note: str | None = None  # what readers are told of a correction
    unreviewed: Unreviewed | None = None  # goes out before its review
    left_out: Mapping[str, str] = field(default_factory=dict)  # of the template, and why
    older_posts: Mapping[str, Fate] = field(default_factory=dict)  # by account; else as the account has it
    may_use: frozenset[str] = frozenset()  # organs at which whoever orders it may release, too


@dataclass(frozen=True, slots=True)
class ReleaseMade:
    """The release and its frozen plan."""

    id: str
    number: int
    deliveries: tuple[DeliverySeen, ...]


async def release(
    tx: Tx,
    order: ReleaseOrder,
    *,
    examined: Examined,
    open_channel: OpenChannel,
    calendar: WorkingDays,
    site: Site,
    by: str,
    at: datetime,
    new_id: Callable[[], str],
) -> ReleaseMade:
    """Write the release and a delivery for each account; refuses with every reason at once.

    `examined` is what the checks said just before, outside of the transaction: they take their time.
    """
    seen = await _releasable(tx, order, at=at)
    await require_examined(tx, seen, examined)
    accounts = await _accounts(tx, seen, order)
    _refuse_mixing(seen, accounts)
    left_out = await require_reasons(tx, seen, order.accounts, order.left_out)
    content = await content_of_draft(tx, seen.id, site, at=at)
    _refuse_findings(content, accounts, open_channel)
    row, left = await _take_over(tx, seen, order, by=by, at=at, id=new_id())
    await insert_release(tx, row)
    await _tell_readers(tx, row, order.note)
    await insert_left_out(tx, row.id, left_out, by=by)
    if order.urgent_reason is not None:
        await require_urgent_places(tx, frozenset(account.id for account in accounts), at=at)
        await insert_urgency(tx, row.id, order.urgent_reason, by=by, at=at)
    if order.unreviewed is not None and seen.revision.state != "approved":
        await insert_emergency(tx, _emergency(seen, row, order.unreviewed))
    legs = tuple(
        Leg(new_id(), row.id, seen.id, account.id, account.channel, "ready", None, None)
        for account in accounts
    )
    facts = await read_facts(tx, legs, calendar, at=at)
    plan = []
    for leg, account in zip(legs, accounts, strict=True):
        gate = gate_of(facts[leg.id], at=at)
        plan.append(Planned(leg.id, account.id, account.channel, account.counted_as, gate.name, gate.due_at))
    await insert_planned(tx, row, tuple(plan))
    fates = await _decide_older(tx, order, row, accounts, legs)
    if any(one.gate in WAITS or facts[one.id].broadcasts for one in plan):
        await put_planned_check(tx, PlannedCheck(row.id, examined.version, examined.serial), at=at)
    await fill_vacancies(tx, left, calendar, at=at)
    await _note(tx, seen, row, order, fates, at=at)
    made = await list_deliveries(tx, seen.id)
    return ReleaseMade(row.id, row.number, tuple(leg for leg in made if leg.release_id == row.id))


async def _tell_readers(tx: Tx, row: ReleaseRow, told: str | None) -> None:
    if told is None:
        return
    if row.number == 1:
        raise Problem("invalid", "第一次发布不需要更正说明", field="note")
    if row.change == "minor":
        raise Problem("invalid", "轻微改动不向读者说明；要说明请选择重大更正", field="note")
    await insert_correction(tx, row.id, told)


async def _decide_older(
    tx: Tx, order: ReleaseOrder, row: ReleaseRow, accounts: tuple[AccountRow, ...], legs: tuple[Leg, ...]
) -> dict[str, Fate]:
    """Write down for each account what becomes of its older posts; a first release has none."""
    if row.number == 1:
        if order.older_posts:
            raise Problem("invalid", "第一次发布没有旧的内容，不用决定是否保留", field="older_posts")
        return {}
    plans = await list_plans(tx, frozenset(one.id for one in accounts))
    fates = fates_of(accounts, order.older_posts, frozenset(plans))
    slugs = {one.id: one.slug for one in accounts}
    named = {leg.id: slugs[leg.account_id] for leg in legs}
    await insert_fates(tx, {key: fates[slug] for key, slug in named.items() if slug in fates})
    return fates


def _emergency(seen: ItemSeen, row: ReleaseRow, unreviewed: Unreviewed) -> Emergency:
    return Emergency(
        row.id, seen.id, seen.revision.id, seen.revision.content_hash, unreviewed.reason,
        unreviewed.review_by, row.created_by, row.created_at,
    )  # fmt: skip


async def _note(
    tx: Tx,
    seen: ItemSeen,
    row: ReleaseRow,
    order: ReleaseOrder,
    fates: Mapping[str, Fate],
    *,
    at: datetime,
) -> None:
    await note(
        tx,
        "item.release",
        of_item(seen, release_id=row.id),
        at=at,
        number=row.number,
        change=row.change,
        note=order.note,
        accounts=list(order.accounts),
        content_hash=seen.revision.content_hash,
        not_before=None if row.not_before is None else row.not_before.isoformat(),
        urgent_reason=order.urgent_reason,
        unreviewed=None if order.unreviewed is None else order.unreviewed.reason,
        older_kept=[slug for slug, fate in fates.items() if fate == "keep"] or None,
        older_taken_down=[slug for slug, fate in fates.items() if fate == "take_down"] or None,
    )


async def _releasable(tx: Tx, order: ReleaseOrder, *, at: datetime) -> ItemSeen:
    await lock_newest(tx, order.item_id)  # a withdrawal at this moment is seen here, or sees this
    seen = await get_item(tx, order.item_id)
    await refuse_other_world(tx, seen)
    version = seen.revision
    if version.state == "released":
        raise Problem("wrong_state", "最新版本已经发布过；要再次发布，请先写出新版本并审核")
    if order.unreviewed is not None:
        _require_term(order.unreviewed, at)
    elif version.state != "approved" or not await is_approved(tx, version.id, version.content_hash):
        raise Problem("not_approved", "最新版本还没有审核通过，不能发布")
    if version.sheet.openness != "open":
        raise Problem("wrong_state", "公开属性不是“主动公开”，不能向公众发布", field="openness")
    return seen


def _require_term(unreviewed: Unreviewed, at: datetime) -> None:
    if not at < unreviewed.review_by <= at + LATEST_REVIEW:
        days = LATEST_REVIEW.days
        raise Problem("invalid", f"事后审核的期限要在现在之后、{days}天之内", field="unreviewed.review_by")


async def _accounts(tx: Tx, seen: ItemSeen, order: ReleaseOrder) -> tuple[AccountRow, ...]:
    """Give the accounts of an order; another organ's is refused in the words for one that is not there."""
    slugs, usable = order.accounts, await reachable_ids(tx, seen.org.id) | order.may_use
    found = tuple(
        one
        for one in await list_accounts_named(tx, slugs)
        # Site and feeds of practice belong to whoever practised first, and serve all.
        if one.org.id in usable or (one.practice and one.channel in ("website", "feed"))
    )
    unknown = set(slugs) - {account.slug for account in found}
    if unknown:
        raise Problems(
            tuple(
                Problem("unknown_account", f"没有账号“{slug}”", field=f"accounts.{slugs.index(slug)}")
                for slug in sorted(unknown)
            )
        )
    if not found:
        raise Problem("invalid", "请至少选择一个账号", field="accounts")
    require_page(found)
    return found


def _refuse_mixing(seen: ItemSeen, accounts: tuple[AccountRow, ...]) -> None:
    """Keep practice and what is real apart (PRACTICE.md); the database refuses it, too."""
    for account in accounts:
        if account.practice != seen.practice:
            mine, theirs = WORLDS[seen.practice], WORLDS[account.practice]
            raise Problem(
                "practice", f"这是{mine}稿件，不能发到{theirs}账号“{account.name}”", field="accounts"
            )


def _refuse_findings(content: Content, accounts: tuple[AccountRow, ...], open_channel: OpenChannel) -> None:
    blocking: list[tuple[AccountRow, Finding]] = []
    for account in accounts:
        try:
            channel = open_channel(account)
        except ValueError as error:
            raise Problem(
                "unknown_account", f"账号“{account.name}”的设置不完整：{error}", field="accounts"
            ) from error
        told = content.told_on(account.channel, account.slug)
        blocking += [(account, finding) for finding in channel.check(told) if finding.blocks]
    if blocking:
        raise Problems(
            tuple(
                Problem("blocked_by_check", f"{account.name}：{finding.message}", field=finding.field)
                for account, finding in blocking
            )
        )


async def _take_over(
    tx: Tx, seen: ItemSeen, order: ReleaseOrder, *, by: str, at: datetime, id: str
) -> tuple[ReleaseRow, frozenset[str]]:
    """Give the release that is in force from now on, and the accounts in whose pushes seats became free."""
    before = ("approved",) if order.unreviewed is None else ("approved", *OPEN_STATES)
    if not await move_revision(tx, seen.revision.id, before, "released"):
        raise Problem("lost_race", "这一版本刚刚被别人发布，请刷新后再看")
    earlier = await list_releases(tx, seen.id)
    # Releases before deliveries, as settling locks them: the other way round two would wait for each other.
    # All of them: what a call brings back to the older ones meanwhile must see this one, or be seen here.
    await lock_releases(tx, frozenset(row.id for row in earlier))
    await move_releases(tx, seen.id, ("planned",), "replaced")
    # The newest intent counts: what an older release has not sent yet, it never will (invariant 2).
    legs = await list_deliveries(tx, seen.id)
    pending = tuple(leg.id for leg in legs)
    await move_all(tx, pending, UNSENT, "superseded", at=at, reason="已被新的发布取代", who_acts="nobody")
    if seen.withdrawn_at is not None:
        await clear_withdrawn(tx, seen.id)
    row = ReleaseRow(
        id=id,
        item_id=seen.id,
        revision_id=seen.revision.id,
        number=len(earlier) + 1,
        change=order.change,
        state="planned",
        not_before=order.not_before,
        created_by=by,
        created_at=at,
    )
    return row, seats_left(legs)
