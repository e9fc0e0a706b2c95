"""Serve the document root from memory in the embedded set-up; behind nginx the same files do without us.

Everything carries Cache-Control: WeChat's browser keeps for long whatever does not (contract website §4).
"""

import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Final

from aiohttp import hdrs, web
from multidict import CIMultiDict

from channels.addresses import HUB, feed_form
from channels.feeds.archives import ArchiveNote, note_for
from channels.item import PRACTICE_FOLDER
from server.negotiation import PLAIN, choose_encoding, is_known
from server.public.pages import LargeFile, Page, PageCache

MEMORY: Final = 64 * 1024 * 1024
HTML: Final = "text/html; charset=utf-8"
# Only what is listed goes out: neither compressed siblings nor our own notes are pages.
_TYPES: Final = {
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
}
_DOWNLOADS: Final = frozenset(
    f".{ending}"
    for ending in (
        *("bin", "ofd", "doc", "docx", "wps", "xls", "xlsx", "et", "ppt", "pptx", "dps"),
        *("txt", "csv", "zip", "rar", "7z"),
    )
)
PUBLIC_SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_FIVE_MINUTES: Final = "public, max-age=300"  # a column may come back to an address that it had
_A_DAY: Final = "public, max-age=86400"  # WeChat keeps a 301 as long as it may (contract website §4)
_READING: Final = "GET, HEAD"
_NOTHING: Final = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>找不到这个页面</title>'
    "<h1>找不到这个页面</h1><p>地址可能有误，或者内容还没有发布。</p></html>"
)


Moved = Callable[[tuple[str, ...]], Awaitable[str | None]]
"""Gives where the first of some addresses that has moved leads now, None when none has."""


async def _nowhere(_addresses: tuple[str, ...]) -> None:
    return None


def add_practice_site(app: web.Application, root: Path) -> None:
    """Serve the practice site in its folder; nobody is to keep or to find what stands there."""
    site = _Site(PageCache(root, bound=MEMORY // 8, clock=time.monotonic), _nowhere, None)

    async def answer(request: web.Request) -> web.StreamResponse:
        answered = await site.answer(request)
        answered.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        answered.headers[hdrs.CACHE_CONTROL] = "no-store"
        return answered

    app.router.add_get(f"/{PRACTICE_FOLDER}/{{path:.*}}", answer)


def add_site(app: web.Application, root: Path, moved: Moved = _nowhere, front: str | None = None) -> None:
    """Serve a document root at every address that nothing before it answers; call it last.

    `front` is the site's address when feeds are to name the hub that stands there.
    """
    site = _Site(PageCache(root, bound=MEMORY, clock=time.monotonic), moved, front)
    app.router.add_get("/{path:.*}", site.answer, name=PLAIN)  # HEAD as well
    app.router.add_route("*", "/{path:.*}", _only_reading)


async def _only_reading(request: web.Request) -> web.Response:
    """Refuse whatever is no reading; a browser may ask before it reads a feed for a page of somebody else."""
    headers = {**PUBLIC_SECURITY, hdrs.CACHE_CONTROL: "no-store"}
    if request.method == hdrs.METH_OPTIONS and request.path.startswith("/feed/"):
        headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
        headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = _READING
        headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = f"{hdrs.IF_NONE_MATCH}, {hdrs.CACHE_CONTROL}"
        return web.Response(status=204, headers=headers)
    return web.Response(status=405, headers={**headers, hdrs.ALLOW: _READING}, text="这个地址只能读取。\n")


class _Site:
    def __init__(self, cache: PageCache, moved: Moved, front: str | None) -> None:
        self._cache, self._moved, self._front = cache, moved, front

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = _wanted(request.match_info["path"])
        if path is None:
            return await self._nothing(request)
        # A client that asks past all caches gets the file as it is: so we look whether a page is live.
        anew = "no-cache" in request.headers.get(hdrs.CACHE_CONTROL, "")
        found = await self._cache.find(path, anew=anew)
        if isinstance(found, Page):
            return _answer_with(request, found, path, self._front)
        if isinstance(found, LargeFile):
            return web.FileResponse(found.path, headers=_headers(path).copy())
        return await self._nothing(request, path)

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
    suffix = PurePosixPath(path).suffix
    if suffix == "":
        return f"{path}/index.html"
    return path if suffix in _TYPES or suffix in _DOWNLOADS else None


def _answer_with(request: web.Request, page: Page, path: str, front: str | None) -> web.Response:
    encoding = choose_encoding(",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ())), page.offered)
    tag = page.tag if encoding == "identity" else f"{page.tag}-{encoding}"
    if _is_unchanged(request, page):
        return web.Response(status=304, headers={**_unchanged(path), hdrs.ETAG: f'"{tag}"'})
    headers = _headers(path, front).copy()
    headers[hdrs.ETAG] = f'"{tag}"'
    headers[hdrs.LAST_MODIFIED] = page.last_modified
    if encoding != "identity":
        headers[hdrs.CONTENT_ENCODING] = encoding
    return web.Response(body=page.bodies[encoding], headers=headers)


def _is_unchanged(request: web.Request, page: Page) -> bool:
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
    encoding = choose_encoding(",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ())), page.offered)
    if encoding != "identity":
        headers[hdrs.CONTENT_ENCODING] = encoding
    return web.Response(status=status, body=page.bodies[encoding], headers=headers)


@lru_cache(maxsize=1024)
def _headers(path: str, front: str | None = None) -> CIMultiDict[str]:
    """Give what every answer with a file says; to be copied, for an answer adds its own."""
    suffix = PurePosixPath(path).suffix
    headers = CIMultiDict(
        {
            **PUBLIC_SECURITY,
            hdrs.CONTENT_TYPE: _TYPES.get(suffix, "application/octet-stream"),
            hdrs.CACHE_CONTROL: _cache_control(path),
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
        }
    )
    if path == "robots.txt":
        headers[hdrs.CONTENT_TYPE] = "text/plain; charset=utf-8"
    elif suffix in _DOWNLOADS:
        headers[hdrs.CONTENT_DISPOSITION] = "attachment"
    if suffix == ".pdf":
        # A browser shows a PDF in a page of its own, which this policy would leave empty.
        del headers["Content-Security-Policy"]
    if path.startswith("feed/"):
        headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"  # readers in a browser; nothing here is personal
        if front is not None and feed_form(path) is not None:
            headers[hdrs.LINK] = f'<{front}/{HUB}>; rel="hub", <{front}/{path}>; rel="self"'
    return headers


@lru_cache(maxsize=1024)
def _unchanged(path: str) -> dict[str, str]:
    """Give what a 304 says: the rest a client has from the answer that it kept (RFC 9110 15.4.5)."""
    told: dict[str, str] = {hdrs.CACHE_CONTROL: _cache_control(path), hdrs.VARY: hdrs.ACCEPT_ENCODING}
    if path.startswith("feed/"):
        told[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
    return told


def _cache_control(path: str) -> str:
    match path.partition("/")[0]:
        case "static":  # named by its content
            return "public, max-age=31536000, immutable"
        case "m":  # named by its content too, but it can be withdrawn
            return "public, max-age=86400"
        case "sw.js":  # a browser asks for it again each time, or a mended one comes days late
            return "no-cache"
        case "feed":  # Miniflux does not come back earlier (contract feeds §1.6)
            return "public, max-age=300"
        case _:
            return "public, max-age=60"
