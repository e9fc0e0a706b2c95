"""What a channel promises whose platform sends several posts to all followers at once (群发).

The core keeps the pushes; a channel with `Broadcasts` makes the calls. `gather` may be repeated; `push` is
the irreversible call, under a key by which the platform knows it again for a day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, runtime_checkable

from channels.contract import CouldNotLook, Outcome, Post, Receipt, Refused

KEY_KEPT: Final = timedelta(hours=23)
"""So long a push may be repeated under its key: the platform knows it for a day, and clocks differ."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All posts lie ready on the platform under one id."""

    draft: str


@dataclass(frozen=True, slots=True)
class Misfits:
    """Some posts were refused by themselves, by their index (0 is the first); the others were not sent."""

    refused: Mapping[int, Refused]


@dataclass(frozen=True, slots=True)
class NoPlace:
    """The platform allows this account no push now: surely not taken, and not before the next slot."""

    reason: str


@dataclass(frozen=True, slots=True)
class DraftGone:
    """What was gathered is no longer there, so this call pushed nothing.

    Whether an earlier one did stays open: a push may have used up what was gathered, and the platform may
    look for that before it looks for the key.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class PushStands:
    """How a push stands that the platform took."""

    state: Literal["running", "live"]


@dataclass(frozen=True, slots=True)
class PushFailed:
    """The push ended without reaching readers."""

    reason: str
    is_deleted: bool = False


@runtime_checkable
class Broadcasts(Protocol):
    """A channel that can push."""

    async def gather(self, posts: Sequence[Post], left: str | None, /) -> Gathered | Misfits | Outcome:
        """Bring posts to the platform, in this order; nothing public happens.

        What an earlier try brought is used again or dropped; what it gathered is `left`, if it told of it.
        """

    async def lies(self, draft: str, /) -> bool | CouldNotLook:
        """Say whether what was gathered is still there; a push that reached its readers has used it up."""

    async def forsake(self, draft: str, /) -> bool | None:
        """Drop what was gathered; no call can push it any more.

        True when it is gone now, False when it had gone before, None when nobody knows.
        """

    async def push(self, draft: str, key: str, /) -> Outcome | NoPlace | DraftGone:
        """Push what was gathered; repeated under the same key it is the look that finds the first one."""

    async def look_at_push(self, job: str, /) -> PushStands | PushFailed | CouldNotLook:
        """Say how a push stands."""

    def receipt_in_push(self, job: str, number: int, link: str | None, at: datetime | None, /) -> Receipt:
        """Give the receipt of the article with this number (1 is the first) of a push."""
