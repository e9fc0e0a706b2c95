"""A stretch of an office's life with time moved by hand: plans, interpretations, stops, deaths.

The channel keeps what it shows in a list, so that tens of thousands of items cost no sockets. What should
have happened is worked out here from the days off alone, without the calendar of the product.
"""

import asyncio
import gc
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from channels.contract import (
    Absent,
    Finding,
    Journal,
    Outcome,
    Post,
    Receipt,
    Sighting,
    Withdrawal,
    Withdrawn,
)
from channels.item import Content
from scheduler.notices import read_notice
from server.core.calendar import LiveCalendar, import_notice
from server.core.follow import bind
from server.core.recount import recount
from server.core.release import ReleaseOrder, release
from server.core.rounds import open_time_gates, recover_lapsed, take_errands
from server.core.settle import Bench
from server.core.workplace import Memory, Workplace
from server.store.accounts import AccountRow
from server.store.followups import Follow
from server.store.tx import Store
from server.watch.alerts import watch
from tests.house import LIMITS, SITE, House
from tests.platform import Plain
from tests.watch.crowd import plan_crowd

SHANGHAI = ZoneInfo("Asia/Shanghai")
STEPS = tuple(time(*one) for one in ((7, 0), (8, 30), (9, 0), (10, 0), (11, 30), (14, 30), (16, 0), (17, 30)))
"""When something runs on each day; between two of them nothing does."""

_SECONDS_BEFORE = 240  # what is due so shortly before a step is in time
_DIES_EVERY, _RESTARTS_EVERY, _TWO_LEADERS_EVERY = 41, 29, 3


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@dataclass
class Book:
    """What readers see: each post with the moment it appeared, and whether it is there still."""

    shown: list[tuple[str, str, datetime]] = field(default_factory=list)
    there: set[tuple[str, str]] = field(default_factory=set)


