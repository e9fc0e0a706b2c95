"""Pictures as they go up: sniffed, converted, shrunk, or refused (channels/wechat/CONTRACT.md §3)."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from channels.wechat.pictures import BODY_BYTES, BadPicture, Ready, cover_of, crops_of, ready_for_body
from tests.channels.wechat_stage import jpeg, picture_bytes


def seen(ready: Ready) -> Image.Image:
    """Open what goes up."""
    return Image.open(io.BytesIO(ready.body))


def noise(width: int, height: int, kind: str = "PNG") -> bytes:
    picture = Image.effect_noise((width, height), 100).convert("RGB")
    out = io.BytesIO()
    picture.save(out, kind, **({"quality": 98} if kind == "JPEG" else {}))
    return out.getvalue()


def declared(width: int, height: int) -> bytes:
    """Give a PNG that says it is so large and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    body = zlib.compress(b"\0" * 100)
    data = struct.pack(">I", len(body)) + b"IDAT" + body + struct.pack(">I", zlib.crc32(b"IDAT" + body))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "picture.jpg"), ("PNG", "picture.png")])
def test_what_the_platform_takes_goes_up_as_it_is(kind: str, name: str):
    body = picture_bytes(kind, 40, 30)
    ready = ready_for_body(body)
    assert (ready.body, ready.name, ready.mime) == (body, name, f"image/{kind.lower()}")


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "BMP", "TIFF"])
def test_other_kinds_become_jpeg(kind: str):
    ready = ready_for_body(picture_bytes(kind, 40, 30))
    assert (seen(ready).format, ready.name, ready.width, ready.height) == ("JPEG", "picture.jpg", 40, 30)


def test_cmyk_becomes_rgb():
    ready = ready_for_body(jpeg(40, 30, "CMYK"))
    assert (seen(ready).mode, seen(ready).format) == ("RGB", "JPEG")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_see_through_lies_on_white(mode: str):
    picture = Image.new("RGBA", (8, 8), (0, 0, 0, 0)).convert(mode)
    out = io.BytesIO()
    picture.save(out, "WEBP" if mode != "P" else "GIF", **({"transparency": 0} if mode == "P" else {}))
    pixel = seen(ready_for_body(out.getvalue())).getpixel((4, 4))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 250


def test_sixteen_bits_a_pixel_keep_their_greys():
    picture = Image.new("I;16", (64, 64))
    picture.putdata([(at % 64) * 1000 for at in range(64 * 64)])
    out = io.BytesIO()
    picture.save(out, "PNG")
    greys = seen(ready_for_body(out.getvalue())).convert("L").getextrema()
    assert greys[0] < 10
    assert greys[1] > 245


def test_a_picture_lying_on_its_side_is_put_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    ready = ready_for_body(jpeg(40, 30, exif=exif))
    assert (ready.width, ready.height, seen(ready).getexif().get(0x0112, 1)) == (30, 40, 1)


def test_a_picture_of_20_000_pixels_across_is_shrunk():
    ready = ready_for_body(jpeg(20_000, 300))
    assert (ready.width, ready.height) == (1280, 19)


def test_a_long_chart_stays_whole():
    ready = ready_for_body(picture_bytes("WEBP", 800, 9000))
    assert (ready.width, ready.height) == (800, 9000)


def test_a_chart_beyond_20_000_pixels_is_brought_within():
    ready = ready_for_body(picture_bytes("PNG", 600, 24_477))
    assert ready.height == 20_000


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_is_a_megabyte_or_more_gets_below(kind: str):
    body = noise(1500, 1200, kind)
    ready = ready_for_body(body)
    assert (len(body) > BODY_BYTES, len(ready.body) <= BODY_BYTES, seen(ready).format) == (True, True, "JPEG")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no picture",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"%PDF-1.4",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        jpeg(200, 200)[:300],
        picture_bytes("PNG", 200, 200)[:-40],
        declared(30_000, 30_000),
        declared(9000, 9000),
        declared(400, 400),
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "eps",
        "pdf",
        "png head",
        "gif head",
        "cut jpeg",
        "cut png",
        "bomb",
        "big",
        "hollow",
    ],
)
def test_what_is_no_whole_picture_is_refused(body: bytes):
    with pytest.raises(BadPicture):
        ready_for_body(body)


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_being_refused(body: bytes):
    for front in (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP"):
        with pytest.raises(BadPicture):
            ready_for_body(front + body)


def test_without_a_picture_there_is_a_plain_cover():
    assert (cover_of(None).width, cover_of(None).height) == (900, 383)


@pytest.mark.parametrize("size", [(1, 1), (40, 30), (1200, 900), (3000, 100), (100, 3000), (20_000, 300)])
def test_a_cover_is_large_enough_for_both_parts(size: tuple[int, int]):
    ready = cover_of(jpeg(*size))
    assert (seen(ready).format, len(ready.body) <= BODY_BYTES) == ("JPEG", True)
    assert ready.width >= 600
    assert ready.height >= 300


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_the_parts_of_a_cover_lie_within_it_and_have_their_shape(width: int, height: int):
    crops = crops_of(width, height)
    for part, shape in ((crops.wide, 900 / 383), (crops.square, 1.0)):
        left, top, right, bottom = (float(edge) for edge in part.split("_"))
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        assert (right - left) * width == pytest.approx((bottom - top) * height * shape, rel=0.02, abs=0.1)


def test_the_whole_cover_is_one_part_where_it_has_that_shape():
    assert (crops_of(900, 383).wide, crops_of(600, 600).square) == ("0_0_1_1", "0_0_1_1")
