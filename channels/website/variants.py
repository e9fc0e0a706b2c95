"""Pictures in the widths that screens want: which there are, and how they are made.

Which there are follows from the picture's own size and kind, so that a page can name them without a look.
"""

import io
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from PIL import Image

from channels.addresses import media_path
from channels.item import Picture

WIDTHS: Final = (160, 320, 640, 1080)  # contract website §3
_STILL: Final = frozenset({"image/jpeg", "image/png", "image/webp"})  # a GIF may move
_QUALITY: Final = {"WEBP": 78, "JPEG": 80}


@dataclass(frozen=True, slots=True)
class Variant:
    """A picture at another width."""

    path: str
    mime: str
    width: int
    height: int


def variants(picture: Picture) -> tuple[Variant, ...]:
    """Give the other widths of a picture, narrowest first: WebP, and JPEG where it is one."""
    if picture.mime not in _STILL:
        return ()
    endings = [("webp", "image/webp"), *([("jpg", "image/jpeg")] if picture.mime == "image/jpeg" else [])]
    return tuple(
        Variant(_path(media_path(picture), width, ending), mime, width, _height(picture, width))
        for ending, mime in endings
        for width in WIDTHS
        if width < picture.width
    )


def possible_paths(path: str) -> tuple[str, ...]:
    """Give every path that a variant of the file at `path` can have; none for what is no still picture."""
    if PurePosixPath(path).suffix not in (".jpg", ".png", ".webp"):
        return ()
    return tuple(_path(path, width, ending) for ending in ("webp", "jpg") for width in WIDTHS)


def make_variants(picture: Picture, body: bytes) -> dict[str, bytes]:
    """Make every variant; where the picture cannot be opened each is the picture itself. Blocks."""
    wanted = variants(picture)
    if not wanted:
        return {}
    try:
        return _resized(wanted, body)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # Pages name these paths whatever happens; a browser goes by the bytes, not by the ending.
        return {variant.path: body for variant in wanted}


def _resized(wanted: tuple[Variant, ...], body: bytes) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    with Image.open(io.BytesIO(body)) as image:
        widest = max(wanted, key=lambda variant: variant.width)
        image.draft("RGB", (widest.width, widest.height))  # a JPEG is decoded no larger than needed
        whole = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    for variant in wanted:
        small = whole.resize((variant.width, variant.height), Image.Resampling.LANCZOS)
        out, kind = io.BytesIO(), "WEBP" if variant.mime == "image/webp" else "JPEG"
        if kind == "JPEG":
            small.convert("RGB").save(out, kind, quality=_QUALITY[kind], optimize=True, progressive=True)
        else:
            small.save(out, kind, quality=_QUALITY[kind], method=4)
        made[variant.path] = out.getvalue()
    return made


def _path(path: str, width: int, ending: str) -> str:
    return f"{path.rpartition('.')[0]}-{width}.{ending}"


def _height(picture: Picture, width: int) -> int:
    return max(1, round(picture.height * width / picture.width))
