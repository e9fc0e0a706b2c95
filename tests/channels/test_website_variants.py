import io

from PIL import Image

from channels.item import Picture
from channels.website.variants import make_variants, possible_paths, variants


def a_picture(mime: str = "image/jpeg", width: int = 800, height: int = 500) -> Picture:
    return Picture("ab" * 32, mime, 1, width, height, "")


def bytes_of(kind: str, width: int = 800, height: int = 500, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), (166, 27, 27, 90)[: len(mode)]).save(out, kind)
    return out.getvalue()


def test_a_photograph_is_there_in_every_narrower_width_as_webp_and_jpeg():
    assert [(v.mime, v.width) for v in variants(a_picture())] == [
        *(("image/webp", width) for width in (160, 320, 640)),
        *(("image/jpeg", width) for width in (160, 320, 640)),
    ]


def test_a_large_photograph_has_four_widths_of_a_kind():
    assert [v.width for v in variants(a_picture(width=4000)) if v.mime == "image/webp"] == [
        160,
        320,
        640,
        1080,
    ]


def test_a_moving_picture_stays_as_it_is():
    assert variants(a_picture("image/gif")) == ()


def test_a_variant_keeps_the_proportions():
    assert [v.height for v in variants(a_picture())][:3] == [100, 200, 400]


def test_each_variant_has_the_size_that_the_page_says():
    made = make_variants(a_picture(), bytes_of("JPEG"))
    told = {v.path: (v.width, v.height) for v in variants(a_picture())}
    assert {path: Image.open(io.BytesIO(body)).size for path, body in made.items()} == told


def test_a_transparent_picture_stays_transparent():
    made = make_variants(a_picture("image/png"), bytes_of("PNG", mode="RGBA"))
    assert {Image.open(io.BytesIO(body)).mode for body in made.values()} == {"RGBA"}


def test_equal_pictures_give_equal_bytes():
    body = bytes_of("JPEG")
    assert make_variants(a_picture(), body) == make_variants(a_picture(), body)


def test_a_picture_that_cannot_be_opened_stands_for_its_variants():
    assert set(make_variants(a_picture(), b"not a picture").values()) == {b"not a picture"}


def test_every_variant_is_among_the_paths_that_are_taken_away_with_the_picture():
    assert {v.path for v in variants(a_picture(width=4000))} == set(possible_paths(f"m/{'ab' * 16}.jpg"))
