"""What a browser posts: fields in their order and files, each read once and bounded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from aiohttp import BodyPartReader, MultipartReader, web

from server.core.problems import Problem
from server.forms.multipart import BROKEN, file_name
from server.parts import Bounds

_CHUNK: Final = 64 * 1024
_MOST_FIELDS: Final = 2000
_MOST_FILES: Final = 300
_AT_ONCE: Final = 4  # files of the largest size that one form may hold in memory
_ENCODED: Final = 4  # a Chinese character of three bytes stands as nine in a form; markup does not
_OF_A_STRANGER: Final = 64 * 1024  # bytes; nobody typed anything here who never came in
Sender = Literal["signed_in", "known", "stranger"]
"""Who posts, before his form is read: somebody with a session, a browser that had one, or anybody."""

LOGIN_FIELDS: Final = ("tongfa_form", "tongfa_login", "tongfa_password", "tongfa_ticket", "tongfa_code")
"""What belongs to the door and not to the page behind it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    field: str
    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields and files of a form."""

    pairs: tuple[tuple[str, str], ...] = ()
    uploads: tuple[Upload, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Give the first value of a field."""
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of a field, in order."""
        return tuple(value for key, value in self.pairs if key == name)

    def has(self, name: str) -> bool:
        """Say whether a field came at all; a box that is not ticked does not."""
        return any(key == name for key, _ in self.pairs)

    def files(self, name: str) -> tuple[Upload, ...]:
        """Give the files of a field."""
        return tuple(one for one in self.uploads if one.field == name)

    def kept(self) -> tuple[tuple[str, str], ...]:
        """Give what may be shown again while somebody signs in: neither passwords nor secrets."""
        return tuple(
            (name, value)
            for name, value in self.pairs
            if name not in LOGIN_FIELDS and not name.startswith(("password", "secret"))
        )


async def read_fields(request: web.Request, bounds: Bounds, sender: Sender) -> Fields:
    """Read the form of a request; refuses what is too large or no form.

    Files are held only for who is signed in, of the others' nothing but the names: anybody can send them, and
    three forms of the largest size took half a gigabyte.
    """
    most = _OF_A_STRANGER if sender == "stranger" else bounds.body_bytes
    match request.content_type:
        case "multipart/form-data":
            return await _multipart(request, bounds, most, holds_files=sender == "signed_in")
        case "application/x-www-form-urlencoded":
            sized = request.clone(client_max_size=most * _ENCODED)
            try:
                posted = await sized.post()
            except web.HTTPRequestEntityTooLarge:
                raise _too_large(most * _ENCODED) from None
            except ValueError as error:
                raise _no_form() from error
            return Fields(_tidy((name, str(value)) for name, value in posted.items()))
        case _:
            if request.body_exists:
                raise _no_form()
            return Fields()


async def _multipart(request: web.Request, bounds: Bounds, most: int, *, holds_files: bool) -> Fields:
    pairs: list[tuple[str, str]] = []
    uploads: list[Upload] = []
    weight, files, largest = 0, 0, max(bounds.attachment_bytes, bounds.picture_bytes)
    try:
        form = await request.multipart()
        while (part := await form.next()) is not None:
            if isinstance(part, MultipartReader) or not part.name:
                raise _no_form()
            if part.filename is not None:
                size, body = await _read(part, min(largest, largest * _AT_ONCE - files), holds=holds_files)
                files += size
                if part.filename or size:
                    uploads.append(Upload(part.name, file_name(part.filename), body))
            else:
                size, body = await _read(part, most - weight)
                weight += size
                pairs.append((part.name, body.decode("utf-8")))
            if len(pairs) > _MOST_FIELDS or len(uploads) > _MOST_FILES:
                raise Problem("too_large", f"一次最多上传 {_MOST_FILES} 个文件，请分几次上传")
    except BROKEN as error:  # or one that is not UTF-8
        raise _no_form() from error
    return Fields(_tidy(pairs), tuple(uploads))


async def _read(part: BodyPartReader, limit: int, *, holds: bool = True) -> tuple[int, bytes]:
    size, body = 0, bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        if holds:
            body += chunk
    return size, bytes(body)


def _tidy(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Give lines as we keep them (browsers post CRLF), without half characters and NUL."""
    return tuple(
        (name[:200], value.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "ignore").decode("utf-8"))
        for name, value in pairs
    )


def _too_large(limit: int) -> Problem:
    return Problem("too_large", f"内容超过 {limit / 1_048_576:g} MB 的上限，请压缩或分几次提交")


def _no_form() -> Problem:
    return Problem("invalid", "提交的表单不完整，请返回上一页再试一次")
