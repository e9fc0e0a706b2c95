"""The child that checks one report: its file and last year's on its standard input, JSON on its output.

It knows no database and no network, and limits its own time and memory before it looks at a byte.
"""

import json
import sys
from decimal import Decimal
from typing import Any, Final

from server.child import limit_self, open_answer
from server.report.check import Report, check_entries, check_report
from server.report.document import Document
from server.report.finding import Finding
from server.report.reading.file import read_content
from server.report.reading.unreadable import Unreadable

MOST: Final = 500
_LONGEST: Final = 1000


def main() -> int:
    """Check the file; `argv` has its ending, its length and the ending of last year's ("" without one)."""
    limit_self()
    body, ending, length, last_ending = sys.stdin.buffer.read(), sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    files = [(body[:length], ending), *((body[length:], one) for one in last_ending)]
    with open_answer() as answer:
        answer.write(json.dumps(_told(files)).encode())
    return 0


def _told(files: list[tuple[bytes, str]]) -> dict[str, Any]:
    read: list[tuple[Report, ...]] = []
    for number, (content, ending) in enumerate(files):
        try:
            report = read_content(content, ending)
        except Unreadable as error:
            return {"unreadable": str(error), "file": number}
        read.append((report,) if isinstance(report, Document) else report)
    found = _findings(read[0], read[1][0] if len(read) > 1 else None)
    return {"findings": [_out(one) for one in found[:MOST]], "left_out": max(0, len(found) - MOST)}


def _findings(reports: tuple[Report, ...], last: Report | None) -> list[Finding]:
    if len(reports) == 1:
        return list(check_report(reports[0], last))
    entries = tuple(one for one in reports if not isinstance(one, Document))
    return [
        finding.at(f"{entry.id or number}：")
        for number, (entry, found) in enumerate(check_entries(entries), 1)
        for finding in found
    ]


def _out(one: Finding) -> list[Any]:
    return [
        one.rule, one.severity, _text(one.where), _value(one.stated), _value(one.computed), _text(one.hint),
    ]  # fmt: skip


def _value(value: Decimal | str | None) -> list[str] | str | None:
    """Give a number in brackets, so that it comes back as one with all its places."""
    return [str(value)] if isinstance(value, Decimal) else value and _text(value)


def _text(text: str) -> str:
    """Give words as they can be shown: JSON may bring half characters."""
    return text[:_LONGEST].encode("utf-8", "replace").decode()


if __name__ == "__main__":
    sys.exit(main())
