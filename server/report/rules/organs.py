"""规章 may be made by few organs: no county, no township, no department of one (RULES.md §4)."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from server.report.cells import Cells
from server.report.finding import Finding

_TABLE: Final = "二(一)"
_ROW: Final = "规章"
_NOTE: Final = re.compile(r"[((][^()()]*[))]")
_MADE_BY: Final = re.compile(r"(?:人民)?政府(?:办公室|办公厅)?$|办公室$")
_REPORT_TAIL: Final = re.compile(r"(?:关于)?(?:\d{4}|[二〇○零一三四五六七八九]{4})\s*年.*$|政府信息公开.*$")
_MAY_NOT: Final = re.compile(
    r"(?:乡|镇|街道|街道办事处|苏木|(?<!自治)县|自治县|旗|自治旗|局|中心|管委会|管理委员会|(?<!自治)(?<!地)区)$"
)
_MAY: Final = re.compile(r"(?:国家.*局|总局|自治区|国务院|特别行政区)$")


def organ_of_title(title: str) -> str:
    """Give the organ that a report's title names: what stands before the year."""
    return _REPORT_TAIL.sub("", title.strip()).strip(" 《“")


def may_make_rules(organ: str) -> bool:
    """Say whether an organ may make 规章, as far as its name tells; in doubt it may."""
    name = _MADE_BY.sub("", _NOTE.sub("", organ).strip())
    return bool(_MAY.search(name)) or not _MAY_NOT.search(name)


def check_rules_made(cells: Cells, organ: str) -> Iterator[Finding]:
    """Give a finding for each number of 规章 above zero in the report of an organ that cannot make any."""
    if cells.form is None or may_make_rules(organ):
        return
    for key in cells.values:
        found = cells.amount(*key)
        if key[:2] == (_TABLE, _ROW) and found is not None and found.value > 0:
            hint = f"“{organ}”无权制定规章：内部规章制度和行政规范性文件不是规章"
            yield Finding(
                "rules_without_power", "error", cells.place(key), found.value, Decimal(0), hint, (key,)
            )
