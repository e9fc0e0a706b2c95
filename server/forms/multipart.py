"""A form with files: the names that come with them, and what aiohttp raises when it is none."""

from typing import Final
from urllib.parse import unquote

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from channels.characters import one_line

BROKEN: Final = (ValueError, HttpProcessingError)
"""One that breaks off or has no boundary; one whose parts have heads that are none, too long or too many."""

UNREADABLE_BODY: Final = "请求的内容不是它自称的压缩格式，读不出来，请重新发送"
"""What is said to a body that calls itself gzip and is none; aiohttp raises RequestPayloadError."""


def file_name(given: str) -> str:
    """Give a file's name as it may be kept and shown: half characters and signs of control are none of it.

    Some clients percent-encode what is not ASCII (RFC 7578 §2), browsers send it as it is.
    """
    return one_line(unquote(given))


def has_hung_up(request: web.Request, error: Exception) -> bool:
    """Say whether an error means that the browser went away in the middle: no fault, and nobody to tell."""
    return isinstance(error, ConnectionError) and request.transport is None
