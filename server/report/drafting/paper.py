"""A table as the form prints it: boxes over several rows and columns, and how broad each column is.

The official forms put the four blocks of table two below one another, group the outcomes of table three, and
set the three blocks of table four side by side over one row of figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.report.drafting.draft import TableBlock
from server.report.forms.requests import ALL_DONE, CARRIED, ORGANISATIONS, PEOPLE

WIDTH: Final = 156.0
"""Millimetres between the margins of A4 (GB/T 9704-2012)."""

_FIGURE: Final = 30.0
_UNIT: Final = 16.0
_BALANCE: Final = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
GROUPS: Final = {
    "(三)": "（三）不予公开",
    "(四)": "（四）无法提供",
    "(五)": "（五）不予处理",
    "(六)": "（六）其他处理",
}
"""How the outcomes of table three that are numbered alone are headed."""
_ONLY_ONE: Final = "（区分处理的，只计这一情形，不计其他情形）"


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of paper: where it begins, how many columns and rows it covers, what stands in it."""

    row: int
    column: int
    text: str
    across: int = 1
    down: int = 1
    is_label: bool = False
    is_head: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole table; the first `head` rows are printed again on each page."""

    boxes: tuple[Box, ...]
    widths: tuple[float, ...]
    head: int

    @property
    def rows(self) -> int:
        """Give how many rows it has."""
        return max(box.row + box.down for box in self.boxes)


def sheet_of(blocks: Sequence[TableBlock]) -> Sheet:
    """Lay out the tables that stand together below one heading."""
    key = blocks[0].table.key
    if len(blocks) == 1 and key == "三":
        return _requests(blocks[0])
    if len(blocks) == 1 and key == "四":
        return _reviews(blocks[0])
    return _stacked(blocks)


def _stacked(blocks: Sequence[TableBlock]) -> Sheet:
    """Set tables below one another, each with its title over it where there are several."""
    has_units = any(block.table.unit for block in blocks)
    many = max(len(block.table.columns) for block in blocks) + has_units
    boxes: list[Box] = []
    row = 0
    for block in blocks:
        if len(blocks) > 1:
            boxes.append(Box(row, 0, block.table.title, across=1 + many, is_head=True))
            row += 1
        table = block.table
        heads = (table.label, *((table.unit,) if table.unit else ()), *table.columns)
        boxes += (replace(box, is_head=True) for box in _spread(row, heads, many))
        for printed, (_key, cells), sources in zip(table.rows, block.rows, block.sources, strict=True):
            for heading in table.headings.get(printed.key, ()):
                row += 1
                boxes.append(Box(row, 0, heading, across=1 + many, is_label=True))
            row += 1
            unit = (printed.unit,) if table.unit else ()
            first, *rest = _spread(row, (printed.label, *unit, *cells), many)
            told = sources if any(cells) else ()
            boxes += [replace(first, is_label=True, sources=told), *rest]
        row += 1
    if has_units:
        widths = (WIDTH - _UNIT - _FIGURE * (many - 1), _UNIT, *[_FIGURE] * (many - 1))
    else:
        broad = max(WIDTH - many * _FIGURE, 60.0)
        widths = (broad, *[(WIDTH - broad) / many] * many)
    head = 0 if len(blocks) > 1 else 1
    return Sheet(tuple(boxes), widths, head)


def _spread(row: int, texts: tuple[str, ...], many: int) -> list[Box]:
    """Give a label and figures, the last of which fills what columns are left."""
    last = len(texts) - 1
    return [Box(row, at, text, across=many - last + 1 if at == last else 1) for at, text in enumerate(texts)]


def _requests(block: TableBlock) -> Sheet:
    boxes = [
        Box(0, 0, _BALANCE, across=3, down=3),
        Box(0, 3, "申请人情况", across=7),
        Box(1, 3, PEOPLE, down=2),
        Box(1, 4, "法人或其他组织", across=5),
        Box(1, 9, "总计", down=2),
        *(Box(2, 4 + at, name) for at, name in enumerate(ORGANISATIONS)),
    ]
    boxes = [replace(box, is_head=True) for box in boxes]
    lines = list(zip(block.table.rows, block.rows, block.sources, strict=True))
    done = [at for at, (row, _cells, _sources) in enumerate(lines) if row.key == ALL_DONE]
    first = 2  # behind 一 and 二
    boxes.append(Box(3 + first, 0, "三、本年度办理结果", down=done[0] - first + 1, is_label=True))
    for at, (row, (_label, cells), sources) in enumerate(lines):
        group = GROUPS.get(row.within, "")
        if group and lines[at - 1][0].within != row.within:
            size = sum(other.within == row.within for other, *_rest in lines)
            boxes.append(Box(3 + at, 1, group, down=size, is_label=True))
        column = 2 if group else 0 if at < first or row.key == CARRIED else 1
        text = row.label + (_ONLY_ONE if row.key == "(二)部分公开" else "")
        told = sources if any(cells) else ()
        boxes.append(Box(3 + at, column, text, across=3 - column, is_label=True, sources=told))
        boxes += [Box(3 + at, 3 + number, cell) for number, cell in enumerate(cells)]
    return Sheet(tuple(boxes), (12.0, 18.0, 45.5, *[11.5] * 7), 3)


def _reviews(block: TableBlock) -> Sheet:
    outcomes = block.table.columns
    many = len(outcomes)
    boxes = [Box(0, 0, "行政复议", across=many), Box(0, many, "行政诉讼", across=2 * many)]
    boxes += [Box(1, many, "未经复议直接起诉", across=many), Box(1, 2 * many, "复议后起诉", across=many)]
    boxes += [Box(1, at, name, down=2) for at, name in enumerate(outcomes)]
    boxes += [Box(2, many + at, outcomes[at % many]) for at in range(2 * many)]
    boxes = [replace(box, is_head=True) for box in boxes]
    for number, ((_label, cells), sources) in enumerate(zip(block.rows, block.sources, strict=True)):
        told = sources if any(cells) else ()
        boxes += [
            Box(3, number * many + at, cell, sources=told if at == 0 else ()) for at, cell in enumerate(cells)
        ]
    return Sheet(tuple(boxes), tuple([WIDTH / (3 * many)] * 3 * many), 3)


def together(blocks: Sequence[object]) -> Iterator[tuple[TableBlock, ...] | object]:
    """Give the blocks of a draft in order, tables that follow one another as one."""
    held: list[TableBlock] = []
    for block in blocks:
        if isinstance(block, TableBlock):
            held.append(block)
            continue
        if held:
            yield tuple(held)
            held = []
        yield block
    if held:
        yield tuple(held)
