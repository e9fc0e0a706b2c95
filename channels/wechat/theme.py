"""How an article looks: inline styles as data, in a full form and a spare one for long texts (contract §10).

`<style>` and classes are lost, so every style stands on its element, and every character of it counts against
the 20 000. What is inherited stands once, on the frame. No font family, no background, no `!important`, no
line lower than its letters: the platform's structure rules, and its dark mode.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

GREY: Final = "#737373"
_LINE: Final = "#b4b4b4"

FRAME: Final = "font-size:16px;line-height:1.75;text-indent:2em;word-break:break-word"
"""Two characters of indent for every paragraph, as official documents have it (GB/T 9704)."""

NUMBER: Final = "margin:0 0 16px;text-align:center;text-indent:0"
"""The document number stands in the middle under the title (GB/T 9704)."""

ADDRESSEE: Final = "margin:0 0 16px;text-indent:0"
"""Whom a document is addressed to stands at the margin (GB/T 9704)."""

SIGNED: Final = "margin:0 0 8px;text-align:right;text-indent:0"
"""Who signs, and the day, stand at the right (GB/T 9704)."""

NOTE: Final = (
    f"margin:0 0 16px;font-size:14px;line-height:1.6;color:{GREY};text-indent:0;word-break:break-all"
)
CAPTION: Final = f"margin:4px 0 16px;font-size:14px;color:{GREY};text-align:center;text-indent:0"
TABLE_NAME: Final = "margin:0 0 8px;font-weight:bold;text-align:center;text-indent:0"
PICTURE_FRAME: Final = "margin:0 0 16px;text-align:center;text-indent:0"
SIDEWAYS: Final = "overflow-x:auto;margin:0 0 16px"
"""A table that is wider than a phone is pushed aside with the thumb."""

_MOST_COLUMNS: Final = 4  # that fit a phone of 375 px with four characters each
_COLUMN: Final = 88  # px of a column that has to be pushed aside


@dataclass(frozen=True, slots=True)
class Theme:
    """The style of each element; an element that is not named has none."""

    styles: Mapping[str, str]


_ALWAYS: Final[Mapping[str, str]] = {
    "h2": "margin:24px 0 12px;font-size:18px;line-height:1.5;font-weight:bold;text-indent:0",
    "h3": "margin:20px 0 10px;font-size:17px;line-height:1.5;font-weight:bold;text-indent:0",
    "h4": "margin:16px 0 8px;font-size:16px;line-height:1.5;font-weight:bold;text-indent:0",
    "blockquote": f"margin:0 0 16px;padding:0 12px;border-left:3px solid {_LINE}",
    "ul": "margin:0 0 16px;padding-left:1.5em;text-indent:0",
    "ol": "margin:0 0 16px;padding-left:1.5em;text-indent:0",
    "img": "max-width:100%;height:auto;display:block;margin:0 auto",
    "hr": f"border:0;border-top:1px solid {_LINE};margin:16px 0",
    "a": "color:#576b95",
}
FULL: Final = Theme(
    {
        **_ALWAYS,
        "p": "margin:0 0 16px",
        "li": "margin:0 0 6px",
        "th": f"border:1px solid {_LINE};padding:6px 8px;text-align:left",
        "td": f"border:1px solid {_LINE};padding:6px 8px",
    }
)
SPARE: Final = Theme(_ALWAYS)
"""Without the styles of every paragraph and cell; the platform's own borders must do (RECALLED)."""


def table_style(columns: int) -> str:
    """Give the style of a table with so many columns."""
    width = "width:100%" if is_narrow(columns) else f"min-width:{columns * _COLUMN}px"
    return f"{width};border-collapse:collapse;margin:0 0 16px;font-size:14px;line-height:1.6;text-indent:0"


def is_narrow(columns: int) -> bool:
    """Say whether a table fits a phone."""
    return columns <= _MOST_COLUMNS
