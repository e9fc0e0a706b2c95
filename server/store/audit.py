"""The audit: who did what, when, from where, to what. Lines are added in the transaction of the act itself.

A line is sealed later, in a chain: nobody who writes waits for the head of it. Nothing else changes a line.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from server.store.audit_tables import audit, audit_head
from server.store.rows import rows_given
from server.store.tables import item
from server.store.tx import Tx

ActorKind = Literal["person", "robot", "operator", "stranger"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with his token, a robot by its role, the operator at the shell, or a stranger."""

    kind: ActorKind
    id: str | None
    name: str
    token_id: str | None = None
    address: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What was acted upon, as far as it has any of these."""

    org_id: str | None = None
    item_id: str | None = None
    revision_id: str | None = None
    release_id: str | None = None
    delivery_id: str | None = None
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to add."""

    at: datetime
    verb: str
    actor: Actor
    subject: Subject
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A line as it stands; `place` and `digest` once it is sealed."""

    id: int
    at: datetime
    verb: str
    actor: ActorKind
    who_id: str | None
    who: str
    token_id: str | None
    address: str | None
    request_id: str | None
    org_id: str | None
    item_id: str | None
    revision_id: str | None
    release_id: str | None
    delivery_id: str | None
    account_id: str | None
    details: Mapping[str, Any]
    place: int | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines; `org_ids` None means all, those of no organ included. `verb` may be the front of one."""

    org_ids: frozenset[str] | None = None
    verb: str | None = None
    who: str | None = None
    item_id: str | None = None
    delivery_id: str | None = None
    account_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None  # the line at which the page before ended


@dataclass(frozen=True, slots=True)
class Seal:
    """A line's place in the chain, and the digest of everything up to it."""

    id: int
    place: int
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends."""

    place: int
    digest: str


async def add_lines(tx: Tx, lines: Iterable[NewLine]) -> None:
    """Add lines; with the transaction they come true or never were."""
    rows = [_row(line) for line in lines]
    if rows:
        await tx.execute(audit.insert(), rows)


async def list_item_orgs(tx: Tx, item_ids: frozenset[str]) -> dict[str, str]:
    """Give the organ of each item."""
    rows = await tx.execute(sa.select(item.c.id, item.c.org_id).where(item.c.id.in_(item_ids)))
    return {row.id: row.org_id for row in rows}


async def list_audit(tx: Tx, wanted: Wanted, limit: int) -> tuple[AuditLine, ...]:
    """Give lines, newest first."""
    statement = sa.select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
    return tuple(_line_of(row) for row in await tx.execute(statement.where(*_conditions(wanted))))


async def lock_head(tx: Tx) -> Head:
    """Give the head of the chain and hold it until the commit: two that seal go one after the other."""
    row = (await tx.execute(sa.select(audit_head).with_for_update())).one()
    return Head(row.place, row.digest)


async def read_head(tx: Tx) -> Head:
    """Give the head of the chain."""
    row = (await tx.execute(sa.select(audit_head))).one()
    return Head(row.place, row.digest)


async def list_unsealed(tx: Tx, limit: int) -> tuple[AuditLine, ...]:
    """Give lines that are not in the chain yet, in the order they were written."""
    wanted = sa.select(audit).where(audit.c.place.is_(None)).order_by(audit.c.id).limit(limit)
    return tuple(_line_of(row) for row in await tx.execute(wanted))


async def list_sealed(tx: Tx, after: int, limit: int) -> tuple[AuditLine, ...]:
    """Give the lines of the chain behind a place, in its order."""
    wanted = sa.select(audit).where(audit.c.place > after).order_by(audit.c.place).limit(limit)
    return tuple(_line_of(row) for row in await tx.execute(wanted))


async def put_seals(tx: Tx, seals: tuple[Seal, ...], head: Head) -> None:
    """Seal lines and move the head of the chain behind them."""
    rows = [{"id": seal.id, "place": seal.place, "digest": seal.digest} for seal in seals]
    given = rows_given(tx, (audit.c.id, audit.c.place, audit.c.digest), rows)
    await tx.execute(
        audit.update()
        .where(audit.c.id == given.c.id, audit.c.place.is_(None))
        .values(place=given.c.place, digest=given.c.digest)
    )
    await tx.execute(audit_head.update().values(place=head.place, digest=head.digest))


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.org_ids is not None:
        found.append(audit.c.org_id.in_(wanted.org_ids))
    if wanted.verb is not None:
        found.append(audit.c.verb.startswith(wanted.verb, autoescape=True))
    if wanted.who is not None:
        found.append(audit.c.who_id == wanted.who)
        if wanted.who.isdigit():  # an id, not a role: the index over people answers
            found.append(audit.c.actor != "robot")
    named = {name: getattr(wanted, name) for name in ("item_id", "delivery_id", "account_id")}
    found += [audit.c[name] == value for name, value in named.items() if value is not None]
    if wanted.since is not None:
        found.append(audit.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(audit.c.at < wanted.until)
    if wanted.before is not None:
        at = sa.select(audit.c.at).where(audit.c.id == wanted.before).scalar_subquery()
        found.append(sa.or_(audit.c.at < at, sa.and_(audit.c.at == at, audit.c.id < wanted.before)))
    return found


def _row(line: NewLine) -> dict[str, Any]:
    actor, subject = line.actor, line.subject
    return {
        "at": line.at,
        "verb": line.verb,
        "actor": actor.kind,
        "who_id": actor.id,
        "who": actor.name,
        "token_id": actor.token_id,
        "address": actor.address,
        "request_id": actor.request_id,
        **{field.name: getattr(subject, field.name) for field in fields(Subject)},
        "details": dict(line.details),
    }


def _line_of(row: sa.Row[Any]) -> AuditLine:
    return AuditLine(**row._mapping)  # noqa: SLF001 -- SQLAlchemy's own name for it
