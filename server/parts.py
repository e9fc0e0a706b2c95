"""What a face may ask for, under one AppKey. The wiring fills it; faces only read it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from channels.item import Site
from server.child import Children
from server.core.gates import WorkingDays
from server.core.live_site import LiveSite
from server.core.release import OpenChannel
from server.core.settle import Bench
from server.core.takedowns import Terms
from server.ephemeral.crowd import Crowd
from server.ephemeral.presence import Presence
from server.ephemeral.throttle import Throttle
from server.forms.report_items import ReportDesk
from server.report.apart import Apart
from server.report.assessing.scheme import OURS, Indicator
from server.review.examiner import Examiner
from server.security.granting import GrantDesk
from server.security.log_in import open_door
from server.security.origin import Networks
from server.security.practising import NO_REHEARSAL, Rehearsal
from server.security.vault import Vault
from server.store.blobs import Blobs
from server.store.people import Role
from server.store.tx import Store
from server.watch.jobs import Jobs

Now = Callable[[], datetime]
NewId = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a request may weigh, in bytes."""

    body_bytes: int
    attachment_bytes: int
    picture_bytes: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one process."""

    store: Store
    now: Now
    new_id: NewId
    wake: Callable[[], Awaitable[None]]  # after a commit; losing it costs one scan, nothing else
    is_ready: Callable[[], Awaitable[dict[str, str]]]  # part -> "ok" or what is wrong, for /readyz
    sites: LiveSite
    calendar: WorkingDays
    open_channel: OpenChannel  # for checks and previews: no network
    blobs: Blobs
    throttle: Throttle
    vault: Vault
    bounds: Bounds
    jobs: Jobs
    presence: Presence  # who has an item open; honest when it cannot know
    examiner: Examiner  # the checks: of what is stored, and of what somebody is writing
    door: Crowd = field(default_factory=open_door)  # who wants to come in
    children: Children = field(default_factory=Children)  # places for those that read files from outside
    rehearsal: Rehearsal = NO_REHEARSAL  # the platforms of practice
    assessment: tuple[Indicator, ...] = OURS  # what a yearly assessment of organs looks at
    factor_roles: frozenset[Role] = frozenset()  # who must sign in with a second step
    terms: Terms = field(default_factory=Terms)  # until when what comes down must be gone
    trusted_proxies: Networks = ()  # whose word on a caller's address counts

    @property
    def site(self) -> Site:
        """Give the site as it stands."""
        return self.sites.current

    @property
    def bench(self) -> Bench:
        """What settling needs beside a transaction."""
        return Bench(self.calendar, self.new_id, terms=self.terms)

    @property
    def apart(self) -> Apart:
        """What reads reports and tables that somebody brings."""
        return Apart(self.children)

    @property
    def report_desk(self) -> ReportDesk:
        """What turns a yearly report into an item."""
        limit = self.bounds.attachment_bytes
        return ReportDesk(self.store, self.blobs, self.sites, self.children, limit, self.now, self.new_id)

    @property
    def grant_desk(self) -> GrantDesk:
        """What sends people to a platform for its permission, and takes them back."""
        return GrantDesk(self.store, self.vault, self.open_channel, self.now, self.site.url)


PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)
