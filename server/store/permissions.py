"""Permissions of accounts: until when each stands, and the requests of people who are granting one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from server.store.permission_tables import grant_request, permission
from server.store.rows import upsert
from server.store.tables import account
from server.store.tx import Tx

_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """Who is granting which account a permission, and where the platform sends him back to."""

    account_id: str
    person_id: str
    back: str


async def insert_grant_request(
    tx: Tx, digest: str, request: GrantRequest, *, ends_at: datetime, at: datetime
) -> None:
    """Write down that a person was sent to the platform; those long over are forgotten."""
    await tx.execute(grant_request.delete().where(grant_request.c.ends_at < at - _KEPT))
    await tx.execute(
        grant_request.insert().values(
            digest=digest,
            account_id=request.account_id,
            person_id=request.person_id,
            back=request.back,
            ends_at=ends_at,
        )
    )


async def take_grant_request(tx: Tx, digest: str, *, at: datetime) -> GrantRequest | None:
    """Take a request that is neither used nor over, for once and all; None when there is none."""
    taken = await tx.execute(
        grant_request.update()
        .where(
            grant_request.c.digest == digest,
            grant_request.c.used_at.is_(None),
            grant_request.c.ends_at > at,
        )
        .values(used_at=at)
        .returning(grant_request.c.account_id, grant_request.c.person_id, grant_request.c.back)
    )
    row = taken.one_or_none()
    return None if row is None else GrantRequest(row.account_id, row.person_id, row.back)


async def put_permission(
    tx: Tx, account_id: str, until: datetime | None, *, at: datetime, granted_by: str | None = None
) -> None:
    """Write until when a permission stands, as seen at this moment; `granted_by` when it is a new one."""
    seen: dict[str, object] = {"until": until, "checked_at": at}
    if granted_by is not None:
        seen |= {"granted_at": at, "granted_by": granted_by}
    statement = upsert(tx, permission).values(account_id=account_id, **seen)
    await tx.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=seen))


async def end_permission(tx: Tx, account_id: str, *, at: datetime) -> None:
    """Forget until when a permission was to stand that has turned out to be gone."""
    await tx.execute(
        permission.update().where(permission.c.account_id == account_id).values(until=None, checked_at=at)
    )


async def set_account_access(
    tx: Tx, account_id: str, settings: Mapping[str, str], sealed: str | None
) -> None:
    """Give an account other settings and another sealed secret."""
    await tx.execute(
        account.update().where(account.c.id == account_id).values(settings=dict(settings), secret=sealed)
    )


async def lock_account(tx: Tx, account_id: str) -> None:
    """Let nobody else change an account until the end of this transaction."""
    if tx.dialect.name == "postgresql":
        await tx.execute(sa.select(account.c.id).where(account.c.id == account_id).with_for_update())
