import io
from pathlib import Path

import pytest
from PIL import Image

from server.settings import BadSettings, load_settings, site_of
from server.theme import contrast

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">{}</svg>'


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def themed(text: str):
    Path("theme.toml").write_text(text, encoding="utf-8")
    return site_of(load_settings(theme_file="theme.toml"))


def complaint(text: str) -> str:
    with pytest.raises(BadSettings) as refused:
        themed(text)
    return str(refused.value)


def test_without_a_file_the_site_looks_as_it_does():
    assert site_of(load_settings()).theme.main == "#a61b1b"


def test_the_file_names_and_colours_the_site():
    site = themed('name = "某旗"\nmain = "#00508c"\ncontact = "电话 1"\nfoot = ["热线 12345"]\n')
    assert (site.name, site.theme.main, site.theme.contact, site.theme.foot) == (
        "某旗", "#00508c", "电话 1", ("热线 12345",),
    )  # fmt: skip


def test_the_example_is_a_theme():
    example = Path(__file__).parent.parent / "deploy" / "theme.example.toml"
    assert themed(example.read_text("utf-8")).theme.police_record


def test_a_colour_that_cannot_be_read_is_refused():
    assert "对比度不足" in complaint('main = "#ffcc00"')


def test_black_on_white_is_the_greatest_contrast():
    assert round(contrast("#000000", "#ffffff")) == 21


def test_a_seal_is_a_drawing():
    Path("seal.svg").write_text(SVG.format('<path d="M0 0h8v8H0z"/>'), encoding="utf-8")
    assert "<path" in themed('seal = "seal.svg"').theme.seal


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<path onclick="alert(1)" d=""/>',
        '<a href="https://example.com"><path d=""/></a>',
        '<path fill="url(https://example.com/x)" d=""/>',
        "<foreignObject/>",
        "<style>*{background:url(//x)}</style>",
    ],
)
def test_a_seal_that_does_more_is_refused(inside):
    Path("seal.svg").write_text(SVG.format(inside), encoding="utf-8")
    assert "只含图形" in complaint('seal = "seal.svg"')


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "不是正确的 TOML"),
        ('colour = "red"', "设置项 colour：没有这个设置项"),
        ('main = "red"', "设置项 main：含有不允许的字符"),
        ('seal = "none.svg"', "读不了"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(text, sentence):
    assert sentence in complaint(text)


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(BadSettings, match="读不了"):
        load_settings(theme_file="nowhere.toml")


def a_picture(width: int = 300) -> None:
    Image.new("RGB", (width, width), "#fff").save("wechat.jpg")


def test_the_file_names_the_account_on_wechat_and_shows_its_code_in_one_size():
    a_picture()
    theme = themed('wechat = "某旗发布"\nwechat_picture = "wechat.jpg"\n').theme
    assert theme.wechat == "某旗发布"
    with Image.open(io.BytesIO(theme.wechat_picture)) as image:
        assert (image.format, image.size) == ("PNG", (430, 430))


def test_a_picture_that_is_none_or_far_too_large_is_refused():
    assert "读不了" in complaint('wechat_picture = "nowhere.png"')
    Path("wechat.png").write_text("<svg/>", encoding="utf-8")
    assert "读不了" in complaint('wechat_picture = "wechat.png"')
    a_picture(4001)
    assert "4000 像素" in complaint('wechat_picture = "wechat.jpg"')


def test_a_seal_as_a_picture_is_square_and_large_enough_for_a_phone():
    Image.new("RGBA", (600, 600), (200, 0, 0, 0)).save("seal.png")
    with Image.open(io.BytesIO(themed('seal_picture = "seal.png"\n').theme.seal_picture)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (512, 512))
    for width, height in ((600, 599), (100, 100)):
        Image.new("RGB", (width, height)).save("seal.png")
        assert f"现在是 {width}×{height}" in complaint('seal_picture = "seal.png"')
