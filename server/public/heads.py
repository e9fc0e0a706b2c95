"""What an answer says beside the file that it carries: its kind, how long it may be kept, what it may not do.

Everything carries Cache-Control: WeChat's browser keeps for long whatever does not (contract website §4).
"""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Final

from aiohttp import hdrs

from channels.addresses import HUB, feed_form

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


def goes_out(path: str) -> bool:
    """Say whether a file of this kind is for readers."""
    suffix = PurePosixPath(path).suffix
    return suffix in _TYPES or suffix in _DOWNLOADS


def file_headers(path: str, front: str | None) -> dict[str, str]:
    """Give what every answer with this file says; `front` is the site's address where a hub stands there."""
    suffix = PurePosixPath(path).suffix
    headers = {
        **PUBLIC_SECURITY,
        hdrs.CONTENT_TYPE: _TYPES.get(suffix, "application/octet-stream"),
        **unchanged_headers(path),
    }
    if path == "robots.txt":
        headers[hdrs.CONTENT_TYPE] = "text/plain; charset=utf-8"
    elif suffix in _DOWNLOADS:
        headers[hdrs.CONTENT_DISPOSITION] = "attachment"
    if suffix == ".pdf":
        # A browser shows a PDF in a page of its own, which this policy would leave empty.
        del headers["Content-Security-Policy"]
    if front is not None and feed_form(path) is not None:
        headers[hdrs.LINK] = f'<{front}/{HUB}>; rel="hub", <{front}/{path}>; rel="self"'
    return headers


def unchanged_headers(path: str) -> dict[str, str]:
    """Give what a 304 says: the rest a client has from the answer that it kept (RFC 9110 15.4.5)."""
    told: dict[str, str] = {
        hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
        hdrs.CACHE_CONTROL: _cache_control(path),
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    if path.startswith("feed/"):
        told[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"  # readers in a browser; nothing here is personal
    return told


def written_head(status: HTTPStatus, headers: Mapping[str, str]) -> bytes:
    """Write down the head of an answer, but for what differs from one request to the next."""
    lines = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header has no line breaks")
    return ("\r\n".join(lines) + "\r\n").encode()


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
