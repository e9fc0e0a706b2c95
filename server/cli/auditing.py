"""Commands about the audit: read it, and prove that its chain holds."""

import json
from dataclasses import asdict
from typing import Annotated, cast

import typer

from server.cli.database import on_database
from server.cli.endings import REFUSED, end
from server.cli.listing import show
from server.core.acts import VERB_NAMES, Verb
from server.core.days import SHANGHAI
from server.core.sealing import Broken, seal, verify_chain
from server.settings import Settings
from server.store.audit import AuditLine, Head, Wanted, list_audit, read_head
from server.store.people import find_person
from server.store.rows import NotThere
from server.store.tx import Store

group = typer.Typer(help="操作记录", no_args_is_help=True)


@group.command("list")
def list_lines(
    verb: Annotated[str | None, typer.Option("--verb", help="事项，可只写开头，如 item.")] = None,
    person: Annotated[str | None, typer.Option("--person", help="登录名")] = None,
    item: Annotated[str | None, typer.Option("--item", help="稿件编号")] = None,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="行数")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON 对象")] = False,
) -> None:
    """列出最新的操作记录。"""  # noqa: D400, D415 -- shown as help

    async def act(store: Store, _settings: Settings) -> tuple[AuditLine, ...]:
        async with store.read() as tx:
            who = None
            if person is not None:
                found = await find_person(tx, person)
                if found is None:
                    raise NotThere("person", person)
                who = found.id
            return await list_audit(tx, Wanted(verb=verb, who=who, item_id=item), limit)

    lines = on_database(act)
    if as_json:
        for line in lines:
            told = {**asdict(line), "details": dict(line.details), "at": line.at.isoformat()}
            typer.echo(json.dumps(told, ensure_ascii=False))
        return
    show(("时间", "事项", "谁", "来自", "稿件", "细节"), map(_cells, lines))


@group.command("verify")
def verify(
    head: Annotated[str | None, typer.Option("--head", help="以前记下的链头，如 120:3f9c")] = None,
) -> None:
    """重新计算整条链；完好则打印链头，可抄下备查。"""  # noqa: D400, D415
    known = None if head is None else _read_head(head)

    async def act(store: Store, _settings: Settings) -> Broken | Head:
        await seal(store)
        found = await verify_chain(store, known=known)
        if found is not None:
            return found
        async with store.read() as tx:
            return await read_head(tx)

    found = on_database(act)
    if isinstance(found, Broken):
        line = "" if found.line_id is None else f"（编号 {found.line_id}）"
        end(f"操作记录的链在第 {found.place} 行{line}断开：{found.reason}", REFUSED)
    typer.echo(f"操作记录完好，共 {found.place} 行。链头：{found.place}:{found.digest}")


def _cells(line: AuditLine) -> tuple[str, ...]:
    at = line.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    details = "，".join(f"{name}={value}" for name, value in line.details.items() if value is not None)
    name = VERB_NAMES.get(cast("Verb", line.verb), line.verb)
    return at, name, line.who or "（未登录）", line.address or "", line.item_id or "", details


def _read_head(text: str) -> Head:
    place, colon, digest = text.partition(":")
    if not colon or not place.isdigit() or len(digest) != 64:
        end("--head 应写成 行数:摘要，照抄 tongfa audit verify 打印的链头。", REFUSED)
    return Head(int(place), digest)
