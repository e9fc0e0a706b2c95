"""Commands about the figures: what was counted, read straight from the database."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from channels.item import Kind
from server.cli.database import on_database
from server.cli.endings import MISUSED, end
from server.cli.output import put
from server.core.site_columns import require_column
from server.report.figures import CHANNEL_NAMES, Figures, Question, channel_figures
from server.report.sheets import as_csv, as_xlsx
from server.report.statements import JOINT_HEAD, figures_table
from server.settings import Settings, site_of
from server.store.statistics import GroupBy
from server.store.tx import Store

Written = Literal["table", "json", "csv", "xlsx"]


def counts(
    year: Annotated[int | None, typer.Option("--year", min=1990, max=2100, help="年度")] = None,
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="起始日")] = None,
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="截止日（含）")] = None,
    *,
    org: Annotated[str | None, typer.Option("--org", help="机构代码（含下级）")] = None,
    subtree: Annotated[bool, typer.Option("--subtree/--no-subtree", help="是否含下级机构")] = True,
    kind: Annotated[Kind | None, typer.Option("--kind", help="类别")] = None,
    column: Annotated[str | None, typer.Option("--column", help="栏目")] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="主题分类")] = None,
    group_by: Annotated[GroupBy, typer.Option("--group-by", help="分组")] = "channel",
    form: Annotated[Written, typer.Option("--format", help="输出格式")] = "table",
    as_json: Annotated[bool, typer.Option("--json", help="同 --format json")] = False,
    output: Annotated[Path | None, typer.Option("--output", help="写入文件，写好才替换")] = None,
) -> None:
    """统计各渠道主动公开信息条数（直接读数据库）。"""  # noqa: D400, D415
    first, last = _period(year, start, to)
    question = Question(first, last, org, group_by, subtree, kind, column, topic)

    async def act(store: Store, settings: Settings) -> Figures:
        async with store.read() as tx:
            if column is not None:
                await require_column(tx, site_of(settings), column)
            return await channel_figures(tx, question, at=datetime.now(UTC))

    figures, form = on_database(act), "json" if as_json else form
    if form == "table" and output is None:
        Console().print(counts_table(figures.as_json()))
        return
    put(_written(figures, form), output)


def counts_table(figures: dict[str, Any]) -> Table:
    """Give the statistics answer as a table for a terminal: channels down, groups across."""
    period, grouping = figures["period"], figures["group_by"]
    groups = [] if grouping == "channel" else figures["rows"]  # the channels stand in every table
    table = Table(title=f"{period['from']} 至 {period['to']} 主动公开信息")
    table.add_column("条数")
    for group in groups:
        table.add_column(str(group["name"] or group[grouping] or "（无）"), justify="right")
    table.add_column("合计", justify="right")
    table.add_column("其中撤回", justify="right")
    columns = (*groups, figures, figures["withdrawn"])
    for channel, name in CHANNEL_NAMES.items():
        table.add_row(name, *(str(column["deliveries"].get(channel, 0)) for column in columns))
    table.add_section()
    table.add_row("信息（各渠道相同的计 1 条）", *(str(column["items"]) for column in columns))
    if grouping == "org":
        for side, name in zip(("led", "joined"), JOINT_HEAD, strict=True):
            table.add_row(name, *(str(column["joint"][side]) for column in (*groups, figures)))
    return table


def _period(year: int | None, start: datetime | None, to: datetime | None) -> tuple[date, date]:
    if year is not None and start is None and to is None:
        return date(year, 1, 1), date(year, 12, 31)
    if year is not None or start is None or to is None:
        end("请给出 --year，或者同时给出 --from 和 --to。", MISUSED)
    if to < start:
        end("--to 不能早于 --from。", MISUSED)
    return start.date(), to.date()


def _written(figures: Figures, form: Written) -> bytes:
    match form:
        case "csv":
            return as_csv(figures_table(figures))
        case "xlsx":
            return as_xlsx("统计", figures_table(figures))
        case "json" | "table":
            return (json.dumps(figures.as_json(), ensure_ascii=False, indent=2) + "\n").encode()
