"""Until when a withdrawn post must be gone from where readers see it (server/RULES.md §8).

The time is set with the decision, for every post that it may still have to take down: what a machine cannot
remove comes to a person later, and by then a newer release may have cleared the type of the withdrawal.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from server.store.deliveries import DeliverySeen
from server.store.items import WithdrawnAs
from server.store.takedowns import put_terms
from server.store.tx import Tx

PRIVACY_TERM: Final = timedelta(hours=2)
"""From the decision on, where personal information stands open. Our own figure."""

TERM: Final = timedelta(hours=24)
"""From the decision on, for every other reason. Our own figure."""

_GONE: Final = frozenset({"refused", "withdrawn", "gone_at_platform"})
"""Nothing of these can be seen or come back. What was cancelled can: a lost worker may still bring it out."""


async def set_terms(
    tx: Tx, legs: Iterable[DeliverySeen], withdrawn_as: WithdrawnAs = "other", *, at: datetime
) -> None:
    """Set until when the posts of these deliveries must be gone, decided `at`; an earlier time stays."""
    term = PRIVACY_TERM if withdrawn_as == "privacy" else TERM
    ids = tuple(leg.id for leg in legs if leg.state not in _GONE)
    await put_terms(tx, ids, decided_at=at, due_at=at + term)
