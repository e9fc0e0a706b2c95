"""What a request carries: fields of the query, of a form and of a multipart body, and files.

Read from the whole body, by hand: real clients send parts with and without a Content-Type, with a wrong
one and with a Content-Length of their own (contracts wechat §1, weibo §3), and all must be understood.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web

_NAME = re.compile(rb'[;\s]name="?([^";\r\n]*)"?', re.IGNORECASE)
# Only the plain form: WeChat does not find a file whose name came as RFC 2231 `filename*=` (wechat §1).
_FILENAME = re.compile(rb'[;\s]filename="([^"\r\n]*)"', re.IGNORECASE)
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """A part with a file name."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Fields:
    """Everything that came along, with fields of the body before those of the query."""

    query: dict[str, str]
    form: dict[str, str]
    files: dict[str, File]
    is_multipart: bool

    def get(self, name: str) -> str | None:
        """Give a field, None when it is absent."""
        return self.form.get(name, self.query.get(name))


async def read_fields(request: web.Request) -> Fields:
    """Read the fields of a request whole."""
    body = await request.read()
    kind = request.headers.get("Content-Type", "")
    boundary = _BOUNDARY.search(kind)
    query = dict(request.query)
    if kind.lower().startswith("multipart/") and boundary:
        form, files = _split(body, boundary.group(1).encode())
        return Fields(query, form, files, is_multipart=True)
    text = body.decode("utf-8", errors="replace")
    return Fields(query, dict(parse_qsl(text, keep_blank_values=True)), {}, is_multipart=False)


def _split(body: bytes, boundary: bytes) -> tuple[dict[str, str], dict[str, File]]:
    form: dict[str, str] = {}
    files: dict[str, File] = {}
    for chunk in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if chunk.startswith(b"--"):
            break
        head, _, value = chunk.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is None:
            continue
        key, filename = name.group(1).decode("utf-8", "replace"), _FILENAME.search(head)
        if filename is None:
            form[key] = value.decode("utf-8", "replace")
        else:
            files[key] = File(filename.group(1).decode("utf-8", "replace"), value)
    return form, files
