"""How Weibo is let in: authorise, fetch a token, ask what is left of it, give it back (contract weibo §2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from yarl import URL

from channels.contract import CouldNotLook, NeedsAuthorisation, NotAccepted, Refused
from channels.permission import Grant, Permission
from channels.transport import Answer, NoAnswer, NotSent, Transport
from channels.weibo.outcomes import outcome_of
from channels.weibo.statuses import body_of, code_of

_WAIT: Final = 60.0
_LONGEST: Final = 20 * 366 * 86400  # seconds; what is longer is no life but a mistake
_AGAIN: Final = NeedsAuthorisation("微博的授权码已用过或过期，请重新授权")

# §2.2: what the answer to a code means. Whatever else comes is told in the platform's words.
_REFUSED: Final[Mapping[int, NotAccepted | Refused | NeedsAuthorisation]] = {
    10021: Refused("微博不接受这种请求方法", "operator", "10021"),
    21322: Refused("回调地址与微博应用登记的不一致", "operator", "21322"),
    21323: Refused("微博不接受这次授权请求", "operator", "21323"),
    21324: Refused("微博应用的 App Key 或 App Secret 不对", "operator", "21324"),
    21325: _AGAIN,
    21326: Refused("微博应用没有授权的资格", "operator", "21326"),
    21328: Refused("微博不接受这种授权方式", "operator", "21328"),
    21329: Refused("微博不接受这种授权方式", "operator", "21329"),
    21330: NeedsAuthorisation("没有同意授权"),
    21331: NotAccepted(_WAIT, "微博授权服务暂时不可用"),
}


@dataclass(frozen=True, slots=True)
class Application:
    """The application that a person lets in."""

    client_id: str
    client_secret: str = field(repr=False)


class Authorisation:
    """The permission of one account for one application."""

    def __init__(self, http: Transport, base: URL, application: Application | None, uid: str) -> None:
        """Take the transport, the platform, its application, and whose permission it must be, "" for any."""
        self._http, self._base, self._application, self._uid = http, base, application, uid

    def address(self, state: str, back: str) -> str | None:
        """Give the page on which the person agrees; None without an application."""
        if self._application is None:
            return None
        query = {
            "client_id": self._application.client_id,
            "response_type": "code",
            "redirect_uri": back,
            "state": state,
            "forcelogin": "true",  # who manages several accounts must see which one he lets us into
        }
        return str((self._base / "oauth2" / "authorize").with_query(query))

    async def fetch(
        self, code: str, back: str, *, at: datetime
    ) -> Grant | Refused | NotAccepted | NeedsAuthorisation:
        """Change a code for a token. A code works once, so an unclear answer means to begin anew."""
        if self._application is None:
            return Refused("账号没有填写微博应用的 App Key 和 App Secret", "operator", "no_application")
        body = {
            "client_id": self._application.client_id,
            "client_secret": self._application.client_secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
        }
        match await self._http.send("POST", self._call("access_token"), body=body):
            case Answer(status=200) as answer if code_of(answer) is None:
                return self._grant(body_of(answer), at)
            case Answer() as answer if (said := code_of(answer)) is not None:
                known = _REFUSED.get(said)
                return known or Refused(f"微博没有给出授权({said})", "operator", str(said))
            case NotSent(reason):
                return NotAccepted(_WAIT, f"连不上微博({reason})")
            case NoAnswer() | Answer():
                return NeedsAuthorisation("微博没有答复授权请求，请重新授权")

    async def left(self, token: str, *, at: datetime) -> Permission | NeedsAuthorisation | CouldNotLook:
        """Ask how long a token still lives (§2.3); the field is `expire_in`, and the call must be a POST."""
        match await self._http.send("POST", self._call("get_token_info"), body={"access_token": token}):
            case Answer(status=200) as answer if code_of(answer) is None:
                return self._permission(body_of(answer), at)
            case Answer() as answer if code_of(answer) is not None:
                outcome = outcome_of(answer.status, body_of(answer))
                if isinstance(outcome, NeedsAuthorisation):
                    return outcome
                return CouldNotLook(f"微博不让查授权({code_of(answer)})")
            case _:
                return CouldNotLook("微博没有回答")

    async def revoke(self, token: str) -> NeedsAuthorisation | CouldNotLook:
        """Give a token back (§2.4); one that is dead already is as good."""
        match await self._http.send("POST", self._call("revokeoauth2"), body={"access_token": token}):
            case Answer(status=200) as answer if code_of(answer) is None:
                result = (body_of(answer) or {}).get("result")
                if str(result).lower() == "true":
                    return NeedsAuthorisation("授权已收回")
                return CouldNotLook("微博没有收回授权")
            case Answer() as answer if isinstance(
                outcome_of(answer.status, body_of(answer)), NeedsAuthorisation
            ):
                return NeedsAuthorisation("授权早已失效")
            case _:
                return CouldNotLook("微博没有回答，授权可能还在")

    def _grant(self, body: Any, at: datetime) -> Grant | Refused | NeedsAuthorisation:
        token, uid = _word(body, "access_token"), _word(body, "uid")
        if not token or not uid:
            return NeedsAuthorisation("微博的答复里没有授权，请重新授权")
        if self._uid and uid != self._uid:
            reason = f"同意授权的是另一个微博账号（{uid}），请用设置里的账号（{self._uid}）登录微博后再授权"
            return Refused(reason, "owner", "other_user")
        seconds = _seconds(body, "expires_in")
        until = None if seconds is None else at + timedelta(seconds=seconds)
        return Grant({"access_token": token}, {"uid": uid}, until)

    def _permission(self, body: Any, at: datetime) -> Permission | NeedsAuthorisation | CouldNotLook:
        seconds = _seconds(body, "expire_in")
        if seconds is None:
            return CouldNotLook("微博没有说授权还剩多久")
        if seconds <= 0:
            return NeedsAuthorisation("微博授权已到期")
        if self._uid and _word(body, "uid") not in ("", self._uid):
            return NeedsAuthorisation("授权的微博账号与设置的账号不是同一个")
        return Permission(at + timedelta(seconds=seconds))

    def _call(self, name: str) -> URL:
        return self._base / "oauth2" / name


def _word(body: Any, name: str) -> str:
    value = body.get(name) if isinstance(body, dict) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _seconds(body: Any, name: str) -> int | None:
    """Read a number of seconds; it comes as a number or as a string (§2.2)."""
    try:
        return min(int(body[name]), _LONGEST)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
