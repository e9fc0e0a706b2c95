"""Draws the demo's landscapes, so that no photograph has to be licensed; the same bytes on every run."""

import io
import math
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]

_SIZE: Final = (1280, 853)


def draw(name: str) -> bytes:
    """Give one landscape as JPEG."""
    picture = _SCENES[name]()
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88, optimize=True)
    return out.getvalue()


def _grassland() -> Image.Image:
    picture = _sky((94, 149, 201), (226, 236, 236))
    _ridge(picture, 0.46, 60, 3.1, (148, 168, 178))
    _ridge(picture, 0.54, 46, 4.3, (112, 142, 128))
    _ridge(picture, 0.62, 30, 2.2, (139, 158, 84))
    _ridge(picture, 0.74, 26, 1.4, (176, 168, 78))
    _road(picture)
    return picture


def _dunes() -> Image.Image:
    picture = _sky((232, 142, 92), (252, 214, 156))
    _sun(picture, (0.68, 0.34), 70, (255, 232, 190))
    _ridge(picture, 0.50, 70, 1.7, (206, 138, 86))
    _ridge(picture, 0.63, 90, 1.1, (186, 112, 66))
    _ridge(picture, 0.79, 70, 0.8, (150, 84, 50))
    return picture


def _wetland() -> Image.Image:
    picture = _sky((160, 188, 206), (240, 230, 214))
    _ridge(picture, 0.44, 34, 3.4, (126, 146, 142))
    water = ImageDraw.Draw(picture)
    width, height = _SIZE
    for y in range(int(height * 0.50), height):
        shine = 0.5 + 0.5 * math.sin(y / 9)
        water.line([(0, y), (width, y)], fill=_mix((118, 150, 166), (198, 208, 206), shine * 0.6))
    for n in range(170):
        x = (n * 97) % width
        foot = height * (0.80 + 0.19 * ((n * 37) % 100) / 100)
        tall = 60 + (n * 53) % 130
        water.line([(x, foot), (x + tall * 0.18, foot - tall)], fill=(126, 116, 62), width=4)
    return picture


_SCENES: Final[dict[str, Callable[[], Image.Image]]] = {
    "grassland": _grassland,
    "dunes": _dunes,
    "wetland": _wetland,
}


def _sky(top: Colour, bottom: Colour) -> Image.Image:
    width, height = _SIZE
    strip = Image.new("RGB", (1, height))
    for y in range(height):
        strip.putpixel((0, y), _mix(top, bottom, min(1.0, y / (height * 0.6))))
    return strip.resize((width, height))


def _ridge(picture: Image.Image, at: float, swing: float, waves: float, colour: Colour) -> None:
    """Lay a hill line over the picture; further ones are drawn first."""
    width, height = picture.size
    line = [
        (x, height * at - swing * math.sin(x / width * math.tau * waves / 2 + at * 9)
         - swing * 0.35 * math.sin(x / width * math.tau * waves * 1.7 + at * 31))
        for x in range(0, width + 8, 8)
    ]  # fmt: skip
    ImageDraw.Draw(picture).polygon([(0, height), *line, (width, height)], fill=colour)


def _road(picture: Image.Image) -> None:
    width, height = picture.size
    road = [
        (0.30, 1.0),
        (0.52, 0.80),
        (0.47, 0.70),
        (0.55, 0.64),
        (0.56, 0.64),
        (0.50, 0.70),
        (0.60, 0.80),
        (0.62, 1.0),
    ]
    layer = picture.copy()
    ImageDraw.Draw(layer).polygon([(width * x, height * y) for x, y in road], fill=(206, 202, 190))
    picture.paste(layer.filter(ImageFilter.SMOOTH))


def _sun(picture: Image.Image, at: tuple[float, float], radius: int, colour: Colour) -> None:
    x, y = picture.width * at[0], picture.height * at[1]
    glow = picture.copy()
    ImageDraw.Draw(glow).ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    picture.paste(glow.filter(ImageFilter.GaussianBlur(3)))


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
