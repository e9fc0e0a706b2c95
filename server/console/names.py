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
TYPED: Final[Mapping[str, str]] = {
    "title": "标题", "body": "正文", "summary": "摘要", "overview": "内容概述", "document_number": "文号",
    "keywords": "主题词", "topic": "主题分类", "source": "来源",
    "reason": "理由", "early_reason": "不能等审核的理由", "urgent_reason": "加急理由", "note": "说明",
    "proof": "撤下情况", "place": "地点", "shown_by": "经办人", "link": "链接",
    "name": "名称", "login": "登录名", "deputy": "代理人的登录名", "code": "代码", "slug": "代码",
    "description": "说明", "address": "网址", "target": "新地址", "slots": "时段", "window": "时段",
    "first": "起始日", "last": "截止日", "begins_at": "从", "ends_at": "到", "not_before": "时间",
}  # fmt: skip
"""What is typed into forms; the label that a field has on a page of its own may say more."""
