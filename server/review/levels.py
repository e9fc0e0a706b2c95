"""三审: which level of an item's review is next, and whether somebody may decide on it, also for another."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from server.core.acts import note
from server.core.problems import Problem
from server.store.approvals import Decided, list_rounds
from server.store.audit import Subject
from server.store.desk import DeskLine, Turn, Turns
from server.store.items import ItemSeen
from server.store.levels import Level, LevelRole, list_holding, list_principals, replace_levels
from server.store.people import list_reach
from server.store.tx import Tx
from server.store.words import KINDS

MOST_LEVELS: Final = 3
# Whoever stands above may decide on the level below; an administrator keeps the house and is no reviewer of
# texts, unless nobody has set levels.
_FITS: Final[dict[LevelRole, frozenset[str]]] = {
    "reviewer": frozenset({"reviewer", "chief"}),
    "chief": frozenset({"chief"}),
}
_DECIDES: Final = frozenset({"reviewer", "chief", "admin"})
_Step = tuple[int, bool, str | None]  # the last three of a `Turn`
ROLE_NAMES: Final[dict[LevelRole, str]] = {"reviewer": "审核人", "chief": "负责人"}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the review of a version stands; `levels` () means the one level that nobody has set."""

    levels: tuple[Level, ...]
    done: tuple[Decided, ...]
    round: int

    @property
    def total(self) -> int:
        """Give how many approvals it takes."""
        return max(1, len(self.levels))

    @property
    def number(self) -> int:
        """Give the number of the next approval in its round; above `next` once levels became fewer."""
        return len(self.done) + 1

    @property
    def next(self) -> int:
        """Give the number of the level that decides next."""
        return min(self.number, self.total)

    @property
    def is_last(self) -> bool:
        """Say whether the next approval is the last that is wanted."""
        return self.next == self.total

    @property
    def level(self) -> Level | None:
        """Give the level that decides next; None for the one that nobody has set."""
        return self.levels[self.next - 1] if self.levels else None


@dataclass(frozen=True, slots=True)
class Version:
    """What a review asks of a version: whose it is, and which content an approval would be sealed to."""

    id: str
    org_id: str
    kind: str
    content_hash: str
    author_id: str

    @classmethod
    def of(cls, seen: ItemSeen) -> "Version":
        """Give the newest version of an item."""
        newest = seen.revision
        return cls(newest.id, seen.org.id, seen.kind, newest.content_hash, newest.created_by)

    @classmethod
    def of_line(cls, line: DeskLine) -> "Version":
        """Give the version that a line of a desk is about."""
        return cls(line.revision_id, line.org_id, line.kind, line.content_hash, line.author_id)


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who wants to decide, and for whom he acts: each with the roles at the organs they reach."""

    person_id: str
    reach: frozenset[tuple[str, str]]
    principals: tuple[tuple[str, frozenset[tuple[str, str]]], ...]

    async def turns(self, tx: Tx, org_ids: Collection[str]) -> Turns:
        """Give when it is his turn at some organs: the same that `acts_for` says of one version."""
        at: dict[tuple[str, _Step], set[str]] = {}
        holding = await list_holding(tx, {(org_id, kind) for org_id in org_ids for kind in KINDS})
        for (org_id, kind), levels in holding.items():
            last = max(1, len(levels)) - 1
            for passed, level in enumerate(levels or (None,)):
                for principal, reach in ((None, self.reach), *self.principals):
                    if _wanted(level, org_id) & reach or (level is None and principal is None):
                        step = (passed, passed == last, principal)
                        at.setdefault((kind, step), set()).add(org_id)
        kinds: dict[tuple[frozenset[str], _Step], set[str]] = {}
        for (kind, step), orgs in at.items():
            kinds.setdefault((frozenset(orgs), step), set()).add(kind)
        turns = (Turn(orgs, frozenset(of), *step) for (orgs, step), of in kinds.items())
        return Turns(self.person_id, tuple(turns))

    def acts_for(self, version: Version, standing: Standing) -> str | None:
        """Give for whom he decides on a version now, None for himself; raises Problem where he may not."""
        decided = {one for done in standing.done for one in (done.decided_by, done.on_behalf_of)}
        if self.person_id in decided:
            raise Problem("own_item", "您已经在前面一级审核过，每一级要由不同的人审核")
        level = standing.level
        wanted = _wanted(level, version.org_id)
        if wanted & self.reach:
            return None
        for principal, reach in self.principals:
            # Nobody decides on his own text through another, nor twice.
            if wanted & reach and principal != version.author_id and principal not in decided:
                return principal
        if level is None:
            return None  # nobody has set levels: the face has asked for the right to approve
        raise Problem("forbidden", f"这一步是“{level.name}”，由{ROLE_NAMES[level.role]}审核")


def _wanted(level: Level | None, org_id: str) -> frozenset[tuple[str, str]]:
    """Give the roles at an organ that decide on a level; None: on the one that nobody has set."""
    return frozenset((role, org_id) for role in (_FITS[level.role] if level else _DECIDES))


async def decider_of(tx: Tx, person_id: str, *, at: datetime) -> Decider:
    """Give somebody as one who wants to decide at a moment."""
    principals = [(one, await list_reach(tx, one)) for one in await list_principals(tx, person_id, at=at)]
    return Decider(person_id, await list_reach(tx, person_id), tuple(principals))


async def standing_of(tx: Tx, seen: ItemSeen) -> Standing:
    """Give where the review of an item's newest version stands."""
    version = Version.of(seen)
    return (await standings_of(tx, (version,)))[version.id]


async def standings_of(tx: Tx, versions: Collection[Version]) -> dict[str, Standing]:
    """Give where the review of each version stands, by its id; in three statements, however many they are."""
    rounds = await list_rounds(tx, {one.id: one.content_hash for one in versions})
    levels = await list_holding(tx, {(one.org_id, one.kind) for one in versions})
    return {one.id: Standing(levels[one.org_id, one.kind], *rounds[one.id]) for one in versions}


async def set_levels(
    tx: Tx, org_id: str, kind: str, levels: Iterable[tuple[LevelRole, str]], *, at: datetime
) -> tuple[Level, ...]:
    """Set the levels of an organ for a kind or for 'any'; none: those above it hold again."""
    made = tuple(Level(number, role, name) for number, (role, name) in enumerate(levels, 1))
    if len(made) > MOST_LEVELS:
        raise Problem("invalid", f"审核最多{MOST_LEVELS}级", field="levels")
    if any(upper.role == "reviewer" and lower.role == "chief" for lower, upper in pairwise(made)):
        raise Problem("invalid", "后一级的审核人不能低于前一级", field="levels")
    await replace_levels(tx, org_id, kind, made)
    told = [f"{one.name}:{one.role}" for one in made]
    await note(tx, "review.levels", Subject(org_id=org_id), at=at, kind=kind, levels=told)
    return made
