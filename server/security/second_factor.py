"""The second step of signing in: codes of a phone (TOTP, RFC 6238), and recovery codes for when it is gone.

The secret is sealed with the key of this installation before it reaches a table. A code is good once, within
one step of the server's clock on either side (RFC 6238 §5.2); a recovery code is good once.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from server.core.acts import note
from server.core.problems import Problem
from server.security.access import SignedIn
from server.security.staff import subject_of
from server.security.vault import SealBroken, Vault
from server.store.factors import (
    FactorRow,
    confirm_pending,
    delete_factor,
    find_factor,
    put_pending,
    put_recovery_codes,
    take_recovery_code,
    take_step,
)
from server.store.people import PersonRow, Role
from server.store.tokens import revoke_all
from server.store.tx import Tx

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
_DIGITS: Final = 6
_SECRET_BYTES: Final = 20  # RFC 4226 §4 R6 recommends 160 bits
_RECOVERY_BYTES: Final = 10  # 80 bits: a plain digest of it is as good as a slow one
_BROKEN: Final = "两步验证的密钥打不开（服务器的密钥换过了），请管理员重置您的两步验证"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret as its owner sees it this once: by eye, and as the address that a QR code holds."""

    text: str
    address: str

    def __repr__(self) -> str:
        """Leave the secret out."""
        return "NewSecret()"


def is_required(roles: Collection[tuple[Role, str]], required: Collection[Role]) -> bool:
    """Say whether one of these roles must have a second step."""
    return any(role in required for role, _org_id in roles)


async def refuse_without_factor(tx: Tx, who: SignedIn, required: Collection[Role]) -> None:
    """Refuse a session whose person must have a second step and has none; a program's token needs none."""
    if who.is_session and is_required(who.reach, required) and not await has_factor(tx, who.person_id):
        raise Problem("factor_required", "您的角色必须先启用两步验证（我的账户，两步验证），才能继续")


async def has_factor(tx: Tx, person_id: str) -> bool:
    """Say whether a person has set a second step up, to its end."""
    row = await find_factor(tx, person_id)
    return row is not None and row.secret is not None


async def begin_factor(tx: Tx, vault: Vault, person: PersonRow, *, issuer: str) -> NewSecret:
    """Make a secret that counts once its owner has typed a code of it."""
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    await put_pending(tx, person.id, vault.seal({"totp": secret}))
    # The form that phones read (Google Authenticator's key URI): the issuer stands in both places.
    label = quote(f"{issuer}:{person.login}", safe="")
    words = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return NewSecret(secret, f"otpauth://totp/{label}?{words}")


async def confirm_factor(
    tx: Tx, vault: Vault, person: PersonRow, code: str, *, at: datetime
) -> tuple[str, ...]:
    """Let the secret count that was begun, and give its recovery codes; refuses a code that does not fit."""
    row = await find_factor(tx, person.id)
    if row is None or row.pending is None:
        raise Problem("wrong_state", "请先生成密钥，再填写验证码")
    step = _step_of(_open(vault, row.pending), _tidy(code), at=at)
    if step is None:
        raise Problem("wrong_code", "验证码不正确，请核对手机上的时间，填写当前的六位数字", field="code")
    if not await confirm_pending(tx, person.id, row.pending, step=step, at=at):
        raise Problem("lost_race", "刚刚在别处重新生成了密钥，请从头再来")
    await note(tx, "factor.enrol", await subject_of(tx, person.id), at=at, login=person.login)
    return await _give_codes(tx, person.id)


async def take_code(tx: Tx, vault: Vault, person: PersonRow, code: str, *, at: datetime) -> None:
    """Take a code of the phone, or a recovery code; refuses one that does not fit or was used.

    A person without a second step has nothing to show, and is let through.
    """
    row = await find_factor(tx, person.id)
    if row is None or row.secret is None:
        return
    if not code.strip():
        raise Problem("code_needed", "请填写手机验证器上的六位数字，或一个恢复码", field="code")
    if not await _takes(tx, vault, row, _tidy(code), person, at=at):
        raise Problem("wrong_code", "验证码不正确或已经用过，请等下一个数字再试", field="code")


async def change_codes(tx: Tx, person: PersonRow, *, at: datetime) -> tuple[str, ...]:
    """Give other recovery codes; those before are worth nothing any more."""
    if not await has_factor(tx, person.id):
        raise Problem("wrong_state", "还没有启用两步验证")
    await note(tx, "factor.codes", await subject_of(tx, person.id), at=at, login=person.login)
    return await _give_codes(tx, person.id)


async def remove_factor(
    tx: Tx,
    person: PersonRow,
    roles: Collection[tuple[Role, str]],
    required: Collection[Role],
    *,
    at: datetime,
) -> None:
    """Let a person do without a second step again, where his roles allow it."""
    if is_required(roles, required):
        raise Problem("wrong_state", "您的角色必须使用两步验证，不能停用；换手机请重新绑定")
    if not await has_factor(tx, person.id):
        raise Problem("wrong_state", "还没有启用两步验证")
    await delete_factor(tx, person.id)
    await note(tx, "factor.remove", await subject_of(tx, person.id), at=at, login=person.login)


async def reset_factor(tx: Tx, person: PersonRow, *, by: str, at: datetime) -> None:
    """Take another person's second step away, because his phone and his recovery codes are gone.

    Every session of his ends: whoever has the phone may have them.
    """
    if person.id == by:
        raise Problem("wrong_state", "不能重置自己的两步验证，请在“我的账户”里重新绑定，或由另一位管理员操作")
    if not await has_factor(tx, person.id):
        raise Problem("wrong_state", "这个人员没有启用两步验证")
    await delete_factor(tx, person.id)
    await revoke_all(tx, person.id, at=at, use="session")
    await note(tx, "factor.reset", await subject_of(tx, person.id), at=at, login=person.login)


async def _takes(tx: Tx, vault: Vault, row: FactorRow, code: str, person: PersonRow, *, at: datetime) -> bool:
    if len(code) == _DIGITS and row.secret is not None:
        step = _step_of(_open(vault, row.secret), code, at=at)
        return step is not None and await take_step(tx, person.id, step)
    if not await take_recovery_code(tx, person.id, _digest(person.id, code), at=at):
        return False
    await note(tx, "factor.recovered", await subject_of(tx, person.id), at=at, login=person.login)
    return True


async def _give_codes(tx: Tx, person_id: str) -> tuple[str, ...]:
    codes = tuple(
        base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)
    )
    await put_recovery_codes(tx, person_id, (_digest(person_id, code) for code in codes))
    return tuple("-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes)


def _step_of(secret: str, code: str, *, at: datetime) -> int | None:
    """Give the step whose code this is: the present one, the one before or the one after."""
    now = int(at.timestamp()) // STEP_SECONDS
    phone = HOTP(base64.b32decode(secret), _DIGITS, SHA1())  # noqa: S303 -- what phones know (RFC 6238 §1.2)
    fitting = [
        step for step in (now - 1, now, now + 1) if hmac.compare_digest(phone.generate(step), code.encode())
    ]
    return fitting[0] if fitting else None


def _open(vault: Vault, sealed: str) -> str:
    try:
        return vault.open(sealed)["totp"]
    except SealBroken:
        raise Problem("wrong_state", _BROKEN) from None


def _tidy(code: str) -> str:
    """Take a code as people type it: in groups, with dashes, in capitals."""
    return "".join(sign for sign in code.casefold()[:64] if sign.isascii() and sign.isalnum())


def _digest(person_id: str, code: str) -> str:
    return hashlib.sha256(f"{person_id}:{code}".encode()).hexdigest()
