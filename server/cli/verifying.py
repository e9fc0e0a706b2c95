"""`tongfa verify`: whether all that is written down agrees."""

import asyncio

import typer

from server.app import CannotStart, open_house
from server.cli.endings import MISUSED, REFUSED, end, end_without_store, settings_or_end
from server.core.sealing import verify_chain
from server.core.verify import verify_files, verify_pages, verify_revisions, verify_rows
from server.settings import Settings
from server.store.tx import Store, StoreAway
from server.store.verification import Difference


def verify() -> None:
    """重新清点台账、投递、稿件、附件、网页和操作记录。"""  # noqa: D400, D415
    try:
        found = asyncio.run(_verify(settings_or_end()))
    except CannotStart as error:
        end(str(error), MISUSED)
    except StoreAway as error:
        end_without_store(error)
    for one in found:
        typer.echo(f"{one.rule} {one.where}：记为 {one.stated}，实为 {one.found}")
    if found:
        end(f"有 {len(found)} 处不一致。", REFUSED)
    typer.echo("全部一致。")


async def _verify(settings: Settings) -> tuple[Difference, ...]:
    async with open_house(settings, migrate_first=False) as house:
        store, files = house.parts.store, house.parts.blobs
        rows = await verify_rows(store) + await verify_revisions(store) + await verify_files(store, files)
        return rows + await verify_pages(house.workplace) + await _verify_audit(store)


async def _verify_audit(store: Store) -> tuple[Difference, ...]:
    broken = await verify_chain(store)
    if broken is None:
        return ()
    return (Difference("audit_chain_holds", f"{broken.place} {broken.line_id or '-'} {broken.reason}", 1, 0),)
