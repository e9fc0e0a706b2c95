"""三审: which level of an item's review is next, and whether somebody may decide on it, also for another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from server.core.acts import note
from server.core.problems import Problem
from server.store.approvals import Decided, list_round
from server.store.audit import Subject
from server.store.items import ItemSeen
from server.store.levels import Level, LevelRole, levels_of, list_principals, replace_levels
from server.store.people import list_reach
from server.store.tx import Tx

MOST_LEVELS: Final = 3
# Whoever stands above may decide on the level below; an administrator keeps the house and is no reviewer of
# texts, unless nobody has set levels.
_FITS: Final[dict[LevelRole, frozenset[str]]] = {
    "reviewer": frozenset({"reviewer", "chief"}),
    "chief": frozenset({"chief"}),
}
_DECIDES: Final = frozenset({"reviewer", "chief", "admin"})
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


async def standing_of(tx: Tx, seen: ItemSeen) -> Standing:
    """Give where the review of an item's newest version stands."""
    done, number = await list_round(tx, seen.revision.id, seen.revision.content_hash)
    return Standing(await levels_of(tx, seen.org.id, seen.kind), done, number)


async def require_decider(tx: Tx, seen: ItemSeen, standing: Standing, *, by: str, at: datetime) -> str | None:
    """Refuse who may not decide now; give for whom he acts, None for himself."""
    if any(by in (one.decided_by, one.on_behalf_of) for one in standing.done):
        raise Problem("own_item", "您已经在前面一级审核过，每一级要由不同的人审核")
    level = standing.level
    wanted = _FITS[level.role] if level else _DECIDES
    if await _has_role(tx, by, seen.org.id, wanted):
        return None
    decided = {one for done in standing.done for one in (done.decided_by, done.on_behalf_of)}
    for principal in await list_principals(tx, by, at=at):
        # Nobody decides on his own text through another, nor twice.
        if principal == seen.revision.created_by or principal in decided:
            continue
        if await _has_role(tx, principal, seen.org.id, wanted):
            return principal
    if level is None:
        return None  # nobody has set levels: the face has asked for the right to approve
    raise Problem("forbidden", f"这一步是“{level.name}”，由{ROLE_NAMES[level.role]}审核")


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


async def _has_role(tx: Tx, person_id: str, org_id: str, wanted: frozenset[str]) -> bool:
    return any(role in wanted and at == org_id for role, at in await list_reach(tx, person_id))
