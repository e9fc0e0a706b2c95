"""/console: my work, what a person must do first; below it how his organs stand."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from aiohttp import web

from server.console.deliveries import waiting_for_people
from server.console.leads import leads_of, told_of
from server.console.names import ACCOUNT_STATES, ENTRY_KINDS
from server.console.page import Page, Visit
from server.console.reviewing import early_for, waiting_for
from server.console.rows import Row
from server.console.standing import read_standing
from server.core.days import day_of
from server.store.alerts import AlertSeen, list_alerts
from server.store.desk import DeskLine, Wanted, list_desk
from server.store.doubts import STOPPED
from server.store.emergencies import EmergencySeen
from server.store.items import ItemSeen
from server.store.obligations import ObligationSeen, list_obligations_between
from server.store.scratches import Scratch, list_scratches
from server.store.takedowns import TakedownSeen, list_takedowns_by_hand
from server.store.tx import Tx
from server.watch.overdue import Overdue, list_overdue

_MOST: Final = 10  # of each list; one more is asked for, so that the page can say that there are more
_UNSAVED: Final = 30  # no other page has them
_ALERTS: Final = 200
_SOON: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for one person, in the order in which he should do it."""

    takedowns: tuple[TakedownSeen, ...]
    returned: tuple[DeskLine, ...]
    to_review: tuple[DeskLine, ...]
    early: tuple[EmergencySeen, ...]
    to_release: tuple[DeskLine, ...]
    unsaved: tuple[Scratch, ...]
    drafts: tuple[DeskLine, ...]
    submitted: tuple[DeskLine, ...]
    stopped: tuple[tuple[ItemSeen, Row], ...]
    overdue: tuple[Overdue, ...]
    obligations: tuple[ObligationSeen, ...]
    alerts: tuple[AlertSeen, ...]

    @property
    def is_empty(self) -> bool:
        """Say that nothing waits."""
        return not any(getattr(self, name) for name in self.__slots__)


async def show_work(visit: Visit) -> web.Response:
    """Show what waits for the visitor."""
    async with visit.parts.store.read() as tx:
        work = await _work_of(tx, visit)
        leads = await leads_of(tx, visit.who, (one.alert for one in work.alerts))
        standing = await read_standing(tx, visit) if visit.who.orgs_for("read") else None
    return visit.show(
        "work.html", section="work", work=work, standing=standing, now=visit.parts.now(),
        leads=leads, most=_MOST, most_alerts=_ALERTS,
        today=day_of(visit.parts.now()), kinds=ENTRY_KINDS, account_states=ACCOUNT_STATES,
    )  # fmt: skip


async def _work_of(tx: Tx, visit: Visit) -> Work:
    who, at = visit.who, visit.parts.now()
    me, reads, writes = who.person_id, who.orgs_for("read"), who.orgs_for("write")
    acts = who.orgs_for("file_evidence") | who.orgs_for("release")
    soon = day_of(at) + _SOON
    return Work(
        takedowns=await list_takedowns_by_hand(tx, acts, limit=_MOST + 1),
        returned=await list_desk(tx, Wanted(writes, ("returned",), by=me), limit=_MOST + 1),
        to_review=await waiting_for(tx, visit, limit=_MOST + 1),
        early=await early_for(tx, visit, limit=_MOST + 1),
        to_release=await list_desk(tx, Wanted(who.orgs_for("release"), ("approved",)), limit=_MOST + 1),
        unsaved=await list_scratches(tx, me, limit=_UNSAVED),
        drafts=await list_desk(tx, Wanted(writes, ("draft",), by=me), limit=_MOST + 1),
        submitted=await list_desk(tx, Wanted(writes, ("submitted",), by=me), limit=_MOST + 1),
        stopped=await waiting_for_people(tx, who, acts, most=_MOST + 1, states=STOPPED),
        overdue=await list_overdue(tx, reads, at=at, limit=_MOST + 1),
        obligations=await list_obligations_between(tx, writes, date.min, soon, limit=_MOST + 1),
        alerts=await list_alerts(tx, of=await told_of(tx, who), limit=_ALERTS + 1),
    )


PAGES = (Page("GET", "/console", show_work, "signed_in"),)
