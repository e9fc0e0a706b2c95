"""How the visitor's organs stand: year, week, accounts, documents without interpretation, unused files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.console.account_lines import AccountLine, read_lines
from server.console.page import Visit
from server.console.statistics import rows_address
from server.core.days import day_of
from server.report.figures import Question
from server.store.media import Unused, count_unused
from server.store.obligations import ObligationSeen, list_obligations_between
from server.store.orgs import list_orgs
from server.store.statistics import Counter, Sieve, sum_figures
from server.store.tx import Tx
from server.store.words import COUNTED_AS
from server.watch.agenda import Agenda, Span, read_agenda

_DAYS: Final = 7
_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """How the visitor's organs stand."""

    year: int
    items: int  # the same item on several channels counts once
    items_this_month: int
    by_channel: Mapping[str, int]
    rows: Mapping[
        str, str
    ]  # addresses of the lines behind items, month and channels; {} without one organ atop
    week: Agenda
    accounts: tuple[AccountLine, ...]
    uninterpreted: tuple[ObligationSeen, ...]
    has_more_uninterpreted: bool
    unused: Unused | None  # None: no matter of the visitor's

    @property
    def unwell(self) -> int:
        """Say how many accounts somebody has to look after."""
        return sum(not one.is_well for one in self.accounts)


async def read_standing(tx: Tx, visit: Visit) -> Standing:
    """Give how they stand now; what it costs does not grow with the archive."""
    reads, at = visit.who.orgs_for("read"), visit.parts.now()
    today = day_of(at)
    months = await sum_figures(tx, Sieve(today.replace(month=1, day=1), today, reads), "month")
    lacking = await list_obligations_between(tx, reads, date.min, date.max, limit=_MOST + 1)
    return Standing(
        today.year,
        _sum(months, "item"),
        _sum(tuple(one for one in months if one.key == f"{today:%Y-%m}"), "item"),
        {channel: _sum(months, channel) for channel in COUNTED_AS},
        await _rows(tx, reads, today),
        await read_agenda(tx, Span(today, today + timedelta(days=_DAYS - 1), reads), at=at),
        tuple(one for one in await read_lines(tx, visit) if not one.rests),
        lacking[:_MOST],
        len(lacking) > _MOST,
        await count_unused(tx) if visit.who.orgs_for("run_jobs") else None,
    )


async def _rows(tx: Tx, reads: frozenset[str], today: date) -> Mapping[str, str]:
    """Give the addresses of the lines behind the year's figures; several organs on top have none."""
    tops = [one for one in await list_orgs(tx, reads) if one.parent_id not in reads]
    if len(tops) != 1:
        return {}
    year = Question(today.replace(month=1, day=1), today, tops[0].code, "month")
    return {
        "month": rows_address(year, f"{today:%Y-%m}", "item"),
        **{channel: rows_address(year, "", channel) for channel in ("item", *COUNTED_AS)},
    }


def _sum(counters: tuple[Counter, ...], channel: str) -> int:
    return sum(one.count for one in counters if (one.channel, one.line) == (channel, "counted"))
