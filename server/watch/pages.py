"""Our own pages are opened every night, some of them each time, with what they link to on our site.

What is wrong is written again at once and looked at again minutes later; only what stays wrong is told.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Final
from urllib.parse import urldefrag

from yarl import URL

from channels.addresses import Addresses
from channels.item import Site
from channels.transport import Answer, Transport
from server.core.contents import page_url
from server.store.page_checks import (
    LivePage,
    clear_page,
    list_wrong_due,
    note_wrong,
    take_live_pages,
    write_cursor,
)
from server.store.places import mark_stale
from server.store.tx import Store, Tx

A_NIGHT: Final = 5000
"""Pages of one night; a longer archive takes several, and each page has its turn."""

WRONG_AGAIN: Final = timedelta(minutes=4)
_BATCH: Final = 50
_LINKS: Final = 200  # of one page
_NO_SERVER: Final = 500  # from here on an answer says something of the server and nothing of the page
_LINK: Final = re.compile(rb'(?:href|src)="([^"]{1,2000})"')


class _Unreachable(Exception):
    """The site does not answer: nothing is known of any page."""


@dataclass
class _Look:
    """One walk: every address is asked for once, however many pages lead to it."""

    site: Site
    http: Transport
    seen: dict[str, str | None] = field(default_factory=dict)

    async def trouble_of(self, page: LivePage) -> str | None:
        """Say what is wrong with a page; None when nothing is."""
        own = page_url(self.site, page.item_id)
        answer = await self._ask("GET", own)
        if answer.status != 200:
            return f"网页打不开：服务器回答 {answer.status}"
        if own.encode() not in answer.body:
            return "网页的地址下不是这篇稿件"
        self.seen[own] = None
        for url in self._links(answer.body):
            if url not in self.seen:
                told = await self._ask("HEAD", url)
                self.seen[url] = f"（服务器回答 {told.status}）" if told.status >= 400 else None
            if self.seen[url] is not None:
                return f"网页里的链接打不开：{url}{self.seen[url]}"
        return None

    def _links(self, body: bytes) -> tuple[str, ...]:
        front, base = f"{self.site.url}/", f"{Addresses(self.site).base}/"
        found: dict[str, None] = {}
        for raw in _LINK.findall(body):
            link = urldefrag(unescape(raw.decode("utf-8", "replace"))).url
            if link.startswith(base) and not link.startswith("//"):
                link = front + link.removeprefix(base)
            if link.startswith(front) and "?" not in link:
                found[link] = None
        return tuple(found)[:_LINKS]

    async def _ask(self, method: str, url: str) -> Answer:
        try:
            answer = await self.http.send(method, URL(url))
        except ValueError:
            return Answer(404, {}, b"")  # no address at all
        if not isinstance(answer, Answer) or answer.status >= _NO_SERVER:
            raise _Unreachable
        return answer


async def check_pages(
    store: Store, site: Site, http: Transport, *, at: datetime, limit: int = A_NIGHT
) -> int:
    """Look at the pages whose turn it is; say how many. It ends early while the site does not answer."""
    look, looked = _Look(site, http), 0
    while looked < limit:
        wanted = min(_BATCH, limit - looked)
        async with store.read() as tx:
            pages = await take_live_pages(tx, wanted)
        # At the end of the archive: the next night begins at its beginning.
        cursor = pages[-1].delivery_id if len(pages) == wanted else ""
        if not await _look_at(store, look, pages, at=at, cursor=cursor):
            break
        looked += len(pages)
        if not cursor:
            break
    return looked


async def check_wrong_pages(store: Store, site: Site, http: Transport, *, at: datetime) -> int:
    """Look again at what was wrong; say how many."""
    async with store.read() as tx:
        pages = await list_wrong_due(tx, at - WRONG_AGAIN, _BATCH)
    return len(pages) if await _look_at(store, _Look(site, http), pages, at=at, cursor=None) else 0


async def _look_at(
    store: Store, look: _Look, pages: tuple[LivePage, ...], *, at: datetime, cursor: str | None
) -> bool:
    """Look at some pages and write down what was seen; False when the site did not answer."""
    try:
        seen = [(page, await look.trouble_of(page)) for page in pages]
    except _Unreachable:
        return False

    async def act(tx: Tx) -> None:
        for page, trouble in seen:
            if trouble is None:
                await clear_page(tx, page)
            elif await note_wrong(tx, page, trouble, at=at):
                await mark_stale(tx, (page.delivery_id,), at=at)
        if cursor is not None:
            await write_cursor(tx, cursor)

    if pages or cursor is not None:
        await store.write(act)
    return True
