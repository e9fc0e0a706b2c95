"""Whether this machine's clock is right: it is compared with the database's and with those of platforms.

A wrong one cuts days at the wrong moment, sends too early or too late, and makes good codes and
certificates look bad.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median
from types import SimpleNamespace
from typing import Final

import aiohttp

from server.store.clock import read_clock
from server.store.tx import Store

FAR: Final = timedelta(minutes=2)
_REMEMBERED: Final = timedelta(days=1)
_SELDOM: Final = timedelta(minutes=10)
_MOST: Final = 50
_DATABASE: Final = "database"


class Clocks:
    """How far our clock is ahead of each other one that was seen within a day. Kept in this process alone."""

    def __init__(self, now: Callable[[], datetime], *, own_host: str) -> None:
        """Take our clock, and the host whose answers are our own."""
        self._now, self._own = now, own_host
        self._seen: dict[str, tuple[datetime, timedelta]] = {}

    def trace(self) -> aiohttp.TraceConfig:
        """Give what makes a client session tell the time of whoever answers it."""
        told = aiohttp.TraceConfig()
        told.on_request_end.append(self._hear)
        return told

    async def ask(self, store: Store) -> None:
        """Look at the database's clock; on SQLite it is our own."""
        before = self._now()
        async with store.read() as tx:
            theirs = await read_clock(tx)
        if theirs is not None:
            # It was read between the two moments: nothing that lies there is a difference.
            after = self._now()
            self._note(_DATABASE, after, min(max(theirs, before), after) - theirs)

    def hear(self, host: str, date: str) -> None:
        """Take the head `Date` of a host's answer (RFC 9110 §6.6.1); what is none says nothing."""
        at = self._now()
        seen = self._seen.get(host)
        if host == self._own or (seen is not None and timedelta() <= at - seen[0] < _SELDOM):
            return
        try:
            theirs = parsedate_to_datetime(date)
            ahead = at - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
        except (ValueError, OverflowError):  # a stranger wrote it, and his answer is not to be lost for it
            return
        self._note(host, at, ahead)

    @property
    def ahead(self) -> timedelta | None:
        """How far our clock is ahead, by the middle one of all that were seen; None where there were none.

        One platform whose clock is wrong makes ours not wrong as soon as two others were seen.
        """
        at = self._now()
        known = [ahead for seen_at, ahead in self._seen.values() if abs(at - seen_at) < _REMEMBERED]
        return median(known) if known else None  # type: ignore[type-var]

    @property
    def is_wrong(self) -> bool:
        """Whether our clock is far from the others."""
        return abs(self.ahead or timedelta()) > FAR

    def _note(self, host: str, at: datetime, ahead: timedelta) -> None:
        self._seen.pop(host, None)
        self._seen[host] = (at, ahead)
        if len(self._seen) > _MOST:
            del self._seen[next(iter(self._seen))]

    async def _hear(
        self, _session: aiohttp.ClientSession, _mark: SimpleNamespace, told: aiohttp.TraceRequestEndParams
    ) -> None:
        self.hear(told.url.host or "", told.response.headers.get("Date", ""))
