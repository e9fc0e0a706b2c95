"""The figures a draft is made of: each with its value and where it comes from.

Three kinds, never mixed: counted by the ledger, entered by a person, added up from cells of the same table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from channels.item import KIND_NAMES, Kind
from server.core.days import day_of
from server.report.amounts import Amount, Blank, Cell, read_cell, told
from server.report.cells import Cells, Key
from server.report.figures import CHANNEL_NAMES, Figures
from server.report.forms.form import Form
from server.report.forms.form2014 import CHANNELS, TOTAL
from server.store.declared import DeclaredFigure

STATUTORY: Final = ("gazette", "website", "weibo", "wechat", "other")
"""The channels of the form, in its order; a feed is none of them."""

_KINDS_2014: Final[Mapping[Kind, str]] = {
    "policy": "其中:主动公开规范性文件数",
    "interpretation": "3.政策解读稿件发布数",
    "response": "(一)回应公众关注热点或重大舆情数",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A value and its source, in words for the one who reviews the draft."""

    cell: Cell
    source: str
    counted: tuple[str, str] | None = None  # a channel or «item», and a kind or ""


@dataclass(frozen=True, slots=True)
class Last:
    """Last year's items: out of a snapshot (its number), counted by the ledger, or declared by a person."""

    items: int
    source: str
    snapshot: int | None = None
    is_counted: bool = False


@dataclass(frozen=True, slots=True)
class GivenFigures:
    """Everything that a draft can tell: the form's cells, and what the ledger counted this year and last."""

    form: Form
    cells: Mapping[Key, Given]
    items: int
    channels: Mapping[str, int]
    kinds: Mapping[str, int]
    last: Last | None
    source: str
    until: date  # the last day that was counted: before the year's end in a draft made early
    withdrawn: int = 0
    blanks: tuple[Key, ...] = field(default=())

    @property
    def is_early(self) -> bool:
        """Say whether days of the year are still to come."""
        return (self.until.month, self.until.day) != (12, 31)

    @property
    def last_items(self) -> int | None:
        """Give how many items last year had."""
        return None if self.last is None else self.last.items

    @property
    def last_source(self) -> str:
        """Say where last year's figure comes from."""
        return "" if self.last is None else self.last.source

    def as_cells(self) -> Cells:
        """Give the form as the checks read it: what nobody entered is blank."""
        values = {key: self.cell(*key).cell for key in keys_of(self.form).values()}
        return Cells(self.form, values, {}, frozenset(table.key for table in self.form.tables))

    def cell(self, table: str, row: str, column: str) -> Given:
        """Give what stands in a cell; a blank one says so."""
        return self.cells.get((table, row, column), Given(Blank(), "未填报"))


def key_text(key: Key) -> str:
    """Give a cell's address as it is entered and stored."""
    return "|".join(key)


def keys_of(form: Form) -> dict[str, Key]:
    """Give every address of a form."""
    return {
        key_text(key): key
        for table in form.tables
        for row in table.rows
        for column in table.columns
        for key in [(table.key, row.key, column)]
    }


def gather(
    form: Form,
    figures: Figures,
    kinds: Figures,
    declared: Iterable[DeclaredFigure],
    last: Last | None,
) -> GivenFigures:
    """Bring together what was counted and what was entered; totals are added up where all parts are."""
    year = figures.question.start.year
    source = f"台账：{year} 年，规则 {figures.as_json()['rule_version']}"
    by_kind = {row.key: row.items for row in kinds.rows}
    cells = _from_ledger(form, figures, by_kind, source)
    addresses = keys_of(form)
    for one in declared:
        if one.key in addresses:
            cells[addresses[one.key]] = Given(read_cell(one.value), _declared_source(one))
    _add_up(form, cells)
    channels = {channel: figures.total.deliveries.get(channel, 0) for channel in CHANNEL_NAMES}
    told = _told_in_form(form, cells)  # the text says what the table says, also where a person put it right
    return GivenFigures(
        form=form,
        cells=cells,
        items=told.get(TOTAL, figures.total.items),
        channels=channels
        | {key: told[row.key] for key, row in zip(STATUTORY, CHANNELS, strict=True) if row.key in told},
        kinds=by_kind | {kind: told[label] for kind, label in _KINDS_2014.items() if label in told},
        last=last,
        source=cells[(form.tables[0].key, TOTAL, form.tables[0].columns[0])].source if told else source,
        until=_last_day(figures),
        withdrawn=figures.total.withdrawn_items,
        blanks=tuple(key for key in addresses.values() if key not in cells),
    )


def _last_day(figures: Figures) -> date:
    """Give the last day of a period that had begun when it was counted, or of one that had not."""
    today = day_of(figures.as_of)
    return today if figures.question.start <= today < figures.question.end else figures.question.end


def _from_ledger(form: Form, figures: Figures, kinds: Mapping[str, int], source: str) -> dict[Key, Given]:
    if form.version != "2014":
        return {}
    table, (column,) = form.tables[0].key, form.tables[0].columns
    cells = {(table, TOTAL, column): Given(_whole(figures.total.items), source, ("item", ""))}
    for channel, row in zip(STATUTORY, CHANNELS, strict=True):
        count = figures.total.deliveries.get(channel, 0)
        cells[(table, row.key, column)] = Given(_whole(count), source, (channel, ""))
    for kind, label in _KINDS_2014.items():
        note = f"{source}，种类为“{KIND_NAMES[kind]}”的稿件，请核对"
        cells[(table, label, column)] = Given(_whole(kinds.get(kind, 0)), note, ("item", kind))
    return cells


def _told_in_form(form: Form, cells: Mapping[Key, Given]) -> dict[str, int]:
    """Give the figures of the form of 2014 by their rows; later forms have no cell that the ledger counts."""
    if form.version != "2014":
        return {}
    amounts = ((row, given.cell) for (_table, row, _column), given in cells.items())
    return {row: int(cell.value) for row, cell in amounts if isinstance(cell, Amount)}


def _declared_source(one: DeclaredFigure) -> str:
    who = f"，{one.entered_by_name}" if one.entered_by_name else ""
    return f"填报{who}，{day_of(one.entered_at)}：{one.source}"


def _add_up(form: Form, cells: dict[Key, Given]) -> None:
    """Fill totals that nobody entered, across first and then down, where every part is given."""
    for equation in sorted(form.equations, key=lambda one: one.direction):
        if len(equation.right) != 1:
            continue
        table = form.table(equation.table)
        if equation.direction == "across":
            for row in table.rows:
                parts = [(table.key, row.key, column) for column in equation.left]
                _fill(cells, (table.key, row.key, equation.right[0]), parts)
        else:
            for column in table.columns:
                parts = [(table.key, row, column) for row in equation.left]
                _fill(cells, (table.key, equation.right[0], column), parts)


def _fill(cells: dict[Key, Given], total: Key, parts: list[Key]) -> None:
    found = [cells[part].cell for part in parts if part in cells]
    amounts = [cell for cell in found if isinstance(cell, Amount)]
    if total not in cells and len(found) == len(parts) and amounts:
        value = sum((cell.value for cell in amounts), Decimal(0))
        cells[total] = Given(Amount(value, max(cell.decimals for cell in amounts)), "由表内各项相加")


def shown(cell: Cell) -> str:
    """Give a cell as the form prints it."""
    match cell:
        case Amount(value):
            return told(value)
        case Blank():
            return ""
        case _:
            return "/" if not hasattr(cell, "text") else str(cell.text)


def _whole(count: int) -> Amount:
    return Amount(Decimal(count))
