"""What every channel promises to the publishing core, and what it may lean on.

A channel is a small class. `check` and `render` are pure; `publish` is the irreversible call, made once;
`confirm` and `find` only look. A channel *returns* what happened. What it raises is a bug, and the core
takes a bug after the Attempt for `OutcomeUnknown`.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Literal, Protocol, Self, runtime_checkable

from channels.item import Account, Attachment, Content, Entry, Picture, Site
from channels.transport import Transport

Actor = Literal["nobody", "clock", "editor", "operator", "owner", "reconcile"]
"""Who acts next: nobody, the machine at a time, the editor, the operator, the account's owner, a look."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """回执: the platform's proof."""

    platform_id: str
    link: str | None  # the permanent link, once there is one
    live_at: datetime | None  # None: the platform accepted it, no reader can see it yet


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform said no for good. `reason` is a Chinese sentence a person can act on."""

    reason: str
    who_acts: Literal["editor", "operator", "owner"]
    code: str = ""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The platform surely did not take it; the clock may send it again after so many seconds.

    `last`: what it is when a later try ends like this again; None: it is tried on and on.
    """

    after: float
    reason: str
    last: Refused | None = None


@dataclass(frozen=True, slots=True)
class NeedsAuthorisation:
    """The account's permission has lapsed; its owner must grant it again."""

    reason: str


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """It may stand on the platform or not; only a look can tell."""

    reason: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """The rest is for a person on the platform itself. `reason` is a Chinese sentence that says what to do.

    `ready` is what lies there for him and is looked at again; None when it lies there no longer and only
    he knows what became of it.
    """

    reason: str
    ready: Receipt | None


Outcome = Receipt | NotAccepted | Refused | NeedsAuthorisation | OutcomeUnknown | ByHand


@dataclass(frozen=True, slots=True)
class Absent:
    """The look succeeded and the post is not there."""


@dataclass(frozen=True, slots=True)
class CouldNotLook:
    """The look itself failed, or saw something undecided; it proves nothing.

    `after`: no look sooner than in so many seconds would see more. `ask`: no look at all would.
    """

    reason: str
    after: float = 0.0
    ask: bool = False


Sighting = Receipt | Absent | CouldNotLook

TAKEN: Final = "taken"
"""The note of a look that names, with commas, the platform ids of the account's other deliveries."""

LOOKED_AT: Final = "looked_at"
"""Among the notes that `find` is given: the time of the look itself, as ISO 8601."""


@dataclass(frozen=True, slots=True)
class Removed:
    """A post that was live is no longer there, and we did not take it down. `reason` in Chinese."""

    reason: str


Watch = Receipt | Removed | CouldNotLook
"""What a look at a live post gives: it is there still, somebody removed it, or nothing is known."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The platform took it down, or it was no longer there."""


@dataclass(frozen=True, slots=True)
class WithdrawByHand:
    """The platform offers no call for it, or not to us; a person must act. `reason` in Chinese."""

    reason: str


Withdrawal = Withdrawn | WithdrawByHand | NotAccepted
"""Taking down is repeatable: an unclear answer is `NotAccepted`, and doing it twice is harmless."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing of a content that a channel cannot carry; `field` names the place, `message` is Chinese."""

    rule: str  # machine-readable, e.g. "title_too_long"
    field: str
    message: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform takes, as data. None: no limit that we know. Text units as the platform counts them."""

    title: int | None
    text: int | None
    pictures: int | None
    picture_bytes: int | None
    calls_a_day: int | None
    settle_after: float  # seconds until a look after an unknown outcome can prove absence
    settle_after_loss: float  # the same from a restore on, for whatever the lost office had under way
    confirm_after: tuple[float, ...]  # seconds between looks while accepted; the last repeats; () = at once
    concurrency: int = 1  # deliveries of one account in flight at a time
    looks_a_day: int | None = None  # of one account, for all its deliveries together
    watch_after: tuple[float, ...] = ()  # seconds between looks at a live post, from its first day on


@dataclass(frozen=True, slots=True)
class Post:
    """A content in the form of one channel. `mark` is what the platform keeps and a look finds again."""

    mark: str
    title: str
    text: str  # what a reader sees first: the status, the digest
    html: str  # the article or page; "" where the channel carries none
    pictures: tuple[Picture, ...]
    attachments: tuple[Attachment, ...]
    content: Content


class Journal(Protocol):
    """Notes of one Attempt, durable when `note` returns: what a look must know if the answer gets lost."""

    async def note(self, step: str, value: str, /) -> None:
        """Write down that `step` came true, with the id it gave."""


@dataclass(frozen=True, slots=True)
class Gone:
    """An entry of a list that was withdrawn, and when."""

    item_id: str
    at: datetime


class Shelf(Protocol):
    """The lists of one website or feed account, read from the one truth.

    Keys: `site`, `column/SLUG`, `org/CODE`, `kind/KIND`, `topic/DIGEST`. Entries whose delivery is under way
    are in it too, so that two publishers never drop each other's line.
    """

    async def newest(self, key: str, limit: int, /) -> tuple[Entry, ...]:
        """Give the newest entries, newest first."""

    async def span(self, key: str, first: int, last: int, /) -> tuple[Entry, ...]:
        """Give the entries with ordinals first..last, newest first; withdrawn ones are left out."""

    async def last_ordinal(self, key: str, /) -> int:
        """Give the highest ordinal handed out, 0 for an empty list."""

    async def last_change(self, key: str, /) -> datetime | None:
        """Give when an entry was last published, corrected or withdrawn."""

    async def ordinal_of(self, key: str, item_id: str, /) -> int | None:
        """Give the place of an item in a list, withdrawn or not; None when it never had one."""

    async def gone(self, key: str, limit: int, /) -> tuple[Gone, ...]:
        """Give the entries withdrawn last, the last one first."""

    async def lists(self, front: str, /) -> tuple[str, ...]:
        """Give the keys of every list that begins with `front` and ever had an entry, in order."""

    async def keys_of(self, item_id: str, /) -> tuple[str, ...]:
        """Give every list in which an item has a place, those it has left included."""


class Media(Protocol):
    """Stored pictures and attachments by content hash."""

    async def read(self, sha256: str, /) -> bytes:
        """Give the bytes; raises KeyError when there are none."""


@runtime_checkable
class Reachable(Protocol):
    """A channel that can say whether its platform answers and knows the account, without posting anything."""

    async def reach(self) -> str | None:
        """Say in Chinese what is wrong, None when all is well."""


class TokenKeeper(Protocol):
    """One shared access token per account for all processes, with one refresher at a time."""

    async def get(self, account_id: str, /) -> str | None:
        """Give the cached token, or None when there is none or its time is up."""

    async def put(self, account_id: str, token: str, seconds: float, /) -> None:
        """Keep a token for so many seconds."""

    async def drop(self, account_id: str, token: str, /) -> None:
        """Forget exactly this token: another process may have put a newer one."""

    def refreshing(self, account_id: str, /) -> "RefreshTurn":
        """Enter as the only refresher of this account (an async context manager)."""


class Uploads(Protocol):
    """What went up to an account before, by content: durable, so that the same picture goes up once."""

    async def find(self, account_id: str, key: str, /) -> str | None:
        """Give what the platform said about it, None when it never went up."""

    async def keep(self, account_id: str, key: str, value: str, /) -> None:
        """Remember what the platform said; a later word replaces an earlier one."""

    async def forget(self, account_id: str, key: str, /) -> None:
        """Forget it: the platform does not know it any more."""


class NoUploads:
    """Remembers nothing: everything goes up again."""

    async def find(self, _account_id: str, _key: str, /) -> str | None:
        """Know of nothing."""
        return None

    async def keep(self, _account_id: str, _key: str, _value: str, /) -> None:
        """Keep nothing."""

    async def forget(self, _account_id: str, _key: str, /) -> None:
        """Have nothing to forget."""


NO_UPLOADS: Final = NoUploads()


class RefreshTurn(Protocol):
    """An async context manager: inside it nobody else refreshes this account's token."""

    async def __aenter__(self) -> object: ...
    async def __aexit__(self, *error: object) -> bool | None: ...


