"""The client's connections, made to obey whoever calls a question off.

redis-py writes each command under `asyncio.wait_for`, which on Python 3.11 returns as if nothing had happened
when a cancellation comes just after what it waits for has ended (cpython gh-86296, mended in 3.12). Whoever
stopped a worker, or set a limit, would then wait for somebody who never heard of it.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from redis.asyncio.connection import AbstractConnection


class Obedient(AbstractConnection):
    """A connection that loses no cancellation while it writes; everything it asks is written here."""

    async def send_packed_command(
        self,
        command: bytes | str | Iterable[bytes],
        check_health: bool = True,  # noqa: FBT001, FBT002 -- the client's own signature
    ) -> None:
        """Write a command; raises CancelledError when its task was cancelled meanwhile, written or not."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        before = task.cancelling()
        try:
            await super().send_packed_command(command, check_health)
        finally:
            if task.cancelling() > before:
                # Nobody will read the answer, and the next question must not get it.
                await self.disconnect(nowait=True)
                raise asyncio.CancelledError


def obedient(plain: type[AbstractConnection]) -> type[AbstractConnection]:
    """Give the obedient kind of a connection over a socket, TLS or a file's name."""
    return type(f"Obedient{plain.__name__}", (Obedient, plain), {})
