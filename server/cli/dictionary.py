"""Commands about the word list: in and out as CSV. No server need run."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from server.cli.endings import MISUSED, REFUSED, end, end_without_store, settings_or_end
from server.cli.output import put
from server.core.acts import note
from server.core.ids import new_id
from server.core.problems import Problem, Problems
from server.file_errors import reason_of
from server.review.lexicon import MOST_BYTES, read_words, write_words
from server.store.dictionary import MOST_WORDS, WordRow, count_words, list_words, put_words
from server.store.schema import is_current
from server.store.tx import Store, StoreAway, Tx

T = TypeVar("T")

group = typer.Typer(help="词库：导入、导出检查用的词条", no_args_is_help=True)


@group.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV：错词、正确形式、语境、级别、位置、类别、说明")],
) -> None:
    """导入词条；同一词和位置的旧词条被替换，有一行不对就全部不导入。"""  # noqa: D400, D415
    try:
        with file.open("rb") as opened:
            rows = read_words(opened.read(MOST_BYTES + 1))
    except OSError as error:
        end(f"文件 {file} 读不了：{reason_of(error)}。", MISUSED)
    except Problem as error:
        end(f"文件 {file} 没有导入：{error.message}", REFUSED)
    except Problems as error:
        told = "\n".join(one.message for one in error.problems)
        end(f"文件 {file} 没有导入：\n{told}", REFUSED)

    async def act(store: Store) -> int:
        return await store.write(lambda tx: _put(tx, rows))

    total = _run(act)
    typer.echo(f"已导入 {len(rows)} 条，词库现有 {total} 条；已发布的稿件会按新词库复查。")


@group.command("export")
def export_file(file: Annotated[Path, typer.Argument(help="写到哪个文件")]) -> None:
    """把本单位的词条导出成 CSV，可在表格软件里改后再导入。"""  # noqa: D400, D415

    async def act(store: Store) -> tuple[WordRow, ...]:
        async with store.read() as tx:
            return await list_words(tx)

    rows = _run(act)
    put(write_words(rows), file)
    typer.echo(f"已导出 {len(rows)} 条到 {file}。")


async def _put(tx: Tx, rows: tuple[WordRow, ...]) -> int:
    at = datetime.now(UTC)
    serial = await put_words(tx, rows, ids=[new_id() for _ in rows], by=None, at=at)
    total = await count_words(tx)
    if total > MOST_WORDS:
        raise Problem("too_large", f"词库最多 {MOST_WORDS} 条，请先删去不用的词条")
    await note(tx, "dictionary.import", at=at, lines=len(rows), serial=serial)
    return total


def _run(act: Callable[[Store], Awaitable[T]]) -> T:
    settings = settings_or_end()

    async def run() -> T:
        await asyncio.to_thread(settings.var.mkdir, parents=True, exist_ok=True)
        store = Store(settings.database_url)
        try:
            if not await is_current(store):
                end("数据库还没有升级到这个版本的结构，请先运行 tongfa migrate。", MISUSED)
            return await act(store)
        finally:
            await store.close()

    try:
        return asyncio.run(run())
    except StoreAway as error:
        end_without_store(error)
    except Problem as error:
        end(error.message, REFUSED)
