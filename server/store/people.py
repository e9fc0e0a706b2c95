"""People and what they were granted: a role at an organ, which reaches everything below it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa

from server.store.rows import NotThere, Taken, upsert
from server.store.tables import grant, org, person
from server.store.tx import Tx

Role = Literal["author", "reviewer", "chief", "reporter", "admin"]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """人员 as stored."""

    id: str
    login: str
    name: str
    password_hash: str | None
    disabled_at: datetime | None

    def __repr__(self) -> str:
        """Leave the hash out of logs."""
        return f"PersonRow({self.login!r})"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role at an organ."""

    org_id: str
    org_code: str
    role: Role


async def insert_person(tx: Tx, row: PersonRow, *, at: datetime) -> None:
    """Write a person; raises Taken when the login is in use."""
    statement = (
        upsert(tx, person)
        .values(
            id=row.id,
            login=row.login,
            name=row.name,
            password_hash=row.password_hash,
            disabled_at=row.disabled_at,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["login"])
    )
    if (await tx.execute(statement)).rowcount != 1:
        raise Taken("login", row.login)


async def put_grant(tx: Tx, person_id: str, org_id: str, role: Role) -> None:
    """Grant a role at an organ; granting it twice changes nothing."""
    await tx.execute(
        upsert(tx, grant).values(person_id=person_id, org_id=org_id, role=role).on_conflict_do_nothing()
    )


async def delete_grant(tx: Tx, person_id: str, org_id: str, role: Role) -> bool:
    """Take a role away; say whether it was there."""
    taken = await tx.execute(
        grant.delete().where(grant.c.person_id == person_id, grant.c.org_id == org_id, grant.c.role == role)
    )
    return taken.rowcount == 1


async def hold_people(tx: Tx, ids: Collection[str]) -> None:
    """Let nobody else hold or shut out one of these people until the transaction ends."""
    held = sa.select(person.c.id).where(person.c.id.in_(ids)).order_by(person.c.id)
    await tx.execute(held.with_for_update(key_share=True))


async def set_password(tx: Tx, person_id: str, password_hash: str) -> None:
    """Give a person another password."""
    await tx.execute(person.update().where(person.c.id == person_id).values(password_hash=password_hash))


async def set_disabled(tx: Tx, person_id: str, at: datetime | None) -> None:
    """Shut a person out from now on, or let him in again (None)."""
    await tx.execute(person.update().where(person.c.id == person_id).values(disabled_at=at))


async def find_person(tx: Tx, login: str) -> PersonRow | None:
    """Give the person with this login."""
    row = (await tx.execute(_select().where(person.c.login == login))).one_or_none()
    return None if row is None else _person_of(row)


async def get_person(tx: Tx, person_id: str) -> PersonRow:
    """Give the person with this id; raises NotThere."""
    row = (await tx.execute(_select().where(person.c.id == person_id))).one_or_none()
    if row is None:
        raise NotThere("person", person_id)
    return _person_of(row)


async def list_people(tx: Tx, org_ids: frozenset[str]) -> tuple[PersonRow, ...]:
    """Give the people who hold a role at one of the organs, by login."""
    held = sa.select(grant.c.person_id).where(grant.c.org_id.in_(org_ids))
    wanted = _select().where(person.c.id.in_(held)).order_by(person.c.login)
    return tuple(_person_of(row) for row in await tx.execute(wanted))


async def list_everybody(tx: Tx) -> tuple[PersonRow, ...]:
    """Give everybody, those without a role and those shut out included, by login."""
    return tuple(_person_of(row) for row in await tx.execute(_select().order_by(person.c.login)))


async def list_grants(tx: Tx, person_id: str) -> tuple[Grant, ...]:
    """Give what a person was granted, by organ and role."""
    return (await list_grants_of(tx, (person_id,)))[person_id]


async def list_grants_of(tx: Tx, person_ids: Collection[str]) -> dict[str, tuple[Grant, ...]]:
    """Give what each of some people was granted, () for nothing, by organ and role."""
    wanted = (
        sa.select(grant.c.person_id, grant.c.org_id, org.c.code, grant.c.role)
        .join(org, org.c.id == grant.c.org_id)
        .where(grant.c.person_id.in_(person_ids))
        .order_by(org.c.code, grant.c.role)
    )
    found: dict[str, list[Grant]] = {key: [] for key in person_ids}
    for row in await tx.execute(wanted):
        found[row.person_id].append(Grant(row.org_id, row.code, cast("Role", row.role)))
    return {key: tuple(held) for key, held in found.items()}


async def list_reach(tx: Tx, person_id: str) -> frozenset[tuple[Role, str]]:
    """Give every role a person holds at every organ it reaches: the granted one and all below it."""
    top = (
        sa.select(grant.c.role, grant.c.org_id)
        .where(grant.c.person_id == person_id)
        .cte("reach", recursive=True)
    )
    reach = top.union(sa.select(top.c.role, org.c.id).join(top, org.c.parent_id == top.c.org_id))
    rows = await tx.execute(sa.select(reach.c.role, reach.c.org_id))
    return frozenset((cast("Role", row.role), row.org_id) for row in rows)


def _select() -> sa.Select[Any]:
    return sa.select(person)


def _person_of(row: sa.Row[Any]) -> PersonRow:
    return PersonRow(
        id=row.id,
        login=row.login,
        name=row.name,
        password_hash=row.password_hash,
        disabled_at=row.disabled_at,
    )
