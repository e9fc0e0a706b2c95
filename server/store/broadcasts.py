"""群发: the plans of accounts, their pushes, and the articles that have a seat in one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from server.store.broadcast_tables import MOST_ARTICLES, broadcast_plan, push, push_article
from server.store.rows import NotThere, upsert
from server.store.tables import attempt, delivery, item, release, revision
from server.store.tx import Tx

BroadcastKind = Literal["subscription", "service"]
PushState = Literal["open", "fixed", "sent", "done", "failed"]

QUOTAS: Final[Mapping[BroadcastKind, int]] = {"subscription": 1, "service": 4}
"""Places in a period: a day of a subscription account, a month of a service account."""

_SEATED: Final = ("quota", "check")
"""Gates at which a delivery keeps its seat; whoever stands elsewhere has left it."""


@dataclass(frozen=True, slots=True)
class BroadcastPlan:
    """That an account pushes, as which kind, and when (scheduler/slots.py)."""

    account_id: str
    kind: BroadcastKind
    slots: str
    used_up_on: date | None = None  # the platform said on this day that nothing more goes


@dataclass(frozen=True, slots=True)
class PushRow:
    """One push: `job` is the platform's number, `sent_at` stands before the first byte leaves."""

    id: str
    account_id: str
    period: str
    place: int
    slot_at: datetime
    is_urgent: bool
    state: PushState
    due_at: datetime | None
    tries: int
    looks: int
    draft: str | None
    sent_at: datetime | None
    job: str | None
    told: str | None
    reason: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ArticleSeen:
    """An article of a push with what an editor knows it by; `state` and `gate` are its delivery's."""

    delivery_id: str
    push_id: str
    seat: int
    rank: int
    link: str | None
    fault: str | None
    release_id: str
    item_id: str
    org_id: str
    title: str
    state: str
    gate: str | None
    attempt_id: str | None

    @property
    def waits(self) -> bool:
        """Say whether it waits for the push."""
        return self.state == "waiting" and self.gate in _SEATED


async def list_plans(tx: Tx, account_ids: frozenset[str] | None = None) -> dict[str, BroadcastPlan]:
    """Give the plans of accounts that push, by account; of some accounts, or of all."""
    wanted = sa.select(broadcast_plan)
    if account_ids is not None:
        wanted = wanted.where(broadcast_plan.c.account_id.in_(account_ids))
    return {row.account_id: _plan_of(row) for row in await tx.execute(wanted)}


async def lock_plan(tx: Tx, account_id: str) -> BroadcastPlan | None:
    """Give the plan of an account, whose pushes nobody else changes before this transaction has ended."""
    wanted = sa.select(broadcast_plan).where(broadcast_plan.c.account_id == account_id)
    if tx.dialect.name == "postgresql":
        wanted = wanted.with_for_update()
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else _plan_of(row)


async def put_plan(tx: Tx, account_id: str, kind: BroadcastKind | None, slots: str, *, at: datetime) -> None:
    """Let an account push by a schedule; without a kind it publishes each article by itself again."""
    if kind is None:
        await tx.execute(broadcast_plan.delete().where(broadcast_plan.c.account_id == account_id))
        return
    told = {"kind": kind, "slots": slots, "set_at": at}
    await tx.execute(
        upsert(tx, broadcast_plan)
        .values(account_id=account_id, **told)
        .on_conflict_do_update(index_elements=["account_id"], set_=told)
    )


async def set_used_up(tx: Tx, account_id: str, day: date) -> None:
    """Write down that the platform takes no more pushes of an account on a day."""
    wanted = broadcast_plan.update().where(broadcast_plan.c.account_id == account_id)
    await tx.execute(wanted.values(used_up_on=day))


async def insert_push(tx: Tx, row: PushRow, *, at: datetime) -> None:
    """Write an open push; the table refuses one for which its period has no place."""
    values = {name: getattr(row, name) for name in PushRow.__slots__ if name != "changed_at"}
    await tx.execute(push.insert().values(**values, created_at=at, changed_at=at))


