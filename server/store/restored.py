"""What a restored office cannot know: whether what its backup had not as sent went to platforms since."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.broadcast_tables import broadcast_plan, push, push_article
from server.store.tables import attempt, delivery
from server.store.tx import Tx
from server.store.words import SOCIAL


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A delivery in a state that was asked for; `push_id`: the push, not yet sent, in which it has a seat."""

    id: str
    channel: str
    state: str
    gate: str | None
    attempt_id: str | None
    tries: int
    is_pushed: bool
    push_id: str | None


async def list_doubtful(tx: Tx, states: frozenset[str]) -> tuple[Doubtful, ...]:
    """Give what stands in some states on platforms of others, but for what is in a push that was sent.

    Such a push is asked for by its key, and answers for all its articles (core/push_looks.py).
    """
    wanted = (
        sa.select(delivery, push.c.id.label("push_id"), broadcast_plan.c.account_id.label("plan"))
        .outerjoin(broadcast_plan, broadcast_plan.c.account_id == delivery.c.account_id)
        .outerjoin(push_article, push_article.c.delivery_id == delivery.c.id)
        .outerjoin(push, push.c.id == push_article.c.push_id)
        .where(
            delivery.c.channel.in_(SOCIAL),
            delivery.c.state.in_(states),
            sa.or_(push.c.id.is_(None), push.c.state != "fixed", push.c.sent_at.is_(None)),
        )
        .order_by(delivery.c.id)
    )
    return tuple(
        Doubtful(
            row.id, row.channel, row.state, row.gate, row.attempt_id, row.tries,
            row.plan is not None or row.push_id is not None, row.push_id,
        )
        for row in await tx.execute(wanted)
    )  # fmt: skip


async def insert_unknown_attempt(
    tx: Tx, id: str, of: Doubtful, reason: str, *, worker: str, since: datetime, at: datetime
) -> None:
    """Write the next try of a delivery as one that may have been made since a moment, its outcome unknown."""
    await tx.execute(
        attempt.insert().values(
            id=id, delivery_id=of.id, number=of.tries + 1, worker=worker, opened_at=since, lease_until=since,
            closed_at=at, outcome="unknown", reason=reason, notes={},
        )
    )  # fmt: skip
