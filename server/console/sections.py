"""The sections of the console: names, addresses, and who sees them. Templates and pages name them by slug."""

from dataclasses import dataclass
from typing import Final

from server.security.access import Act, SignedIn


@dataclass(frozen=True, slots=True)
class Section:
    """A line of the navigation."""

    slug: str
    name: str
    path: str
    act: Act | None = None  # None: everybody who is signed in
    group: str = ""


SECTIONS: Final = (
    Section("work", "我的工作", "/console", group="工作"),
    Section("mine", "我的发稿", "/console/mine", "write", group="工作"),
    Section("write", "写稿", "/console/items/new", "write", group="工作"),
    Section("import", "导入稿件", "/console/imports", "write", group="工作"),
    Section("items", "稿件", "/console/items", "read", group="工作"),
    Section("review", "审核", "/console/review", "approve", group="工作"),
    Section("releases", "发布", "/console/releases", "read", group="发布"),
    Section("decisions", "需要人处理", "/console/decisions", "read", group="发布"),
    Section("evidence", "其他方式登记", "/console/evidence", "read", group="发布"),
    Section("follows", "解读跟进", "/console/follows", "read", group="发布"),
    Section("calendar", "发布日历", "/console/calendar", "read", group="发布"),
    Section("pushes", "群发", "/console/pushes", "read", group="发布"),
    Section("overdue", "到期未发布", "/console/overdue", "read", group="发布"),
    Section("overview", "年度概览", "/console/overview", "read_statistics", group="统计和年报"),
    Section("statistics", "统计", "/console/statistics", "read_statistics", group="统计和年报"),
    Section("report", "年度报告", "/console/report", "read_statistics", group="统计和年报"),
    Section("accounts", "账号", "/console/accounts", "read", group="管理"),
    Section("templates", "渠道模板", "/console/templates", "manage_accounts", group="管理"),
    Section("permissions", "平台授权", "/console/permissions", "manage_accounts", group="管理"),
    Section("columns", "栏目", "/console/columns", "manage_columns", group="管理"),
    Section("redirects", "网址跳转", "/console/redirects", "manage_redirects", group="管理"),
    Section("people", "人员", "/console/people", "manage_people", group="管理"),
    Section("orgs", "机构", "/console/orgs", "manage_orgs", group="管理"),
    Section("levels", "审核层级", "/console/levels", "manage_people", group="管理"),
    Section("words", "词库", "/console/words", "read", group="管理"),
    Section("workdays", "工作日历", "/console/workdays", "read", group="管理"),
    Section("sensitive", "敏感日期", "/console/sensitive-days", "read", group="管理"),
    Section("jobs", "定时任务", "/console/jobs", "run_jobs", group="管理"),
    Section("audit", "操作记录", "/console/audit", "read_audit", group="管理"),
    Section("tokens", "访问令牌", "/console/tokens", group="管理"),
    Section("me", "我的账户", "/console/me", group="管理"),
    Section("help", "帮助", "/console/help", group="管理"),
)
"""A section whose page is not served does not show."""

DONE: Final = {
    "saved": "已保存。",
    "dropped": "已丢弃没有保存的内容。",
    "submitted": "已送审。",
    "approved": "已审核通过。",
    "approved_level": "您这一级已审核通过，等待下一级审核。",
    "returned": "已退回作者。",
    "released": "已发布，各账号的进展见下。",
    "planned": "已安排，还没有发布；到时间自动发布，不用再来按。",
    "rescheduled": "发布时间已更改。",
    "repaired": "已重新触发，还没有发出的见下。",
    "withdrawn": "已开始撤回，各账号的进展见下。",
    "decided": "已记录您的决定。",
    "imported_words": "词库已导入，在下次检查时生效。",
    "imported_calendar": "工作日历已更改，未到的期限会在几秒内重新推算。",
    "imported": "已导入，请核对标出的各项。",
    "waived": "已记录忽略的理由。",
    "recorded": "已登记。",
    "reminded": "已催报，对方的工作台会出现提醒。",
    "changed": "已更改。",
    "others_out": "在别处的登录都已结束。",
    "created": "已添加。",
    "columns_changed": "已更改，网站会在几分钟内逐页更新。",
    "practice_on": "演练已开始：这个机构从现在起写的稿件都是演练。",
    "practice_off": "演练已结束：从现在起写的是正式稿件，演练稿件只能查看和撤回。",
    "copied": "已复制为正式草稿，请核对后送审。",
    "permission_checked": "已向平台核对。",
    "menu_put": "菜单已更新，关注者在24小时内看到变化。",
    "permission_revoked": "已收回授权，这个账号的投递会等待新的授权。",
    "revoked": "已停用。",
    "signed_out": "已退出登录。",
}
"""What a page says after a form was carried out; the address carries the word, never the sentence."""


def section_of(path: str) -> Section | None:
    """Give the section under which an address stands, None where it stands under none."""
    below = [one for one in SECTIONS[1:] if path == one.path or path.startswith(f"{one.path}/")]
    return max(below, key=lambda one: len(one.path), default=None)


def sections_for(who: SignedIn, built: frozenset[str]) -> tuple[Section, ...]:
    """Give the sections that a person may open."""
    return tuple(one for one in SECTIONS if one.path in built and (one.act is None or who.orgs_for(one.act)))
