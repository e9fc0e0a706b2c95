"""Second factors: a sealed secret a person, the newest code taken, and recovery codes as digests."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.store.factor_tables import recovery_code, second_factor
from server.store.rows import upsert
from server.store.tx import Tx


@dataclass(frozen=True, slots=True)
class FactorRow:
    """两步验证 as stored; the secrets are sealed."""

    person_id: str
    secret: str | None
    pending: str | None
    confirmed_at: datetime | None

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return f"FactorRow({self.person_id!r})"


async def find_factor(tx: Tx, person_id: str) -> FactorRow | None:
    """Give what a person has set up, be it only begun."""
    wanted = sa.select(second_factor).where(second_factor.c.person_id == person_id)
    row = (await tx.execute(wanted)).one_or_none()
    return None if row is None else FactorRow(row.person_id, row.secret, row.pending, row.confirmed_at)


async def list_factored(tx: Tx, person_ids: Iterable[str]) -> frozenset[str]:
    """Give those of some people who have a second factor."""
    wanted = sa.select(second_factor.c.person_id).where(
        second_factor.c.person_id.in_(tuple(person_ids)), second_factor.c.secret.is_not(None)
    )
    return frozenset((await tx.execute(wanted)).scalars())


async def put_pending(tx: Tx, person_id: str, sealed: str) -> None:
    """Keep a secret that its owner has still to confirm; one begun before is forgotten."""
    statement = upsert(tx, second_factor).values(person_id=person_id, pending=sealed, last_step=0)
    await tx.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_={"pending": sealed}))


async def confirm_pending(tx: Tx, person_id: str, sealed: str, *, step: int, at: datetime) -> bool:
    """Let the pending secret be the one from now on; False when it is another by now."""
    moved = await tx.execute(
        second_factor.update()
        .where(second_factor.c.person_id == person_id, second_factor.c.pending == sealed)
        .values(secret=sealed, pending=None, last_step=step, confirmed_at=at)
    )
    return moved.rowcount == 1


async def take_step(tx: Tx, person_id: str, step: int) -> bool:
    """Take the code of a step; False when it, or a newer one, was taken already."""
    taken = await tx.execute(
        second_factor.update()
        .where(second_factor.c.person_id == person_id, second_factor.c.last_step < step)
        .values(last_step=step)
    )
    return taken.rowcount == 1


async def put_recovery_codes(tx: Tx, person_id: str, digests: Iterable[str]) -> None:
    """Give a person other recovery codes; those he had are worth nothing any more."""
    await tx.execute(recovery_code.delete().where(recovery_code.c.person_id == person_id))
    await tx.execute(
        recovery_code.insert(), [{"person_id": person_id, "digest": digest} for digest in digests]
    )


async def take_recovery_code(tx: Tx, person_id: str, digest: str, *, at: datetime) -> bool:
    """Use a recovery code; False when there is none such, or it was used."""
    taken = await tx.execute(
        recovery_code.update()
        .where(
            recovery_code.c.person_id == person_id,
            recovery_code.c.digest == digest,
            recovery_code.c.used_at.is_(None),
        )
        .values(used_at=at)
    )
    return taken.rowcount == 1


async def count_recovery_codes(tx: Tx, person_id: str) -> int:
    """Give how many recovery codes a person has left."""
    wanted = (
        sa.select(sa.func.count())
        .select_from(recovery_code)
        .where(recovery_code.c.person_id == person_id, recovery_code.c.used_at.is_(None))
    )
    return (await tx.execute(wanted)).scalar_one()


async def delete_factor(tx: Tx, person_id: str) -> None:
    """Forget a person's second factor and his recovery codes."""
    await tx.execute(recovery_code.delete().where(recovery_code.c.person_id == person_id))
    await tx.execute(second_factor.delete().where(second_factor.c.person_id == person_id))
