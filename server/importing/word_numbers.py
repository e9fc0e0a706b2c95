"""Automatic numbers of a Word file: they are not in its text, and a document without them is another one."""

from dataclasses import dataclass, field
from typing import Final

from lxml import etree

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS: Final = "零一二三四五六七八九"
_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_CHINESE: Final = frozenset({
    "chineseCounting", "chineseCountingThousand", "ideographTraditional", "japaneseCounting",
    "taiwaneseCounting", "taiwaneseCountingThousand", "chineseLegalSimplified",
})  # fmt: skip
_MOST_LEVELS: Final = 9


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered: `text` has %1 for the first level's number."""

    form: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class List:
    """A list as paragraphs name it: the kind whose numbers it shares, and where it begins anew."""

    kind: str
    levels: dict[int, Level]
    restarts: dict[int, int] = field(default_factory=dict)  # by depth: the number of its first paragraph


@dataclass(slots=True)
class Numbering:
    """The lists of a file, and how far each kind has counted: lists of one kind go on counting together."""

    lists: dict[str, List] = field(default_factory=dict)
    _counts: dict[str, list[int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    @classmethod
    def of(cls, root: etree._Element | None) -> "Numbering":
        """Read numbering.xml; a file without one has no lists."""
        made = cls()
        if root is None:
            return made
        kinds = {
            str(node.get(f"{W}abstractNumId")): _levels(node) for node in root.iterchildren(f"{W}abstractNum")
        }
        for node in root.iterchildren(f"{W}num"):
            kind = _value(node, "abstractNumId", "")
            overrides = [(_depth(one), one) for one in node.iterchildren(f"{W}lvlOverride")]
            levels = dict(kinds.get(kind, {}))
            for _, one in overrides:
                levels.update(_levels(one))
            made.lists[str(node.get(f"{W}numId"))] = List(
                kind, levels, {at: start for at, one in overrides if (start := _start(one)) is not None}
            )
        return made

    def next(self, list_id: str, depth: int) -> str:
        """Give the number of the next paragraph at a depth of a list; "" where there is none."""
        found = self.lists.get(list_id)
        level = None if found is None else found.levels.get(depth)
        if found is None or level is None or not 0 <= depth < _MOST_LEVELS or level.form == "none":
            return ""
        counts = self._counts.setdefault(found.kind, [0] * _MOST_LEVELS)
        if depth in found.restarts and (list_id, depth) not in self._begun:
            counts[depth] = found.restarts[depth]
        else:
            counts[depth] = counts[depth] + 1 if counts[depth] else level.start
        self._begun.add((list_id, depth))
        counts[depth + 1 :] = [0] * (_MOST_LEVELS - depth - 1)
        if level.form == "bullet":
            return "• "
        text = level.text
        for place in range(depth + 1):
            form = found.levels.get(place, level).form
            text = text.replace(f"%{place + 1}", number_in(form, counts[place] or 1))
        return text


def _depth(node: etree._Element) -> int:
    depth = node.get(f"{W}ilvl", "0")
    return int(depth) if depth.isascii() and depth.isdigit() and len(depth) < 3 else _MOST_LEVELS


def _start(node: etree._Element) -> int | None:
    start = _value(node, "startOverride", "")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 else None


def _levels(kind: etree._Element) -> dict[int, Level]:
    found = {}
    for node in kind.iterchildren(f"{W}lvl"):
        depth = node.get(f"{W}ilvl", "0")
        if depth.isascii() and depth.isdigit():
            start = _value(node, "start", "1")
            found[int(depth)] = Level(
                _value(node, "numFmt", "decimal"),
                _value(node, "lvlText", ""),
                int(start) if start.isascii() and start.isdigit() else 1,
            )
    return found


def _value(node: etree._Element, name: str, otherwise: str) -> str:
    child = node.find(f"{W}{name}")
    return otherwise if child is None else str(child.get(f"{W}val", otherwise))


def number_in(form: str, number: int) -> str:
    """Give a number in one of Word's forms; a form we do not know is counted in figures."""
    if form in _CHINESE:
        return chinese(number)
    match form:
        case "ideographDigital":
            return "".join(_DIGITS[int(sign)] if sign != "0" else "〇" for sign in str(number))
        case "upperLetter" | "lowerLetter":
            letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letter if form == "upperLetter" else letter.lower()
        case "upperRoman" | "lowerRoman":
            return _roman(number) if form == "upperRoman" else _roman(number).lower()
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if 1 <= number <= 20:
            return chr(0x2460 + number - 1)
        case _:
            return str(number)


def chinese(number: int) -> str:
    """Give a number from 1 to 9999 as it is said: 十二, 一百零五."""
    if not 0 < number < 10_000:
        return str(number)
    out, is_gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            out += (
                ("零" if is_gap and out else "")
                + ("" if unit == 10 and digit == 1 and not out else _DIGITS[digit])
                + name
            )
        is_gap = digit == 0 and bool(out)
    return out


def _roman(number: int) -> str:
    out, rest = "", min(number, 3999)
    for value, signs in _ROMAN:
        while rest >= value:
            out, rest = out + signs, rest - value
    return out
