"""Pictures within the limits of uploadimg and of a cover: JPEG or PNG, below 1 MB (contract wechat §3).

What a picture is, its bytes tell; name and type are not asked. SVG and whatever Pillow does not read as one
of the kinds below is refused: the platform would refuse it too, or show nothing.
"""

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageOps

BODY_BYTES: Final = 1024 * 1024 - 1
COVER_SIZE: Final = (900, 383)  # 2.35:1
_KINDS: Final = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
_MOST_PIXELS: Final = 64_000_000
_WIDEST: Final = 1280
_HIGHEST: Final = 20_000  # long charts stay whole; a valid PNG of 24 477 was refused (§3.1)
_AS_IT_IS: Final = 4 * _WIDEST
_PLAIN_MODES: Final = frozenset({"RGB", "L", "RGBA", "LA", "P", "1"})  # CMYK comes out in wrong colours
_QUALITIES: Final = (85, 75, 65, 50)
_WIDTHS: Final = (_WIDEST, 1080, 900, 720)
_LONGEST: Final = 3  # times its other side
_WIDE: Final = COVER_SIZE[0] / COVER_SIZE[1]


class BadPicture(ValueError):
    """The bytes are no picture that can be shown."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A picture as it goes out; the ending of `name` fits the bytes."""

    body: bytes
    name: str
    mime: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Crops:
    """The parts of a cover that message lists show, as `X1_Y1_X2_Y2` of its width and height (§4.1)."""

    wide: str  # 2.35:1
    square: str  # 1:1


def ready_for_body(body: bytes) -> Ready:
    """Give the picture itself where the platform takes it, otherwise a smaller or converted one. Blocks."""
    with _open(body) as picture:
        if _is_fit(picture, len(body)):
            ending = "png" if picture.format == "PNG" else "jpg"
            mime = f"image/{'png' if ending == 'png' else 'jpeg'}"
            return Ready(body, f"picture.{ending}", mime, picture.width, picture.height)
        return _as_jpeg(_flatten(_upright(picture)))


def cover_of(body: bytes | None) -> Ready:
    """Give a cover: the whole picture in a fit size, or a plain one where there is none. Blocks."""
    if body is None:
        plain = Image.new("RGB", COVER_SIZE, (31, 78, 121))
        ImageDraw.Draw(plain).rectangle((40, 330, 860, 334), fill=(255, 255, 255))
        return _as_jpeg(plain)
    with _open(body) as picture:
        return _as_jpeg(_grown(_within(_flatten(_upright(picture)))))


def crops_of(width: int, height: int) -> Crops:
    """Give the middle of a cover in both shapes."""
    return Crops(_crop(width, height, _WIDE), _crop(width, height, 1.0))


def _crop(width: int, height: int, shape: float) -> str:
    if width >= height * shape:
        part = height * shape / width
        left, top, right, bottom = (1 - part) / 2, 0.0, (1 + part) / 2, 1.0
    else:
        part = width / shape / height
        left, top, right, bottom = 0.0, (1 - part) / 2, 1.0, (1 + part) / 2
    return "_".join(f"{edge:.6f}".rstrip("0").rstrip(".") for edge in (left, top, right, bottom))


def _open(body: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(body), formats=_KINDS)
        if picture.width * picture.height > _MOST_PIXELS:
            raise BadPicture("too many pixels")
        picture.load()
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise BadPicture(str(error)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture("too many pixels") from error
    return picture


def _is_fit(picture: Image.Image, size: int) -> bool:
    return (
        picture.format in ("JPEG", "PNG")
        and picture.mode in _PLAIN_MODES
        and size <= BODY_BYTES
        and picture.width <= _AS_IT_IS
        and picture.height <= _HIGHEST
        and picture.getexif().get(0x0112, 1) == 1  # otherwise the platform shows it lying on its side
    )


def _upright(picture: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(picture)


def _within(picture: Image.Image) -> Image.Image:
    """Cut what is far longer than wide, or wider than long: its middle is all that a cover shows."""
    width, height = picture.size
    wide, high = min(width, height * _LONGEST), min(height, width * _LONGEST)
    left, top = (width - wide) // 2, (height - high) // 2
    return picture.crop((left, top, left + wide, top + high))


def _grown(picture: Image.Image) -> Image.Image:
    """Bring a picture to where either crop has enough to show; a tiny one cannot be cut (53402)."""
    wide, high = COVER_SIZE
    scale = max(wide / picture.width, high / picture.height)
    if scale <= 1:
        return picture
    return picture.resize((max(wide, round(picture.width * scale)), max(high, round(picture.height * scale))))


def _as_jpeg(picture: Image.Image) -> Ready:
    for widest in _WIDTHS:
        shrunk = _shrunk(picture, widest)
        for quality in _QUALITIES:
            out = io.BytesIO()
            shrunk.save(out, "JPEG", quality=quality)
            if out.tell() <= BODY_BYTES:
                return Ready(out.getvalue(), "picture.jpg", "image/jpeg", shrunk.width, shrunk.height)
    raise BadPicture("does not get below 1 MB")


def _shrunk(picture: Image.Image, widest: int) -> Image.Image:
    scale = min(1.0, widest / picture.width, _HIGHEST / picture.height)
    if scale == 1.0:
        return picture
    return picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))


def _flatten(picture: Image.Image) -> Image.Image:
    """Put a see-through picture on white: JPEG knows no transparency."""
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        white.alpha_composite(layer)
        return white.convert("RGB")
    if picture.mode.startswith(("I", "F")):
        # Sixteen bits a pixel: converting them straight would leave nothing but white.
        low, high = (float(edge) for edge in picture.convert("F").getextrema())  # type: ignore[arg-type]
        return (
            picture.convert("F")
            .point(lambda value: (value - low) * (255.0 / max(high - low, 1.0)))
            .convert("RGB")
        )
    return picture.convert("RGB")
