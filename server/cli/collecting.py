"""Commands with which an office collects its figures: who has not submitted, and the drafts of months."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from server.cli.database import on_database
from server.cli.output import put
from server.core.calendar import load_calendar
from server.core.days import day_of
from server.core.organs import get_org
from server.report.monthly import draft_month, say_month
from server.report.sheets import as_csv, as_xlsx
from server.report.silent import Late, late_table, list_late, remind
from server.settings import Settings
from server.store.month_drafts import MonthDraft, list_month_drafts
from server.store.tx import Store

Written = Literal["text", "json", "csv", "xlsx"]


def silent(
    year: Annotated[int, typer.Option("--year", min=1990, max=2100, help="年度")],
    org: Annotated[str, typer.Option("--org", help="上级机构代码")],
    *,
    remind_them: Annotated[bool, typer.Option("--remind", help="同时催报，一天内重复只算一次")] = False,
    form: Annotated[Written, typer.Option("--format", help="输出格式")] = "text",
    output: Annotated[Path | None, typer.Option("--output", help="写入文件，写好才替换")] = None,
) -> None:
    """列出还没有报送年度数字的下级机构，可以同时催报。"""  # noqa: D400, D415

    async def act(store: Store, _settings: Settings) -> tuple[Late, ...]:
        at = datetime.now(UTC)
        async with store.begin() as tx:
            above, calendar = await get_org(tx, org, field="org"), await load_calendar(tx)
            if remind_them:
                await remind(tx, above, year, None, calendar, by=None, at=at)
            return await list_late(tx, above, year, calendar, day_of(at))

    late = on_database(act)
    put(_silent_written(late, form), output)


def months(
    year: Annotated[int, typer.Option("--year", min=1990, max=2100, help="年度")],
    org: Annotated[str, typer.Option("--org", help="机构代码（含下级）")],
    *,
    make: Annotated[
        int | None, typer.Option("--make", min=1, max=12, help="起草这个月；已有草稿的不变")
    ] = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="输出格式")] = "text",
    output: Annotated[Path | None, typer.Option("--output", help="写入文件，写好才替换")] = None,
) -> None:
    """列出各月公开情况的草稿，也可以补一个月的。"""  # noqa: D400, D415

    async def act(store: Store, _settings: Settings) -> tuple[MonthDraft, ...]:
        async with store.begin() as tx:
            found = await get_org(tx, org, field="org")
            if make is not None:
                await draft_month(tx, found, f"{year}-{make:02}", at=datetime.now(UTC))
            return await list_month_drafts(tx, found.id, year)

    drafts = on_database(act)
    if form == "json":
        told = [{"month": one.month, "text": say_month(one), **one.figures} for one in drafts]
        put(_json({"months": told}), output)
        return
    lines = [say_month(one) for one in reversed(drafts)] or [f"{year} 年还没有草稿。"]
    put(("\n".join(lines) + "\n").encode(), output)


def _silent_written(late: tuple[Late, ...], form: Written) -> bytes:
    match form:
        case "csv":
            return as_csv(late_table(late))
        case "xlsx":
            return as_xlsx("未报送", late_table(late))
        case "json":
            told = [
                {
                    "org": one.silent.org_code,
                    "org_name": one.silent.org_name,
                    "due_on": one.due_on.isoformat(),
                    "days_over": one.days_over,
                    "returned": one.silent.reason,
                    "reminders": one.silent.reminders,
                }
                for one in late
            ]
            return _json({"silent": told})
        case "text":
            lines = [f"{one.silent.org_code} {one.silent.org_name}：{_said(one)}" for one in late]
            return ("\n".join(lines or ["下级都已经报送。"]) + "\n").encode()


def _said(one: Late) -> str:
    parts = [f"最迟 {one.due_on.isoformat()}，{one.term}"]
    if one.silent.reason:
        parts.append(f"退回：{one.silent.reason}")
    if one.silent.reminders:
        parts.append(f"已催报 {one.silent.reminders} 次")
    return "；".join(parts)


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
