"""Commands that make a yearly report: enter the figures the ledger does not have, and write the draft."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, assert_never

import typer

from server.cli.database import on_database
from server.cli.endings import MISUSED, REFUSED, end
from server.cli.output import put
from server.core.ids import new_id
from server.core.problems import Problem, Problems
from server.file_errors import reason_of
from server.report.declaring import Declared, declare
from server.report.drafting.draft import Draft
from server.report.drafting.html import draft_as_html
from server.report.drafting.json import draft_as_json
from server.report.drafting.word import draft_as_docx
from server.report.drafting.workbook import draft_as_xlsx
from server.report.reading.unreadable import Unreadable
from server.report.rows_in import read_rows
from server.report.yearly import draft_of_year
from server.settings import Settings
from server.store.orgs import find_org_by_code
from server.store.rows import NotThere
from server.store.tx import Store

Written = Literal["docx", "html", "xlsx", "json"]
_NAMES: Final = ("指标", "数值", "来源")


def draft(
    year: Annotated[int, typer.Option("--year", min=2014, max=2100, help="年度")],
    org: Annotated[str, typer.Option("--org", help="机构代码（含下级）")],
    form: Annotated[Written, typer.Option("--format", help="输出格式")] = "docx",
    output: Annotated[Path | None, typer.Option("--output", help="写入的文件，默认 年度.格式")] = None,
    *,
    review: Annotated[bool, typer.Option("--review", help="审阅稿：每个数字附来源")] = False,
) -> None:
    """起草年度报告：表格和各渠道数字来自台账和填报，其余留待填写。"""  # noqa: D400, D415

    async def act(store: Store, _settings: Settings) -> Draft:
        async with store.read() as tx:
            return await draft_of_year(tx, org, year, at=datetime.now(UTC))

    made = on_database(act)
    path = output or Path(f"report-{year}.{form}")
    put(written(made, form, review=review), path)
    blanks = len(made.given.blanks)
    typer.echo(f"已写入 {path}。" + (f"还有 {blanks} 格没有填报。" if blanks else ""))


def written(made: Draft, form: Written, *, review: bool) -> bytes:
    """Give a draft in one of its shapes."""
    match form:
        case "docx":
            return draft_as_docx(made, review=review)
        case "html":
            return draft_as_html(made, review=review)
        case "xlsx":
            return draft_as_xlsx(made)
        case "json":
            return draft_as_json(made)
        case _:
            assert_never(form)


def enter(
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX，列名：指标、数值、来源")],
    year: Annotated[int, typer.Option("--year", min=1990, max=2100, help="年度")],
    org: Annotated[str, typer.Option("--org", help="机构代码")],
) -> None:
    """填报台账里没有的数字；有一行不对就一行也不写。

    申请、复议、诉讼、收费，以及使用本系统以前各年的条数。
    """  # noqa: D400, D415
    try:
        rows = read_rows(file.read_bytes(), _NAMES)
    except (OSError, Unreadable) as error:
        end(f"{file}：{reason_of(error) if isinstance(error, OSError) else error}", MISUSED)
    if not rows:
        end(f"{file}：没有数字。", MISUSED)
    figures = [Declared(row.values["指标"], row.values["数值"], row.values["来源"]) for row in rows]

    async def act(store: Store, _settings: Settings) -> tuple[Problem, ...]:
        async with store.begin() as tx:
            found = await find_org_by_code(tx, org)
            if found is None:
                raise NotThere("org", org)
            try:
                await declare(tx, found, year, figures, by=None, at=datetime.now(UTC), new_id=new_id)
            except Problems as problems:
                return problems.problems
        return ()

    refused = on_database(act)
    for problem in refused:
        number = rows[int(problem.field.split(".")[1])].number
        typer.echo(f"第 {number} 行：{problem.message}", err=True)
    if refused:
        end("没有写入任何一行。", REFUSED)
    typer.echo(f"已写入 {len(figures)} 个数字。")
