"""An act given to `Store.write` may wait for its transaction alone: nobody else comes to SQLite's thread."""

from pathlib import Path

import pytest

from tests.store.waits import Acts

ROOT = Path(__file__).parents[2]
_TRUSTED = ("server.store.scripts",)  # it asks the driver beneath the transaction
_OF_A_METHOD = """
class Room:
    async def ask(self):
        await self.http.send()

    async def run(self):
        async def act(tx):
            await self.ask()
"""


def test_no_act_waits_for_anything_but_its_transaction() -> None:
    sources = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text()
        for folder in ("server", "scheduler")
        for path in (ROOT / folder).rglob("*.py")
    }
    acts = Acts(sources, trusted=_TRUSTED)
    assert not acts.foreign
    assert acts.count > 50
    assert acts.followed > 200


@pytest.mark.parametrize(
    "act",
    [
        "async def act(tx):\n    await asyncio.sleep(1)",
        "async def act(tx):\n    async with asyncio.timeout(60):\n        await tx.execute(1)",
        "async def act(tx):\n    async for row in redis.scan():\n        await tx.execute(row)",
        "async def act(tx):\n    return [await place.budgets.take(row) for row in await tx.execute(1)]",
        "from other import ask\nasync def act(tx):\n    await ask(tx)",
        "import other\nfrom room import other\nasync def act(tx):\n    await other.ask(tx)",
        _OF_A_METHOD,
    ],
    ids=["a moment", "a limit", "rows of another", "a budget", "imported", "a module's", "a method's"],
)
@pytest.mark.parametrize("given", ["act", "lambda tx: act(tx)", "partial(act, one=1)"])
def test_an_act_that_waits_for_something_else_is_found(act: str, given: str) -> None:
    sources = {
        "mine": f"{act}\nasync def run(store):\n    await store.write({given})",
        "other": "async def ask(tx):\n    await asyncio.to_thread(print)",
        "room.other": "async def ask(tx):\n    await asyncio.to_thread(print)",
    }
    assert len(Acts(sources).foreign) == 1


def test_an_act_that_asks_its_transaction_alone_is_let_through() -> None:
    mine = "from other import ask\nasync def act(tx):\n  for row in await tx.execute(1):\n    await ask(tx)"
    sources = {
        "mine": f"{mine}\nasync def run(place):\n    await place.store.write(act)",
        "other": "async def ask(tx):\n    async for row in await tx.stream(1):\n        print(row)",
    }
    acts = Acts(sources)
    assert (acts.count, acts.followed, acts.foreign) == (1, 2, set())
