"""What the pretended WeChat knows: tokens, media, drafts, publishing jobs, and the rehearsal's switches."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any, Literal

from channels.sandbox.wechat.audience import Callback, Follower, Line, first_followers

BEIJING = timezone(timedelta(hours=8))
ACCOUNT_NAME = "演练旗政务公众号"
FIRST_JOB = 2_247_483_649  # above 2^31 (contract §12)
FIRST_PUSH = 3_147_483_649  # as reported (contract §6.1)


def made_up(purpose: str, size: int) -> str:
    """Give so many hexadecimal characters that never change and mean nothing."""
    return sha256(f"演练公众号 {purpose}".encode()).hexdigest()[:size]


# The same at every start, and those of no real account.
APPID = f"wx{made_up('appid', 16)}"
SECRET = made_up("appsecret", 32)

# Calls a day of a new account (contract §13); the keys are addresses below /cgi-bin/.
QUOTAS = {
    "token": 2000,
    "stable_token": 500_000,
    "media/upload": 100_000,
    "media/get": 200_000,
    "menu/create": 1000,
    "menu/get": 10_000,
    "menu/delete": 1000,
    "message/mass/sendall": 100,
    "message/mass/send": 100,
    "message/mass/preview": 100,
    "message/mass/delete": 10,
    "user/get": 500,
    "user/info": 5_000_000,
    "draft/add": 1000,
    "draft/update": 1000,
    "draft/get": 500,
    "draft/delete": 1000,
    "draft/count": 1000,
    "draft/batchget": 1000,
    "freepublish/submit": 100,
    "freepublish/get": 100,
    "freepublish/delete": 10,
    "freepublish/getarticle": 100,
    "freepublish/batchget": 100,
}


@dataclass(frozen=True, slots=True)
class Switches:
    """How this WeChat behaves. The defaults are the worst that the contract allows."""

    account: Literal["verified", "unverified", "test"] = "verified"  # §0.7; "test" always ends in 3 (§5.2)
    job_statuses: tuple[int, ...] = (1, 0)  # of jobs submitted from now on; the last one stays
    job_seconds: float = 2.0  # how long each of them lasts
    draft_consumed: Literal["at_success", "at_submit"] = "at_success"  # §0.10 leaves open when
    escapes: Literal["store", "refuse"] = "store"  # of \uXXXX in the raw body (§15.2)
    text_plain: bool = False  # Content-Type of the answers (§0.2)
    errcode_on_success: bool = False  # §0.3: most successes say nothing of it
    ids_as: Literal["number", "string"] = "number"  # §5.1: the manual says string, reports show numbers
    kind: Literal["subscription", "service"] = "subscription"  # §6: one push a day, or four a month a reader
    mass_status: str = "send success"  # how pushes end from now on, in the words of the event (§6.7)
    mass_seconds: float = 2.0  # how long a push is under way
    mass_protected: bool = False  # §6, 群发保护: the administrator agrees in half an hour, or it fails
    draft_before_key: bool = False  # §16: whether a draft that is gone is told before a key that is known
    events_sent: int = 1  # times that every event is pushed even when it was answered (§8.3)
    token_seconds: int = 7200
    comment_right: bool = False
    title_limit: int = 32
    author_limit: int = 16
    digest_limit: int = 128
    counted_in: Literal["characters", "utf16", "bytes"] = "characters"  # §4.1: the unit is not known
    refuse_submit: int = (
        0  # a code of `errors.py` that freepublish/submit is answered with, nothing being done
    )
    refuse_mass: int = 0  # the same for sendall and send
    whitelist: tuple[str, ...] = ()  # (): any address may ask for a token
    quotas: dict[str, int] = field(default_factory=lambda: dict(QUOTAS))
    calls_a_minute: int = 0  # 0: no such limit
    pushes_a_minute: int = 60  # §6
    library_limit: int = 100_000  # permanent pictures; a thousand of each other kind (§3.2)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; it dies early when another one replaces it."""

    kind: Literal["plain", "stable"]
    issued_at: datetime
    expires_at: datetime
    replaced_at: datetime | None = None  # from then on it is "not latest"


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded file; `file` is its name among the files, `url` only a picture has."""

    kind: Literal["image", "voice", "video", "thumb"]
    is_permanent: bool
    file: str
    url: str
    width: int
    height: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it is stored, after everything that is not allowed fell away."""

    article_type: Literal["news", "newspic"]
    title: str
    author: str
    digest: str
    content: str
    content_source_url: str
    thumb_media_id: str
    need_open_comment: int
    only_fans_can_comment: int
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """1 to 8 articles that nobody can see yet."""

    articles: tuple[Article, ...]
    created_at: datetime
    updated_at: datetime
    preview: str  # key of its temporary address


