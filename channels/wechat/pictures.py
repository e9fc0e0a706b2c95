"""Pictures within the limits of uploadimg and of a cover: JPEG or PNG, below 1 MB (contract wechat §3)."""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

BODY_BYTES: Final = 1024 * 1024 - 1
COVER_SIZE: Final = (900, 383)  # 2.35:1
_MOST_PIXELS: Final = 64_000_000
_WIDEST: Final = 1280
_QUALITIES: Final = (85, 75, 65, 50, 35)


class BadPicture(ValueError):
    """The bytes are no picture that can be shown."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture as it goes out; the ending of `name` fits the bytes."""

    body: bytes
    name: str
    mime: str


def ready_for_body(body: bytes) -> Ready:
    """Give the picture itself where the platform takes it, otherwise a smaller or converted one. Blocks."""
    with _open(body) as picture:
        if picture.format in ("JPEG", "PNG") and len(body) <= BODY_BYTES and picture.width <= 4 * _WIDEST:
            ending = "jpg" if picture.format == "JPEG" else "png"
            return Ready(body, f"picture.{ending}", f"image/{picture.format.lower()}")
        return _as_jpeg(picture)


def cover_of(body: bytes | None) -> Ready:
    """Give a cover: the picture cut to 2.35:1 from its middle, or a plain one where there is none. Blocks."""
    if body is None:
        plain = Image.new("RGB", COVER_SIZE, (31, 78, 121))
        ImageDraw.Draw(plain).rectangle((40, 330, 860, 334), fill=(255, 255, 255))
        return _as_jpeg(plain)
    with _open(body) as picture:
        return _as_jpeg(_cut(picture.convert("RGB")))


def _open(body: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(body))
        if picture.width * picture.height > _MOST_PIXELS:
            raise BadPicture("too many pixels")
        picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadPicture(str(error)) from error
    return picture


def _cut(picture: Image.Image) -> Image.Image:
    wide, high = COVER_SIZE
    scale = max(wide / picture.width, high / picture.height)
    size = (max(wide, round(picture.width * scale)), max(high, round(picture.height * scale)))
    grown = picture.resize(size)
    left, top = (grown.width - wide) // 2, (grown.height - high) // 2
    return grown.crop((left, top, left + wide, top + high))


def _as_jpeg(picture: Image.Image) -> Ready:
    flat = _flatten(picture)
    if flat.width > _WIDEST:
        flat = flat.resize((_WIDEST, max(1, round(flat.height * _WIDEST / flat.width))))
    for quality in _QUALITIES:
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=quality)
        if out.tell() <= BODY_BYTES:
            return Ready(out.getvalue(), "picture.jpg", "image/jpeg")
    raise BadPicture("does not get below 1 MB")


def _flatten(picture: Image.Image) -> Image.Image:
    """Put a see-through picture on white: JPEG knows no transparency."""
    if picture.mode in ("RGBA", "LA", "P"):
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        white.alpha_composite(layer)
        return white.convert("RGB")
    return picture.convert("RGB")
