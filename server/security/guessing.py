"""How often somebody may try to sign in, before anybody looks at a password."""

from typing import Final

from server.core.problems import Problem
from server.ephemeral.throttle import Throttle

# Tries in a quarter of an hour. One person from one place; one person from anywhere; one place for anybody,
# which a whole office shares behind one address.
_WINDOW: Final = 900
_TRIES_HERE, _TRIES_ANYWHERE, _TRIES_OF_A_PLACE = 10, 50, 300


async def refuse_guessing(throttle: Throttle, login: str, place: str) -> None:
    """Count one try to sign in; refuses when there were too many from this place or for this login."""
    budgets = (
        (f"sign_in:{login}@{place}", _TRIES_HERE),
        (f"sign_in:{login}", _TRIES_ANYWHERE),
        (f"sign_in:@{place}", _TRIES_OF_A_PLACE),
    )
    for key, limit in budgets:
        if not await throttle.allow(key, limit, _WINDOW):
            raise Problem("too_many_attempts", "登录尝试次数太多，请 15 分钟后再试")
