"""A notice of days off and days made up, read from the file of an operator: JSON or CSV.

The JSON forms are one list of days off and one of make-up days, or one list of days that each say which they
are (as public collections of the yearly notices write them). A CSV has the columns date, kind and name.
Whatever is wrong is told at once, line by line; nothing is guessed and nothing is half read.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

MOST_BYTES: Final = 1_000_000
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_DIGITS: Final = 4
_DATE: Final = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_KINDS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("off", "holiday", "休", "放假", "休息"), False),
    **dict.fromkeys(("work", "worked", "班", "上班", "调休上班", "补班"), True),
}
_HEADS: Final[Mapping[str, str]] = {"日期": "date", "类型": "kind", "名称": "name"}
# These are holidays by 《全国年节及纪念日放假办法》 in every year: a yearly notice without them is not whole.
_ALWAYS_OFF: Final = ((1, 1), (5, 1), (10, 1))
_MOST_COMPLAINTS: Final = 50


class BadNotice(ValueError):
    """What is wrong with the file: one Chinese sentence for each place."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        """Take at least one complaint."""
        super().__init__("\n".join(complaints))
        self.complaints = complaints


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One day of a notice. A Monday may be named as worked: 3 February 2020 took an earlier notice back."""

    day: date
    worked: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a file says. `whole` are the years it arranges in full, `broken` those it only claims to."""

    days: tuple[NoticeDay, ...]
    whole: frozenset[int]
    broken: frozenset[int]
    source: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """A day as it stands in the file: where, and what it says of itself."""

    where: str
    day: Any
    worked: bool | None
    name: Any = ""


def read_notice(content: bytes) -> Notice:
    """Read a notice; raises BadNotice with every complaint at once."""
    if len(content) > MOST_BYTES:
        raise BadNotice((f"文件超过 {MOST_BYTES // 1_000_000} MB，不像是放假安排",))
    text = _decode(content)
    if text.lstrip().startswith(("{", "[")):
        lines, claimed, source = _read_json(text)
    else:
        lines, claimed, source = tuple(_read_csv(text)), frozenset[int](), ""
    days = _checked(lines)
    if not days:
        raise BadNotice(("文件里没有任何日期",))
    off = {one.day for one in days if not one.worked}
    years = claimed | {one.day.year for one in days}
    whole = frozenset(year for year in years if all(date(year, *md) in off for md in _ALWAYS_OFF))
    return Notice(days, whole, frozenset(claimed - whole), source)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")  # what a Chinese Excel saves as CSV
    except UnicodeDecodeError:
        raise BadNotice(("文件不是 UTF-8 或 GBK 编码的文本",)) from None


def _read_json(text: str) -> tuple[tuple[_Line, ...], frozenset[int], str]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        place = f"第 {error.lineno} 行" if isinstance(error, json.JSONDecodeError) else "文件"
        raise BadNotice((f"{place}不是正确的 JSON",)) from None
    if not isinstance(read, dict):
        raise BadNotice(("JSON 的最外层应是一个对象，含 off_days 和 make_up_working_days",))
    lines: list[_Line] = []
    for key, worked in (("off_days", False), ("make_up_working_days", True), ("days", None)):
        listed = read.get(key, [])
        if not isinstance(listed, list):
            raise BadNotice((f"{key} 应是一个列表",))
        lines += [_json_line(f"{key}[{n}]", one, worked) for n, one in enumerate(listed)]
    source = read.get("source", "")
    return tuple(lines), _claimed(read), _shown(source) if isinstance(source, str) else ""


def _json_line(where: str, one: Any, worked: bool | None) -> _Line:  # noqa: FBT001
    if not isinstance(one, dict):
        return _Line(where, one, worked)
    off = one.get("isOffDay")
    if worked is None and isinstance(off, bool):
        worked = not off
    return _Line(where, one.get("date"), worked, one.get("name", ""))


def _claimed(read: Mapping[str, Any]) -> frozenset[int]:
    named = read.get("holiday_notices", {})
    years = [*named] if isinstance(named, dict) else []
    years += [read["year"]] if "year" in read else []
    told = {str(year) for year in years}
    found = {int(year) for year in told if year.isascii() and year.isdigit() and len(year) <= _DIGITS}
    if len(found) < len(told) or any(not _is_year(year) for year in found):
        raise BadNotice((f"year 或 holiday_notices 里的年份应是 {_FIRST_YEAR} 到 {_LAST_YEAR} 的整数",))
    return frozenset(found)


def _is_year(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _read_csv(text: str) -> Iterator[_Line]:
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        head = [_HEADS.get(cell.strip(), cell.strip().lower()) for cell in next(rows, [])]
        if not {"date", "kind"} <= set(head):
            raise BadNotice(("第 1 行应是表头 date,kind,name（日期,类型,名称）",))
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
            kind = cells.get("kind", "")
            yield _Line(f"第 {rows.line_num} 行", cells.get("date"), _KINDS.get(kind), cells.get("name", ""))
    except csv.Error as error:
        raise BadNotice((f"第 {rows.line_num} 行不是正确的 CSV:{error}",)) from None


def _checked(lines: tuple[_Line, ...]) -> tuple[NoticeDay, ...]:
    days: dict[date, NoticeDay] = {}
    complaints: list[str] = []
    for line in lines:
        read = _day_of(line)
        if isinstance(read, str):
            complaints.append(f"{line.where}：{read}")
        elif days.setdefault(read.day, read).worked != read.worked:
            complaints.append(f"{line.where}：{read.day} 既写成放假又写成上班")
    if complaints:
        more = len(complaints) - _MOST_COMPLAINTS
        shown = complaints[:_MOST_COMPLAINTS] + ([f"……另有 {more} 处"] if more > 0 else [])
        raise BadNotice(tuple(shown))
    return tuple(days[day] for day in sorted(days))


def _day_of(line: _Line) -> NoticeDay | str:
    """Give the day that a line names, or what is wrong with it."""
    found = _DATE.fullmatch(line.day) if isinstance(line.day, str) else None
    if found is None or not found[0].isascii():
        return f"应是 2027-01-01 这样的日期，而不是 {str(line.day)[:40]!r}"
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return f"没有 {line.day} 这一天"
    if not _is_year(day.year):
        return f"年份应在 {_FIRST_YEAR} 到 {_LAST_YEAR} 之间"
    if line.worked is None:
        return "没有写明是放假还是上班（off/work,休/班）"
    if not isinstance(line.name, str):
        return "名称应是文字"
    return NoticeDay(day, line.worked, _shown(line.name)[:40])


def _shown(text: str) -> str:
    """Give what of a text can be seen: no database takes half a character or a NUL."""
    return "".join(sign for sign in text[:1000] if sign.isprintable())
