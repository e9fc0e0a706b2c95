"""Commands about the installation itself: what is in force, the schema, and whether all agrees."""

import asyncio
import json

import typer

from server.app import CannotStart, open_house
from server.cli.endings import MISUSED, REFUSED, end, settings_or_end
from server.core.sealing import verify_chain
from server.core.verify import verify_files, verify_pages, verify_rows
from server.settings import Settings, masked
from server.store.schema import migrate
from server.store.tx import Store, StoreAway
from server.store.verification import Difference


def check_config() -> None:
    """检查并打印生效的设置，口令以 *** 代替。"""  # noqa: D400, D415
    typer.echo(json.dumps(masked(settings_or_end()), ensure_ascii=False, indent=2))


def migrate_database() -> None:
    """把数据库升级到最新结构。"""  # noqa: D400, D415
    settings = settings_or_end()
    try:
        asyncio.run(_migrate(settings))
    except StoreAway as error:
        end(f"连不上数据库：{error}", REFUSED)
    typer.echo("数据库结构已是最新。")


def verify() -> None:
    """重新清点：计数、台账、投递、附件、网页和操作记录是否一致。"""  # noqa: D400, D415
    try:
        found = asyncio.run(_verify(settings_or_end()))
    except CannotStart as error:
        end(str(error), MISUSED)
    except StoreAway as error:
        end(f"连不上数据库：{error}", REFUSED)
    for one in found:
        typer.echo(f"{one.rule} {one.where}：记为 {one.stated}，实为 {one.found}")
    if found:
        end(f"有 {len(found)} 处不一致。", REFUSED)
    typer.echo("全部一致。")


async def _verify(settings: Settings) -> tuple[Difference, ...]:
    async with open_house(settings, migrate_first=False) as house:
        store, files = house.parts.store, house.parts.blobs
        rows = await verify_rows(store) + await verify_files(store, files)
        return rows + await verify_pages(house.workplace) + await _verify_audit(store)


async def _verify_audit(store: Store) -> tuple[Difference, ...]:
    broken = await verify_chain(store)
    if broken is None:
        return ()
    return (Difference("audit_chain_holds", f"{broken.place} {broken.line_id or '-'} {broken.reason}", 1, 0),)


async def _migrate(settings: Settings) -> None:
    await asyncio.to_thread(settings.var.mkdir, parents=True, exist_ok=True)
    store = Store(settings.database_url)
    try:
        await migrate(store)
    finally:
        await store.close()
