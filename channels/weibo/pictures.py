"""The one picture of a status: JPEG, PNG or GIF below 5 MB as it is, else made a JPEG (contract weibo §3)."""

import asyncio
import io
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

from channels.item import Content, Picture

BYTES: Final = 5 * 1024 * 1024
"""The platform takes less than this."""

_TAKEN: Final = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}
_READ: Final = (*_TAKEN, "image/webp")
_KINDS: Final = ("JPEG", "PNG", "GIF", "WEBP")  # a JPEG with a second picture behind it opens as one
_MOST_PIXELS: Final = 64_000_000
_WIDEST: Final = 2048
_QUALITIES: Final = (88, 75, 60, 40)
# Pillow's decoders answer damaged files with all of these.
_BROKEN: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
)


class BadPicture(ValueError):
    """The bytes are no picture that can be made to fit."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture as it goes out; the ending of `name` fits the bytes."""

    body: bytes
    name: str
    mime: str


def fitting(content: Content) -> tuple[Picture, ...]:
    """Give the pictures that a status can carry, as they are or made smaller."""
    return tuple(picture for picture in content.pictures_by_rank if picture.mime in _READ)


async def ready(picture: Picture, body: bytes) -> Ready:
    """Make a stored picture fit; raises BadPicture."""
    ending = _TAKEN.get(picture.mime)
    if ending is not None and len(body) < BYTES:
        return Ready(body, f"picture.{ending}", picture.mime)
    return await asyncio.to_thread(_as_jpeg, body)


def _as_jpeg(body: bytes) -> Ready:
    try:
        with Image.open(io.BytesIO(body), formats=_KINDS) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise BadPicture("too many pixels")
            plain = _flat(ImageOps.exif_transpose(picture))
    except _BROKEN as error:
        raise BadPicture(type(error).__name__) from None
    plain.thumbnail((_WIDEST, _WIDEST * 8))
    for quality in _QUALITIES:
        out = io.BytesIO()
        plain.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() < BYTES:
            return Ready(out.getvalue(), "picture.jpg", "image/jpeg")
    raise BadPicture("too large whatever the quality")


def _flat(picture: Image.Image) -> Image.Image:
    """Put a picture on white: JPEG knows no transparency."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        ground = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(ground, seen).convert("RGB")
    return picture.convert("RGB")
