"""What each role may do, as a table; a grant covers its organ and everything below it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from server.core.problems import Problem
from server.store.media import Sight
from server.store.people import Role

Act = Literal[
    "read",
    "write",
    "submit",
    "file_evidence",
    "approve",
    "return",
    "waive",
    "manage_dictionary",
    "release",
    "withdraw",
    "read_statistics",
    "file_report",
    "accept_report",
    "manage_orgs",
    "manage_people",
    "manage_accounts",
    "manage_columns",
    "manage_calendar",
    "manage_redirects",
    "run_jobs",
    "read_audit",
]

ACT_NAMES: Final[Mapping[Act, str]] = {
    "read": "查看稿件",
    "write": "撰写稿件",
    "submit": "提交审核",
    "file_evidence": "登记公开凭据",
    "approve": "审核稿件",
    "return": "退回稿件",
    "waive": "忽略检查意见并说明",
    "manage_dictionary": "管理词库",
    "release": "发布稿件",
    "withdraw": "撤回稿件",
    "read_statistics": "查看统计",
    "file_report": "填报和报送年度数字",
    "accept_report": "接收下级的年度数字",
    "manage_orgs": "管理机构",
    "manage_people": "管理人员",
    "manage_accounts": "管理账号",
    "manage_columns": "管理栏目",
    "manage_calendar": "管理工作日历",
    "manage_redirects": "管理网址跳转",
    "run_jobs": "管理定时任务",
    "read_audit": "查看操作记录",
}

_REVIEW: Final[frozenset[Act]] = frozenset(
    {"read", "read_statistics", "approve", "return", "waive", "file_report"}
)

MAY: Final[Mapping[Role, frozenset[Act]]] = {
    "author": frozenset({"read", "read_statistics", "write", "submit", "waive", "file_evidence"}),
    "reviewer": _REVIEW,
    # Whoever orders a withdrawal may be the one who deletes a post by hand at night, and files that he did.
    "chief": _REVIEW | {"release", "withdraw", "file_evidence", "accept_report", "manage_dictionary"},
    "reporter": frozenset({"read_statistics"}),
    "admin": frozenset(ACT_NAMES),
}
"""What a role may do. That nobody approves his own is seen to by `review/approvals.py`."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who showed a good token, and what may be done with it where."""

    person_id: str
    login: str
    name: str
    token_id: str
    reach: frozenset[tuple[Role, str]]  # each role at each organ that it reaches
    only_role: Role | None
    used_at: datetime | None = None  # when this token was written down as used
    is_session: bool = False  # a person at the door, not a program with a token

    def orgs_for(self, act: Act) -> frozenset[str]:
        """Give the organs at which the act is allowed; a limited token allows what its role would too."""
        if self.only_role is not None and act not in MAY[self.only_role]:
            return frozenset()
        return frozenset(org_id for role, org_id in self.reach if act in MAY[role])

    @property
    def sight(self) -> Sight:
        """Which stored files he may have."""
        return Sight(self.person_id, self.orgs_for("read"))

    def require(self, act: Act, org_id: str) -> None:
        """Refuse when the act is not allowed at the organ."""
        if org_id not in self.orgs_for(act):
            raise Problem("forbidden", f"您在这个机构没有“{ACT_NAMES[act]}”的权限")

    def require_whole(self) -> None:
        """Refuse a token that is limited to a role: what is its owner's own is not within any role."""
        if self.only_role is not None:
            raise Problem("forbidden", "受限的令牌不能这样做，请由本人登录后操作")

    @property
    def tries_as(self) -> str:
        """Give under what his tries to prove himself are counted.

        Each session by itself, since it took a password to begin it; all his programs' tokens together,
        since one of them makes another.
        """
        return self.token_id if self.is_session else f"programs of {self.person_id}"

    def require_somewhere(self, act: Act) -> None:
        """Refuse when the act is allowed nowhere."""
        if not self.orgs_for(act):
            raise Problem("forbidden", f"您没有“{ACT_NAMES[act]}”的权限")
