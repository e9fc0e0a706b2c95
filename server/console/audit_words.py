"""What the details of the audit are called on screen; keys for technicians alone stay in the sheet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from channels.item import KIND_NAMES
from server.console.environment import clock
from server.console.names import DELIVERY_STATES
from server.console.people import ROLES
from server.core.channel_words import CHANNEL_WORDS
from server.core.withdrawal_types import WITHDRAWAL_TYPES
from server.store.audit import AuditLine

_NAMES: Final = {
    "account": "账号", "accounts": "账号", "address": "地址", "at": "时间", "change": "改动",
    "channel": "渠道",
    "changes": "改为", "code": "代码", "column": "栏目", "columns": "栏目", "counted_as": "计入",
    "days": "日期", "description": "说明", "ends_at": "结束", "expires_at": "有效期到", "former": "原来",
    "from": "原状态", "gate": "等到了", "in_menu": "在导航中显示", "into": "并入", "is_open": "接收新稿件",
    "job": "任务", "kind": "种类", "layer": "种类", "level": "审核层级", "levels": "审核层级",
    "lines": "行数",
    "link": "链接", "login": "登录名", "month": "月份", "name": "名称", "not_before": "不早于",
    "note": "说明", "older_kept": "保留旧内容", "older_taken_down": "新的上线后撤下旧内容",
    "number": "序号或数量", "of": "共", "on_behalf_of": "代替", "only_role": "只作为", "order": "顺序",
    "org": "机构", "owner": "使用人", "place": "公开地点", "practice": "演练", "principal": "被代理人",
    "proof": "撤下情况", "reason": "理由", "refused": "拒绝的原因", "release": "发布", "role": "角色",
    "roles": "角色", "rule": "规则", "secret": "更换的密钥", "settings": "更改的设置", "shown_at": "公开时间",
    "shown_by": "经办人", "silent_days": "静默天数", "size": "大小（字节）", "slot": "时段", "slots": "时段",
    "step": "步骤", "successor": "新稿件", "target": "转到", "then": "期满后", "title": "标题",
    "type": "类型", "unreviewed": "先发后审的理由", "until": "到", "urgent_reason": "加急理由",
    "verdict": "判断", "window": "时段", "withdrawn_as": "撤回类型", "word": "词语", "words": "词语",
    "year": "年度", "years": "年度",
}  # fmt: skip
# Ids, digests and counters of the machine: an editor learns nothing from them, the sheet has them all.
_MACHINE: Final = frozenset({
    "attempt", "content_hash", "sha256", "platform_id", "token", "org_id", "release_id", "picture", "serial",
    "checksum", "item", "source", "twin", "revision", "figures",
})  # fmt: skip
_GATES: Final = {
    "source_live": "原文上线", "website_live": "网页上线", "time": "发布时间", "slot": "发布时段",
    "quota": "群发名额", "account": "账号授权", "evidence": "登记", "check": "检查",
}  # fmt: skip
_RULES: Final = {
    "same_moment": "与文件同时", "after_working_days": "文件上线后若干工作日", "at_time": "指定时间",
}  # fmt: skip
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "change": {"major": "内容有变化", "minor": "只改错字"},
    "channel": CHANNEL_WORDS,
    "counted_as": CHANNEL_WORDS,
    "from": {state: told[0] for state, told in DELIVERY_STATES.items()},
    "gate": _GATES,
    "kind": {
        **dict[str, str](KIND_NAMES.items()),
        "any": "各种类",
        "subscription": "订阅号",
        "service": "服务号",
    },
    "layer": {"national": "国务院通知", "local": "本地节日"},
    "only_role": ROLES,
    "role": ROLES,
    "roles": ROLES,
    "rule": _RULES,
    "then": {"keep": "只加注", "remove": "撤下"},
    "verdict": {"it_is_there": "在平台上", "it_is_not_there": "不在平台上", "give_up": "放弃"},
    "withdrawn_as": {key: one.name for key, one in WITHDRAWAL_TYPES.items()},
}


# What works by itself, by its role: most are written by the triggers of the database.
_ROBOTS: Final = {
    "core": "程序", "worker": "程序：发送", "confirm": "程序：确认上线", "reconcile": "程序：查找结果",
    "withdraw": "程序：撤回", "watch": "程序：看平台",
}  # fmt: skip


def who_of(line: AuditLine) -> str:
    """Say who acted: a person by his name, a program by what it does."""
    if line.actor == "robot":
        return _ROBOTS.get(line.who, f"程序：{line.who}")
    return f"服务器上的 {line.who}" if line.actor == "operator" else line.who or "（没有登录）"


def told_of(line: AuditLine) -> tuple[tuple[str, str], ...]:
    """Give what stands on a line in words, without what was left empty; the sheet has all of it."""
    return tuple(
        (_NAMES.get(key, key), _said(key, value))
        for key, value in line.details.items()
        if value not in (None, "", [], {}) and key not in _MACHINE
    )


def _said(key: str, value: object) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case list():
            return "、".join(_said(key, one) for one in value)
        case dict():
            told = (f"{_NAMES.get(name, name)} {_said(name, one)}" for name, one in value.items())
            return "；".join(told)
        case None:
            return "无"
        case str():
            return _VALUES.get(key, {}).get(value) or _moment(value)
        case _:
            return str(value)


def _moment(text: str) -> str:
    """Give a moment as an editor reads it, and any other text as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return clock(moment) if moment.tzinfo else text
