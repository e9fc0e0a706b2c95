"""合计核对: whether figures add up to their total, and are as many as the rows behind them.

The total is asked for by itself and the rows are counted one by one, so that a counter that went wrong shows.
"""

from dataclasses import dataclass, replace
from typing import Final

from server.report.figures import Figures, Row, channel_figures, sieve_of
from server.store.ledger import Line
from server.store.rows_behind import count_rows
from server.store.tx import Tx
from server.store.words import COUNTED_AS

MOST: Final = 20_000
"""Above so many rows a page does not count them one by one; `tongfa verify` does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A figure that its parts or its rows do not make: of a channel or `item`, and a kind of line.

    `of` is what was counted beside it.
    """

    channel: str
    line: Line
    of: str
    stated: int
    found: int

    @property
    def difference(self) -> int:
        """Give by how many the parts or rows are more."""
        return self.found - self.stated


@dataclass(frozen=True, slots=True)
class Tally:
    """What the comparison found; `is_whole` says whether the rows were counted one by one, too."""

    faults: tuple[Fault, ...]
    is_whole: bool

    @property
    def told(self) -> str:
        """Say it as an office's table does: 通过, or 差 4."""
        if self.faults:
            return f"差 {max(abs(one.difference) for one in self.faults)}"
        return "通过"


async def tally(tx: Tx, figures: Figures) -> Tally:
    """Compare figures with their parts and with the rows behind them."""
    question = figures.question
    total = figures.total
    if question.group_by != "channel":
        total = (await channel_figures(tx, replace(question, group_by="channel"), at=figures.as_of)).total
    faults = [
        Fault(channel, line, "各行相加", of_total, sum(_figure(row, channel, line) for row in figures.rows))
        for line in ("counted", "withdrawn")
        for channel in (*COUNTED_AS, "item")
        for of_total in [_figure(total, channel, line)]
        # The channels do not add up to the items: one on several channels counts once.
        if (channel, question.group_by) != ("item", "channel")
        and of_total != sum(_figure(row, channel, line) for row in figures.rows)
    ]
    stated = {channel: _figure(total, channel, "counted") for channel in (*COUNTED_AS, "item")}
    is_whole = sum(stated.values()) <= MOST
    if is_whole:
        rows = await count_rows(tx, await sieve_of(tx, question), MOST * 2)
        faults += [
            Fault(channel, "counted", "台账逐行", many, rows.get(channel, 0))
            for channel, many in stated.items()
            if many != rows.get(channel, 0)
        ]
    return Tally(tuple(faults), is_whole)


def _figure(row: Row, channel: str, line: Line) -> int:
    if channel == "item":
        return row.items if line == "counted" else row.withdrawn_items
    of = row.deliveries if line == "counted" else row.withdrawn_deliveries
    return of.get(channel, 0)
