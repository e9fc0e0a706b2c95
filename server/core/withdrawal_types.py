"""For which of a few reasons an item is taken back, and with which sentence readers are told at first."""

from dataclasses import dataclass
from typing import Final

from server.store.items import ItemSeen, WithdrawnAs


@dataclass(frozen=True, slots=True)
class WithdrawalType:
    """What a type is called, and the public sentence that whoever withdraws begins with; he may change it."""

    name: str
    sentence: str


# None of the sentences repeats what was wrong: the notice must not publish once more what is taken back.
WITHDRAWAL_TYPES: Final[dict[WithdrawnAs, WithdrawalType]] = {
    "wrong": WithdrawalType("内容有误", "本稿件内容有误，现予撤回，请以重新发布的内容为准。"),
    "expired": WithdrawalType("已失效或废止", "本稿件所载内容已经失效或者废止，不再作为办事依据。"),
    "privacy": WithdrawalType("涉及个人信息", "本稿件含有不宜公开的个人信息，现予撤回。"),
    "duplicate": WithdrawalType("重复发布", "本稿件与已发布的稿件重复，现予撤回。"),
    "other": WithdrawalType("其他", ""),
}


def public_reason(seen: ItemSeen) -> str:
    """Give what readers are told of a withdrawn item: its type, where the reason does not name it itself."""
    reason = seen.withdrawn_reason or ""
    if seen.withdrawn_as is None or seen.withdrawn_as == "other":
        return reason
    name = WITHDRAWAL_TYPES[seen.withdrawn_as].name
    return reason if name in reason else f"{name}。{reason}"