@dataclass(frozen=True, slots=True)
class Job:
    """A publishing job, with the articles as they were at its submission."""

    media_id: str
    articles: tuple[Article, ...]
    keys: tuple[str, ...]  # of the permanent addresses, one an article
    article_id: str
    at: datetime
    statuses: tuple[int, ...]
    seconds: float
    deleted: tuple[int, ...] = ()  # 1-based, as the platform counts here
    is_told: bool = False  # its event has been handed to the callback address

    def status(self, at: datetime) -> int:
        """Give the publish_status of a moment (contract §5.2)."""
        if self.deleted and len(self.deleted) == len(self.articles):
            return 5
        last = len(self.statuses) - 1
        passed = int((at - self.at).total_seconds() / self.seconds) if self.seconds > 0 else last
        return self.statuses[min(max(passed, 0), last)]

    def has_succeeded(self, at: datetime) -> bool:
        """Say whether the job got its articles out, whatever befell them later."""
        return self.status(at) in (0, 5, 6)

    def done_at(self) -> datetime:
        """Give when the articles came out."""
        before = next((place for place, status in enumerate(self.statuses) if status != 1), 0)
        return self.at + timedelta(seconds=self.seconds * before)


@dataclass(frozen=True, slots=True)
class Push:
    """A broadcast (群发), with its articles as they were at its submission."""

    kind: str
    articles: tuple[Article, ...]
    keys: tuple[str, ...]
    text: str
    media_id: str
    readers: tuple[str, ...]  # whom it reaches
    filtered: int
    at: datetime
    seconds: float
    status: str  # in the words of the event
    client_id: str
    asked_at: datetime  # when the client id was last used
    deleted: tuple[int, ...] = ()  # 1-based
    is_told: bool = False
    waits_for_consent: bool = False  # it fails when nobody agrees before it is done

    def is_done(self, at: datetime) -> bool:
        """Say whether it has ended."""
        return at >= self.done_at()

    def done_at(self) -> datetime:
        """Give when it ends."""
        return self.at + timedelta(seconds=self.seconds)

    def is_good(self) -> bool:
        """Say whether it reaches or will reach its readers."""
        return self.status == "send success"

    def word(self, at: datetime) -> str:
        """Give the msg_status of a moment (contract §6.4)."""
        if self.articles and len(self.deleted) == len(self.articles):
            return "DELETE"
        if not self.is_done(at):
            return "SENDING"
        return "SEND_SUCCESS" if self.is_good() else "SEND_FAIL"


@dataclass(slots=True)
class Book:
    """All that is kept."""

    switches: Switches = field(default_factory=Switches)
    tokens: dict[str, Token] = field(default_factory=dict)
    forced: list[datetime] = field(default_factory=list)  # force_refresh=true that took effect
    media: dict[str, Media] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)  # key of an mmbiz address → file
    drafts: dict[str, Draft] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    used: dict[str, dict[str, int]] = field(default_factory=dict)  # day in Beijing → address → calls
    cleared: dict[str, int] = field(default_factory=dict)  # month in Beijing → clear_quota calls
    pushes: dict[int, Push] = field(default_factory=dict)
    followers: dict[str, Follower] = field(default_factory=first_followers)
    lines: list[Line] = field(default_factory=list)  # what stands in the followers' chats, oldest first
    menu: dict[str, Any] | None = None
    speed: int = 0
    callback: Callback | None = None
    sent_templates: dict[str, tuple[int, datetime]] = field(default_factory=dict)  # client_msg_id → msgid
