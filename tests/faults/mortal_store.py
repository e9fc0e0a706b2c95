"""A store that ends its process, or has it stand still, around a commit."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server.store.tx import Store, Tx


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
