"""Live items in which a check finds something that blocks: the list has grown since they went out."""

from server.store.alerts import Alert
from server.store.archive_checks import list_flagged
from server.store.tx import Tx

_MOST = 1000


async def archive_flagged(tx: Tx) -> list[Alert]:
    """Give an alarm for each of them, until it is corrected, withdrawn or answered for."""
    return [
        Alert(
            f"check:{one.item_id}", "check", "alarm",
            f"已发布的《{one.title}》有{one.blocking}处须处理的检查意见：{one.words}",
            one.org_id, one.item_id,
        )
        for one in await list_flagged(tx, limit=_MOST)
    ]  # fmt: skip
