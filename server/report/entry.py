"""A report given as figures (JSON): the year, the form version, and a tree of named numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """`figures` maps names to numbers, texts, lists or further trees, in the order of the report."""

    id: str
    locality: str
    year: int | None
    form_version: str
    figures: Mapping[str, Any]

    def leaves(self) -> Iterator[tuple[tuple[str, ...], Any]]:
        """Give every value with the names that lead to it."""
        yield from _leaves((), self.figures)


def _leaves(path: tuple[str, ...], tree: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves((*path, name), value)
        else:
            yield (*path, name), value
