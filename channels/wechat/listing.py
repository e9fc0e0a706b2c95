"""Looking through the platform's lists, newest first, for our 阅读原文 link (contract §4.4, §5.5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from channels.contract import CouldNotLook
from channels.wechat.calls import Calls, Reply

List = Literal["draft/batchget", "freepublish/batchget"]

PAGES: Final = 10
"""So many pages of a list one look may cost: a tenth of the day's calls (§13)."""

_PAGE: Final = 20
_STEP: Final = _PAGE - 2  # an entry that leaves the list between two pages must not hide another
_SLACK: Final = timedelta(
    hours=1
)  # the platform's clock may differ from ours; the mark decides, not the time


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a list that carries the mark."""

    id: str
    changed_at: int  # seconds since 1970, by the platform's clock
    news: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class NotListed:
    """The look went as far back as it had to, and it is not there."""


@dataclass(frozen=True, slots=True)
class TooLong:
    """The look ended before it had seen all that it had to; what is looked for may stand further back."""


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The account may not read this list (48001): nothing was published through the interface either."""


Found = Listed | NotListed | TooLong | NotAllowed | CouldNotLook


async def find_listed(calls: Calls, which: List, mark: str, *, since: datetime | None, pages: int) -> Found:
    """Look for a mark back to `since` (None: to the end), in so many pages at most."""
    for page in range(pages):
        asked = {"offset": page * _STEP, "count": _PAGE, "no_content": 1}
        said = await calls.post(which, asked)
        if isinstance(said, Reply) and said.code == 48001:
            return NotAllowed()
        rows = said.rows("item") if isinstance(said, Reply) and not said.code else None
        if not isinstance(said, Reply) or rows is None:
            return CouldNotLook("微信的列表没有给出结果")
        found = next((one for row in rows if (one := _read(which, row)) and _carries(one, mark)), None)
        if found is not None:
            return found
        if page * _STEP + _PAGE >= said.number("total_count", 0) or _is_before(rows, since):
            return NotListed()
    return TooLong()


async def list_of_marks(
    calls: Calls, marks: frozenset[str], *, pages: int
) -> tuple[Listed, ...] | CouldNotLook:
    """Give the drafts on so many pages all of whose articles carry a mark; () where we may not look."""
    found = dict[str, Listed]()
    for page in range(pages):
        asked = {"offset": page * _STEP, "count": _PAGE, "no_content": 1}
        said = await calls.post("draft/batchget", asked)
        if isinstance(said, Reply) and said.code == 48001:
            return ()
        rows = said.rows("item") if isinstance(said, Reply) and not said.code else None
        if not isinstance(said, Reply) or rows is None:
            return CouldNotLook("微信的列表没有给出结果")
        entries = (entry for row in rows if (entry := _read("draft/batchget", row)) is not None)
        wanted = (one for one in entries if one.news and all(_mark_of(news) in marks for news in one.news))
        found |= {one.id: one for one in wanted}
        if page * _STEP + _PAGE >= said.number("total_count", 0):
            break
    return tuple(found.values())


def _mark_of(news: dict[str, Any]) -> str:
    return str(news.get("content_source_url"))


def _read(which: List, row: dict[str, Any]) -> Listed | None:
    entry = Reply(0, row)
    known = entry.id("media_id" if which == "draft/batchget" else "article_id")
    content = row.get("content")
    news = Reply(0, content).rows("news_item") if isinstance(content, dict) else None
    if known is None or news is None:
        return None
    return Listed(known, entry.number("update_time", 0), news)


def _carries(entry: Listed, mark: str) -> bool:
    return any(one.get("content_source_url") == mark and not one.get("is_deleted") for one in entry.news)


def _is_before(rows: tuple[dict[str, Any], ...], since: datetime | None) -> bool:
    """Say whether a page reaches further back than anything of ours can stand."""
    if since is None or not rows:
        return not rows
    return Reply(0, rows[-1]).number("update_time", 0) < (since - _SLACK).timestamp()
