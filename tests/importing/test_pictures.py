"""server/importing/pictures.py: real pictures, bounded and silent."""

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from server.core.problems import Problem
from server.importing.attachments import read_attachment, safe_name
from server.importing.pictures import MIMES, advice_on, inspect, is_picture, read_picture

MOVING = [Image.new("L", (20, 10), shade) for shade in (0, 120, 240)]
SECRET = b"Naran 39.1N 107.9E"


def saved(image: Image.Image, kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def camera(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif[0x0112] = orientation
    return exif


def captions() -> PngImagePlugin.PngInfo:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", SECRET.decode())
    told.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return told


PLAIN = Image.new("RGB", (20, 10), "teal")
SEGMENT = b"\xff\xed" + struct.pack(">H", len(SECRET) + 2) + SECRET
CHUNK = struct.pack(">I", len(SECRET)) + b"juNk" + SECRET + struct.pack(">I", zlib.crc32(b"juNk" + SECRET))
EXTENSION = b"!\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\0"
TALKING = {
    "jpeg": saved(PLAIN, "JPEG", exif=camera(), comment=SECRET, xmp=SECRET),
    "png": saved(PLAIN, "PNG", pnginfo=captions(), exif=camera()),
    "gif": saved(MOVING[0], "GIF", save_all=True, append_images=MOVING[1:], comment=SECRET, duration=90),
    "apng": saved(MOVING[0], "PNG", save_all=True, append_images=MOVING[1:], pnginfo=captions()),
    "webp": saved(PLAIN, "WEBP", exif=camera(), xmp=SECRET),
    "cmyk": saved(PLAIN.convert("CMYK"), "JPEG", exif=camera()),
}


TALKING |= {f"{kind} with a tail".lower(): saved(PLAIN, kind) + b"PK\x03\x04" + SECRET for kind in MIMES}
TALKING |= {
    "a cropped screenshot": saved(PLAIN, "PNG") + SECRET + saved(PLAIN, "PNG")[-40:],
    "a jpeg with a part of its own": saved(PLAIN, "JPEG")[:2] + SEGMENT + saved(PLAIN, "JPEG")[2:],
    "a png with a part of its own": saved(PLAIN, "PNG")[:33] + CHUNK + saved(PLAIN, "PNG")[33:],
    "a gif with the words of a program": saved(MOVING[0], "GIF")[:-1] + EXTENSION + b";",
}


@pytest.mark.parametrize("kind", MIMES)
def test_a_plain_picture_stays_as_it_is(kind: str):
    body = saved(PLAIN, kind)
    found = inspect(body)
    assert (found.body, found.mime, found.width, found.height) == (body, MIMES[kind], 20, 10)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("JPEG", {"progressive": True, "icc_profile": b"profile" * 20_000}),
        ("JPEG", {"restart_marker_blocks": 1, "dpi": (72, 72)}),
        ("PNG", {"icc_profile": b"profile" * 40, "dpi": (72, 72)}),
        ("PNG", {"save_all": True, "append_images": [PLAIN.transpose(Image.Transpose.ROTATE_180)]}),
        ("GIF", {"save_all": True, "append_images": MOVING[:1], "loop": 0, "transparency": 0}),
        ("WEBP", {"save_all": True, "append_images": MOVING[:1], "icc_profile": b"profile" * 40}),
    ],
)
def test_nothing_that_belongs_to_a_picture_is_taken_for_a_stray(kind: str, more: dict[str, Any]):
    body = saved(PLAIN, kind, **more)
    assert inspect(body).body == body


@pytest.mark.parametrize("name", TALKING)
def test_a_picture_loses_what_it_says_beside_its_pixels(name: str):
    assert SECRET in TALKING[name]
    assert SECRET not in inspect(TALKING[name]).body


@pytest.mark.parametrize("name", TALKING)
def test_a_picture_that_was_cleaned_needs_no_cleaning(name: str):
    once = inspect(TALKING[name])
    assert inspect(once.body) == once


@pytest.mark.parametrize("name", ["gif", "apng"])
def test_a_moving_picture_keeps_its_frames(name: str):
    with Image.open(io.BytesIO(inspect(TALKING[name]).body)) as image:
        assert getattr(image, "n_frames", 1) == 3


