"""Commands about the annual report. `check` needs neither a server nor a database."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from server.cli.endings import MISUSED, REFUSED, end
from server.report.amounts import told
from server.report.check import Report, check_entries, check_report
from server.report.document import Document
from server.report.finding import Finding
from server.report.reading.file import read_content, read_report
from server.report.reading.unreadable import Unreadable

_SEVERITIES: Final = {"error": "错误", "warning": "提醒", "note": "说明"}


def check(
    file: Annotated[Path, typer.Argument(help="报告：文本、DOCX、HTML、XLSX 或 JSON；- 为标准输入")],
    *,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="上一年度的报告，用来核对跨年的数字")
    ] = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="输出格式")] = "text",
) -> None:
    """检查一份年度报告里的数字、年份和文号；有错误时退出码为 1。"""  # noqa: D400, D415
    findings = _findings(_read(file), None if previous is None else _read(previous))
    if form == "json":
        told_all = {"findings": [one.as_json() for one in findings]}
        typer.echo(json.dumps(told_all, ensure_ascii=False, indent=2))
    else:
        for one in findings:
            typer.echo(_line(one))
        typer.echo(f"发现 {len(findings)} 处。" if findings else "没有发现问题。")
    if any(one.severity == "error" for one in findings):
        raise typer.Exit(REFUSED)


def _read(file: Path) -> tuple[Report, ...]:
    try:
        read = read_content(sys.stdin.buffer.read(), "") if str(file) == "-" else read_report(file)
    except Unreadable as error:
        end(f"{file}：{error}", MISUSED)
    return (read,) if isinstance(read, Document) else read


def _findings(reports: tuple[Report, ...], previous: tuple[Report, ...] | None) -> list[Finding]:
    if len(reports) == 1:
        return list(check_report(reports[0], previous[0] if previous else None))
    entries = tuple(one for one in reports if not isinstance(one, Document))
    return [
        finding.at(f"{entry.id or number}：")
        for number, (entry, found) in enumerate(check_entries(entries), 1)
        for finding in found
    ]


def _line(one: Finding) -> str:
    parts = [f"[{_SEVERITIES[one.severity]}] {one.where}"]
    if one.stated is not None:
        parts.append(f"写为 {_said(one.stated)}")
    if one.computed is not None:
        parts.append(f"应为 {_said(one.computed)}")
    if one.difference is not None:
        parts.append(f"相差 {one.difference:+f}")
    return "；".join((*parts, *((one.hint,) if one.hint else ()))) + f"（{one.rule}）"


def _said(value: Decimal | str) -> str:
    return value if isinstance(value, str) else told(value)
