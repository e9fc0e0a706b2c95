"""Commands about items: hand one in over the API."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from server.cli.endings import MISUSED, REFUSED, end
from server.cli.remote import Remote, ServerRefused
from server.file_errors import reason_of

BaseUrl = Annotated[str, typer.Option("--base-url", envvar="TONGFA_BASE_URL", help="服务器地址")]
Token = Annotated[str | None, typer.Option("--token", envvar="TONGFA_TOKEN", help="访问令牌")]


def publish(
    file: Annotated[Path, typer.Argument(help="稿件的 JSON 文件")],
    base_url: BaseUrl = "http://127.0.0.1:8080",
    token: Token = None,
    reviewer_token: Annotated[
        str | None,
        typer.Option(envvar="TONGFA_REVIEWER_TOKEN", help="另一人的令牌：一并审核、发布"),
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
        end(f"文件 {file} 读不了：{reason_of(error)}", MISUSED)
    except ValueError:
        end(f"文件 {file} 不是正确的 JSON。", MISUSED)
    try:
        made = asyncio.run(_publish(item, base_url, token, reviewer_token, tuple(account or ())))
    except ServerRefused as refused:
        end(str(refused), REFUSED)
    typer.echo(json.dumps(made, ensure_ascii=False, indent=2))


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
