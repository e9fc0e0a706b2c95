"""Joint releases (联合发文): items that other organs issued together with their own, which leads.

Each is counted once, as its lead's (条例 Art. 10: the organ that leads publishes). Its line in the ledger
keeps who took part, in an index of these lines alone, so that a question costs what there is of them.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa

from server.store.ledger_tables import ledger
from server.store.statistics import Sieve, lines_of, sides, signed_lines
from server.store.tables import org
from server.store.tx import Tx

JointSide = Literal["led", "joined"]
"""牵头: what some organs led; 参与: what they took part in under the lead of another than they."""


@dataclass(frozen=True, slots=True)
class Together:
    """How many items some organs issued together: who led, and which of ours took part, by their codes."""

    lead_id: str
    lead: str
    joined: frozenset[str]
    written: str  # as the ledger has it
    count: int


async def sum_joint(tx: Tx, sieve: Sieve) -> tuple[Together, ...]:
    """Sum the joint items of a period by who issued them; the organs of the sieve are not looked at."""
    held = [
        ledger.c.channel == "item",
        ledger.c.line.in_(lines_of("counted")),
        ledger.c.joint != sa.literal_column("''"),
        ledger.c.day.between(sieve.start, sieve.end),
        *sides(ledger, replace(sieve, org_ids=None, joint=None)),
    ]
    many = sa.func.sum(signed_lines("counted")).label("many")
    wanted = (
        sa.select(org.c.id, org.c.code, ledger.c.joint, many)
        .select_from(ledger.join(org, org.c.id == ledger.c.org_id))
        .where(*held)
        .group_by(org.c.id, org.c.code, ledger.c.joint)
        .having(many > 0)
        .order_by(org.c.code, ledger.c.joint)
    )
    return tuple(
        Together(row.id, row.code, _codes_of(row.joint), row.joint, int(row.many))
        for row in await tx.execute(wanted)
    )


def sifted_to(sieve: Sieve, found: Collection[Together], codes: Collection[str], side: JointSide) -> Sieve:
    """Give the sieve of the joint items that some organs led, or joined under the lead of another."""
    held = [one for one in found if is_on(one, codes, side)]
    return replace(
        sieve,
        org_ids=frozenset(one.lead_id for one in held),
        joint=frozenset(one.written for one in held),
    )


def is_on(one: Together, codes: Collection[str], side: JointSide) -> bool:
    """Say whether some organs led these items, or joined another that did."""
    if side == "led":
        return one.lead in codes
    return one.lead not in codes and not one.joined.isdisjoint(codes)


def _codes_of(written: str) -> frozenset[str]:
    return frozenset(one["code"] for one in json.loads(written) if one["code"] is not None)