async def delete_push(tx: Tx, push_id: str) -> None:
    """Delete an open push with its seats."""
    await tx.execute(push_article.delete().where(push_article.c.push_id == push_id))
    await tx.execute(push.delete().where(push.c.id == push_id, push.c.state == "open"))


async def find_push(tx: Tx, push_id: str) -> PushRow | None:
    """Give a push."""
    row = (await tx.execute(sa.select(push).where(push.c.id == push_id))).one_or_none()
    return None if row is None else _push_of(row)


async def get_push(tx: Tx, push_id: str) -> PushRow:
    """Give a push; raises NotThere."""
    found = await find_push(tx, push_id)
    if found is None:
        raise NotThere("push", push_id)
    return found


async def lock_push(tx: Tx, row: PushRow) -> bool:
    """Say whether a push stands in the state and the try in which it was read; held until the commit."""
    wanted = sa.select(push.c.id).where(
        push.c.id == row.id, push.c.state == row.state, push.c.tries == row.tries
    )
    if tx.dialect.name == "postgresql":
        wanted = wanted.with_for_update()
    return (await tx.execute(wanted)).one_or_none() is not None


async def find_push_of_job(tx: Tx, account_id: str, job: str) -> PushRow | None:
    """Give the push of an account to which the platform gave this number."""
    wanted = sa.select(push).where(push.c.account_id == account_id, push.c.job == job).limit(1)
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else _push_of(row)


async def list_in_period(tx: Tx, account_id: str, period: str) -> tuple[PushRow, ...]:
    """Give the pushes of an account that take a place in a period."""
    wanted = sa.select(push).where(
        push.c.account_id == account_id, push.c.period == period, push.c.state != "failed"
    )
    return tuple(_push_of(row) for row in await tx.execute(wanted.order_by(push.c.place)))


async def list_rooms(tx: Tx, account_id: str, period: str) -> tuple[tuple[PushRow, int], ...]:
    """Give the pushes that take a place in a period or a later one, each with how many articles wait for it.

    One statement however far ahead an account is planned.
    """
    waiting = sa.case((sa.and_(delivery.c.state == "waiting", delivery.c.gate.in_(_SEATED)), 1), else_=0)
    wanted = (
        sa.select(push, sa.func.coalesce(sa.func.sum(waiting), 0).label("waiting"))
        .outerjoin(push_article, push_article.c.push_id == push.c.id)
        .outerjoin(delivery, delivery.c.id == push_article.c.delivery_id)
        .where(push.c.account_id == account_id, push.c.period >= period, push.c.state != "failed")
        .group_by(push.c.id)
    )
    return tuple((_push_of(row), row.waiting) for row in await tx.execute(wanted))


async def list_pushes(
    tx: Tx, account_ids: frozenset[str], start: datetime, end: datetime, *, limit: int
) -> tuple[PushRow, ...]:
    """Give the pushes of some accounts whose slots lie within a span (the end not included), in order."""
    wanted = sa.select(push).where(
        push.c.account_id.in_(account_ids), push.c.slot_at >= start, push.c.slot_at < end
    )
    return tuple(_push_of(row) for row in await tx.execute(wanted.order_by(push.c.slot_at).limit(limit)))


async def list_open(tx: Tx, account_id: str, *, limit: int = 400) -> tuple[PushRow, ...]:
    """Give the pushes of an account that still take articles, in order."""
    wanted = sa.select(push).where(push.c.account_id == account_id, push.c.state == "open")
    return tuple(_push_of(row) for row in await tx.execute(wanted.order_by(push.c.slot_at).limit(limit)))


