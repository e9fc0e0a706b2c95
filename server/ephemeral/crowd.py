"""Who stands somewhere at this moment, in this process: so many in all, and so many behind one address."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Crowded(Exception):
    """So many stand there that one more would wait too long."""


class Crowd:
    """A place where strangers stand; nobody fills it alone."""

    def __init__(self, *, most: int, of_one_address: int) -> None:
        """Take how many may stand there at once, in all and from one address."""
        self._most, self._of_one = most, of_one_address
        self._here: Counter[str] = Counter()

    @contextmanager
    def joined(self, address: str) -> Iterator[None]:
        """Stand there while it lasts; raises Crowded at once where too many stand."""
        if self._here.total() >= self._most or self._here[address] >= self._of_one:
            raise Crowded
        self._here[address] += 1
        try:
            yield
        finally:
            self._here[address] -= 1
            if not self._here[address]:
                del self._here[address]
