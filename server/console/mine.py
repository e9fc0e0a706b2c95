"""/console/mine: the items of one editor of the last 30 days, and what each of them waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiohttp import web

from server.console.page import Page, Visit
from server.console.rows import CHANNEL_ORDER
from server.core.channel_words import CHANNEL_WORDS
from server.core.standing import say_standing
from server.review.levels import Standing, Version, standings_of
from server.store.accounts import AccountRow, list_accounts_by_id
from server.store.deliveries import DeliverySeen, list_newest_legs
from server.store.desk import DeskLine, Wanted, count_desk, list_desk
from server.store.items import RevisionState
from server.store.tx import Tx

_DAYS: Final = 30
_MOST: Final = 60
_UNDER_WAY: Final[tuple[RevisionState, ...]] = ("draft", "submitted", "returned", "approved")
_STATES: Final[tuple[RevisionState, ...]] = ("returned", "draft", "submitted", "approved", "released")
_OVER: Final = frozenset({"live", "withdrawn", "cancelled", "superseded", "replaced"})


@dataclass(frozen=True, slots=True)
class Mine:
    """An item of the visitor's, and in sentences what it waits for and where it stands."""

    line: DeskLine
    waits: tuple[str, ...]
    shown_on: tuple[str, ...]


async def show_mine(visit: Visit) -> web.Response:
    """Show what the visitor wrote: all that is under way, and what was done in the last 30 days."""
    asked = visit.query("state")
    state = next((one for one in _STATES if one == asked), None)
    since = visit.parts.now() - timedelta(days=_DAYS)
    reads, me = visit.who.orgs_for("read"), visit.who.person_id
    async with visit.parts.store.read() as tx:
        open_ones = Wanted(reads, _UNDER_WAY, by=me)
        done = Wanted(reads, ("released",), by=me, since=since)
        counts = {**await count_desk(tx, open_ones), **await count_desk(tx, done)}
        lines: list[DeskLine] = []
        for one in _STATES if state is None else (state,):
            lines += await list_desk(tx, _of(one, reads, me, done), limit=_MOST)
        found = await _read(tx, tuple(lines))
    return visit.show(
        "mine.html", section="mine", found=found, counts=counts, states=_STATES, state=state or "",
        days=_DAYS, most=_MOST, total=sum(counts.values()),
    )  # fmt: skip


def _of(state: RevisionState, reads: frozenset[str], me: str, done: Wanted) -> Wanted:
    return done if state == "released" else Wanted(reads, (state,), by=me)


async def _read(tx: Tx, lines: tuple[DeskLine, ...]) -> tuple[Mine, ...]:
    legs = await list_newest_legs(tx, frozenset(one.item_id for one in lines if one.state == "released"))
    posting = frozenset(leg.account_id for one in legs.values() for leg in one)
    accounts = await list_accounts_by_id(tx, posting)
    handed_in = [Version.of_line(one) for one in lines if one.state == "submitted"]
    standings = await standings_of(tx, handed_in)
    return tuple(_mine(one, legs.get(one.item_id, ()), accounts, standings) for one in lines)


def _mine(
    line: DeskLine,
    legs: tuple[DeliverySeen, ...],
    accounts: Mapping[str, AccountRow],
    standings: Mapping[str, Standing],
) -> Mine:
    match line.state:
        case "draft":
            return Mine(line, ("等您写完后送审",), ())
        case "returned":
            return Mine(line, ("等您修改后再送审",), ())
        case "submitted":
            standing = standings[line.revision_id]
            level = f"“{standing.level.name}”" if standing.level else ""
            step = f"（第 {standing.next} 级，共 {standing.total} 级）" if standing.total > 1 else ""
            return Mine(line, (f"等{level}审核{step}",), ())
        case "approved":
            return Mine(line, ("已审核通过，等有发布权限的人发布",), ())
        case _:
            return Mine(line, _waits(legs, accounts), _shown_on(legs))


def _waits(legs: tuple[DeliverySeen, ...], accounts: Mapping[str, AccountRow]) -> tuple[str, ...]:
    """Give what the accounts wait for that are not there yet; what many wait for stands once."""
    told: dict[str, list[str]] = {}
    for leg in legs:
        if leg.state not in _OVER:
            told.setdefault(say_standing(leg, accounts[leg.account_id].state), []).append(leg.account_name)
    return tuple(f"{'、'.join(names)}：{sentence}" for sentence, names in told.items())


def _shown_on(legs: tuple[DeliverySeen, ...]) -> tuple[str, ...]:
    channels = {leg.channel for leg in legs if leg.state == "live"}
    return tuple(CHANNEL_WORDS[one] for one in CHANNEL_ORDER if one in channels)


PAGES = (Page("GET", "/console/mine", show_mine, "write"),)
