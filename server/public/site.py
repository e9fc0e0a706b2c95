"""Serve the document root from memory in the embedded set-up; behind nginx the same files do without us."""

import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Final

from aiohttp import hdrs, web

from channels.feeds.archives import ArchiveNote, note_for
from channels.item import PRACTICE_FOLDER
from server.negotiation import PLAIN, Encoding, choose_encoding, is_known
from server.public.heads import HTML, PUBLIC_SECURITY, file_headers, goes_out, unchanged_headers, written_head
from server.public.pages import Heads, LargeFile, Page, PageCache
from server.public.ready import Ready

MEMORY: Final = 64 * 1024 * 1024
_FIVE_MINUTES: Final = "public, max-age=300"  # a column may come back to an address that it had
_A_DAY: Final = "public, max-age=86400"  # WeChat keeps a 301 as long as it may (contract website §4)
_READING: Final = (hdrs.METH_GET, hdrs.METH_HEAD)
_REHEARSED: Final = {"X-Robots-Tag": "noindex, nofollow, noarchive", hdrs.CACHE_CONTROL: "no-store"}
_ADDRESSES: Final = 16_384  # whose files are remembered; beyond that, all are learnt anew
_NOTHING: Final = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>找不到这个页面</title>'
    "<h1>找不到这个页面</h1><p>地址可能有误，或者内容还没有发布。</p></html>"
)


Moved = Callable[[tuple[str, ...]], Awaitable[str | None]]
"""Gives where the first of some addresses that has moved leads now, None when none has."""


async def _nowhere(_addresses: tuple[str, ...]) -> None:
    return None


AtHand = Callable[[web.BaseRequest], Ready | None]
AT_HAND: Final[web.AppKey[AtHand]] = web.AppKey("at_hand")
"""Gives the answer to a request for a page of the site that lies in memory and is fresh, and else None.

Whoever asks it before the application spares such a request the way past all other addresses.
"""


