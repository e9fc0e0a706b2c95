"""Who follows the pretended account, what reached them, and where the account hears of it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

GH_ID = f"gh_{sha256('演练公众号'.encode()).hexdigest()[:12]}"
"""The account as an event names it."""

HELPER = "o" + sha256(b"mphelper").hexdigest()[:27]
"""From whom events of jobs come: the group-send assistant (contract §5.6)."""


@dataclass(frozen=True, slots=True)
class Follower:
    """A reader; `spoke_at` is when he last wrote, pressed or subscribed."""

    name: str
    is_subscribed: bool = True
    spoke_at: datetime | None = None
    unanswered: int = 0  # customer messages since he last spoke
    allows: tuple[str, ...] = ()  # templates of 订阅通知 that he agreed to


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a follower's chat; `cards` are articles: title, digest, address, cover."""

    openid: str
    by: Literal["reader", "account", "notice"]
    text: str
    at: datetime
    cards: tuple[tuple[str, str, str, str], ...] = ()
    push: int = 0  # the push it came with


@dataclass(frozen=True, slots=True)
class Callback:
    """The account's own server, as it was entered on the platform (contract §8)."""

    url: str
    token: str
    mode: Literal["plain", "compatible", "safe"] = "plain"
    aes_key: str = ""

    def __repr__(self) -> str:
        """Leave the keys out of logs."""
        return f"Callback({self.mode!r})"


def first_followers() -> dict[str, Follower]:
    """Give three readers, the same at every start."""
    return {openid_of(name): Follower(name) for name in ("演练关注者甲", "演练关注者乙", "演练关注者丙")}


def openid_of(name: str) -> str:
    """Give a follower's id: 28 characters that begin with o (contract §12)."""
    return f"o{sha256(f'演练 {name}'.encode()).hexdigest()[:27]}"