def test_a_picture_is_turned_as_the_camera_was_held():
    found = inspect(saved(PLAIN, "JPEG", exif=camera(orientation=6)))
    assert (found.width, found.height) == (10, 20)


def test_the_second_picture_behind_a_phone_photo_is_dropped():
    found = inspect(saved(PLAIN, "MPO", save_all=True, append_images=[PLAIN]))
    with Image.open(io.BytesIO(found.body)) as image:
        assert (found.mime, image.format) == ("image/jpeg", "JPEG")


def test_colours_keep_their_profile():
    body = saved(PLAIN, "JPEG", exif=camera(), icc_profile=b"profile" * 40)
    with Image.open(io.BytesIO(inspect(body).body)) as image:
        assert image.info["icc_profile"] == b"profile" * 40


def a_png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IHDR" + header
    chunk = struct.pack(">I", len(header)) + body + struct.pack(">I", zlib.crc32(body))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )


@pytest.mark.parametrize("size", [(8_000, 7_000), (12_000, 12_000), (60_000, 60_000)])
def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header(size: tuple[int, int]):
    with pytest.raises(Problem) as refused:
        inspect(a_png_header(*size))
    assert (refused.value.code, refused.value.field) == ("too_large", "file")


def test_a_picture_of_endless_frames_is_refused():
    frames = [Image.new("L", (2, 2), number % 256) for number in range(400)]
    with pytest.raises(Problem, match="帧数太多"):
        inspect(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GIF89a",
        b"\xff\xd8\xff\xe0",
        saved(PLAIN, "PNG")[:50],
        b"<svg/>",
        saved(PLAIN, "BMP"),
        saved(PLAIN, "TIFF"),
    ],
)
def test_what_is_no_whole_picture_of_a_known_kind_is_refused(body: bytes):
    with pytest.raises(Problem) as refused:
        inspect(body)
    assert refused.value.code == "unsupported_file"


async def test_a_picture_over_its_bound_is_refused_with_the_bound():
    with pytest.raises(Problem, match="20 MB"):
        await read_picture(saved(PLAIN, "PNG") + b" " * 20_971_520, limit=20_971_520)


@pytest.mark.parametrize(
    ("body", "is_one"),
    [(b"\xff\xd8\xff\xdb", True), (b"RIFF\0\0\0\0WEBPVP8 ", True), (b"RIFF\0\0\0\0WAVE", False)],
)
def test_a_picture_is_known_by_its_first_bytes(body: bytes, is_one: bool):
    assert is_picture(body) == is_one


def verdict(body: bytes) -> str:
    try:
        inspect(body)
    except Problem as refused:
        return refused.code
    return "taken"


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(
    st.sampled_from(sorted(TALKING)),
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=6),
)
@settings(max_examples=300, deadline=None)
def test_a_damaged_picture_is_taken_or_refused_and_nothing_else(name: str, hits: list[tuple[int, int]]):
    body = bytearray(TALKING[name])
    for place, value in hits:
        body[place % len(body)] = value
    assert verdict(bytes(body)) in ("taken", "unsupported_file", "too_large")


SVG = b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("name", "body", "what_to_do"),
    [
        ("机构图.svg", SVG, "PNG"),
        ("机构图.png", SVG, "PNG"),
        ("机构图.png", b"\xef\xbb\xbf  <svg/>", "PNG"),
        ("机构图.EMF", b"", "PNG"),
        ("扫描.tif", saved(PLAIN, "TIFF"), "JPG 或 PNG"),
        ("扫描.jpg", saved(PLAIN, "BMP"), "JPG 或 PNG"),
        ("IMG_0001.HEIC", b"", "兼容性最佳"),
        ("IMG_0001.jpg", b"\x00\x00\x00\x18ftypheic\x00\x00", "兼容性最佳"),
    ],
)
async def test_a_picture_that_no_channel_shows_is_refused_at_its_upload_with_what_to_do(
    name: str, body: bytes, what_to_do: str
):
    with pytest.raises(Problem, match=what_to_do) as refused:
        await read_attachment(body or b"\x00", safe_name(name), limit=1000_000)
    assert refused.value.code == "unsupported_file"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_a_picture_that_channels_show_needs_no_advice(kind: str):
    assert advice_on(f"a.{kind.lower()}", saved(PLAIN, kind)) is None
