"""What the clock runs: a name, a rhythm and an act, as data."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scan:
    """A look for what is due. It survives being cut off, and running twice is harmless."""

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[object]]
