"""Logging in with a password, the same at every face."""

from collections.abc import Callable
from datetime import datetime

from server.core.problems import Problem
from server.ephemeral.throttle import Throttle
from server.security.guessing import refuse_guessing
from server.security.sign_in import SESSION_LASTS, IssuedToken, check_password, issue_token, refuse_session
from server.store.people import PersonRow, find_person
from server.store.tx import Store


async def log_in(
    store: Store,
    throttle: Throttle,
    login: str,
    password: str,
    *,
    place: str,
    at: datetime,
    new_id: Callable[[], str],
) -> tuple[PersonRow, IssuedToken]:
    """Give the person and a new session of his; `place` is the address the try came from.

    Refuses guessing, and every wrong login or password with the same sentence.
    """
    await refuse_guessing(throttle, login, place)
    async with store.read() as tx:
        found = await find_person(tx, login)
    try:
        person = await check_password(found, password)
    except Problem:
        async with store.begin() as tx:
            await refuse_session(tx, found, at=at)
        raise
    async with store.begin() as tx:
        issued = await issue_token(
            tx, person.id, id=new_id(), name="登录", use="session", at=at, lasts=SESSION_LASTS
        )
    return person, issued
