"""What one worker works with, and a delivery read anew: a leg carries an id and reads its row again."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.contract import Channel, Limits, Post
from channels.item import Site
from server.core.budgets import Budgets, NoBudgets, looks_used_up
from server.core.contents import content_of_release
from server.core.live_site import LiveSite
from server.core.release import OpenChannel
from server.core.settle import Bench
from server.core.settlements import Settlements
from server.store.accounts import get_account
from server.store.attempts import AttemptRow, list_attempts
from server.store.deliveries import DeliverySeen, get_delivery, put_off
from server.store.tx import Store


def uptime() -> float:
    """Give seconds by a clock that nobody sets and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class Lease:
    """Until when an attempt may be sent under: by the clock that others read, too, and by `uptime`."""

    until: datetime
    ends: float


@dataclass(slots=True)
class Memory:
    """What a worker remembers between its rounds; forgetting it costs time, never a post."""

    held: dict[str, Lease] = field(default_factory=dict)
    """The attempts it may send under; a lost one is simply not in it.

    Only what is known to be committed is in it: a lease that is kept and that nobody works under never ends.
    """

    spent: dict[str, datetime] = field(default_factory=dict)
    """Accounts whose budget is used up, each until when: nothing of theirs is claimed before."""

    is_left: bool = False
    """Whether the last round left something behind for which there was no room."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """The parts of one worker; `limits` by kind of channel, `lease` of an attempt without renewal."""

    store: Store
    bench: Bench
    sites: LiveSite
    open_channel: OpenChannel
    limits: Mapping[str, Limits]
    now: Callable[[], datetime]
    worker: str
    lease: timedelta
    memory: Memory = field(default_factory=Memory)
    settlements: Settlements = field(default_factory=Settlements)
    budgets: Budgets = field(default_factory=NoBudgets)
    uptime: Callable[[], float] = uptime

    @property
    def site(self) -> Site:
        """Give the site as it stands."""
        return self.sites.current

    @property
    def under_way(self) -> int:
        """How many attempts it has not ended yet."""
        return len(self.memory.held)

    def hold(self, attempt_ids: Iterable[str], until: datetime, *, since: float) -> None:
        """Hold attempts until a moment that was reckoned after `since`, a reading of `uptime`."""
        lease = Lease(until, since + self.lease.total_seconds())
        self.memory.held.update(dict.fromkeys(attempt_ids, lease))

    def holds(self, attempt_id: str) -> bool:
        """Say whether it may send under an attempt now: by both clocks, for one may have been set back."""
        lease = self.memory.held.get(attempt_id)
        return lease is not None and self.now() < lease.until and self.uptime() < lease.ends


@dataclass(frozen=True, slots=True)
class Readied:
    """A delivery with its channel, its post and the attempts made so far."""

    leg: DeliverySeen
    channel: Channel
    post: Post
    attempts: tuple[AttemptRow, ...]
    is_permitted: bool  # False: the account's permission is gone, and the platform shows it nothing


async def read_leg(place: Workplace, delivery_id: str) -> Readied:
    """Read a delivery and render its post; raises ValueError when the account's settings are not complete."""
    async with place.store.read() as tx:
        leg = await get_delivery(tx, delivery_id)
        account = await get_account(tx, leg.account_id)
        content = await content_of_release(tx, leg.release_id, place.site, at=place.now())
        attempts = await list_attempts(tx, delivery_id)
    channel = place.open_channel(account)
    content = content.told_on(account.channel, account.slug)
    return Readied(
        leg, channel, channel.render(content), attempts, is_permitted=account.state != "unauthorised"
    )


async def is_look_put_off(place: Workplace, leg: DeliverySeen) -> bool:
    """Charge a look to its account; once the day's are used up it waits for the next day, and says so."""
    at, limits = place.now(), place.limits[leg.channel]
    until = await looks_used_up(place.budgets, leg.account_id, limits, at=at)
    if until is None:
        return False
    async with place.store.begin() as tx:
        await put_off(tx, leg.id, leg.state, until)
    return True
