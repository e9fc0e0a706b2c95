"""What the rooms refuse, as problems with the HTTP status that each of them has in every face (RFC 9110)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from server.core.problems import Code, Problem, Problems
from server.forms.complaints import BadForm
from server.store.blobs import BlobTooLarge
from server.store.deliveries import LostRace
from server.store.rows import NotThere, Taken
from server.store.tx import StoreAway, StoreBusy, StoreFull

STATUSES: Final[Mapping[Code, tuple[int, str]]] = {
    "invalid": (422, "内容不符合要求"),
    "unknown_account": (404, "没有这个账号"),
    "unknown_item": (404, "没有这篇稿件"),
    "gone": (410, "稿件已撤回"),
    "unknown_org": (404, "没有这个机构"),
    "unknown_column": (404, "没有这个栏目"),
    "unknown_delivery": (404, "没有这条投递"),
    "unknown_push": (404, "没有这次群发"),
    "unknown_media": (404, "没有这个文件"),
    "unknown_person": (404, "没有这个人员"),
    "unknown_snapshot": (404, "没有这个统计快照"),
    "unknown_draft": (404, "没有这个月的草稿"),
    "not_signed_in": (401, "没有登录"),
    "code_needed": (401, "需要动态验证码"),
    "wrong_code": (401, "验证码不正确"),
    "factor_required": (403, "需要先启用两步验证"),
    "forbidden": (403, "没有权限"),
    "wrong_state": (409, "现在不能这样做"),
    "not_approved": (409, "还没有审核通过"),
    "own_item": (403, "不能审核自己的稿件"),
    "index_number_taken": (409, "索引号已被使用"),
    "practice": (409, "演练与正式不能混在一起"),
    "taken": (409, "已被使用"),
    "blocked_by_check": (422, "检查没有通过"),
    "findings_open": (422, "有检查意见没有处理"),
    "unknown_finding": (404, "没有这条检查意见"),
    "too_early": (422, "时间太早"),
    "outside_hours": (422, "不在发布时段内"),
    "left_out": (422, "渠道模板里的账号没有选"),
    "too_large": (413, "内容太大"),
    "unsupported_file": (415, "不接受这种文件"),
    "too_many_attempts": (429, "尝试次数太多"),
    "lost_race": (409, "刚刚被别人改动"),
    "push_changed": (409, "这次群发刚刚有变化"),
    "push_fixed": (409, "这次群发已经开始"),
    "quota_used_up": (409, "平台允许的次数已用完"),
    "other_host": (422, "链接不在这个平台上"),
    "platform_refused": (422, "平台没有同意"),
    "platform_away": (502, "平台没有回答"),
}
_NOT_THERE: Final[Mapping[str, tuple[Code, str]]] = {
    "item": ("unknown_item", "没有这篇稿件，请核对稿件编号"),
    "delivery": ("unknown_delivery", "没有这条投递，请核对投递编号"),
    "account": ("unknown_account", "没有这个账号"),
    "release": ("unknown_item", "没有这次发布，请从稿件或发布列表进入"),
    "person": ("unknown_person", "没有这个人员"),
    "org": ("unknown_org", "没有这个机构"),
    "media": ("unknown_media", "有文件上传后长期没有用到，刚刚被清理，请重新上传"),
}
_TAKEN: Final[Mapping[str, tuple[str, str]]] = {
    "org": ("code", "这个机构代码已被使用"),
    "login": ("login", "这个登录名已被使用"),
    "account": ("slug", "这个账号标识已被使用"),
    "index_number": ("index_number", "这个索引号已被使用"),
    "waiver": ("finding", "这条检查意见已经有人说明过"),
    "snapshot": ("year", "刚刚有人生成了统计快照，请刷新后再看"),
}


REFUSALS: Final = (Problem, Problems, BadForm, BlobTooLarge, LostRace, Taken, NotThere)
"""What a handler may catch to show a form again; `refusals_of` says what each of them refuses."""


def refusals_of(error: Exception | None) -> tuple[Problem, ...]:
    """Give what a caught exception refuses, () without one; raises it again when it is none of ours."""
    if error is None:
        return ()
    found = find_refusals(error)
    if found is None:
        raise error
    return found


def find_refusals(error: Exception) -> tuple[Problem, ...] | None:
    """Give what an exception refuses; None when it is none of ours."""
    match error:
        case Problem():
            return (error,)
        case Problems() | BadForm():
            return error.problems
        case BlobTooLarge():
            return (Problem("too_large", "文件太大", field="file"),)
        case LostRace() | Taken() | NotThere():
            return _of_rows(error)
        case _:
            return None


def _of_rows(error: LostRace | Taken | NotThere) -> tuple[Problem, ...] | None:
    match error:
        case Taken(noun=noun) if noun in _TAKEN:
            field, sentence = _TAKEN[noun]
            return (Problem("taken", sentence, field=field),)
        case NotThere(noun=noun) if noun in _NOT_THERE:
            return (Problem(*_NOT_THERE[noun]),)
        case LostRace():
            return (Problem("lost_race", "刚刚被别人改动，请刷新后再试"),)
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Unkept:
    """Why nothing could be kept, and what whoever wanted it may do: 503 in every face."""

    code: Literal["store_away", "store_busy", "store_full"]
    title: str
    reason: str
    advice: str


TRIES: Final = 3
"""So often what somebody asked for is done before he is told that others stand in the way: PostgreSQL needs a
second to see that two wait for one another."""

_AWAY: Final = Unkept("store_away", "数据库暂时不可用", "数据库暂时不可用，刚才的操作没有保存", "请稍后再试")
_BUSY: Final = Unkept(
    "store_busy", "同时有人在操作", "同时有人在操作同一批稿件，刚才的操作没有保存", "请再试一次"
)
_FULL: Final = Unkept(
    "store_full",
    "服务器磁盘已满",
    "服务器的磁盘写不进去（多半是空间已用完），刚才的操作没有保存",
    "请管理员清理磁盘空间，然后再试",
)


def unkept_by(error: StoreAway) -> Unkept:
    """Give the words for a database that does not answer, undid this for another's sake, or has no room."""
    if isinstance(error, StoreFull):
        return _FULL
    return _BUSY if isinstance(error, StoreBusy) else _AWAY


def status_of(problem: Problem) -> int:
    """Give the status of a refusal."""
    status = STATUSES[problem.code][0]
    # The address is right and a field of the body names what is not there.
    return 422 if status == 404 and problem.field else status
