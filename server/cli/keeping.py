"""Commands that keep an office safe: backup, restore, and the whole site written again."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from channels.docroot import FolderRoot
from channels.item import PRACTICE_FOLDER
from channels.registry import LIMITS
from server.app import CannotStart, open_house, opener_into
from server.cli.endings import MISUSED, REFUSED, end, end_without_store, settings_or_end
from server.core.days import SHANGHAI
from server.core.ids import new_id
from server.core.keeping import CannotKeep
from server.core.keeping import backup as back_up
from server.core.keeping import restore as put_back
from server.core.occupancy import Occupied
from server.core.parcel import BadArchive
from server.core.rebuild import CannotRebuild, Draft, Rebuilt, compare, take_over, write_site
from server.core.renewal import level_lists
from server.rehearsal import practice_root
from server.settings import Settings
from server.store.dumps import DumpFailed
from server.store.tx import Store, StoreAway

T = TypeVar("T")
_SHOWN = 20


def backup(file: Annotated[Path, typer.Argument(help="写入的文件，不能已存在")]) -> None:
    """备份数据库、附件和网站，写成一个文件；运行中也可以备份。"""  # noqa: D400, D415
    settings, made_by = settings_or_end(), version("tongfa")
    manifest = _or_end(
        lambda: _with_store(
            settings, lambda store: back_up(store, settings.var, file, at=datetime.now(UTC), version=made_by)
        )
    )
    size = sum(member.size for member in manifest.members)
    typer.echo(f"已备份 {len(manifest.members)} 个文件，共 {size} 字节：{file}")
    typer.echo(f"密钥 {settings.secret_key_file} 不在备份里，请另处保存。")


def restore(
    file: Annotated[Path, typer.Argument(help="tongfa backup 写的文件")],
    *,
    force: Annotated[bool, typer.Option("--force", help="这里已有数据也恢复；旧数据移到一旁")] = False,
) -> None:
    """恢复备份：先检查整个文件，再一次换上；恢复前请停止 tongfa。"""  # noqa: D400, D415
    settings = settings_or_end()
    done = _or_end(
        lambda: _with_store(
            settings,
            lambda store: put_back(
                store, settings.var, file, LIMITS, at=datetime.now(UTC), force=force, new_id=new_id
            ),
        )
    )
    made = datetime.fromisoformat(done.manifest.made_at).astimezone(SHANGHAI)
    typer.echo(f"已恢复北京时间 {made:%Y-%m-%d %H:%M} 的备份，共 {len(done.manifest.members)} 个文件。")
    if done.aside is not None:
        typer.echo(f"原来的数据在 {done.aside}（PostgreSQL 的在同名模式里），确认无误后可删除。")
    if done.doubts.looked_for:
        typer.echo(
            f"备份时还没有发出的微博和公众号文章有 {done.doubts.looked_for} 条：系统先到平台上查找，"
            f"确认没有发过才发送（微博等 {LIMITS['weibo'].settle_after_loss / 60:g} 分钟，"
            f"公众号等 {LIMITS['wechat'].settle_after_loss / 3600:g} 小时）。"
        )
    if done.doubts.asked:
        typer.echo(
            f"等待群发的文章有 {done.doubts.asked} 篇，备份之后是否已经群发，系统不能查：请登录公众平台查看，"
            "再在后台逐篇说明发出没有。"
        )
    typer.echo("请再运行 tongfa rebuild-site 和 tongfa verify。")
    typer.echo("备份之后新写的、更正的、撤回的稿件，这份数据并不知道：重新做之前，请先到微博和公众号上核对。")


def rebuild_site(
    *,
    check: Annotated[bool, typer.Option("--check", help="只比较，不改动；有差别时以 1 结束")] = False,
) -> None:
    """重新写出整个网站，写好再换上，读者看不到中间状态。"""  # noqa: D400, D415
    settings = settings_or_end()
    rebuilt = _or_end(lambda: rebuild(settings, check=check))
    for word, paths in (("新增", rebuilt.added), ("改动", rebuilt.changed), ("删除", rebuilt.removed)):
        for path in paths[:_SHOWN]:
            typer.echo(f"{word} {path}")
        if len(paths) > _SHOWN:
            typer.echo(f"{word} 共 {len(paths)} 个，其余略。")
    if rebuilt.is_same:
        typer.echo(f"共 {rebuilt.files} 个文件，与现在的网站逐字节相同。")
    elif check:
        end("网站目录与数据库不一致：运行 tongfa rebuild-site 可重新写出。", REFUSED)
    else:
        typer.echo(f"共 {rebuilt.files} 个文件，已换上。")


async def rebuild(settings: Settings, *, check: bool) -> Rebuilt:
    """Write the site beside the old one, compare both, and unless only asked to `check`, put it in place."""
    async with open_house(settings, migrate_first=False) as house:
        beside = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=".site-", dir=settings.var))
        drafts = (beside / "real", beside / PRACTICE_FOLDER)
        folders = (settings.var / "site", practice_root(settings))
        try:
            if not check:
                await level_lists(house.workplace)
            async with AsyncExitStack() as turns:
                for folder in folders:  # nobody publishes in between, or his lines would get lost
                    await turns.enter_async_context(FolderRoot(folder).turn())
                await write_site(house.workplace, opener_into(house, *(Draft(draft) for draft in drafts)))
                rebuilt = []
                for folder, draft in zip(folders, drafts, strict=True):
                    rebuilt.append(await asyncio.to_thread(compare, folder, draft))
                    if not check:
                        await take_over(folder, draft, rebuilt[-1])
        finally:
            await asyncio.to_thread(shutil.rmtree, beside)
    return rebuilt[0].beside(rebuilt[1], PRACTICE_FOLDER)


async def _with_store(settings: Settings, act: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
    store = Store(settings.database_url)
    try:
        return await act(store)
    finally:
        await store.close()


def _or_end(act: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run and turn every refusal into one sentence."""
    try:
        return asyncio.run(act())
    except (BadArchive, DumpFailed, CannotRebuild) as error:
        end(str(error), REFUSED)
    except (CannotStart, CannotKeep) as error:
        end(str(error), MISUSED)
    except Occupied:
        end("tongfa 正在运行：请先停止它，再恢复。", MISUSED)
    except StoreAway as error:
        end_without_store(error)