def add_practice_site(app: web.Application, root: Path) -> None:
    """Serve the practice site in its folder; nobody is to keep or to find what stands there."""
    site = _Site(PageCache(root, bound=MEMORY // 8, clock=time.monotonic), _nowhere, None, _REHEARSED)
    app.router.add_get(f"/{PRACTICE_FOLDER}/{{path:.*}}", site.answer)


def add_site(app: web.Application, root: Path, moved: Moved = _nowhere, front: str | None = None) -> None:
    """Serve a document root at every address that nothing before it answers; call it last.

    `front` is the site's address when feeds are to name the hub that stands there.
    """
    site = _Site(PageCache(root, bound=MEMORY, clock=time.monotonic), moved, front, {})
    app.router.add_get("/{path:.*}", site.answer, name=PLAIN)  # HEAD as well
    app.router.add_route("*", "/{path:.*}", _only_reading)
    app[AT_HAND] = site.at_hand


async def _only_reading(request: web.Request) -> web.Response:
    """Refuse whatever is no reading; a browser may ask before it reads a feed for a page of somebody else."""
    headers = {**PUBLIC_SECURITY, hdrs.CACHE_CONTROL: "no-store"}
    if request.method == hdrs.METH_OPTIONS and request.path.startswith("/feed/"):
        headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
        headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = ", ".join(_READING)
        headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = f"{hdrs.IF_NONE_MATCH}, {hdrs.CACHE_CONTROL}"
        return web.Response(status=204, headers=headers)
    return web.Response(
        status=405, headers={**headers, hdrs.ALLOW: ", ".join(_READING)}, text="这个地址只能读取。\n"
    )


class _Site:
    """A document root as it is given out; every answer says `also` on top of what it says anyway."""

    def __init__(self, cache: PageCache, moved: Moved, front: str | None, also: Mapping[str, str]) -> None:
        self._cache, self._moved, self._front, self._also = cache, moved, front, also
        self._files: dict[str, str] = {}  # by the address, as it came, of a request that was led here

    def at_hand(self, request: web.BaseRequest) -> Ready | None:
        """Give what `AT_HAND` promises."""
        path = self._files.get(request.raw_path)
        if path is None or hdrs.CACHE_CONTROL in request.headers or request.method not in _READING:
            return None
        page = self._cache.at_hand(path)
        return None if page is None else self._answer_with(request, page, path)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer with a file, or say why there is none."""
        answered = await self._answer(request)
        if not isinstance(answered, Ready):
            answered.headers.update(self._also)
        return answered

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = _wanted(request.match_info["path"])
        if path is None:
            return await self._nothing(request)
        # A client that asks past all caches gets the file as it is: so we look whether a page is live.
        anew = "no-cache" in request.headers.get(hdrs.CACHE_CONTROL, "")
        found = await self._cache.find(path, anew=anew)
        if isinstance(found, Page):
            self._remember(request.raw_path, path)
            return self._answer_with(request, found, path)
        if isinstance(found, LargeFile):
            return web.FileResponse(found.path, headers=file_headers(path, self._front))
        return await self._nothing(request, path)

    def _remember(self, address: str, path: str) -> None:
        if "?" in address:  # of these anybody can make as many as he likes
            return
        if len(self._files) >= _ADDRESSES:
            self._files.clear()
        self._files[address] = path

    def _answer_with(self, request: web.BaseRequest, page: Page, path: str) -> Ready:
        encoding = _encoding_for(request, page)
        heads = page.heads.get(encoding)
        if heads is None:
            heads = page.heads[encoding] = self._heads(page, path, encoding)
        if _is_unchanged(request, page):
            return Ready(304, heads.unchanged)
        return Ready(200, heads.whole, page.bodies[encoding])

    def _heads(self, page: Page, path: str, encoding: Encoding) -> Heads:
        tag: dict[str, str] = {
            hdrs.ETAG: f'"{page.tag}"' if encoding == "identity" else f'"{page.tag}-{encoding}"'
        }
        whole = file_headers(path, self._front) | tag | {hdrs.LAST_MODIFIED: page.last_modified}
        if encoding != "identity":
            whole[hdrs.CONTENT_ENCODING] = encoding
        whole[hdrs.CONTENT_LENGTH] = str(len(page.bodies[encoding]))
        return Heads(
            written_head(HTTPStatus.OK, {**whole, **self._also}),
            written_head(HTTPStatus.NOT_MODIFIED, {**unchanged_headers(path), **tag, **self._also}),
        )

    async def _nothing(self, request: web.Request, path: str = "") -> web.Response:
        """Answer 410 with the notice of a withdrawn page, 301 or 302 for what has moved, 404 for the rest."""
        if path.endswith(".html"):
            notice = await self._cache.find(path.removesuffix(".html") + ".gone", anew=True)
            if isinstance(notice, Page):
                return _refusal(request, 410, notice)
        archive = await self._archive(path)
        if archive is not None:
            return _send_on(archive)
        target = await self._moved((request.raw_path, request.path_qs, request.path))
        if target is not None:
            keep = _FIVE_MINUTES if "/column/" in request.path else _A_DAY
            headers = {**PUBLIC_SECURITY, hdrs.LOCATION: target, hdrs.CACHE_CONTROL: keep}
            return web.Response(status=301, headers=headers)
        page = await self._cache.find("404.html", anew=False)
        return _refusal(request, 404, page if isinstance(page, Page) else None)

    async def _archive(self, path: str) -> str | None:
        """Give the name, beside the one that was asked for, under which an archive of a feed stands now."""
        asked = note_for(path)
        if asked is None:
            return None
        note = await self._cache.find(asked[0], anew=True)  # an older one sends on to what was removed
        if not isinstance(note, Page):
            return None
        now = ArchiveNote.read(note.bodies["identity"]).now.get(asked[1], path)
        return None if now == path else now.rpartition("/")[2]  # that path is here no longer


def _send_on(name: str) -> web.Response:
    """Send on to an archive, for now: the next correction of an entry gives it another name."""
    headers = {
        **PUBLIC_SECURITY,
        hdrs.LOCATION: name,
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
    }
    return web.Response(status=302, headers=headers)


@lru_cache(maxsize=1024)
def _wanted(path: str) -> str | None:
    """Give the file that an address names; None for `..`, `//`, hidden files and unknown kinds."""
    if path == "" or path.endswith("/"):
        path += "index.html"
    parts = path.split("/")
    if any(part == "" or part.startswith(".") for part in parts):
        return None
    if any(
        sign == "\\" or sign < " " or "\x7f" <= sign < "\xa0" or "\ud800" <= sign < "\ue000" for sign in path
    ):
        return None
    if PurePosixPath(path).suffix == "":
        return f"{path}/index.html"
    return path if goes_out(path) else None


def _encoding_for(request: web.BaseRequest, page: Page) -> Encoding:
    return choose_encoding(",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ())), page.offered)


def _is_unchanged(request: web.BaseRequest, page: Page) -> bool:
    tags = request.headers.getall(hdrs.IF_NONE_MATCH, None)
    if tags is not None:  # wins over the date (RFC 9110 13.2.2)
        return is_known(",".join(tags), page.tag)
    since = request.headers.get(hdrs.IF_MODIFIED_SINCE, "")
    # A date counts seconds: within the same one a page may have changed twice.
    if not since or time.time() - page.modified < 2:
        return False
    if since == page.last_modified:
        return True
    try:
        return parsedate_to_datetime(since).timestamp() >= page.modified
    except (ValueError, OverflowError, OSError):
        return False


def _refusal(request: web.Request, status: int, page: Page | None) -> web.Response:
    headers = {
        **PUBLIC_SECURITY,
        hdrs.CONTENT_TYPE: HTML,
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    if page is None:
        return web.Response(status=status, body=_NOTHING.encode(), headers=headers)
    encoding = _encoding_for(request, page)
    if encoding != "identity":
        headers[hdrs.CONTENT_ENCODING] = encoding
    return web.Response(status=status, body=page.bodies[encoding], headers=headers)