class DocRoot(Protocol):
    """The document root: whole files or none. Paths are relative, with forward slashes."""

    async def put(self, path: str, body: bytes, /, *, lasting: bool = True) -> None:
        """Write a file and its compressed siblings; readers see the old one or the new one.

        What will soon change again is not `lasting`: it is packed quickly, and well by who serves it.
        """

    async def read(self, path: str, /) -> bytes | None:
        """Give a file's bytes, None when there is none."""

    async def holds(self, path: str, /) -> bool:
        """Say whether there is a file, without reading it."""

    async def remove(self, path: str, /) -> None:
        """Take a file and its siblings away; nothing happens when there is none."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Enter as the only writer of the root in all processes: lists are read and written in one turn."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a channel is given at its making."""

    http: Transport
    root: DocRoot
    site: Site
    shelf: Shelf
    media: Media
    tokens: TokenKeeper
    uploads: Uploads = NO_UPLOADS


class Channel(Protocol):
    """One account on one platform."""

    kind: ClassVar[str]
    limits: ClassVar[Limits]

    @classmethod
    def open(cls, account: Account, tools: Tools, /) -> Self:
        """Make the channel of an account; raises ValueError naming the missing setting."""

    def check(self, content: Content, /) -> tuple[Finding, ...]:
        """Say what of the content the channel cannot carry. Pure."""

    def render(self, content: Content, /) -> Post:
        """Give the content the channel's form. Pure: the same content gives the same post."""

    async def publish(self, post: Post, journal: Journal, /, *, at: datetime) -> Outcome:
        """Make the irreversible call, once."""

    async def confirm(self, receipt: Receipt, post: Post, /, *, at: datetime) -> Outcome:
        """Look whether an accepted post is live by now; the same receipt again means not yet."""

    async def find(self, post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:
        """Look for a post whose outcome is unknown, by its mark.

        `since` is when it was first tried, `notes` are those of its Attempts, what is TAKEN, and LOOKED_AT.
        """


@runtime_checkable
class Withdraws(Protocol):
    """A channel whose posts can be taken down by a call."""

    async def withdraw(self, receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:
        """Take the post down, or put the notice of its withdrawal in its place."""


@runtime_checkable
class AtHome(Protocol):
    """A channel whose account a person can look at."""

    @property
    def home(self) -> str:
        """The address at which he sees it."""


@runtime_checkable
class KnowsHosts(Protocol):
    """A channel that knows where its account's posts stand: what a person tells of one is held against it."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Give the names of hosts, the usual one first; those below them count as well."""


@runtime_checkable
class Watches(Protocol):
    """A channel that can tell whether a live post still stands."""

    async def watch(self, receipt: Receipt, post: Post, /) -> Watch:
        """Look whether a live post is still there."""


@runtime_checkable
class LeavesNotice(Protocol):
    """A channel that leaves a notice where a post was, which can be written again."""

    async def renew_notice(self, post: Post, /, *, reason: str, at: datetime) -> None:
        """Write the notice as it reads now, where one stands; harmless to repeat."""


@runtime_checkable
class Refreshes(Protocol):
    """A channel that can show a live post anew without publishing it again (pages, feeds)."""

    async def refresh(self, post: Post, /) -> None:
        """Write what the post looks like now; harmless to repeat."""
