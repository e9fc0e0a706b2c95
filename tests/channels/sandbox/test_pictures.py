import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from channels.sandbox.pictures import Look, look_at


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "bmp"])
def test_a_picture_is_told_by_its_bytes_with_its_size(kind: str):
    file = io.BytesIO()
    Image.new("RGB", (37, 21)).save(file, kind)
    assert look_at(file.getvalue()) == Look(kind, 37, 21)


def test_a_webp_is_no_picture_here():
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "webp")
    assert look_at(file.getvalue()) is None


STARTS = [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM"]


@given(st.binary(max_size=64), st.sampled_from(STARTS))
def test_broken_bytes_never_raise(body: bytes, start: bytes):
    look = look_at(start + body)
    assert look is None or look.width >= 0
