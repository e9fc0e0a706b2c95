"""A store that ends its process, or has it stand still, around a commit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from server.store.tx import Store, Tx

T = TypeVar("T")


class MortalStore(Store):
    """Takes a step before and after each commit; whoever counts the steps ends the process at one of them."""

    def __init__(self, url: str, step: Callable[[str], None]) -> None:
        super().__init__(url)
        self._step = step

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        async with super().begin() as tx:
            yield tx
            self._step("before commit")
        self._step("after commit")

    async def write(self, act: Callable[[Tx], Awaitable[T]]) -> T:
        if not self.is_sqlite:
            return await super().write(act)  # it begins

        async def to_the_commit(tx: Tx) -> T:
            result = await act(tx)
            self._step("before commit")
            return result

        result = await super().write(to_the_commit)
        self._step("after commit")
        return result
