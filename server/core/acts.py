"""Acts as the audit keeps them: what they are called, who acts at this moment, and how one is noted.

Who acts is a circumstance, not a part: the face says it once for all that happens within a request, and no
function below can name somebody else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final, Literal, get_args

from server.store.accounts import AccountRow
from server.store.audit import Actor, NewLine, Subject, add_lines, list_item_orgs
from server.store.deliveries import DeliverySeen
from server.store.gates import Leg
from server.store.items import ItemSeen, get_item
from server.store.tx import Tx

Verb = Literal[
    "item.create", "item.revise", "item.submit", "item.approve", "item.return", "item.release",
    "item.reschedule", "item.expedite", "item.embargo", "item.notice_end", "item.notice_ended",
    "item.withdraw", "item.follow", "item.replace",
    "item.twin", "item.waive_interpretation", "item.confirm_import",
    "delivery.evidence", "delivery.decide", "delivery.retry", "delivery.taken_down", "delivery.gate_opened",
    "delivery.accepted", "delivery.live", "delivery.refused", "delivery.unknown", "delivery.blocked",
    "delivery.retry_wait", "delivery.needs_person", "delivery.ready", "delivery.withdrawn",
    "delivery.withdraw_by_hand", "delivery.gone_at_platform", "delivery.outdated", "delivery.replaced",
    "account.create", "account.authorise", "account.pause", "account.resume", "account.hours",
    "account.budget", "account.access", "account.revoke", "account.unauthorised", "account.menu",
    "account.broadcast", "push.order",
    "org.create", "org.practice",
    "person.create", "person.grant", "person.revoke", "person.disable", "person.enable",
    "person.password", "token.create", "token.revoke",
    "factor.enrol", "factor.codes", "factor.remove", "factor.reset", "factor.recovered",
    "session.open", "session.refuse", "session.close", "session.close_others", "media.upload", "media.delete",
    "item.review_afterwards", "review.levels", "deputy.appoint", "deputy.dismiss", "channels.template",
    "finding.waive", "finding.second", "dictionary.import", "dictionary.remove",
    "report.declare", "report.snapshot", "report.filing", "report.remind", "report.month",
    "calendar.import", "calendar.drop", "calendar.sensitive", "calendar.sensitive_drop",
    "address.move",
    "column.import", "column.create", "column.change", "column.order", "column.merge",
    "job.run", "audit.export",
]  # fmt: skip

VERB_NAMES: Final[dict[Verb, str]] = {
    "item.create": "新建稿件",
    "item.revise": "写出新版本",
    "item.submit": "提交审核",
    "item.approve": "审核通过",
    "item.return": "退回稿件",
    "item.release": "发布",
    "item.reschedule": "改变发布时间",
    "item.expedite": "加急发布",
    "item.embargo": "设置禁发期限",
    "item.notice_end": "设置公示期",
    "item.notice_ended": "公示期满",
    "item.withdraw": "撤回",
    "item.follow": "绑定解读",
    "item.replace": "以新稿件取代",
    "item.twin": "对应另一文种",
    "item.waive_interpretation": "免予解读",
    "item.confirm_import": "核对导入的内容",
    "delivery.evidence": "登记公开凭据",
    "delivery.decide": "判断结果不明的投递",
    "delivery.retry": "重新发送",
    "delivery.taken_down": "登记人工撤下",
    "delivery.gate_opened": "可以发送",
    "delivery.accepted": "平台已受理",
    "delivery.live": "已上线",
    "delivery.refused": "被平台拒绝",
    "delivery.unknown": "结果不明",
    "delivery.blocked": "账号授权失效",
    "delivery.retry_wait": "平台没有接收，等待重试",
    "delivery.needs_person": "等人判断",
    "delivery.ready": "查明没有发出，准备重发",
    "delivery.withdrawn": "已撤下",
    "delivery.withdraw_by_hand": "等人撤下",
    "delivery.gone_at_platform": "被平台或他人删除",
    "delivery.outdated": "新内容已上线，撤下旧的",
    "delivery.replaced": "新内容已不在，旧的不再撤下",
    "account.create": "添加账号",
    "account.authorise": "恢复账号授权",
    "account.pause": "暂停账号",
    "account.resume": "恢复暂停的账号",
    "account.hours": "设置发布时段",
    "account.budget": "设置发布次数",
    "account.access": "更改账号的设置或凭据",
    "account.revoke": "收回平台授权",
    "account.unauthorised": "平台授权已失效",
    "account.menu": "更新公众号菜单",
    "account.broadcast": "设置群发方式和时段",
    "push.order": "调整群发文章的顺序",
    "org.create": "添加机构",
    "org.practice": "开始或结束演练",
    "person.create": "添加人员",
    "person.grant": "授予角色",
    "person.revoke": "收回角色",
    "person.disable": "停用人员",
    "person.enable": "恢复人员",
    "person.password": "更改口令",
    "token.create": "发放访问令牌",
    "token.revoke": "停用访问令牌",
    "factor.enrol": "启用两步验证",
    "factor.codes": "更换恢复码",
    "factor.remove": "停用两步验证",
    "factor.reset": "重置他人的两步验证",
    "factor.recovered": "用恢复码登录",
    "session.open": "登录",
    "session.refuse": "登录失败",
    "session.close": "退出登录",
    "session.close_others": "结束别处的登录",
    "media.upload": "上传文件",
    "media.delete": "删除没有用到的文件",
    "item.review_afterwards": "事后审核",
    "review.levels": "设置审核层级",
    "deputy.appoint": "指定代理人",
    "deputy.dismiss": "结束代理",
    "channels.template": "设置渠道模板",
    "finding.waive": "忽略检查意见并说明",
    "finding.second": "确认忽略检查意见",
    "dictionary.import": "导入词库",
    "dictionary.remove": "删去词条",
    "report.declare": "填报数字",
    "report.snapshot": "生成统计快照",
    "report.filing": "报送年度数字",
    "report.remind": "催报年度数字",
    "report.month": "起草月度公开情况",
    "calendar.import": "导入放假安排",
    "calendar.drop": "删去本地节日",
    "calendar.sensitive": "登记敏感日期",
    "calendar.sensitive_drop": "删去敏感日期",
    "address.move": "改变网址跳转",
    "column.import": "栏目改由程序管理",
    "column.create": "添加栏目",
    "column.change": "更改栏目",
    "column.order": "调整栏目顺序",
    "column.merge": "合并栏目",
    "job.run": "手工运行定时任务",
    "audit.export": "导出操作记录",
}
VERBS: Final[tuple[Verb, ...]] = get_args(Verb)

_acting: ContextVar[Actor] = ContextVar("acting", default=Actor("robot", "core", "core"))  # noqa: B039 -- frozen


def acting() -> Actor:
    """Give who acts now; a robot where no face has said otherwise."""
    return _acting.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Let everything inside be done by this actor."""
    mark = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(mark)


