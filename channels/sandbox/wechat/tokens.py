"""Access tokens: two end points that do not know each other, overlap and expiry (contract wechat §2)."""

from dataclasses import replace
from datetime import datetime, timedelta
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Literal

from channels.sandbox.wechat.book import APPID, BEIJING, SECRET, Token
from channels.sandbox.wechat.errors import Refusal
from channels.sandbox.wechat.platform import WeChat

_OVERLAP = timedelta(minutes=5)
_FORCED_A_DAY = 20
_FORCED_APART = timedelta(seconds=30)
_KEPT = timedelta(days=1)


def check_token(wechat: WeChat, name: str | None, at: datetime) -> None:
    """Refuse a token that is missing, unknown, expired or not the latest (contract §2.3)."""
    if not name:
        raise Refusal(41001)
    token = wechat.book.tokens.get(name)
    if token is None:
        raise Refusal(40001)
    if token.expires_at <= at:
        raise Refusal(42001)
    if token.replaced_at is not None and token.replaced_at <= at:
        raise Refusal(40001)


def check_secret(wechat: WeChat, appid: str, secret: str, remote: str) -> None:
    """Refuse whoever may not ask for a token (contract §2.1)."""
    if not appid:
        raise Refusal(41002)
    if not secret:
        raise Refusal(41004)
    if appid != APPID:
        raise Refusal(40013)
    if not compare_digest(secret.encode(), SECRET.encode()):
        raise Refusal(40125)
    whitelist = wechat.book.switches.whitelist
    if whitelist and remote not in whitelist:
        raise Refusal(40164, remote, remote)


def give_plain(wechat: WeChat, at: datetime) -> tuple[str, int]:
    """Give a new token and its life; the one before stays good for five minutes more."""
    _replace(wechat, "plain", at + _OVERLAP)
    return _issue(wechat, "plain", at)


def give_stable(wechat: WeChat, at: datetime, *, is_forced: bool) -> tuple[str, int]:
    """Give the same token with what is left of its life, or a new one where it is time or force."""
    if is_forced and _may_force(wechat, at):
        wechat.book.forced.append(at)
        _replace(wechat, "stable", at)
        return _issue(wechat, "stable", at)
    for name, token in _latest(wechat, "stable", at):
        if token.expires_at - at > _OVERLAP:
            return name, int((token.expires_at - at).total_seconds())
    # Within the last five minutes the platform renews and the old one lives on to its end (contract §2.2).
    return _issue(wechat, "stable", at)


def _may_force(wechat: WeChat, at: datetime) -> bool:
    today = at.astimezone(BEIJING).date()
    forced = [time for time in wechat.book.forced if time.astimezone(BEIJING).date() == today]
    wechat.book.forced = forced
    if len(forced) >= _FORCED_A_DAY:
        raise Refusal(45009)
    return not forced or at - forced[-1] >= _FORCED_APART


def _latest(wechat: WeChat, kind: Literal["plain", "stable"], at: datetime) -> list[tuple[str, Token]]:
    return [
        (name, token)
        for name, token in wechat.book.tokens.items()
        if token.kind == kind and token.replaced_at is None and token.expires_at > at
    ]


def _replace(wechat: WeChat, kind: Literal["plain", "stable"], dies_at: datetime) -> None:
    for name, token in wechat.book.tokens.items():
        if token.kind == kind and (token.replaced_at is None or token.replaced_at > dies_at):
            wechat.book.tokens[name] = replace(token, replaced_at=dies_at)


def _issue(wechat: WeChat, kind: Literal["plain", "stable"], at: datetime) -> tuple[str, int]:
    kept = {name: token for name, token in wechat.book.tokens.items() if token.expires_at > at - _KEPT}
    name, seconds = f"97_{token_urlsafe(102)}", wechat.book.switches.token_seconds
    token = Token(kind=kind, issued_at=at, expires_at=at + timedelta(seconds=seconds))
    wechat.book.tokens = kept | {name: token}
    wechat.touch()
    return name, seconds
