"""People of the office: admitted, given roles and relieved of them, shut out, and their passwords.

Who may do this at which organ, the face asks; what is done is noted in the audit here.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from server.core.acts import Verb, note
from server.core.problems import Problem
from server.security.access import MAY, SignedIn
from server.store.audit import Subject
from server.store.orgs import OrgRow
from server.store.people import (
    PersonRow,
    Role,
    delete_grant,
    find_person,
    get_person,
    hold_people,
    insert_person,
    list_grants,
    put_grant,
    set_disabled,
    set_password,
)
from server.store.tokens import revoke_all
from server.store.tx import Tx


async def admit(tx: Tx, row: PersonRow, roles: Iterable[tuple[OrgRow, Role]], *, at: datetime) -> None:
    """Write a person with his roles; raises Taken when the login is in use."""
    await insert_person(tx, row, at=at)
    given = []
    for org, role in roles:
        await put_grant(tx, row.id, org.id, role)
        given.append(f"{role}@{org.code}")
    await _note(tx, "person.create", row, at=at, roles=given)


async def give_role(tx: Tx, row: PersonRow, org: OrgRow, role: Role, *, at: datetime) -> None:
    """Give a person a role at an organ and everything below it."""
    await put_grant(tx, row.id, org.id, role)
    await _note(tx, "person.grant", row, at=at, role=role, org=org.code)


async def take_role(tx: Tx, row: PersonRow, org: OrgRow, role: Role, *, by: str, at: datetime) -> None:
    """Take a role from a person; nobody takes his own `admin`, so that one always remains."""
    if row.id == by and role == "admin":
        raise Problem("wrong_state", "不能收回自己的管理员角色，请由另一位管理员操作")
    await _require_in_charge(tx, by, of=row)
    subject = await subject_of(tx, row.id)  # as it stood before: afterwards he may belong to no organ
    if not await delete_grant(tx, row.id, org.id, role):
        raise Problem("wrong_state", "这个人员在该机构没有这个角色")
    await note(tx, "person.revoke", subject, at=at, login=row.login, role=role, org=org.code)


async def shut_out(tx: Tx, row: PersonRow, *, by: str, at: datetime) -> PersonRow:
    """Shut a person out: no password and no token of his opens anything from now on."""
    if row.id == by:
        raise Problem("wrong_state", "不能停用自己，请由另一位管理员操作")
    await _require_in_charge(tx, by, of=row)
    if row.disabled_at is not None:
        raise Problem("wrong_state", "这个人员已经停用")
    await set_disabled(tx, row.id, at)
    await revoke_all(tx, row.id, at=at)
    await _note(tx, "person.disable", row, at=at)
    return await get_person(tx, row.id)


async def let_in(tx: Tx, row: PersonRow, *, at: datetime) -> PersonRow:
    """Let a person in again who was shut out; his former tokens stay revoked."""
    if row.disabled_at is None:
        raise Problem("wrong_state", "这个人员没有停用")
    await set_disabled(tx, row.id, None)
    await _note(tx, "person.enable", row, at=at)
    return await get_person(tx, row.id)


async def give_password(
    tx: Tx, row: PersonRow, password_hash: str, *, keep: str | None, at: datetime
) -> None:
    """Give a person another password; every session of his but `keep` ends, for it may be another's."""
    await set_password(tx, row.id, password_hash)
    await revoke_all(tx, row.id, at=at, use="session", keep=keep)
    await _note(tx, "person.password", row, at=at)


async def _require_in_charge(tx: Tx, by: str, *, of: PersonRow) -> None:
    """Refuse who manages people no more: of two who relieve each other at once, one remains."""
    await hold_people(tx, (by, of.id))
    is_out = (await get_person(tx, by)).disabled_at is not None
    if is_out or not any("manage_people" in MAY[grant.role] for grant in await list_grants(tx, by)):
        raise Problem("forbidden", "您管理人员的权限刚刚被收回，不能再这样做")


async def person_called(tx: Tx, login: str) -> PersonRow:
    """Give the person with this login name; refuses one that nobody has."""
    person = await find_person(tx, login)
    if person is None:
        raise Problem("unknown_person", f"没有登录名为“{login}”的人员", field="login")
    return person


async def require_managed(tx: Tx, who: SignedIn, row: PersonRow) -> None:
    """Refuse unless every role of a person lies where the caller manages people.

    Of a person without any role nobody is in charge: what is given to him today would hold for a role that
    another gives him tomorrow.
    """
    who.require_somewhere("manage_people")
    held = await list_grants(tx, row.id)
    if not held:
        raise Problem("forbidden", "这个人员没有任何角色，请先授予角色")
    for grant in held:
        who.require("manage_people", grant.org_id)


async def require_own_or_managed(tx: Tx, who: SignedIn, principal: PersonRow, *others: str) -> None:
    """Refuse unless somebody arranges who acts for himself (or ends what names him), or for his people.

    Whoever stands for a chief decides as he does: an administrator of one organ must not get at another by
    that, nor a limited token at what its owner may do.
    """
    who.require_whole()
    if who.person_id not in (principal.id, *others):
        await require_managed(tx, who, principal)


async def subject_of(tx: Tx, person_id: str) -> Subject:
    """Give the organ under which the audit keeps what concerns a person: his first."""
    held = await list_grants(tx, person_id)
    return Subject(org_id=held[0].org_id if held else None)


async def _note(tx: Tx, verb: Verb, row: PersonRow, *, at: datetime, **details: Any) -> None:
    await note(tx, verb, await subject_of(tx, row.id), at=at, login=row.login, **details)
