"""An assessment as a workbook: one sheet with points by organ, one with every value and its basis."""

from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from server.report.assessing.assessment import Assessment
from server.report.drafting.archive import without_clock
from server.report.sheets import fit_to_page, safe_text

_POINTS: Final = {"A": 16, "B": 40, "C": 8, "D": 8}
_VALUES: Final = {"A": 28, "B": 40, "C": 10, "D": 8, "E": 10, "F": 28}
_ORGAN: Final = 16


def assessment_as_xlsx(made: Assessment) -> bytes:
    """Give the table; the same assessment gives the same bytes. Blocks: call it off the event loop."""
    book = Workbook()
    points = book.active
    points.title = "得分"
    points.append([f"{made.year}年政务公开工作考核"])
    points.append(["方面", "指标", "权重", "单位", *(safe_text(one.org.name) for one in made.organs)])
    for number, one in enumerate(made.scheme):
        cells = (organ.cells[number] for organ in made.organs)
        points.append(
            [one.aspect, one.name, _plain(one.weight), one.unit, *(_plain(c.points) for c in cells)]
        )
    points.append(["合计", "", 100, "分", *(_plain(organ.points) for organ in made.organs)])
    points.append(["已有数据的满分", "", "", "分", *(_plain(organ.possible) for organ in made.organs)])
    values = book.create_sheet("数据和依据")
    values.append(["各指标的数据和依据"])
    values.append(["机构", "指标", "数据", "单位", "得分", "依据"])
    for organ in made.organs:
        for cell in organ.cells:
            row = [organ.org.name, cell.indicator.name, _plain(cell.value), cell.indicator.unit]
            values.append([*map(safe_text, row), _plain(cell.points), safe_text(cell.basis)])
    _dress(points, _POINTS)
    _dress(values, _VALUES)
    out = BytesIO()
    book.save(out)
    return without_clock(out.getvalue())


def _plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _dress(sheet: Any, widths: dict[str, int]) -> None:
    for cell in (*sheet[1], *sheet[2]):
        cell.font = Font(bold=True)
    for row in sheet.iter_rows():
        for cell in row:
            across = "center" if cell.column_letter == "D" else None
            cell.alignment = Alignment(horizontal=across, wrap_text=True, vertical="center")
            if isinstance(cell.value, str) and cell.column > 4:
                cell.alignment = Alignment(horizontal="left", indent=1, wrap_text=True, vertical="center")
    for number in range(1, sheet.max_column + 1):
        column = get_column_letter(number)
        sheet.column_dimensions[column].width = widths.get(column, _ORGAN)
    # A heading above the table is not to be squeezed into the first column.
    sheet["A1"].alignment = Alignment(wrap_text=False, vertical="center")
    sheet.freeze_panes = "C3"
    fit_to_page(sheet, head=2)
    sheet.print_title_cols = "A:B"  # an assessment of many organs is broad