class Silent:
    """A channel without a network: it writes into the book and finds what it wrote."""

    kind: ClassVar[str] = "website"
    limits = replace(Plain.limits, concurrency=64)

    def __init__(self, slug: str, book: Book) -> None:
        self._slug, self._book = slug, book

    def check(self, _content: Content, /) -> tuple[Finding, ...]:
        return ()

    def render(self, content: Content, /) -> Post:
        return Post(content.item_id, content.title, content.summary, "", (), (), content)

    async def publish(self, post: Post, _journal: Journal, /, *, at: datetime) -> Outcome:
        self._book.shown.append((self._slug, post.mark, at))
        self._book.there.add((self._slug, post.mark))
        return Receipt(post.mark, None, at)

    async def find(self, post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:
        if (self._slug, post.mark) in self._book.there:
            return Receipt(post.mark, None, since)
        return Absent()

    async def withdraw(self, _receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:
        self._book.there.discard((self._slug, post.mark))
        return Withdrawn()


Act = Callable[[], Awaitable[None]]


class Life:
    """An office from one day on; `stops` are stretches in which no process runs and nobody works."""

    def __init__(
        self,
        house: House,
        first: date,
        days: int,
        stops: tuple[tuple[datetime, datetime], ...],
        steps: tuple[time, ...] = STEPS,
    ) -> None:
        self.steps = steps
        self.house, self.first, self.days, self.stops = house, first, days, stops
        self.book, self.off, self.made_up = Book(), set[date](), set[date]()
        self.plans: dict[datetime, list[Act]] = {}
        self.expected: dict[str, datetime] = {}  # by item, of what must be shown at its moment
        self.crowd: dict[str, datetime] = {}
        self.live = LiveCalendar()
        self.alerted: set[str] = set()
        self._store: Store | None = None  # of the process that was started last
        self._steps = count()
        house.calendar = self.live
        house.bench = Bench(self.live, house.new_id)
        house.real["website"] = house.real["weibo"] = self._open
        self.places = [self._place("worker-1")]

    def _open(self, row: AccountRow) -> Any:
        return Silent(row.slug, self.book)

    def _place(self, name: str, store: Store | None = None) -> Workplace:
        limits = {**LIMITS, "website": Silent.limits, "weibo": Silent.limits}
        place = self.house.workplace(name)
        return replace(place, store=store or self.house.store, limits=limits, memory=Memory())

    def is_off(self, day: date) -> bool:
        """Say whether offices are closed, by the days told and nothing else."""
        return day not in self.made_up and (day in self.off or day.weekday() >= 5)

    def after_working_days(self, moment: datetime, number: int, clock: time) -> datetime:
        """Count working days behind the day of a moment, one by one."""
        day = moment.astimezone(SHANGHAI).date()
        while number or self.is_off(day):
            day += timedelta(days=1)
            number -= not self.is_off(day) and number > 0
        return max(moment, datetime.combine(day, clock, SHANGHAI).astimezone(UTC))

    def served(self, moment: datetime) -> datetime:
        """Give the first step at or behind a moment at which something runs."""
        day = moment.astimezone(SHANGHAI).date()
        while True:
            for clock in self.steps:
                step = datetime.combine(day, clock, SHANGHAI).astimezone(UTC)
                if step >= moment and not self._is_stopped(step):
                    return step
            day += timedelta(days=1)

    def is_served_late(self, moment: datetime) -> bool:
        """Say that nothing ran for minutes when something was due."""
        return self.served(moment) - moment > timedelta(minutes=5)

    def _is_stopped(self, moment: datetime) -> bool:
        return any(start <= moment < end for start, end in self.stops)

    def plan(self, moment: str, act: Act) -> None:
        """Let somebody do something at a step."""
        self.plans.setdefault(beijing(moment), []).append(act)

    async def crowded(self, number: int, seed: int, *, on: str = "website") -> None:
        """Plan so many items of daily news, each due shortly before some step."""
        chance, dues = random.Random(seed), list[datetime]()
        for _one in range(number):
            day = self.first + timedelta(days=chance.randrange(self.days))
            step = datetime.combine(day, chance.choice(self.steps), SHANGHAI).astimezone(UTC)
            dues.append(step - timedelta(seconds=chance.randrange(_SECONDS_BEFORE)))
        dues = [max(due, self.house.now() + timedelta(seconds=1)) for due in dues]
        self.crowd |= dict(zip(await plan_crowd(self.house, dues, on=on), dues, strict=True))

    async def imported(self, content: bytes) -> None:
        """Take over a notice of days off, as the product and as this sum do."""
        notice = read_notice(content)
        async with self.house.store.begin() as tx:
            await import_notice(tx, notice, "national", source="通知", by=None, at=self.house.now())
        await self.live.refresh(self.house.store)
        await recount(self.house.store, self.live, at=self.house.now())

    async def document(self, title: str, moment: str | None = None, **more: Any) -> str:
        """Write a document; with a moment it is released for then."""
        item = await self._approved(title=title, document_number=None, **more)
        if moment is not None:
            await self.released(item, beijing(moment))
        return item

    async def interpretation(
        self, title: str, *follows: tuple[str, str, dict[str, Any]], on: Any = ("website",)
    ) -> str:
        """Write an interpretation of documents and release it; the rules decide when it goes."""
        item = await self._approved(title=title, kind="interpretation", column="zcjd", document_number=None)
        for source, rule, more in follows:
            async with self.house.store.begin() as tx:
                follow = Follow(item, source, rule, **more)
                await bind(tx, follow, self.live, by=self.house.author, at=self.house.now())
        await self.released(item, None, on=on)
        return item

    async def released(self, item: str, moment: datetime | None, on: Any = ("website",)) -> None:
        house = self.house
        examined = await house.examiner.examine(item, at=house.now())
        async with house.store.begin() as tx:
            await release(
                tx, ReleaseOrder(item, tuple(on), "major", moment), examined=examined,
                open_channel=house.open_channel, calendar=self.live, site=SITE, by=house.chief,
                at=house.now(), new_id=house.new_id,
            )  # fmt: skip

    async def _approved(self, **fields: Any) -> str:
        return (await self.house.item(**fields)).id

    async def corrected(self, item: str) -> None:
        """Bring a withdrawn document back in another version."""
        await self.house.corrected(item, document_number=None, body_html="<p>改正</p>")
        await self.released(item, None)

    async def run(self) -> None:
        """Live through every day, with the collector as rare as a server has it (server/app.py)."""
        often = gc.get_threshold()
        gc.set_threshold(50_000, 20, 50)
        try:
            await self._run()
        finally:
            gc.set_threshold(*often)

    async def _run(self) -> None:
        for number in range(self.days):
            day = self.first + timedelta(days=number)
            for clock in self.steps:
                moment = datetime.combine(day, clock, SHANGHAI).astimezone(UTC)
                if moment < self.house.now() or self._is_stopped(moment):
                    continue
                self.house.now.moment = moment
                for act in self.plans.pop(moment, ()):
                    await act()
                await self._step()
            if not self._is_stopped(self.house.now()):
                await self._watched()
        await self._stopped()

    async def _stopped(self) -> None:
        """Let the process that was started last be gone, its connections with it."""
        if self._store is not None:
            await self._store.close()
            self._store = None

    async def _step(self) -> None:
        number = next(self._steps)
        if number % _RESTARTS_EVERY == 0:
            await self._stopped()
            self._store = Store(self.house.store.engine.url.render_as_string(hide_password=False))
            self.places = [self._place(f"worker-{number}", self._store)]
        leaders = [*self.places, self._place("worker-2")] if number % _TWO_LEADERS_EVERY == 0 else self.places
        await asyncio.gather(*(open_time_gates(place) for place in leaders))
        if number % _DIES_EVERY == 0:
            await self._dies(leaders[-1])
        await self._at_work(leaders)

    async def _at_work(self, places: list[Workplace]) -> None:
        while True:
            taken = [await self._take(place) for place in places]
            if not any(taken):
                return
            await asyncio.gather(*(errand.run() for errands in taken for errand in errands))

    async def _take(self, place: Workplace) -> tuple[Any, ...]:
        return await take_errands(place, room=64)

    async def _dies(self, place: Workplace) -> None:
        """Let a worker take what is due and be gone; its leases lapse, and what it took is looked for."""
        if await self._take(place):
            self.house.now.move(seconds=61)
            await recover_lapsed(place)
            self.house.now.move(seconds=61)

    async def _watched(self) -> None:
        await watch(self.house.store, SITE, at=self.house.now())
        async with self.house.store.read() as tx:
            rows = await tx.exec_driver_sql("SELECT key FROM alerts WHERE cleared_at IS NULL")
            self.alerted |= {row[0] for row in rows}