async def note(
    tx: Tx,
    verb: Verb,
    subject: Subject = Subject(),  # noqa: B008 -- frozen and empty
    *,
    at: datetime,
    by: Actor | None = None,
    **details: Any,
) -> None:
    """Note an act in its own transaction; `by` only where the act itself finds out who acts."""
    kept = {name: value for name, value in details.items() if value is not None}
    await add_lines(tx, (NewLine(at, verb, by or acting(), subject, kept),))


async def note_opened(tx: Tx, legs: tuple[Leg, ...], *, at: datetime) -> None:
    """Note deliveries whose last gate has opened, by whatever act or robot opened it."""
    orgs = await list_item_orgs(tx, frozenset(leg.item_id for leg in legs)) if legs else {}
    await add_lines(
        tx,
        (
            NewLine(
                at,
                "delivery.gate_opened",
                acting(),
                Subject(orgs.get(leg.item_id), leg.item_id, None, leg.release_id, leg.id, leg.account_id),
                {"gate": leg.gate},
            )
            for leg in legs
        ),
    )


def of_item(seen: ItemSeen, *, release_id: str | None = None) -> Subject:
    """Give an item with its newest revision as a subject."""
    return Subject(org_id=seen.org.id, item_id=seen.id, revision_id=seen.revision.id, release_id=release_id)


async def of_leg(tx: Tx, leg: DeliverySeen) -> Subject:
    """Give a delivery as a subject, with the organ of its item."""
    return Subject(
        org_id=(await get_item(tx, leg.item_id)).org.id,
        item_id=leg.item_id,
        release_id=leg.release_id,
        delivery_id=leg.id,
        account_id=leg.account_id,
    )


def of_account(row: AccountRow) -> Subject:
    """Give an account as a subject."""
    return Subject(org_id=row.org.id, account_id=row.id)
