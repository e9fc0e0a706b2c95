"""Signs that a Word file takes from a symbol font: a code of that font, and the character that it shows.

Only those that forms and lists of offices use: boxes with and without a tick, bullets, signs of reckoning.
"""

from typing import Final

_WINGDINGS: Final = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0x9F: "•", 0xA1: "○",
    0xA7: "▪", 0xA8: "□", 0xAB: "★", 0xD8: "➢", 0xE0: "→", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2: Final = {
    0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0xA3: "□",
}  # fmt: skip
_SYMBOL: Final = {
    0xA3: "≤", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈",
    0x61: "α", 0x62: "β", 0x6D: "μ", 0x57: "Ω", 0xD6: "√", 0xAE: "→",
}  # fmt: skip
_FONTS: Final = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}


def sign_of(font: str, code: str) -> str:
    """Give the character that a symbol shows (`code` in hexadecimal, as w:sym has it); "" when unknown."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    known = _FONTS.get(font.strip().lower())
    if known is not None:
        return known.get(number & 0xFF, "")  # fonts of symbols stand at F000 and above
    if 0x20 < number < 0xD800:
        return chr(number)  # a sign of an ordinary font is what it says
    return ""
