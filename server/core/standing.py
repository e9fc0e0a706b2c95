"""How a delivery stands, in one sentence: what it waits for, and who acts next."""

from collections.abc import Mapping
from typing import Final

from server.core.days import say_moment
from server.store.broadcast_tables import MOST_ARTICLES
from server.store.deliveries import DeliverySeen

_GATES: Final[Mapping[str, str]] = {
    "source_live": "等原文上线",
    "website_live": "等网页上线",
    "time": "等到{due}",
    "slot": "等账号的发布时段，{due}开始",
    "quota": "等待群发时段 {due}",
    "check": "到了发布时间没有发出：词库更新后要重新检查，有检查意见的请先处理",
    "evidence": "等人张贴或播出，登记后才算公开",
}
_SENTENCES: Final[Mapping[str, str]] = {
    "retry_wait": "没有发出，{due}自动再试{why}",
    "accepted": "平台已经受理，正在等它上线",
    "unknown": "没有收到平台的答复，系统{due}到“{account}”上查找，查清以前不会再发",
    "needs_person": "结果不明{why}。请到“{account}”上查看，再选择：已经发出、没有发出、放弃",
    "refused": "被拒绝{why}。处理后可以重新发送",
    "blocked": "“{account}”的授权已失效，请账号管理人重新授权；授权后自动继续",
    "withdrawing": "系统正在撤下{why}",
    "withdraw_by_hand": "请{term}到“{account}”上撤下这条内容，再登记撤下情况{why}",
    "gone_at_platform": (
        "平台上已经找不到这条内容，不是我们撤下的{why}。请账号管理人到“{account}”上查明原因；"
        "要再发，请写出新版本，审核后重新发布"
    ),
}
_CONTENT_REFUSED: Final = "被拒绝{why}。请信息员修改稿件，审核后重新发布"
_QUEUED: Final = frozenset({"ready", "retry_wait"})
_OVER: Final = frozenset({"live", "withdrawn", "replaced", "superseded", "cancelled"})


def say_gate(leg: DeliverySeen) -> str:
    """Say what a delivery that waits is waiting for."""
    if leg.gate == "quota" and leg.due_at is None:
        return "等待群发时段：近期的时段都已排满，有空位时自动排入"
    told = _GATES.get(leg.gate or "", "等候发送").format(due=_due(leg))
    return f"{told}，第{leg.push_place}条/共{MOST_ARTICLES}条" if leg.push_place else told


def is_without_permission(leg: DeliverySeen, account_state: str) -> bool:
    """Say whether a delivery waits until its account is let in again: it was refused, or queues for that."""
    return leg.state == "blocked" or (leg.state in _QUEUED and account_state == "unauthorised")


def say_standing(leg: DeliverySeen, account_state: str) -> str:
    """Say how a delivery stands; an account that is paused or not let in, by `account_state`, holds it.

    "" where its state says it all.
    """
    if leg.state == "waiting":
        return say_gate(leg)
    if leg.state in _QUEUED and account_state == "paused":
        return f"“{leg.account_name}”已暂停，恢复后自动发出"
    if is_without_permission(leg, account_state):
        return _SENTENCES["blocked"].format(account=leg.account_name)
    if leg.state in _OVER:
        return leg.reason or ""
    if leg.state == "accepted" and leg.who_acts == "owner" and leg.reason:
        return leg.reason  # it lies ready on the platform, and a person must do the rest there
    sentence = _SENTENCES.get(leg.state, "系统会自动处理，现在不用人来判断")
    if leg.state == "refused" and leg.who_acts == "editor":
        sentence = _CONTENT_REFUSED
    why = f"：{leg.reason}" if leg.reason else ""
    term = f"在{say_moment(leg.take_down_by)}前" if leg.take_down_by else ""
    return sentence.format(due=_due(leg), account=leg.account_name, why=why, term=term)


def _due(leg: DeliverySeen) -> str:
    return say_moment(leg.due_at) if leg.due_at else "稍后"
