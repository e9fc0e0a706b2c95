"""A house that a stateful test drives: opened on a database of its own for each example, taken away after it.

`EXAMPLES` and `STEPS` lengthen every such test.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from server.store.tx import Store
from tests.conftest import Hand, Ids, drop_postgres, migrated_postgres
from tests.house import House, open_house

Fresh = Callable[[Path], Coroutine[Any, Any, str]]
"""Makes a migrated database for one example, in a folder or beside it, and gives its address."""
Gone = Callable[[str], Coroutine[Any, Any, None]]
"""Takes it away again."""


class Machine(RuleBasedStateMachine):
    """One house, whatever may happen to it; what must always be true says who inherits."""

    begins: ClassVar[datetime]
    fresh: Fresh
    gone: Gone

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="tongfa-stateful-"))
        self.stack = AsyncExitStack()
        self.do(self.open())

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def open(self) -> None:
        self.url = await type(self).fresh(self.folder)
        self.store = Store(self.url)
        self.stack.push_async_callback(self.store.close)
        self.now = Hand(self.begins)
        self.house: House = await self.stack.enter_async_context(open_house(self.store, self.now, Ids()))

    def teardown(self) -> None:
        self.do(self.stack.aclose())
        self.do(type(self).gone(self.url))
        self.loop.close()
        shutil.rmtree(self.folder)


def run_on_sqlite(machine: type[Machine], template: Path, *, examples: int, steps: int) -> None:
    async def fresh(folder: Path) -> str:
        await asyncio.to_thread(shutil.copy, template, folder / "tongfa.db")
        return f"sqlite+aiosqlite:///{folder / 'tongfa.db'}"

    async def gone(_url: str) -> None:
        """The folder goes with its machine."""

    _run(machine, fresh, gone, examples, steps)


def run_on_postgresql(machine: type[Machine], base: str, *, examples: int, steps: int) -> None:
    async def fresh(_folder: Path) -> str:
        return await migrated_postgres(base)

    _run(machine, fresh, lambda url: drop_postgres(base, url), examples, steps)


def _run(machine: type[Machine], fresh: Fresh, gone: Gone, examples: int, steps: int) -> None:
    machine.fresh, machine.gone = staticmethod(fresh), staticmethod(gone)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("EXAMPLES", examples)),
            stateful_step_count=int(os.environ.get("STEPS", steps)),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
