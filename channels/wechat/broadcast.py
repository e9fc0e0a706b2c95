"""群发: pushing a draft to all followers, seeing how that ended, taking one article back (contract §6)."""

from collections.abc import Mapping
from typing import Final

from channels.broadcasts import DraftGone, NoPlace, PushFailed, PushStands
from channels.contract import (
    CouldNotLook,
    NotAccepted,
    Outcome,
    OutcomeUnknown,
    Receipt,
    Removed,
    Watch,
    Withdrawal,
    WithdrawByHand,
    Withdrawn,
)
from channels.wechat.calls import Calls, Reply
from channels.wechat.identity import Identity
from channels.wechat.outcomes import outcome_of

_SAID_BEFORE: Final = 45065
_NO_PLACE: Final = 45028
_NO_DRAFT: Final = 40007
_UNKNOWN_PUSH: Final = 40059
_WAIT: Final = 60.0

_ENDS: Final[Mapping[str, PushStands | PushFailed]] = {
    "SEND_SUCCESS": PushStands("live"),
    "SENDING": PushStands("running"),
    "SEND_FAIL": PushFailed("微信群发失败"),
    "DELETE": PushFailed("这次群发已在公众平台删除", is_deleted=True),
}
"""msg_status (§6.4); case and blanks vary between the event and the call."""


class Broadcast:
    """The pushes of one account."""

    def __init__(self, calls: Calls) -> None:
        """Take the account's calls."""
        self._calls = calls

    async def push(self, draft: str, key: str) -> Outcome | NoPlace | DraftGone:
        """Send a draft to all followers; 45065 is the answer to the first call, told again (§6.1)."""
        said = await self._calls.post(
            "message/mass/sendall",
            {
                "filter": {"is_to_all": True},
                "mpnews": {"media_id": draft},
                "msgtype": "mpnews",
                "send_ignore_reprint": 0,
                "clientmsgid": key,
            },
        )
        if not isinstance(said, Reply):
            return said
        if said.code == _NO_PLACE:
            return NoPlace("微信说本账号的群发次数已用完")
        if said.code == _NO_DRAFT:
            # A push uses its draft up, so this is no proof unless its key is asked about first (§16).
            return DraftGone("草稿已不在草稿箱里，微信没有说明以前是否收到这次群发")
        if said.code not in (0, _SAID_BEFORE):
            return outcome_of(said.body)
        job = said.id("msg_id")
        if job is None:
            return OutcomeUnknown("微信没有给出群发任务的编号")
        return Receipt(str(Identity(push=job)), None, None)

    async def look(self, job: str) -> PushStands | PushFailed | CouldNotLook:
        """Ask for a push (§6.4)."""
        said = await self._calls.post("message/mass/get", {"msg_id": job})
        word = str(said.body.get("msg_status", "")) if isinstance(said, Reply) and not said.code else ""
        return _ENDS.get(word.upper().replace(" ", "_"), CouldNotLook("微信没有说明群发的结果"))

    async def watch(self, known: Identity, receipt: Receipt) -> Watch:
        """Say whether the push still stands; of one article of it the platform tells nothing."""
        match await self.look(known.push):
            case PushStands("live"):
                return receipt
            case PushFailed(reason, is_deleted=True):
                return Removed(reason)
            case _:
                return CouldNotLook("微信没有说明文章是否还在")

    async def take_back(self, known: Identity) -> Withdrawal:
        """Empty one article of a push: followers keep the card and find nothing behind it (§6.5)."""
        stands = await self.look(known.push)
        if isinstance(stands, PushFailed):
            return Withdrawn()  # nobody received it, or nobody can open it any more
        if stands != PushStands("live"):
            return NotAccepted(_WAIT, "这次群发还没有结束，或者查不到结果，稍后再删除")
        asked = {"msg_id": int(known.push), "article_idx": known.number}
        said = await self._calls.post("message/mass/delete", asked)
        match said:
            case Reply(code=0):
                return Withdrawn()
            case Reply(code=45009):
                return WithdrawByHand("微信今天删除群发的次数（10 次）已用完，请登录公众平台删除这篇文章")
            case Reply(code=code) if code in (48001, 48004, _UNKNOWN_PUSH, 40060):
                return WithdrawByHand("微信不让系统删除这篇群发文章，请登录公众平台删除")
            case _:
                return NotAccepted(_WAIT, "微信没有删除成功")
