"""What the words of the code are called on screen (one word each, no synonyms)."""

from collections.abc import Mapping
from typing import Final, Literal

Tone = Literal["", "good", "wait", "bad"]

REVISION_TONES: Final[Mapping[str, Tone]] = {
    "draft": "",
    "submitted": "wait",
    "returned": "bad",
    "approved": "good",
    "released": "good",
    "superseded": "",
}
STEPS: Final[Mapping[str, str]] = {
    "written": "写成",
    "submitted": "送审",
    "approved": "审核通过",
    "returned": "退回",
}
CHANNELS: Final[Mapping[str, str]] = {
    "website": "网站",
    "weibo": "微博",
    "wechat": "微信",
    "feed": "订阅源",
    "gazette": "公报",
    "other": "其他方式",
}
DELIVERY_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "waiting": ("等待", "wait"),
    "ready": ("排队中", "wait"),
    "sending": ("正在发送", "wait"),
    "accepted": ("平台已受理，等待上线", "wait"),
    "live": ("已上线", "good"),
    "unknown": ("结果不明，正在查找", "wait"),
    "retry_wait": ("没有发出，稍后再试", "wait"),
    "refused": ("平台拒绝", "bad"),
    "blocked": ("账号需要重新授权", "bad"),
    "needs_person": ("需要人判断", "bad"),
    "withdrawing": ("正在撤回", "wait"),
    "withdraw_by_hand": ("需要人工撤回", "bad"),
    "withdrawn": ("已撤回", ""),
    "gone_at_platform": ("已不在平台上", "bad"),
    "cancelled": ("已取消", ""),
    "superseded": ("已被新的发布取代", ""),
    "replaced": ("已由新版本替换", ""),
}
ACCOUNT_STATES: Final[Mapping[str, tuple[str, Tone]]] = {
    "active": ("正常", "good"),
    "paused": ("已暂停", "wait"),
    "unauthorised": ("需要重新授权", "bad"),
}
ENTRY_KINDS: Final[Mapping[str, tuple[str, Tone]]] = {
    "release": ("定时发布", ""),
    "follow": ("解读", ""),
    "obligation": ("解读期限", "wait"),
    "disclosure": ("公开期限", "wait"),
    "report": ("年报期限", "wait"),
    "permission": ("授权到期", "wait"),
    "review": ("补审期限", "wait"),
    "notice": ("公示期满", "wait"),
    "push": ("群发", "good"),
}
