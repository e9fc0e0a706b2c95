"""Status objects of Weibo: read into receipts, and told apart on a timeline (contract weibo §4, §8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from yarl import URL

from channels.contract import CouldNotLook, Receipt
from channels.transport import Answer
from channels.weibo.length import bare, links_of, without_links
from channels.weibo.outcomes import read_code

_BASE62: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SLACK: Final = timedelta(minutes=1)
"""The platform tells whole seconds, and its clock need not be ours to the second."""
_LIKE: Final = 0.8
CLOCKS: Final = timedelta(minutes=15)
"""So far two clocks are believed to differ: what lies between proves nothing either way."""


@dataclass(frozen=True, slots=True)
class Status:
    """A status that stands on the timeline."""

    receipt: Receipt
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a look searches for: a link, its words, since when; `taken` are ids of other deliveries."""

    link: str
    words: str
    since: datetime
    taken: frozenset[str]

    def could_be(self, status: Status) -> bool:
        """Say whether a status is young enough to be ours, and nobody else's."""
        return status.at >= self.since - CLOCKS and status.receipt.platform_id not in self.taken

    def is_fresh(self, status: Status) -> bool:
        """Say whether a status is no older than our first try."""
        return status.at >= self.since - _SLACK

    def names_link(self, status: Status, short: str | None) -> bool:
        """Say whether a status carries our link, as it is or as its short address."""
        links = links_of(status.text)
        return bare(self.link) in links or (short is not None and bare(short) in links)

    def judge(self, candidates: Iterable[Status], short: str | None) -> Receipt | CouldNotLook | None:
        """Find ours: by its link, or where links cannot be told, by its words; a doubt is no proof.

        An earlier post of the same item carries the same link, and other items may say the same words: what
        is only one of the two, or older than our first try, leads neither to a receipt nor to a second send.
        """
        doubt: Status | None = None
        for status in candidates:
            named, said = self.names_link(status, short), self.has_words(status)
            if self.is_fresh(status) and (named or (said and short is None)):
                return status.receipt
            if named or said or (short is None and self.has_like_words(status)):
                doubt = status
        if doubt is None:
            return None
        return CouldNotLook(f"微博上有一条相似的，不能肯定是不是这一条，请核对：{doubt.receipt.link}")

    def has_like_words(self, status: Status) -> bool:
        """Say whether a status says nearly the same: a platform may mend a word or a sign."""
        return SequenceMatcher(None, without_links(status.text), self.words).ratio() >= _LIKE

    def has_words(self, status: Status) -> bool:
        """Say whether a status says the same, links and white space aside."""
        return without_links(status.text) == self.words


def read_status(status: Any, web: URL, uid: str) -> Status | None:
    """Read a status object; None for what is none, and for one that was deleted.

    Ids are strings, since they exceed 2^53 (§4); `web` and `uid` make the permanent link.
    """
    try:
        if status.get("deleted"):
            return None
        mid = str(status["idstr"])
        at = datetime.strptime(str(status["created_at"]), "%a %b %d %H:%M:%S %z %Y")
        link = web / uid / mid62(int(mid))
        return Status(Receipt(mid, str(link), at), at, str(status.get("text", "")))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the timeline. `next_id` is where the next begins, None at the end."""

    statuses: tuple[Status, ...]
    next_id: str | None


def read_page(body: Any, web: URL, uid: str) -> Page | None:
    """Read a page of the timeline; None for what is none, or for an empty one that says it is not."""
    statuses = body.get("statuses") if isinstance(body, dict) else None
    if not isinstance(statuses, list):
        return None
    if not statuses and body.get("total_number") not in (None, 0, "0"):
        return None
    cursor = body.get("next_cursor")
    read = (read_status(status, web, uid) for status in statuses)
    found = tuple(status for status in read if status is not None)
    return Page(found, None if not statuses or cursor in (None, 0, "0", "") else str(cursor))


def oldest_of(statuses: Iterable[Status]) -> datetime | None:
    """Give when the oldest of some statuses was posted."""
    return min((status.at for status in statuses), default=None)


def body_of(answer: Answer) -> Any:
    """Give the JSON of an answer, None when it is none."""
    try:
        return answer.json()
    except ValueError:
        return None


def code_of(answer: Answer) -> int | None:
    """Give the error code of an answer, None without one."""
    return read_code(body_of(answer))


def mid62(mid: int) -> str:
    """Write an id as web addresses do: groups of seven digits from the right, each to base 62 (§4)."""
    digits, groups = str(mid), []
    while digits:
        groups.append(digits[-7:])
        digits = digits[:-7]
    written = [_base62(int(group)) for group in reversed(groups)]
    return written[0] + "".join(group.rjust(4, "0") for group in written[1:])


def _base62(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, 62)
        letters = _BASE62[rest] + letters
    return letters or "0"
