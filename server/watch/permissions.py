"""Says in good time that the permission of an account ends: no machine can renew it."""

from datetime import date
from typing import Final

from server.core.days import day_of
from server.store.accounts import OWNER
from server.store.alerts import Alert, Level
from server.store.watching import AccountHeard

_STAGES: Final = (1, 3, 7)
"""Days before the end, each told by itself."""


def permission_alert(account: AccountHeard, today: date) -> Alert | None:
    """Say that a permission is gone, or that it ends within seven, three or one days."""
    if account.state == "unauthorised":
        message = f"账号“{account.name}”的授权已失效，投递都在等待，请{_whom(account)}重新授权"
        return Alert(f"authorisation:{account.id}", "authorisation", "alarm", message, account.org_id)
    ends = end_of(account)
    left = None if ends is None else (ends - today).days
    stage = None if left is None else next((days for days in _STAGES if left <= days), None)
    if ends is None or stage is None:
        return None
    message = f"账号“{account.name}”的授权{ends.month}月{ends.day}日到期，请{_whom(account)}提前重新授权"
    level: Level = "alarm" if stage == 1 else "warn"
    return Alert(f"token:{account.id}:{stage}", "token", level, message, account.org_id)


def _whom(account: AccountHeard) -> str:
    """Name who looks after an account, where the office has written that down."""
    owner = account.settings.get(OWNER, "")
    return f"负责人{owner}" if owner else ""


def end_of(account: AccountHeard) -> date | None:
    """Give the day a permission ends: as the platform told, else as entered in `token_expires_on`."""
    if account.permitted_until is not None:
        return day_of(account.permitted_until)
    try:
        return date.fromisoformat(account.settings.get("token_expires_on", ""))
    except ValueError:
        return None
