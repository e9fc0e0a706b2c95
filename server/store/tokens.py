"""Tokens: API tokens and log-in sessions, kept as digests only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa

from server.store.people import Role
from server.store.tables import person, token
from server.store.tx import Tx

Use = Literal["api", "session"]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """访问令牌 as stored; what it opens is limited to `only_role` when that is set."""

    id: str
    person_id: str
    name: str
    use: Use
    only_role: Role | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None = None


async def insert_token(tx: Tx, row: TokenRow, digest: str) -> None:
    """Write a token by the digest of its secret."""
    await tx.execute(
        token.insert().values(
            id=row.id,
            person_id=row.person_id,
            name=row.name,
            use=row.use,
            only_role=row.only_role,
            digest=digest,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
    )


async def find_token(tx: Tx, token_id: str) -> TokenRow | None:
    """Give one token."""
    row = (await tx.execute(sa.select(token).where(token.c.id == token_id))).one_or_none()
    return None if row is None else _token_of(row)


async def find_token_by_digest(tx: Tx, digest: str) -> TokenRow | None:
    """Give the token with this digest, whether it still holds or not."""
    row = (await tx.execute(sa.select(token).where(token.c.digest == digest))).one_or_none()
    return None if row is None else _token_of(row)


async def list_ending(
    tx: Tx, *, after: datetime, until: datetime, limit: int
) -> tuple[tuple[TokenRow, str], ...]:
    """Give the programs' tokens in use that end in a span, the next first, each with its owner's name."""
    wanted = (
        sa.select(token, person.c.name.label("owner"))
        .join(person, person.c.id == token.c.person_id)
        .where(
            token.c.use == "api",
            token.c.revoked_at.is_(None),
            token.c.used_at.is_not(None),
            token.c.expires_at > after,
            token.c.expires_at <= until,
        )
        .order_by(token.c.expires_at, token.c.id)
        .limit(limit)
    )
    return tuple((_token_of(row), row.owner) for row in await tx.execute(wanted))


async def list_tokens(tx: Tx, person_id: str) -> tuple[TokenRow, ...]:
    """Give a person's API tokens that were not revoked, oldest first."""
    wanted = (
        sa.select(token)
        .where(token.c.person_id == person_id, token.c.use == "api", token.c.revoked_at.is_(None))
        .order_by(token.c.created_at, token.c.id)
    )
    return tuple(_token_of(row) for row in await tx.execute(wanted))


async def note_use(tx: Tx, token_id: str, *, at: datetime) -> None:
    """Write down that a token was used."""
    await tx.execute(token.update().where(token.c.id == token_id).values(used_at=at))


async def revoke_token(tx: Tx, token_id: str, *, at: datetime) -> None:
    """End a token; the first time counts."""
    await tx.execute(
        token.update().where(token.c.id == token_id, token.c.revoked_at.is_(None)).values(revoked_at=at)
    )


async def revoke_all(
    tx: Tx, person_id: str, *, at: datetime, use: Use | None = None, keep: str | None = None
) -> int:
    """End a person's tokens, of one use or of all, but for the one to keep; say how many still held."""
    wanted = token.update().where(token.c.person_id == person_id, token.c.revoked_at.is_(None))
    if use is not None:
        wanted = wanted.where(token.c.use == use)
    if keep is not None:
        wanted = wanted.where(token.c.id != keep)
    ended = (await tx.execute(wanted.values(revoked_at=at).returning(token.c.expires_at))).scalars().all()
    return sum(1 for expires_at in ended if expires_at is None or expires_at > at)


async def delete_old_sessions(tx: Tx, *, before: datetime) -> None:
    """Forget the sessions, of everybody, that lapsed before a moment; the audit knows them for ever."""
    await tx.execute(token.delete().where(token.c.use == "session", token.c.expires_at < before))


async def count_sessions(tx: Tx, person_id: str, *, at: datetime) -> int:
    """Give in how many places a person is signed in."""
    holds = sa.and_(token.c.revoked_at.is_(None), token.c.expires_at > at)
    wanted = sa.select(sa.func.count()).where(token.c.person_id == person_id, token.c.use == "session", holds)
    return int((await tx.execute(wanted)).scalar_one())


def _token_of(row: sa.Row[Any]) -> TokenRow:
    return TokenRow(
        id=row.id,
        person_id=row.person_id,
        name=row.name,
        use=cast("Use", row.use),
        only_role=cast("Role | None", row.only_role),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
