"""How often somebody may fail to sign in, before anybody looks at a password or a code.

A try is counted before it is looked at, so that many at once cannot slip through, and taken back when it was
a good one: whoever signs in ten times a day is no burglar.

A browser in which this person has signed in before, and a session that proves its owner again, are counted
for themselves: a stranger who fails on purpose must not be able to shut a person, or an office behind one
address, out of work.
"""

from typing import Final

from server.core.problems import Problem
from server.ephemeral.throttle import Throttle

# Failures in a quarter of an hour. One person from one place; one person from anywhere; one place for
# anybody, which a whole office shares behind one address.
_WINDOW: Final = 900
_TRIES_HERE, _TRIES_ANYWHERE, _TRIES_OF_A_PLACE = 10, 50, 300
# Of codes fewer from anywhere: three of a million fit at any time, so 960 a day find one in a year.
_TRIES_OF_CODES: Final = 10


async def refuse_guessing(throttle: Throttle, login: str, place: str, known: str = "") -> None:
    """Count one try to sign in; refuses when too many from this place or for this login failed.

    `known` names a browser or a session of this person's own; it has tries of its own, and no others.
    """
    for key, limit in _budgets(login, place, known):
        await _count(throttle, key, limit)


async def forgive(throttle: Throttle, login: str, place: str, known: str = "") -> None:
    """Take the last try back: it was a good one."""
    for key, _limit in _budgets(login, place, known):
        await throttle.forgive(key)


async def refuse_guessing_codes(throttle: Throttle, person_id: str) -> None:
    """Count one try of a code; refuses when too many failed for this person, wherever they came from."""
    await _count(throttle, f"second_factor:{person_id}", _TRIES_OF_CODES)


async def forgive_code(throttle: Throttle, person_id: str) -> None:
    """Take the last try of a code back: it was a good one."""
    await throttle.forgive(f"second_factor:{person_id}")


def _budgets(login: str, place: str, known: str) -> tuple[tuple[str, int], ...]:
    if known:
        return ((f"sign_in:{login}#{known}", _TRIES_HERE),)
    return (
        (f"sign_in:{login}@{place}", _TRIES_HERE),
        (f"sign_in:{login}", _TRIES_ANYWHERE),
        (f"sign_in:@{place}", _TRIES_OF_A_PLACE),
    )


async def _count(throttle: Throttle, key: str, limit: int) -> None:
    if not await throttle.allow(key, limit, _WINDOW):
        raise Problem("too_many_attempts", "登录尝试次数太多，请 15 分钟后再试")
