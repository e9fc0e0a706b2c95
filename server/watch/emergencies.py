"""Releases that went out before their review: until somebody reviews them, and while a bad one stands."""

from datetime import datetime
from zoneinfo import ZoneInfo

from server.store.alerts import Alert, Level
from server.store.emergencies import list_standing_emergencies
from server.store.tx import Tx

_BEIJING = ZoneInfo("Asia/Shanghai")


async def emergencies_due(tx: Tx, at: datetime) -> list[Alert]:
    """Give a warning for each review that must follow, an alarm where it is late or went against it."""
    found = []
    level: Level
    for seen in await list_standing_emergencies(tx, limit=500):
        one = seen.emergency
        term = one.review_by.astimezone(_BEIJING)
        if one.decision == "returned":
            level, told = "alarm", f"《{seen.title}》事后审核没有通过（{one.decision_reason}），请撤回或更正"
        elif at >= one.review_by:
            level, told = "alarm", f"《{seen.title}》先发后审，已过事后审核期限（{term:%m月%d日 %H:%M}）"
        else:
            level, told = "warn", f"《{seen.title}》先发后审，须在{term:%m月%d日 %H:%M}前审核"
        found.append(
            Alert(f"unreviewed:{one.release_id}", "unreviewed", level, told, seen.org_id, one.item_id)
        )
    return found
