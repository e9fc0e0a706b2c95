"""A sheet of sensitive days as an office keeps it: CSV with 起始日, 截止日, 原因, 程度."""

import csv
import io
import re
from datetime import date
from typing import Final

from server.core.problems import Problem, Problems
from server.core.sensitive_days import LONGEST_RANGE, LONGEST_REASON, MOST, WEIGHT_NAMES
from server.importing.shape import INVISIBLE
from server.store.sensitive_days import SensitiveDays

MOST_BYTES: Final = 500_000
# 年, 月 and 日 as escapes: the pattern is no sentence.
_DATE: Final = re.compile(r"(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?", re.ASCII)
_HEADS: Final = ("起始日", "截止日", "原因", "程度")
_WEIGHTS: Final = {name: weight for weight, name in WEIGHT_NAMES.items()}
_MOST_COMPLAINTS: Final = 20


def read_sensitive_sheet(content: bytes) -> tuple[SensitiveDays, ...]:
    """Read a sheet whole; raises Problems with a sentence for each wrong line, and reads nothing then.

    An empty 截止日 is the first day again, an empty 程度 is 提示.
    """
    if len(content) > MOST_BYTES:
        raise Problem("too_large", "文件太大，不像是敏感日期表", field="file")
    try:
        rows = list(csv.DictReader(io.StringIO(_decoded(content)), restkey=""))
    except csv.Error:
        raise Problem("invalid", "文件不是正确的 CSV", field="file") from None
    if not rows or not {"起始日", "原因"} <= rows[0].keys():
        raise Problem("invalid", f"第一行应是表头：{'、'.join(_HEADS)}，下面至少要有一行", field="file")
    if len(rows) > MOST:
        raise Problem("invalid", f"一次最多导入 {MOST} 行", field="file")
    read, complaints = [], []
    for number, row in enumerate(rows, start=2):
        found = _read({key: INVISIBLE.sub("", str(row.get(key) or "")).strip() for key in _HEADS})
        if isinstance(found, SensitiveDays):
            read.append(found)
        else:
            complaints.append(f"第 {number} 行：{'；'.join(found)}")
    if complaints:
        raise Problems(tuple(Problem("invalid", one, field="file") for one in complaints[:_MOST_COMPLAINTS]))
    return tuple(read)


def _read(row: dict[str, str]) -> SensitiveDays | list[str]:
    """Give a line as a value, or all that is wrong with it, so that a person corrects a sheet once."""
    first, last = _day(row["起始日"]), _day(row["截止日"] or row["起始日"])
    reason, weight = " ".join(row["原因"].split()), _WEIGHTS.get(row["程度"] or "提示")
    wrong = [
        f"{label}“{row[label][:20]}”不是存在的日期，应写成 2026-06-07"
        for label, day in (("起始日", first), ("截止日", last))
        if day is None and (row[label] or label == "起始日")
    ]
    if first and last and last < first:
        wrong.append("截止日不能早于起始日")
    elif first and last and (last - first).days >= LONGEST_RANGE:
        wrong.append(f"一段敏感日期最长 {LONGEST_RANGE} 天")
    if not reason or len(reason) > LONGEST_REASON:
        wrong.append(f"原因要写，最多 {LONGEST_REASON} 个字")
    if weight is None:
        wrong.append("程度只能写“提示”或“警告”")
    if wrong or first is None or last is None or weight is None:
        return wrong
    return SensitiveDays(first, last, reason, weight)


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
    return day if day and 1990 <= day.year <= 2100 else None


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):  # the second is what a Chinese Excel saves as CSV
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Problem("invalid", "文件不是 UTF-8 或 GBK 编码的文本", field="file")
