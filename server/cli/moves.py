"""Commands for addresses that have moved: one, or all of a former site from a CSV file."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from server.cli.database import on_database
from server.cli.endings import MISUSED, end
from server.core.moves import forget_address, move_address
from server.core.problems import Problem
from server.file_errors import reason_of
from server.settings import Settings
from server.store.tx import Store

_MOST: Final = 100_000
_MOST_NAMED: Final = 50
_HEADS: Final = ("旧地址", "新地址")

group = typer.Typer(help="网址跳转：旧地址自动转到新地址", no_args_is_help=True)


@group.command("add")
def add(
    address: Annotated[str, typer.Argument(help="旧地址，从“/”写起，例如 /zwgk/123.shtml")],
    target: Annotated[str, typer.Argument(help="新地址，例如 /a/1m8aa4fjcm6dmm31.html")],
) -> None:
    """让一个旧地址转到新地址。"""  # noqa: D400, D415 -- shown as help
    _move(((1, address, target),))
    typer.echo(f"已设置：{address} → {target}")


@group.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV 文件，两列，旧地址和新地址；UTF-8 编码")],
) -> None:
    """从 CSV 文件导入；有一行不对就一行也不导入。"""  # noqa: D400, D415
    rows = _read(file)
    _move(rows)
    typer.echo(f"已导入 {len(rows)} 条网址跳转。")


@group.command("remove")
def remove(address: Annotated[str, typer.Argument(help="旧地址")]) -> None:
    """取消一个旧地址的跳转。"""  # noqa: D400, D415

    async def act(store: Store, _settings: Settings) -> None:
        async with store.begin() as tx:
            await forget_address(tx, address, at=datetime.now(UTC))

    on_database(act)
    typer.echo(f"已取消：{address}")


def _move(rows: tuple[tuple[int, str, str], ...]) -> None:
    async def act(store: Store, _settings: Settings) -> None:
        at = datetime.now(UTC)
        async with store.begin() as tx:
            wrong = []
            for line, address, target in rows:
                try:
                    await move_address(tx, address, target, at=at)
                except Problem as problem:
                    wrong.append(f"第 {line} 行：{problem.message}" if len(rows) > 1 else problem.message)
            if wrong:
                raise Problem("invalid", f"{_said(wrong)}。没有写入任何一条。")

    on_database(act)


def _said(wrong: list[str]) -> str:
    """Name what is wrong with every line, so that a person corrects a file once."""
    more = f"\n另有 {len(wrong) - _MOST_NAMED} 行也不对" if len(wrong) > _MOST_NAMED else ""
    return "\n".join(wrong[:_MOST_NAMED]) + more


def _read(file: Path) -> tuple[tuple[int, str, str], ...]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        end(f"{file} 不是 UTF-8 编码，请在表格软件里另存为“CSV UTF-8”。", MISUSED)
    except OSError as error:
        end(f"{file} 读不了：{reason_of(error)}", MISUSED)
    rows, wrong = [], []
    for line, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        cells = tuple(cell.strip() for cell in row)
        if not any(cells) or cells[:2] == _HEADS:
            continue
        if len(cells) != len(_HEADS):
            wrong.append(f"第 {line} 行有 {len(cells)} 列，应为两列，旧地址和新地址")
        else:
            rows.append((line, cells[0], cells[1]))
    if wrong:
        end(f"{_said(wrong)}。没有导入任何一条。", MISUSED)
    if len(rows) > _MOST:
        end(f"一次最多导入 {_MOST} 条，这个文件有 {len(rows)} 条。", MISUSED)
    return tuple(rows)
