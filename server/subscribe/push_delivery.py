"""Tell browsers of items that have gone live: each item once, and nobody at night who asked for quiet."""

import asyncio
import json
import os
from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Literal

import aiohttp
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from channels.addresses import list_keys
from channels.characters import one_line
from channels.item import Content
from channels.transport import LeadsInside
from scheduler.workdays import SHANGHAI
from server.core.contents import content_of_release
from server.store.deliveries import find_live_page, first_page_live_at
from server.store.push import (
    Note,
    claim_notes,
    close_note,
    delete_browser,
    forget_seen,
    has_browsers,
    has_due_notes,
    list_unseen,
    note_seen,
    put_off_note,
    spread_item,
)
from server.store.tx import Tx
from server.subscribe.alone import alone
from server.subscribe.push import Push, origin_of
from server.subscribe.push_message import BrowserKeys, authorise, encrypt, pack

LIFE: Final = timedelta(days=1)
"""So long a message waits for a phone that is off (the TTL), and an item is news."""
NIGHT: Final = (22, 7)
_REMEMBERED: Final = 2 * LIFE
"""Whoever looks at an item again later finds that it has been live for longer than an item is news."""
_SLOTS: Final = 16
_BATCH: Final = 200
_MOST: Final = 2000
_HOLD: Final = timedelta(minutes=10)
_FIRST, _LAST = 60.0, 3600.0
_WORDS: Final = 120
_UNTIL_SILENT: Final = 5

log = structlog.get_logger(__name__)

Told = Literal["taken", "gone", "never", "later", "silent"]


async def push_news(push: Push) -> int:
    """Find items that have gone live, and tell the browsers that want them; say how many were tried."""
    async with push.store.read() as tx:
        if not await has_browsers(tx):
            return 0
        unseen = await list_unseen(tx, push.now() - LIFE, _BATCH)
    for item_id in unseen:
        await push.store.write(partial(_spread, push=push, item_id=item_id))
    if unseen:
        await push.store.write(partial(forget_seen, before=push.now() - _REMEMBERED))
    tried = 0
    while tried < _MOST:
        batch = await _send_batch(push)
        tried += batch
        if batch < _BATCH:
            break
    return tried


def after_night(at: datetime) -> datetime:
    """Give the moment itself by day, and seven in the morning of Beijing by night."""
    local = at.astimezone(SHANGHAI)
    if NIGHT[1] <= local.hour < NIGHT[0]:
        return at
    morning = local.replace(hour=NIGHT[1], minute=0, second=0, microsecond=0)
    return morning if local.hour < NIGHT[1] else morning + timedelta(days=1)


async def _spread(tx: Tx, *, push: Push, item_id: str) -> None:
    """Look at an item once: the first time its page stands, it is told of, and never again."""
    at = push.now()
    page, live_at = await find_live_page(tx, item_id), await first_page_live_at(tx, item_id)
    if page is None or live_at is None:
        return  # withdrawn meanwhile; it is looked at again when it comes back
    if not await note_seen(tx, item_id, at=at) or live_at < at - LIFE:
        return
    content = await content_of_release(tx, page.release_id, push.site, at=at)
    await spread_item(
        tx, item_id, list_keys(content), live_at=live_at, at=at, after_night=after_night(at), lasts=LIFE
    )


async def _send_batch(push: Push) -> int:
    at = push.now()
    async with push.store.read() as tx:
        if not await has_due_notes(tx, at=at):
            return 0
    notes = await push.store.write(partial(claim_notes, at=at, until=at + _HOLD, limit=_BATCH))
    contents = await _contents(push, frozenset(note.item_id for note in notes), at=at)
    sender = _Sender(push)
    async with asyncio.TaskGroup() as legs:
        for note in notes:
            legs.create_task(alone(sender.tell(note, contents.get(note.item_id)), "push_failed"))
    return len(notes)


async def _contents(push: Push, item_ids: frozenset[str], *, at: datetime) -> dict[str, Content]:
    """Give what readers can see of the items now; one that was withdrawn is missing."""
    found = {}
    async with push.store.read() as tx:
        for item_id in item_ids:
            page = await find_live_page(tx, item_id)
            if page is not None:
                found[item_id] = await content_of_release(tx, page.release_id, push.site, at=at)
    return found


class _Sender:
    """One batch: a signature for each push service, and no more calls to one that does not answer."""

    def __init__(self, push: Push) -> None:
        self._push, self._slots = push, asyncio.Semaphore(_SLOTS)
        self._signatures: dict[str, str] = {}
        self._silent: defaultdict[str, int] = defaultdict(int)

    async def tell(self, note: Note, content: Content | None) -> None:
        push, at = self._push, self._push.now()
        # What was due in the evening may be late: a service was in trouble, or nothing ran.
        if note.keeps_quiet and (morning := after_night(at)) > at:
            await push.store.write(partial(put_off_note, note=note, until=morning))
            return
        async with self._slots:
            if content is None:
                told: Told = "never"
            elif self._silent[origin_of(note.endpoint)] >= _UNTIL_SILENT:
                told = "silent"
            else:
                told = await self._send(note, content)
        if told in ("taken", "never"):
            await push.store.write(partial(close_note, note=note))
        elif told == "gone":
            await push.store.write(partial(delete_browser, key=note.key))
        else:
            wait = min(_FIRST * 2 ** min(note.tries, 20), _LAST) * (0.5 + push.chance())
            until = push.now() + timedelta(seconds=wait)
            await push.store.write(partial(put_off_note, note=note, until=until))
        tell = log.debug if told == "taken" else log.info
        tell("push_told", service=origin_of(note.endpoint), item_id=note.item_id, outcome=told)

    async def _send(self, note: Note, content: Content) -> Told:
        push, at, origin = self._push, self._push.now(), origin_of(note.endpoint)
        if origin not in self._signatures:
            self._signatures[origin] = authorise(origin, push.contact, push.key, at=at)
        browser = BrowserKeys.read(note.browser_key, note.browser_secret)
        body = encrypt(message_of(content), browser, ec.generate_private_key(ec.SECP256R1()), os.urandom(16))
        headers = {
            "Authorization": self._signatures[origin],
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(int((note.expires_at - at).total_seconds()), 60)),
            "Topic": pack(note.item_id.encode())[:32],  # a newer message of the item takes its place
            "Urgency": "normal",
        }
        url = URL(note.endpoint, encoded=True)
        try:
            async with push.session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except LeadsInside:
            return "gone"
        except (aiohttp.ClientError, TimeoutError, OSError):
            self._silent[origin] += 1
            return "silent"
        return _outcome(status)


def _outcome(status: int) -> Told:
    """Say what an answer means (RFC 8030 §5 and §7.3): the browser is gone, or the message is not to be."""
    if 200 <= status < 300:
        return "taken"
    if status in (404, 410):
        return "gone"
    return "later" if status == 429 or status >= 500 else "never"


def message_of(content: Content) -> bytes:
    """Give what a browser shows: title, the beginning of the summary, the page."""
    words = one_line(content.summary)
    told = {
        "title": _short(one_line(content.title)),
        "body": _short(words),
        "url": content.url,
        "tag": content.item_id,
        "lang": content.language,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _short(words: str) -> str:
    return words if len(words) <= _WORDS else words[: _WORDS - 1] + "…"
