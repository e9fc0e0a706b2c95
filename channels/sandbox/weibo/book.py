"""What the pretended Weibo knows: statuses, tokens, short addresses, and the switches of the rehearsal."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Literal

BEIJING = timezone(timedelta(hours=8))
APP_KEY = "演练微博应用"
"""Hashed into made-up credentials: the same at every start, and those of no real application."""

# Above 2^53 and odd, so that a reader who takes ids for floating-point numbers loses them (contract §4).
FIRST_ID = 9_100_000_000_000_001

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Switches:
    """How this Weibo behaves. The defaults are the worst that the contract allows."""

    safe_domain: str  # several, with commas between, where the application registered several
    domain_audited: bool = True
    repeats: Literal["accept", "refuse"] = "accept"  # a kind platform would hide a double send
    repeat_seconds: float = 3600.0
    may_delete: bool = False  # contract §0.1: closed to ordinary applications
    rip: Literal["optional", "required"] = "optional"  # contract §3: the two pages disagree
    redirect_uri: str = ""  # "": any; the platform compares with the registered one
    token_seconds: int = 30 * 86400
    numbers_as_text: bool = False  # contract §1, §2.2: both are seen
    posts_an_hour: int = 30
    calls_a_day: int = 100
    slow_server: bool = False  # answers 20032 though it took the status
    visible_after: float = 0.0  # seconds until a new status shows in the timeline
    refused_words: tuple[str, ...] = ()  # 20021
    refuse_share: int = 0  # a code of `errors.py` that every share is answered with, nothing being done
    flaky_domain: int = 0  # every so many-th share is told 10017 though its link is right (contract §3)
    may_write: bool = False  # update, upload and repost, closed to ordinary applications since 2017
    app_audited: bool = True  # else tokens live a day, and only test accounts see the posts
    users_full: bool = False  # 21321: fifteen test accounts have let the application in already
    calls_an_hour: int = 15_000  # from one address


@dataclass(frozen=True, slots=True)
class Status:
    """One post. `said` is what came in, `text` what the timeline shows."""

    id: int
    said: str
    text: str
    links: tuple[str, ...]
    picture: str | None
    by_app: bool
    at: datetime
    visible_at: datetime
    is_deleted: bool = False
    is_audited: bool = True  # whether the application was when it posted
    forwards: int | None = None  # the status that it passes on


@dataclass(frozen=True, slots=True)
class Token:
    """A permission of the one user for the one application."""

    created_at: datetime
    expires_at: datetime
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """An authorisation code: for one use, for one address, for minutes."""

    redirect_uri: str
    expires_at: datetime


@dataclass(slots=True)
class Book:
    """All that is kept."""

    switches: Switches
    statuses: list[Status] = field(default_factory=list)
    short: dict[str, str] = field(default_factory=dict)  # short code → link
    tokens: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)  # day in Beijing → calls
    calls_from: dict[str, int] = field(default_factory=dict)  # hour and address → calls
    shares: int = 0  # asked for, whatever came of it


def made_up(purpose: str, size: int) -> str:
    """Give so many hexadecimal characters that never change and mean nothing."""
    return sha256(f"{APP_KEY} {purpose}".encode()).hexdigest()[:size]


CLIENT_ID = str(int(made_up("client_id", 8), 16) % 9_000_000_000 + 1_000_000_000)
CLIENT_SECRET = made_up("client_secret", 32)
ACCESS_TOKEN = f"2.00{made_up('access_token', 28)}"
UID = 1_900_000_000 + int(made_up("uid", 6), 16)
SCREEN_NAME = "演练旗政务微博"


def in_base62(number: int, width: int = 0) -> str:
    """Give a number in base 62, digits before small before capital letters."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _DIGITS[rest] + digits
    return digits.rjust(width, "0")


def mid62(status_id: int) -> str:
    """Give the id as it stands in a web address (contract §4)."""
    groups: list[str] = []
    while status_id:
        status_id, group = divmod(status_id, 10**7)
        groups.insert(0, in_base62(group, 4 if status_id else 0))
    return "".join(groups)
