"""Passwords: argon2id, computed in threads of their own, with the same work for a login that nobody has.

That work is meant to be much, and strangers may ask for it. In the threads that everybody shares, a hundred
tries at once kept pages and deliveries waiting for minutes.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.core.problems import Problem

SHORTEST: Final = 8
LONGEST: Final = 128  # argon2 takes any length; a megabyte of it would be work for nothing

_HASHER: Final = PasswordHasher()  # RFC 9106, the second recommended choice: 64 MiB, three passes

_THREADS: Final = ThreadPoolExecutor(2, thread_name_prefix="password")

# A log-in without a person, or of one without a password, is checked against this, so that its time tells
# nothing. It is the hash of random bytes that were thrown away.
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$x5gjn8JOFNNXHIhxVHmC/Q$HBW5eMnHGkVs+sPp9ARi6i/ci7mptl9DN6OH9D+Cnr4"
)


Given = ParamSpec("Given")
Answer = TypeVar("Answer")


async def hash_password(password: str, *, login: str, field: str = "password") -> str:
    """Give the hash to keep; refuses what is guessed at once."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Problem("invalid", f"口令应为 {SHORTEST} 到 {LONGEST} 个字符", field=field)
    if password.casefold() == login.casefold() or len(set(password)) < 4:
        raise Problem("invalid", "口令太容易猜到：不能与登录名相同，也不能只用少数几个字符", field=field)
    return await _work(_HASHER.hash, password)


async def is_password(password: str, password_hash: str | None) -> bool:
    """Say whether the password fits the hash; None fits nothing and takes as long."""
    fits = await _work(_fits, password[:LONGEST], password_hash or _NOBODY)
    return fits and password_hash is not None and len(password) <= LONGEST


async def _work(act: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, lambda: act(*given, **named))


def _fits(password: str, password_hash: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
