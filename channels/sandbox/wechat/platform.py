"""The pretended WeChat itself: its book, its line, and what a test may ask of it."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from channels.sandbox.faults import Fault, FaultKind, Wire
from channels.sandbox.keeping import Files, StateFile
from channels.sandbox.wechat.book import Article, Book, Job, Switches

_SWITCHES = TypeAdapter(Switches)


class WeChat:
    """One official account."""

    def __init__(self, *, folder: Path | None, now: Callable[[], datetime]) -> None:
        """Take where to keep things and the platform's clock."""
        self.now = now
        self.wire = Wire(error_status=200)
        self.files = Files(None if folder is None else folder / "wechat-files")
        self._file = StateFile(folder, "wechat", Book)
        self.book = Book()
        self._recent: list[datetime] = []

    async def open(self) -> None:
        """Go on where the last run stopped."""
        self.book = await self._file.load() or self.book

    def touch(self) -> None:
        """Say that the book has changed."""
        self._file.touch()

    async def save(self) -> None:
        """Write the book down if it has changed."""
        await self._file.save(self.book)

    def reset(self) -> None:
        """Forget every draft, job, token, count, fault and switch."""
        self.wire.reset()
        self.book = Book()
        self.touch()

    def switches(self) -> dict[str, Any]:
        """Give the switches in force."""
        return asdict(self.book.switches)

    def switch(self, **changes: Any) -> None:
        """Set switches by name; raises ValueError for what is none or does not fit."""
        if unknown := sorted(set(changes) - set(self.switches())):
            raise ValueError(f"no such switch: {', '.join(unknown)}")
        if "quotas" in changes:
            changes["quotas"] = self.book.switches.quotas | changes["quotas"]
        if "job_statuses" in changes and not changes["job_statuses"]:
            raise ValueError("job_statuses needs at least one status")
        self.book.switches = _SWITCHES.validate_python(self.switches() | changes)
        self.touch()

    def next_call(self, path: str, fault: FaultKind, **details: Any) -> None:
        """Let the next call of a path suffer a fault: `seconds`, `status`, `body`, `times`."""
        self.wire.queue(Fault(path, fault, **details))

    def requests(self, path: str | None = None) -> int:
        """Give how many requests of a path came in, answered or not."""
        return self.wire.count(path)

    def published(self) -> tuple[Article, ...]:
        """Give the articles that a reader can open, oldest first."""
        at = self.now()
        return tuple(
            article
            for job in self.book.jobs.values()
            if job.status(at) == 0
            for place, article in enumerate(job.articles, start=1)
            if place not in job.deleted
        )

    def published_carrying(self, link: str) -> int:
        """Give how many articles that a reader can open carry the link as 阅读原文 or in their text."""
        return sum(_carries(article, link) for article in self.published())

    def submitted_carrying(self, link: str) -> int:
        """Give how many articles with the link were handed in for publishing, whatever became of them."""
        articles = (article for job in self.book.jobs.values() for article in job.articles)
        return sum(_carries(article, link) for article in articles)

    def drafts_carrying(self, link: str) -> int:
        """Give how many articles with the link lie in the draft box."""
        self.settle()
        articles = (article for draft in self.book.drafts.values() for article in draft.articles)
        return sum(_carries(article, link) for article in articles)

    def expire_tokens(self) -> None:
        """Let every token end now."""
        at = self.now()
        for name, token in self.book.tokens.items():
            self.book.tokens[name] = replace(token, expires_at=min(token.expires_at, at))
        self.touch()

    def settle(self) -> None:
        """Take the drafts whose job has succeeded out of the draft box."""
        at = self.now()
        for job in self.book.jobs.values():
            if job.media_id in self.book.drafts and job.has_succeeded(at):
                del self.book.drafts[job.media_id]
                self.touch()

    def is_within_minute(self, at: datetime) -> bool:
        """Count a call of this minute and say whether the account may still make it."""
        self._recent = [time for time in self._recent if at - time < timedelta(minutes=1)] + [at]
        most = self.book.switches.calls_a_minute
        return not most or len(self._recent) <= most

    def find_article(self, key: str) -> tuple[Job, Article, int] | None:
        """Give the job, the article and its 1-based place of a permanent address."""
        for job in self.book.jobs.values():
            if key in job.keys:
                place = job.keys.index(key)
                return job, job.articles[place], place + 1
        return None


WECHAT: web.AppKey[WeChat] = web.AppKey("wechat", WeChat)


def _carries(article: Article, link: str) -> bool:
    return link == article.content_source_url or link in article.content
