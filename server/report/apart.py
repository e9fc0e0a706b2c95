"""Reports and tables from outside, read in a child process that cannot take more than its share.

A workbook of five kilobytes can ask for all memory there is, and a line of figures without end keeps a
pattern busy for hours, during which nothing else of the process runs. A thread cannot be stopped, a child
can.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath
from typing import Any, Final

import structlog

from server.child import Children, NoPlace
from server.core.problems import Problem
from server.report.finding import Finding
from server.report.rows_in import RowIn

SECONDS: Final = 30.0
_TOO_MUCH: Final = "读它用的时间或内存太多，文件可能有问题；请在 Word、Excel 或 WPS 里另存一次再试"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as somebody brought it, and the field of the form that it came in."""

    name: str
    body: bytes
    field: str = "file"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a report was found to have, and how much more there is than is listed."""

    findings: tuple[Finding, ...]
    left_out: int


class Apart:
    """Reads files from outside, a few at a time."""

    def __init__(self, children: Children, *, seconds: float = SECONDS) -> None:
        """Take the places for children, and how long one file may take."""
        self._children, self._seconds = children, seconds

    async def check(self, file: Brought, last: Brought | None = None) -> Checked:
        """Check a report, against last year's where it is given; refuses what cannot be read."""
        files = (file,) if last is None else (file, last)
        endings = [PurePath(one.name).suffix.lower() for one in files]
        words = (endings[0], str(len(file.body)), *endings[1:])
        told = await self._ask(
            "server.report.check_child", *words, body=b"".join(one.body for one in files), of=file
        )
        if "unreadable" in told:
            wrong = files[told["file"]]
            raise _refused(wrong, told["unreadable"])
        return Checked(tuple(_finding(one) for one in told["findings"]), told["left_out"])

    async def rows(self, file: Brought, names: tuple[str, ...]) -> tuple[RowIn, ...]:
        """Read the rows of a table whose head has all the names; refuses what cannot be read."""
        told = await self._ask("server.report.rows_child", *names, body=file.body, of=file)
        if "unreadable" in told:
            raise Problem("invalid", told["unreadable"], field=file.field)
        return tuple(RowIn(number, values) for number, values in told["rows"])

    async def _ask(self, module: str, *words: str, body: bytes, of: Brought) -> dict[str, Any]:
        try:
            told = await self._children.ask(module, *words, body=body, seconds=self._seconds)
        except NoPlace:
            raise Problem("too_many_attempts", "正在检查别的文件，请过一分钟再试", field=of.field) from None
        if told is None:
            log.warning("file_not_read", size=len(of.body), child=module)
            raise _refused(of, _TOO_MUCH)
        answer: dict[str, Any] = json.loads(told)
        return answer


def _refused(file: Brought, why: str) -> Problem:
    return Problem("unsupported_file", f"“{file.name[:60]}”没有检查：{why}", field=file.field)


def _finding(told: list[Any]) -> Finding:
    rule, severity, where, stated, computed, hint = told
    return Finding(rule, severity, where, _value(stated), _value(computed), hint)


def _value(told: list[str] | str | None) -> Decimal | str | None:
    return Decimal(told[0]) if isinstance(told, list) else told
