"""Commands about items: hand one in over the API, and read the counts."""

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, cast, get_args

import typer
from rich.console import Console
from rich.table import Table

from server.cli.database import on_database
from server.cli.endings import MISUSED, REFUSED, end
from server.cli.remote import Remote, ServerRefused
from server.report.figures import Question, channel_figures
from server.settings import Settings
from server.store.ledger import GroupBy
from server.store.tx import Store

_CHANNELS: Final = {
    "website": "政府网站",
    "weibo": "政务微博",
    "wechat": "政务微信",
    "feed": "订阅源（RSS 等）",
    "gazette": "政府公报",
    "other": "其他方式",
}
BaseUrl = Annotated[str, typer.Option("--base-url", envvar="TONGFA_BASE_URL", help="服务器地址")]
Token = Annotated[str | None, typer.Option("--token", envvar="TONGFA_TOKEN", help="访问令牌")]


def publish(
    file: Annotated[Path, typer.Argument(help="稿件的 JSON 文件")],
    base_url: BaseUrl = "http://127.0.0.1:8080",
    token: Token = None,
    reviewer_token: Annotated[
        str | None,
        typer.Option(envvar="TONGFA_REVIEWER_TOKEN", help="另一人的令牌：审核并发布；不给则只提交审核"),
    ] = None,
    account: Annotated[list[str] | None, typer.Option("--account", help="发布到的账号，可多次给出")] = None,
) -> None:
    """把稿件交给服务器并提交审核；给出另一人的令牌时一并审核、发布。"""  # noqa: D400, D415
    if token is None:
        end("请用 --token 或环境变量 TONGFA_TOKEN 给出访问令牌。", MISUSED)
    if (reviewer_token is None) != (not account):
        end("要审核并发布，请同时给出 --reviewer-token 和至少一个 --account。", MISUSED)
    try:
        item = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        end(f"文件 {file} 读不了：{error.strerror}", MISUSED)
    except ValueError as error:
        end(f"文件 {file} 不是正确的 JSON:{error}", MISUSED)
    try:
        made = asyncio.run(_publish(item, base_url, token, reviewer_token, tuple(account or ())))
    except ServerRefused as refused:
        end(str(refused), REFUSED)
    typer.echo(json.dumps(made, ensure_ascii=False, indent=2))


def counts(
    year: Annotated[int | None, typer.Option("--year", min=1990, max=2100, help="年度")] = None,
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="起始日")] = None,
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="截止日（含）")] = None,
    *,
    org: Annotated[str | None, typer.Option("--org", help="机构代码（含下级）")] = None,
    group_by: Annotated[str, typer.Option("--group-by", help="、".join(get_args(GroupBy)))] = "channel",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """统计各渠道主动公开信息条数（直接读数据库）。"""  # noqa: D400, D415
    if group_by not in get_args(GroupBy):
        end(f"--group-by 只能是 {'、'.join(get_args(GroupBy))}。", MISUSED)
    first, last = _period(year, start, to)
    question = Question(first, last, org, cast("GroupBy", group_by))

    async def act(store: Store, _settings: Settings) -> dict[str, Any]:
        async with store.read() as tx:
            return (await channel_figures(tx, question, at=datetime.now(UTC))).as_json()

    figures = on_database(act)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=2))
    else:
        Console().print(counts_table(figures))


def counts_table(figures: dict[str, Any]) -> Table:
    """Give the statistics answer as a table for a terminal: channels down, groups across."""
    period, grouping = figures["period"], figures["group_by"]
    groups = [] if grouping == "channel" else figures["rows"]  # the channels stand in every table
    table = Table(title=f"{period['from']} 至 {period['to']} 主动公开信息")
    table.add_column("条数")
    for group in groups:
        table.add_column(str(group[grouping]), justify="right")
    table.add_column("合计", justify="right")
    table.add_column("其中撤回", justify="right")
    columns = (*groups, figures, figures["withdrawn"])
    for channel, name in _CHANNELS.items():
        table.add_row(name, *(str(column["deliveries"].get(channel, 0)) for column in columns))
    table.add_section()
    table.add_row("信息（各渠道相同的计 1 条）", *(str(column["items"]) for column in columns))
    return table


def _period(year: int | None, start: datetime | None, to: datetime | None) -> tuple[date, date]:
    if year is not None and start is None and to is None:
        return date(year, 1, 1), date(year, 12, 31)
    if year is not None or start is None or to is None:
        end("请给出 --year，或者同时给出 --from 和 --to。", MISUSED)
    if to < start:
        end("--to 不能早于 --from。", MISUSED)
    return start.date(), to.date()


async def _publish(
    item: Any, base_url: str, token: str, reviewer_token: str | None, accounts: tuple[str, ...]
) -> Any:
    async with Remote(base_url, token) as author:
        made = await author.post("/api/v1/items", item)
        path = f"/api/v1/items/{made['id']}"
        made = await author.post(f"{path}/submit")
    if reviewer_token is None:
        return made
    async with Remote(base_url, reviewer_token) as reviewer:
        await reviewer.post(f"{path}/approve")
        return await reviewer.post(f"{path}/release", {"accounts": list(accounts)})
