"""A list as a terminal shows it: every cell whole, on more lines where the terminal is narrow."""

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


def show(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows below their heads."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