async def list_articles(tx: Tx, push_ids: Iterable[str]) -> dict[str, list[ArticleSeen]]:
    """Give the articles of some pushes, each in their order."""
    ids = tuple(push_ids)
    wanted = (
        sa.select(
            push_article, delivery.c.release_id, delivery.c.item_id, delivery.c.state, delivery.c.gate,
            delivery.c.attempt_id, item.c.org_id, revision.c.title,
        )
        .join(delivery, delivery.c.id == push_article.c.delivery_id)
        .join(release, release.c.id == delivery.c.release_id)
        .join(revision, revision.c.id == release.c.revision_id)
        .join(item, item.c.id == delivery.c.item_id)
        .where(push_article.c.push_id.in_(ids))
        .order_by(push_article.c.push_id, push_article.c.rank, push_article.c.seat)
    )  # fmt: skip
    found: dict[str, list[ArticleSeen]] = {key: [] for key in ids}
    for row in await tx.execute(wanted):
        found[row.push_id].append(
            ArticleSeen(
                row.delivery_id, row.push_id, row.seat, row.rank, row.link, row.fault, row.release_id,
                row.item_id, row.org_id, row.title, row.state, row.gate, row.attempt_id,
            )
        )  # fmt: skip
    return found


async def find_seat(tx: Tx, delivery_id: str) -> ArticleSeen | None:
    """Give the seat of a delivery."""
    wanted = sa.select(push_article.c.push_id).where(push_article.c.delivery_id == delivery_id)
    push_id = (await tx.execute(wanted)).scalar_one_or_none()
    if push_id is None:
        return None
    articles = (await list_articles(tx, (push_id,)))[push_id]
    return next((one for one in articles if one.delivery_id == delivery_id), None)


async def look_for_push_of(tx: Tx, delivery_id: str, due_at: datetime) -> bool:
    """Let the push under way that carries a delivery be looked for; say whether there is one."""
    its = sa.select(push_article.c.push_id).where(push_article.c.delivery_id == delivery_id)
    moved = await tx.execute(
        push.update()
        .where(push.c.id.in_(its.scalar_subquery()), push.c.state == "fixed")
        .values(due_at=due_at)
    )
    return moved.rowcount == 1


async def list_unseated_releases(
    tx: Tx, limit: int, account_ids: frozenset[str] | None = None
) -> tuple[str, ...]:
    """Give the releases that wait for a push and have no seat in one, who came first before the others.

    Theirs was given to an urgent one, or no slot near has room; of some accounts, or of all that push.
    """
    pushing = sa.select(broadcast_plan.c.account_id)
    if account_ids is not None:
        pushing = pushing.where(broadcast_plan.c.account_id.in_(account_ids))
    wanted = (
        sa.select(delivery.c.release_id)
        .outerjoin(push_article, push_article.c.delivery_id == delivery.c.id)
        .outerjoin(push, push.c.id == push_article.c.push_id)
        .where(
            # By account, for the index: those that wait for a time are many.
            delivery.c.account_id.in_(pushing),
            delivery.c.state == "waiting",
            delivery.c.gate == "quota",
            sa.or_(push.c.id.is_(None), push.c.state != "open"),
        )
        .group_by(delivery.c.release_id)
        .order_by(sa.func.min(delivery.c.changed_at), delivery.c.release_id)
        .limit(limit)
    )
    return tuple((await tx.execute(wanted)).scalars())


async def take_seat(tx: Tx, delivery_id: str, push_id: str, seat: int, rank: int) -> None:
    """Give a delivery a seat and leave the one it had; the table refuses a ninth, and a seat twice."""
    told = {"push_id": push_id, "seat": seat, "rank": rank, "link": None, "fault": None}
    await tx.execute(
        upsert(tx, push_article)
        .values(delivery_id=delivery_id, **told)
        .on_conflict_do_update(index_elements=["delivery_id"], set_=told)
    )


async def leave_seats(tx: Tx, delivery_ids: Iterable[str]) -> None:
    """Take the seats of deliveries away."""
    await tx.execute(push_article.delete().where(push_article.c.delivery_id.in_(tuple(delivery_ids))))


