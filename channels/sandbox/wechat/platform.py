"""The pretended WeChat itself: its book, its line, and what a test may ask of it."""

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from channels.sandbox.faults import Fault, FaultKind, Wire
from channels.sandbox.keeping import Files, StateFile
from channels.sandbox.wechat.audience import Line
from channels.sandbox.wechat.book import FIRST_JOB, FIRST_PUSH, Article, Book, Draft, Job, Push, Switches
from channels.sandbox.wechat.events import Event, job_finished, push_finished

_SWITCHES = TypeAdapter(Switches)
_CONSENT_SECONDS = 1800.0


class WeChat:
    """One official account."""

    def __init__(self, *, folder: Path | None, now: Callable[[], datetime]) -> None:
        """Take where to keep things and the platform's clock."""
        self.now = now
        self.wire = Wire(error_status=200)
        self.files = Files(None if folder is None else folder / "wechat-files")
        self._file = StateFile(folder, "wechat", Book)
        self.book = Book()
        self.origin = ""  # where readers reach this platform
        self.outbox: deque[Event] = deque()  # what the account's own server has not been told yet
        self._recent: list[datetime] = []
        self._pushed: list[datetime] = []

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
        self.outbox.clear()
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

    def start_job(self, media_id: str, draft: Draft, at: datetime) -> int:
        """Take a draft for publishing, by the interface or in the console; give the job's number."""
        switches = self.book.switches
        publish_id = FIRST_JOB + len(self.book.jobs)
        self.book.jobs[publish_id] = Job(
            media_id=media_id,
            articles=draft.articles,
            keys=tuple(token_urlsafe(32)[:22] for _ in draft.articles),
            article_id=token_urlsafe(32),
            at=at,
            statuses=(1, 3) if switches.account == "test" else switches.job_statuses,
            seconds=switches.job_seconds,
        )
        if switches.draft_consumed == "at_submit":
            del self.book.drafts[media_id]
        self.touch()
        return publish_id

    def start_push(self, push: Push) -> int:
        """Take a push to followers, by the interface or in the console; give its number."""
        push_id = FIRST_PUSH + len(self.book.pushes)
        if self.book.switches.mass_protected and push.client_id:
            push = replace(push, seconds=_CONSENT_SECONDS, status="send fail", waits_for_consent=True)
        self.book.pushes[push_id] = push
        self.touch()
        return push_id

    def agree_to(self, push_id: int, at: datetime) -> None:
        """Let the administrator agree to a push that waits for him: it is under way from now on."""
        push, switches = self.book.pushes.get(push_id), self.book.switches
        if push is not None and push.waits_for_consent and not push.is_done(at):
            seconds = (at - push.at).total_seconds() + switches.mass_seconds
            self.book.pushes[push_id] = replace(
                push, seconds=seconds, status=switches.mass_status, waits_for_consent=False
            )
            self.touch()

    def settle(self) -> None:
        """Let what has ended by now end: drafts are used up, readers get their push, events are written."""
        at = self.now()
        for publish_id, job in self.book.jobs.items():
            if job.media_id in self.book.drafts and job.has_succeeded(at):
                del self.book.drafts[job.media_id]
                self.touch()
            if job.status(at) != 1 and not job.is_told:
                self.book.jobs[publish_id] = replace(job, is_told=True)
                self._tell(job_finished(publish_id, job, self.origin, at))
        for push_id, push in self.book.pushes.items():
            if push.is_done(at) and not push.is_told:
                self.book.pushes[push_id] = replace(push, is_told=True)
                if push.is_good():
                    self._hand_out(push_id, push)
                self._tell(push_finished(push_id, push, self.origin))

    def pushed_carrying(self, link: str) -> int:
        """Give how many pushes with the link reached followers, each counted once."""
        self.settle()
        good = (push for push in self.book.pushes.values() if push.is_told and push.is_good())
        return sum(any(_carries(article, link) for article in push.articles) for push in good)

    def _tell(self, event: Event) -> None:
        if self.book.callback is not None:
            self.outbox.extend([event] * self.book.switches.events_sent)
        self.touch()

    def _hand_out(self, push_id: int, push: Push) -> None:
        self.book.drafts.pop(push.media_id, None)
        cards = tuple(
            (article.title, article.digest, f"/s/{key}", self.picture_path(article.thumb_media_id))
            for article, key in zip(push.articles, push.keys, strict=True)
        )
        self.book.lines += [
            Line(
                openid, "account", push.text or ("" if cards else "［文件］"), push.done_at(), cards, push_id
            )
            for openid in push.readers
        ]

    def picture_path(self, media_id: str) -> str:
        """Give where a picture is shown here, "" for what is none."""
        media = self.book.media.get(media_id)
        return media.url.replace("http://mmbiz.qpic.cn/", "/mmbiz/") if media else ""

    def may_push(self, at: datetime, most: int) -> bool:
        """Count a request to push of this minute and say whether the account may still make it."""
        self._pushed = [time for time in self._pushed if at - time < timedelta(minutes=1)] + [at]
        return len(self._pushed) <= most

    def is_within_minute(self, at: datetime) -> bool:
        """Count a call of this minute and say whether the account may still make it."""
        self._recent = [time for time in self._recent if at - time < timedelta(minutes=1)] + [at]
        most = self.book.switches.calls_a_minute
        return not most or len(self._recent) <= most

    def find_article(self, key: str) -> tuple[Job | Push, Article, int] | None:
        """Give the job or push, the article and its 1-based place of a permanent address."""
        everything: list[Job | Push] = [*self.book.jobs.values(), *self.book.pushes.values()]
        for out in everything:
            if key in out.keys:
                place = out.keys.index(key)
                return out, out.articles[place], place + 1
        return None


WECHAT: web.AppKey[WeChat] = web.AppKey("wechat", WeChat)


def _carries(article: Article, link: str) -> bool:
    return link == article.content_source_url or link in article.content
