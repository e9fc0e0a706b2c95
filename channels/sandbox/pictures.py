"""What a picture really is: told by its bytes, never by its name or type (contract wechat §1)."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["jpeg", "png", "gif", "bmp"]

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG start-of-frame markers carry the size


@dataclass(frozen=True, slots=True)
class Look:
    """A picture's format and its size in pixels; 0 where the bytes do not tell."""

    format: Format
    width: int
    height: int


def look_at(body: bytes) -> Look | None:
    """Give what the bytes are, None when they are no JPEG, PNG, GIF or BMP."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return Look("png", int.from_bytes(body[16:20], "big"), int.from_bytes(body[20:24], "big"))
    if body.startswith(b"\xff\xd8\xff"):
        return Look("jpeg", *_jpeg_size(body))
    if body[:6] in (b"GIF87a", b"GIF89a"):
        return Look("gif", int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little"))
    if body.startswith(b"BM"):
        return Look("bmp", int.from_bytes(body[18:22], "little"), int.from_bytes(body[22:26], "little"))
    return None


def _jpeg_size(body: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(body) and body[at] == 0xFF:
        if body[at + 1] in _FRAMES:
            height = int.from_bytes(body[at + 5 : at + 7], "big")
            return int.from_bytes(body[at + 7 : at + 9], "big"), height
        at += 2 + int.from_bytes(body[at + 2 : at + 4], "big")
    return 0, 0
