"""The pretended Weibo itself: its book, its line, and what a test may ask of it."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from channels.sandbox.faults import Fault, FaultKind, Wire
from channels.sandbox.keeping import Files, StateFile
from channels.sandbox.weibo.book import (
    ACCESS_TOKEN,
    FIRST_ID,
    Book,
    Status,
    Switches,
    Token,
    in_base62,
    mid62,
)
from channels.sandbox.weibo.counting import links_in, replace_links

_SWITCHES = TypeAdapter(Switches)
_SLOW_SECONDS = 90.0
_OWN_TOKEN_SECONDS = 157_679_999  # the developer's own account: five years (contract §2.2)


class Weibo:
    """One application, one user, and the time line."""

    def __init__(self, *, folder: Path | None, now: Callable[[], datetime], safe_domain: str) -> None:
        """Take where to keep things, the platform's clock and the registered 安全域名."""
        self.now = now
        self.wire = Wire(error_status=400)
        self.pictures = Files(None if folder is None else folder / "weibo-pictures")
        self._file = StateFile(folder, "weibo", Book)
        self._safe_domain = safe_domain
        self.book = self._new_book()

    async def open(self) -> None:
        """Go on where the last run stopped; the safe domain is this run's."""
        kept = await self._file.load()
        if kept is not None:
            self.book = kept
            self.book.switches = replace(kept.switches, safe_domain=self._safe_domain)

    def touch(self) -> None:
        """Say that the book has changed."""
        self._file.touch()

    async def save(self) -> None:
        """Write the book down if it has changed."""
        await self._file.save(self.book)

    def reset(self) -> None:
        """Forget every status, count, fault and switch."""
        self.wire.reset()
        self.book = self._new_book()
        self.touch()

    def switch(self, **changes: Any) -> None:
        """Set switches by name; raises ValueError for what is none or does not fit."""
        if unknown := sorted(set(changes) - set(self.switches())):
            raise ValueError(f"no such switch: {', '.join(unknown)}")
        self.book.switches = _SWITCHES.validate_python(self.switches() | changes)
        self.touch()

    def switches(self) -> dict[str, Any]:
        """Give the switches in force."""
        return asdict(self.book.switches)

    def next_call(self, path: str, fault: FaultKind, **details: Any) -> None:
        """Let the next call of a path suffer a fault: `seconds`, `status`, `body`, `times`."""
        self.wire.queue(Fault(path, fault, **details))

    def requests(self, path: str | None = None) -> int:
        """Give how many requests of a path came in, answered or not."""
        return self.wire.count(path)

    def posts(self) -> tuple[Status, ...]:
        """Give the statuses that stand, oldest first."""
        return tuple(status for status in self.book.statuses if not status.is_deleted)

    def posts_carrying(self, link: str) -> int:
        """Give how many standing statuses carry exactly this link."""
        return sum(link in status.links for status in self.posts())

    def expire_tokens(self) -> None:
        """Let every permission end now."""
        at = self.now()
        for name, token in self.book.tokens.items():
            self.book.tokens[name] = replace(token, expires_at=min(token.expires_at, at))
        self.touch()

    def shorten(self, link: str) -> str:
        """Give the short address of a link: always the same one."""
        number = int.from_bytes(sha256(link.encode("utf-8", "replace")).digest()[:8])
        # Eight characters beginning with A6, as today's addresses look.
        while self.book.short.setdefault(code := f"A6{in_base62(number % 62**6, 6)}", link) != link:
            number += 1
        self.touch()
        return f"http://t.cn/{code}"

    def append(
        self, said: str, *, picture: str | None, by_app: bool, at: datetime, forwards: int | None = None
    ) -> Status:
        """Put a status on the time line; `by_app` is False for one that a person wrote on the website."""
        status = Status(
            id=FIRST_ID + 2 * len(self.book.statuses),
            said=said,
            text=replace_links(said, self.shorten),
            links=links_in(said),
            picture=picture,
            by_app=by_app,
            at=at,
            visible_at=at + timedelta(seconds=self._delay()),
            is_audited=self.book.switches.app_audited or not by_app,
            forwards=forwards,
        )
        self.book.statuses.append(status)
        self.touch()
        return status

    def _delay(self) -> float:
        """Give after how many seconds a new status shows; a slow server promises a minute or two (20032)."""
        switches = self.book.switches
        return switches.visible_after or (_SLOW_SECONDS if switches.slow_server else 0.0)

    def find(self, status_id: int) -> Status | None:
        """Give a standing status."""
        return next((status for status in self.posts() if status.id == status_id), None)

    def find_by_mid(self, mid: str) -> Status | None:
        """Give the standing status of a web address."""
        return next((status for status in self.posts() if mid62(status.id) == mid), None)

    def remove(self, status: Status) -> None:
        """Take a status off the time line; its id stays."""
        place = self.book.statuses.index(status)
        self.book.statuses[place] = replace(status, is_deleted=True)
        self.touch()

    def _new_book(self) -> Book:
        at = self.now()
        own = Token(created_at=at, expires_at=at + timedelta(seconds=_OWN_TOKEN_SECONDS))
        return Book(switches=Switches(safe_domain=self._safe_domain), tokens={ACCESS_TOKEN: own})


WEIBO: web.AppKey[Weibo] = web.AppKey("weibo", Weibo)
