"""Which documents are interpreted: the two figures that inspectors ask for, and what is due."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from server.core.days import day_of
from server.core.likeness import REPEATS
from server.core.problems import Problem
from server.store.obligations import Obligation, ObligationSeen, list_obligations
from server.store.orgs import find_org_by_code, subtree_ids
from server.store.tx import Tx

State = Literal["open", "overdue", "in_time", "late", "held", "waived"]
MOST = 5000
"""A county office issues some dozen documents a year; more than this is asked for by organ."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The obligations of a year. The shares are of the documents that must be interpreted, in per cent."""

    year: int
    rows: tuple[tuple[State, ObligationSeen], ...]
    counts: dict[State, int]
    share_interpreted: float | None
    share_linked: float | None
    repeating: int


def state_of(obligation: Obligation, today: date) -> State:
    """Say where an obligation stands; the day it is due is still in time."""
    if obligation.waived_at is not None:
        return "waived"
    if obligation.met_at is not None:
        return "in_time" if day_of(obligation.met_at) <= obligation.due_on else "late"
    if obligation.held:
        return "held"
    return "overdue" if today > obligation.due_on else "open"


async def overview(tx: Tx, year: int, org_code: str | None, *, today: date) -> Overview:
    """Give the documents that went live in a year, at one organ and below it or at all."""
    org_ids = None
    if org_code is not None:
        org = await find_org_by_code(tx, org_code)
        if org is None:
            raise Problem("unknown_org", f"没有代码为“{org_code}”的机构", field="org")
        org_ids = await subtree_ids(tx, org.id)
    found = await list_obligations(tx, date(year, 1, 1), date(year, 12, 31), org_ids, limit=MOST)
    rows = tuple((state_of(seen.obligation, today), seen) for seen in found)
    counts: dict[State, int] = dict.fromkeys(("open", "overdue", "in_time", "late", "held", "waived"), 0)
    for state, _seen in rows:
        counts[state] += 1
    wanted = [seen for state, seen in rows if state not in ("waived", "held")]
    return Overview(
        year=year,
        rows=rows,
        counts=counts,
        share_interpreted=_share([seen.obligation.met_at is not None for seen in wanted]),
        share_linked=_share([seen.is_linked for seen in wanted]),
        repeating=sum((seen.obligation.likeness or 0) >= REPEATS for seen in wanted),
    )


def _share(yes: list[bool]) -> float | None:
    return round(100 * sum(yes) / len(yes), 1) if yes else None
