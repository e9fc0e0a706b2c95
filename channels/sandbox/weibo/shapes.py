"""The JSON of statuses and users, as Weibo shapes it (contract weibo §4)."""

from datetime import datetime
from typing import Any

from channels.sandbox.weibo.book import BEIJING, SCREEN_NAME, UID, Status

# Not strftime: its names follow the process-wide locale, and Weibo's are English.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shape_time(at: datetime) -> str:
    """Give a time as `Wed Oct 24 23:49:17 +0800 2012`."""
    here = at.astimezone(BEIJING)
    day, month = _DAYS[here.weekday()], _MONTHS[here.month - 1]
    return f"{day} {month} {here.day:02} {here:%H:%M:%S} +0800 {here.year}"


def shape_user() -> dict[str, Any]:
    """Give the one user."""
    return {
        "id": UID,
        "idstr": str(UID),
        "screen_name": SCREEN_NAME,
        "name": SCREEN_NAME,
        "profile_image_url": f"http://tvax1.sinaimg.cn/crop.0.0.50.50/{UID}.jpg",
        "verified": True,
        "verified_type": 1,
        "followers_count": 12,
        "allow_all_act_msg": False,
    }


def shape_status(status: Status, *, trim_user: bool = False) -> dict[str, Any]:
    """Give a status; a removed one keeps only its place (contract §4, last point)."""
    if status.is_deleted:
        return {"id": status.id, "idstr": str(status.id), "deleted": "1", "text": "此微博已被作者删除。"}
    shape: dict[str, Any] = {
        "created_at": shape_time(status.at),
        "id": status.id,
        "mid": str(status.id),
        "idstr": str(status.id),
        "text": status.text,
        "source": _source(status),
        "favorited": False,
        "truncated": False,
        "in_reply_to_status_id": "",
        "in_reply_to_user_id": "",
        "in_reply_to_screen_name": "",
        "geo": None,
        "user": UID if trim_user else shape_user(),
        "reposts_count": 0,
        "comments_count": 0,
        "attitudes_count": 0,
        "mlevel": 0,
        "visible": {"type": 0, "list_id": 0},
        "pic_ids": [],
    }
    return shape | _pictures(status.picture)


def _source(status: Status) -> str:
    name = source_of(status)
    return f'<a href="http://app.weibo.com/t/feed/演练" rel="nofollow">{name}</a>'


def source_of(status: Status) -> str:
    """Give the name under which a status came: an application that was not audited has none (contract §3)."""
    if not status.by_app:
        return "微博网页版"
    return "同发演练应用" if status.is_audited else "未通过审核应用"


def _pictures(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    sizes = ("thumbnail", "bmiddle", "large")
    keys = ("thumbnail_pic", "bmiddle_pic", "original_pic")
    addresses = {key: f"http://ww1.sinaimg.cn/{size}/{name}" for key, size in zip(keys, sizes, strict=True)}
    return {"pic_ids": [name.partition(".")[0]], **addresses}
