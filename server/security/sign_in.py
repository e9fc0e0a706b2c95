"""Signing in: a password gives a session, a token gives the person behind it.

A token reads `tf_<id>_<secret>`: the front tells a secret scanner what it is, the id tells an administrator
which one leaked, and only the digest of the whole is kept.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from server.core.acts import Verb, acting, note
from server.core.problems import Problem
from server.security.access import SignedIn
from server.security.passwords import is_password
from server.security.staff import subject_of
from server.store.audit import Subject
from server.store.levels import list_principals
from server.store.people import PersonRow, Role, get_person, list_reach
from server.store.tokens import (
    TokenRow,
    Use,
    delete_old_sessions,
    find_token_by_digest,
    insert_token,
    note_use,
    revoke_all,
    revoke_token,
)
from server.store.tx import Store, Tx

SESSION_LASTS: Final = timedelta(hours=12)  # a working day; nobody stays signed in over night
_LAPSED_KEPT: Final = timedelta(days=30)  # so long who comes back hears that his session lapsed
_USE_KEPT: Final = timedelta(hours=1)
_LONGEST_TOKEN: Final = 128


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token; `secret` is what its owner must keep, and it is shown this once."""

    row: TokenRow
    secret: str

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"IssuedToken({self.row.id!r})"


async def check_password(person: PersonRow | None, password: str) -> PersonRow:
    """Give the person back when the password is his; one answer and one amount of work for every refusal."""
    fits = await is_password(password, person.password_hash if person else None)
    if not fits or person is None or person.disabled_at is not None:
        raise Problem("not_signed_in", "登录名或口令不正确")
    return person


async def issue_token(
    tx: Tx,
    person_id: str,
    *,
    id: str,
    name: str,
    use: Use,
    at: datetime,
    lasts: timedelta | None,
    only_role: Role | None = None,
) -> IssuedToken:
    """Write a new token and give its secret; `lasts` None means until it is revoked."""
    secret = f"tf_{id}_{secrets.token_urlsafe(32)}"
    expires_at = None if lasts is None else at + lasts
    row = TokenRow(id, person_id, name, use, only_role, at, expires_at, revoked_at=None)
    await insert_token(tx, row, digest_of(secret))
    await _note_issued(tx, row, at=at)
    return IssuedToken(row, secret)


async def _note_issued(tx: Tx, row: TokenRow, *, at: datetime) -> None:
    """Note a token under its owner's organ; whoever signs in is known only from now on."""
    owner, subject = await get_person(tx, row.person_id), await subject_of(tx, row.person_id)
    if row.use == "session":
        by = replace(
            acting(), kind="person", id=owner.id, name=f"{owner.login} {owner.name}", token_id=row.id
        )
        await note(tx, "session.open", subject, at=at, by=by)
        return
    ends = None if row.expires_at is None else row.expires_at.isoformat()
    await note(
        tx, "token.create", subject, at=at,
        token=row.id, name=row.name, owner=owner.login, only_role=row.only_role, expires_at=ends,
    )  # fmt: skip


async def begin_session(tx: Tx, person_id: str, *, id: str, at: datetime) -> IssuedToken:
    """Write a new session, and forget those that lapsed long ago."""
    await delete_old_sessions(tx, before=at - _LAPSED_KEPT)
    return await issue_token(tx, person_id, id=id, name="登录", use="session", at=at, lasts=SESSION_LASTS)


async def exchange(tx: Tx, who: SignedIn, *, id: str, at: datetime) -> IssuedToken:
    """Write a new session in place of the present one."""
    await revoke_token(tx, who.token_id, at=at)
    return await begin_session(tx, who.person_id, id=id, at=at)


async def end_others(tx: Tx, who: SignedIn, *, at: datetime) -> int:
    """End every session of somebody but the one he is in; say how many those were."""
    ended = await revoke_all(tx, who.person_id, at=at, use="session", keep=who.token_id)
    await note(tx, "session.close_others", await subject_of(tx, who.person_id), at=at, ended=ended)
    return ended


async def refuse_session(tx: Tx, found: PersonRow | None, *, at: datetime, step: str | None = None) -> None:
    """Note a log-in that failed. A login nobody has is not kept: people type their password there."""
    subject = Subject() if found is None else await subject_of(tx, found.id)
    await note(tx, "session.refuse", subject, at=at, login=None if found is None else found.login, step=step)


async def end_token(tx: Tx, row: TokenRow, *, at: datetime) -> None:
    """End a token or a session."""
    await revoke_token(tx, row.id, at=at)
    verb: Verb = "session.close" if row.use == "session" else "token.revoke"
    await note(tx, verb, await subject_of(tx, row.person_id), at=at, token=row.id, name=row.name)


async def sign_in(tx: Tx, secret: str, *, at: datetime) -> SignedIn:
    """Give the person behind a token; refuses an unknown, ended or revoked one, and who was shut out."""
    row = await find_token_by_digest(tx, digest_of(secret)) if len(secret) <= _LONGEST_TOKEN else None
    if row is None or (row.use == "api" and row.revoked_at is not None):
        raise Problem("not_signed_in", "访问令牌无效，请重新登录")
    if row.revoked_at is not None:
        raise Problem("not_signed_in", "登录已结束，请重新登录")
    if row.expires_at is not None and row.expires_at <= at:
        raise Problem("not_signed_in", "登录已过期，请重新登录")
    person = await get_person(tx, row.person_id)
    if person.disabled_at is not None:
        raise Problem("not_signed_in", "这个人员已停用，请联系管理员")
    reach = await list_reach(tx, person.id) | await _deputised(tx, person.id, at=at)
    return SignedIn(
        person.id, person.login, person.name, row.id, reach, row.only_role, row.used_at,
        is_session=row.use == "session",
    )  # fmt: skip


async def keep_use(store: Store, who: SignedIn, *, at: datetime) -> None:
    """Write down that a program's token was used, once an hour: its owner wants to know which are idle."""
    if who.is_session or (who.used_at is not None and at - who.used_at < _USE_KEPT):
        return
    async with store.begin() as tx:
        await note_use(tx, who.token_id, at=at)


async def _deputised(tx: Tx, person_id: str, *, at: datetime) -> frozenset[tuple[Role, str]]:
    """Give what he may do for those he acts for: review and release, never the keeping of the house."""
    reach: set[tuple[Role, str]] = set()
    for principal in await list_principals(tx, person_id, at=at):
        reach |= {one for one in await list_reach(tx, principal) if one[0] in ("reviewer", "chief")}
    return frozenset(reach)


def digest_of(secret: str) -> str:
    """Give the SHA-256 that stands for a token; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