async def set_ranks(tx: Tx, ranks: Mapping[str, int]) -> None:
    """Put the articles of a push in another order."""
    for delivery_id, rank in ranks.items():
        wanted = push_article.update().where(push_article.c.delivery_id == delivery_id)
        await tx.execute(wanted.values(rank=rank))


async def tell_article(
    tx: Tx, push_id: str, number: int, *, link: str | None = None, fault: str | None = None
) -> None:
    """Write down what the platform said of the article with this number (1 is the first)."""
    articles = (await list_articles(tx, (push_id,)))[push_id]
    if not 1 <= number <= len(articles):
        return
    key = articles[number - 1].delivery_id
    told = {name: word for name, word in (("link", link), ("fault", fault)) if word is not None}
    await tx.execute(push_article.update().where(push_article.c.delivery_id == key).values(**told))
    if link is not None:  # it may be live already
        await tx.execute(
            delivery.update()
            .where(delivery.c.id == key, delivery.c.state == "live", delivery.c.link.is_(None))
            .values(link=link)
        )


async def move_push(
    tx: Tx, push_id: str, old: PushState, new: PushState, *, at: datetime, **changes: Any
) -> bool:
    """Move a push by one conditional UPDATE; say whether it was in `old`."""
    moved = await tx.execute(
        push.update()
        .where(push.c.id == push_id, push.c.state == old)
        .values(state=new, changed_at=at, **changes)
    )
    return moved.rowcount == 1


async def set_push(tx: Tx, push_id: str, **changes: Any) -> None:
    """Change what is known of a push, never its state."""
    await tx.execute(push.update().where(push.c.id == push_id).values(**changes))


async def claim_articles(
    tx: Tx, claims: Mapping[str, str], *, worker: str, at: datetime, lease_until: datetime
) -> frozenset[str]:
    """Let deliveries (with the ids of their attempts) be sent that wait for a push; give those that did."""
    claimed = set[str]()
    for key, attempt_id in claims.items():
        freed = await tx.execute(
            delivery.update()
            .where(delivery.c.id == key, delivery.c.state == "waiting", delivery.c.gate == "quota")
            .values(state="ready", gate=None, due_at=None, changed_at=at)
        )
        if freed.rowcount != 1:
            continue
        moved = await tx.execute(
            delivery.update()
            .where(delivery.c.id == key, delivery.c.state == "ready")
            .values(
                state="sending", attempt_id=attempt_id, tries=delivery.c.tries + 1, due_at=lease_until,
                changed_at=at, reason=None, who_acts="clock",
            )
            .returning(delivery.c.tries, delivery.c.item_id)
        )  # fmt: skip
        row = moved.one()
        await tx.execute(
            attempt.insert().values(
                id=attempt_id, delivery_id=key, number=row.tries, worker=worker, opened_at=at,
                lease_until=lease_until, notes={},
            )
        )  # fmt: skip
        first = item.update().where(item.c.id == row.item_id, item.c.published_at.is_(None))
        await tx.execute(first.values(published_at=at))
        claimed.add(key)
    return frozenset(claimed)


def free_seat(articles: Iterable[ArticleSeen]) -> int | None:
    """Give the lowest seat that is free; None in a full push."""
    taken = {one.seat for one in articles}
    return next((seat for seat in range(1, MOST_ARTICLES + 1) if seat not in taken), None)


def _plan_of(row: sa.Row[Any]) -> BroadcastPlan:
    return BroadcastPlan(row.account_id, row.kind, row.slots, row.used_up_on)


def _push_of(row: sa.Row[Any]) -> PushRow:
    return PushRow(
        row.id, row.account_id, row.period, row.place, row.slot_at, row.is_urgent, row.state, row.due_at,
        row.tries, row.looks, row.draft, row.sent_at, row.job, row.told, row.reason, row.changed_at,
    )  # fmt: skip
