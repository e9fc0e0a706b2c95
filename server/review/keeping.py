"""Keeping what somebody is writing (自动保存): his own, never another's, and never older over newer."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from server.core.problems import Problem
from server.store.media import keep_brought
from server.store.scratches import (
    Scratch,
    delete_old_scratches,
    find_scratch,
    list_slots,
    put_scratch,
)
from server.store.tx import Tx

MOST_SLOTS: Final = 50
KEPT: Final = timedelta(days=30)
_HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")


async def keep(
    tx: Tx, person_id: str, slot: str, item_id: str | None, base: int | None, fields: Mapping[str, Any],
    *, after: int, most_bytes: int, at: datetime,
) -> Scratch:  # fmt: skip
    """Keep a text; refuses one kept from an older page (lost_race) and one over the bound."""
    if len(json.dumps(dict(fields), ensure_ascii=False).encode("utf-8", "replace")) > most_bytes:
        raise Problem(
            "too_large", f"草稿超过 {most_bytes / 1_048_576:g} MB，请先保存正式版本", field="fields"
        )
    await delete_old_scratches(tx, before=at - KEPT)
    kept = await list_slots(tx, person_id, limit=MOST_SLOTS + 1)
    if slot not in kept and len(kept) >= MOST_SLOTS:
        raise Problem("wrong_state", f"您有{MOST_SLOTS}份没有保存的草稿，请先处理一些")
    if kept.get(slot, 0) != after:
        raise Problem("lost_race", "这份草稿在另一个页面里有更新的内容，请刷新后再写")
    if not await put_scratch(tx, person_id, slot, item_id, base, fields, after=after, at=at):
        raise Problem("lost_race", "这份草稿在另一个页面里有更新的内容，请刷新后再写")
    await keep_brought(tx, _HASH.findall(json.dumps(dict(fields))), by=person_id, at=at)
    made = await find_scratch(tx, person_id, slot)
    if made is None:
        raise Problem("lost_race", "这份草稿刚刚被删去，请再保存一次")
    return made
