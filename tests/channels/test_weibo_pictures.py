import io
import random

import pytest
from PIL import Image

from channels.item import Picture
from channels.weibo.pictures import BYTES, BadPicture, ready


def drawn(kind: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(out, kind, **more)
    return out.getvalue()


def stored(body: bytes, mime: str) -> Picture:
    return Picture("a" * 64, mime, len(body), 60, 40, "会场")


def seen(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif")])
async def test_what_the_platform_takes_goes_out_byte_for_byte(kind: str, ending: str):
    body, mime = drawn(kind), f"image/{kind.lower()}"
    out = await ready(stored(body, mime), body)
    assert (out.body, out.name, out.mime) == (body, f"picture.{ending}", mime)


async def test_a_webp_becomes_a_jpeg(tmp_path):
    body = drawn("WEBP")
    out = await ready(stored(body, "image/webp"), body)
    assert (seen(out.body).format, out.name, out.mime) == ("JPEG", "picture.jpg", "image/jpeg")


async def test_what_is_transparent_stands_on_white():
    body = drawn("WEBP", mode="RGBA", lossless=True)
    out = await ready(stored(body, "image/webp"), body)
    assert seen(out.body).getpixel((5, 5)) == (255, 255, 255)


async def test_a_picture_of_five_megabytes_is_made_smaller():
    noise = random.Random(1).randbytes(1600 * 1200 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (1600, 1200), noise).save(out, "PNG")
    body = out.getvalue()
    assert len(body) >= BYTES
    made = await ready(stored(body, "image/png"), body)
    assert (len(made.body) < BYTES, seen(made.body).format, made.mime) == (True, "JPEG", "image/jpeg")


async def test_a_wide_picture_is_brought_to_the_width_of_a_screen():
    body = drawn("WEBP", (6000, 3000))
    out = await ready(stored(body, "image/webp"), body)
    assert seen(out.body).size == (2048, 1024)


async def test_a_picture_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    body = drawn("WEBP", (60, 40), exif=exif)
    assert seen((await ready(stored(body, "image/webp"), body)).body).size == (40, 60)


@pytest.mark.parametrize("body", [b"", b"RIFF\0\0\0\0WEBP", b"<svg/>", drawn("WEBP")[:40], drawn("BMP")])
async def test_what_cannot_be_read_is_refused(body: bytes):
    with pytest.raises(BadPicture):
        await ready(stored(body, "image/webp"), body)


async def test_a_bomb_is_refused_before_it_is_unpacked():
    body = drawn("WEBP", (16_000, 4_001))
    with pytest.raises(BadPicture):
        await ready(stored(body, "image/webp"), body)
