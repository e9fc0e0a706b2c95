"""Posts come down from where readers see them, each until a time that is set with the decision (RULES.md §8).

The time is set for every post that the decision may still have to take down: what a machine cannot remove
comes to a person later, and by then a newer release may have cleared the type of the withdrawal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.store.deliveries import DeliverySeen, move_all
from server.store.items import WithdrawnAs
from server.store.takedowns import put_terms
from server.store.tx import Tx
from server.store.words import APART

_GONE: Final = frozenset({"refused", "withdrawn", "gone_at_platform"})
"""Nothing of these can be seen or come back. What was cancelled can: a lost worker may still bring it out."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a post may stand after it was told to come down. The figures are the office's, or ours."""

    privacy: timedelta = timedelta(hours=2)  # where personal information stands open
    usual: timedelta = timedelta(hours=24)  # for every other reason
    basis: str = ""  # where the office has its figures from, in its own words


async def set_terms(
    tx: Tx,
    legs: Iterable[DeliverySeen],
    terms: Terms,
    *,
    withdrawn_as: WithdrawnAs = "other",
    newer_id: str | None = None,
    at: datetime,
) -> None:
    """Set until when the posts of these deliveries must be gone, decided `at`; an earlier time stays.

    `newer_id`: the delivery for which they go, where their item is not withdrawn.
    """
    term = terms.privacy if withdrawn_as == "privacy" else terms.usual
    ids = tuple(leg.id for leg in legs if leg.state not in _GONE)
    await put_terms(tx, ids, decided_at=at, due_at=at + term, newer_id=newer_id)


async def bring_down(
    tx: Tx,
    legs: tuple[DeliverySeen, ...],
    terms: Terms,
    reason: str,
    *,
    withdrawn_as: WithdrawnAs = "other",
    newer_id: str | None = None,
    why: str | None = None,
    at: datetime,
) -> None:
    """Have what readers can see of these deliveries come down, each until a time that is set now.

    `reason` is what whoever takes a paper off a wall is told, `why` what stands beside all of them.
    """
    await set_terms(tx, legs, terms, withdrawn_as=withdrawn_as, newer_id=newer_id, at=at)
    ids, told = tuple(leg.id for leg in legs), {} if why is None else {"reason": why}
    await move_all(tx, ids, ("live", "accepted"), "withdrawing", at=at, due_at=at, who_acts="clock", **told)
    # On a page or in a feed the newer version took the place of the older.
    apart = tuple(leg.id for leg in legs if leg.channel in APART)
    await move_all(tx, apart, ("replaced",), "withdrawing", at=at, due_at=at, who_acts="clock", **told)
    by_hand = tuple(leg.id for leg in legs if leg.channel == "other")
    await move_all(
        tx, by_hand, ("withdrawing",), "withdraw_by_hand", at=at,
        due_at=None, reason=reason, who_acts="operator",
    )  # fmt: skip
