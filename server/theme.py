"""The theme of an office: one TOML file with name, colours, seal and foot (deploy/theme.example.toml)."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, cast

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, field_validator

from channels.item import Site, Theme

_SVG: Final = "{http://www.w3.org/2000/svg}"
_LARGEST_SEAL: Final = 20_000  # bytes: it goes with every page
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

    @field_validator("main", "main_dark")
    @classmethod
    def _can_be_read(cls, colour: str, info: Any) -> str:
        if contrast(colour, _PAPER[info.field_name]) < _READABLE:
            raise ValueError(
                f"颜色 {colour} 与底色的对比度不足 {_READABLE}，文字会看不清，请换深浅更分明的颜色"
            )
        return colour


def read_theme(path: Path) -> tuple[ThemeFile, str]:
    """Read a theme file and the drawing of its seal ("" for none); raises ValueError, in Chinese."""
    try:
        file = ThemeFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ValueError(f"主题文件 {path} 读不了：{error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"主题文件 {path} 不是正确的 TOML：{error}") from None
    return file, _read_seal(path.parent / file.seal) if file.seal else ""


def themed(site: Site, file: ThemeFile, seal: str) -> Site:
    """Give a site with its theme."""
    theme = Theme(file.main, file.main_dark, seal, file.contact, file.police_record, file.foot)
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
        raise ValueError(f"印章图案 {path} 读不了：{error.strerror}") from None
    if len(body) > _LARGEST_SEAL:
        raise ValueError(f"印章图案超过 {_LARGEST_SEAL // 1000} KB，每个页面都带着它，请简化后再用")
    try:
        drawing = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise ValueError("印章图案不是正确的 SVG 文件") from None
    if drawing.tag != f"{_SVG}svg" or any(_is_unsafe(element) for element in drawing.iter()):
        raise ValueError("印章图案应是只含图形的 SVG：不能有脚本、外部链接、样式引用或嵌入的网页")
    return cast("str", etree.tostring(drawing, encoding="unicode"))


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
