"""The theme of an office: one TOML file with name, colours, seal and foot (deploy/theme.example.toml)."""

import io
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final, cast

from lxml import etree
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, field_validator

from channels.item import Site, Theme
from server.file_errors import reason_of

_SVG: Final = "{http://www.w3.org/2000/svg}"
_LARGEST_SEAL: Final = 20_000  # bytes: it goes with every page
_PICTURE, _WIDEST_PICTURE = 430, 4000  # pixels; 430 is what the platform's own download measures
_SEAL: Final = 512  # pixels, as large as a phone wants it
_PAPER: Final = {"main": "#ffffff", "main_dark": "#1b1d20"}
_READABLE: Final = 4.5  # WCAG 2.2, 1.4.3
_Line = Annotated[str, Field(max_length=200)]
_Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
_ELSEWHERE: Final = re.compile(r"url\(\s*['\"]?(?!#)", re.IGNORECASE)


class ThemeFile(BaseModel):
    """What stands in the file; what is left out stays as the settings have it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str | None, Field(min_length=1, max_length=80)] = None
    organiser: Annotated[str | None, Field(min_length=1, max_length=80)] = None
    id_code: Annotated[str | None, Field(pattern=r"^[0-9A-Za-z]{1,20}$")] = None
    record_number: Annotated[str | None, Field(max_length=60)] = None
    police_record: _Line = ""
    contact: _Line = ""
    foot: Annotated[tuple[_Line, ...], Field(max_length=6)] = ()
    main: _Colour = Theme().main
    main_dark: _Colour = Theme().main_dark
    seal: str = ""  # an SVG file, beside this one
    seal_picture: str = ""  # the same as a PNG or JPEG file, for what takes no drawing
    wechat: Annotated[str, Field(max_length=40)] = ""
    wechat_picture: str = ""  # the account's QR code: a PNG or JPEG file, beside this one

    @field_validator("main", "main_dark")
    @classmethod
    def _can_be_read(cls, colour: str, info: Any) -> str:
        if contrast(colour, _PAPER[info.field_name]) < _READABLE:
            raise ValueError(
                f"颜色 {colour} 与底色的对比度不足 {_READABLE}，文字会看不清，请换深浅更分明的颜色"
            )
        return colour


@dataclass(frozen=True, slots=True)
class ThemeRead:
    """A theme file with what lies beside it: the seal as drawing and picture, the QR code; empty for none."""

    file: ThemeFile
    seal: str
    seal_picture: bytes
    picture: bytes


def read_theme(path: Path) -> ThemeRead:
    """Read a theme file and what lies beside it; raises ValueError, in Chinese."""
    try:
        file = ThemeFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ValueError(f"主题文件 {path} 读不了：{reason_of(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"主题文件 {path} 不是正确的 TOML：{error}") from None
    seal = _read_seal(path.parent / file.seal) if file.seal else ""
    seal_picture = _read_seal_picture(path.parent / file.seal_picture) if file.seal_picture else b""
    picture = _read_picture(path.parent / file.wechat_picture) if file.wechat_picture else b""
    return ThemeRead(file, seal, seal_picture, picture)


def themed(site: Site, read: ThemeRead) -> Site:
    """Give a site with its theme."""
    file = read.file
    theme = Theme(
        main=file.main,
        main_dark=file.main_dark,
        seal=read.seal,
        seal_picture=read.seal_picture,
        contact=file.contact,
        police_record=file.police_record,
        foot=file.foot,
        wechat=file.wechat,
        wechat_picture=read.picture,
    )
    return replace(
        site,
        name=file.name or site.name,
        organiser=file.organiser or site.organiser,
        id_code=file.id_code or site.id_code,
        record_number=site.record_number if file.record_number is None else file.record_number,
        theme=theme,
    )


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours as WCAG 2.2 reckons it: 1 for none, 21 for black on white."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _read_seal(path: Path) -> str:
    """Read a drawing that neither runs anything nor asks another host."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ValueError(f"印章图案 {path} 读不了：{reason_of(error)}") from None
    if len(body) > _LARGEST_SEAL:
        raise ValueError(f"印章图案超过 {_LARGEST_SEAL // 1000} KB，每个页面都带着它，请简化后再用")
    try:
        drawing = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise ValueError("印章图案不是正确的 SVG 文件") from None
    if drawing.tag != f"{_SVG}svg" or any(_is_unsafe(element) for element in drawing.iter()):
        raise ValueError("印章图案应是只含图形的 SVG：不能有脚本、外部链接、样式引用或嵌入的网页")
    return cast("str", etree.tostring(drawing, encoding="unicode"))


def _read_seal_picture(path: Path) -> bytes:
    image = _read_pixels(path, "印章图片", "RGBA")
    if image.width != image.height or image.width < _SEAL:
        raise ValueError(f"印章图片应是正方形，边长至少 {_SEAL} 像素；现在是 {image.width}×{image.height}")
    return _as_png(image.resize((_SEAL, _SEAL), Image.Resampling.LANCZOS))


def _read_picture(path: Path) -> bytes:
    return _as_png(_read_pixels(path, "公众号二维码图片", "RGB").resize((_PICTURE, _PICTURE)))


def _read_pixels(path: Path, name: str, mode: str) -> Image.Image:
    """Read a picture's pixels alone: nothing that hides in a file gets on the site."""
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            if max(image.size) > _WIDEST_PICTURE:
                raise ValueError(f"{name}的边长超过 {_WIDEST_PICTURE} 像素，请缩小后再用")
            return image.convert(mode)
    except (OSError, SyntaxError, Image.DecompressionBombError):
        raise ValueError(f"{name} {path} 读不了，应是 PNG 或 JPEG 图片") from None


def _as_png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _is_unsafe(element: Any) -> bool:
    if not isinstance(element.tag, str):  # a comment or an instruction
        return not isinstance(element, etree._Comment)  # noqa: SLF001  lxml has no other name for it
    name = element.tag.rpartition("}")[2].lower()
    if name in ("script", "foreignobject", "iframe", "image", "use", "animate", "set", "style"):
        return True
    return any(
        key.lower().startswith("on") or key.endswith("href") or _ELSEWHERE.search(value)
        for key, value in element.attrib.items()
    )
