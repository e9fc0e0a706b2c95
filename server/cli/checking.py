"""Commands about the installation itself: what is in force, and the schema."""

import asyncio
import json

import typer

from server.cli.endings import end_without_store, settings_or_end
from server.settings import Settings, masked
from server.store.schema import migrate
from server.store.tx import Store, StoreAway


def check_config() -> None:
    """检查并打印生效的设置，口令以 *** 代替。"""  # noqa: D400, D415
    typer.echo(json.dumps(masked(settings_or_end()), ensure_ascii=False, indent=2))


def migrate_database() -> None:
    """把数据库升级到最新结构。"""  # noqa: D400, D415
    settings = settings_or_end()
    try:
        asyncio.run(_migrate(settings))
    except StoreAway as error:
        end_without_store(error)
    typer.echo("数据库结构已是最新。")


async def _migrate(settings: Settings) -> None:
    await asyncio.to_thread(settings.var.mkdir, parents=True, exist_ok=True)
    store = Store(settings.database_url)
    try:
        await migrate(store)
    finally:
        await store.close()
