"""An office's 360 or WPS browser may be the Chromium 78 of 2019: the console lives without what it lacks.

So does the public site, which older phones read (the kernels of WeChat and others, Safari of iOS 12 to
14): one sign that they do not know loses a whole script, or a rule of the style sheet.
"""

import re
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[2]
_STATIC: Final = _ROOT / "server" / "console" / "static"
_SURFACE: Final = _ROOT / "server" / "console" / "surface"
_MADE: Final = _STATIC / "surface.js"
_WRITTEN: Final = sorted(one for one in _STATIC.iterdir() if one != _MADE)
_WEBSITE: Final = _ROOT / "channels" / "website"
_SITE: Final = sorted((_WEBSITE / "static").iterdir())
_TEMPLATES: Final = sorted((_ROOT / "server" / "console" / "templates").iterdir())
_PAGES: Final = sorted((_WEBSITE / "templates").iterdir())
# Methods that came after it.
_LATER: Final = (
    r"at|findLast|findLastIndex|toSorted|toReversed|toSpliced|replaceAll|replaceChildren|hasOwn|groupBy|any|"
    r"randomUUID|requestIdleCallback|isWellFormed|withResolvers"
)
# What it is called, and the Chromium that brought it.
_SCRIPT: Final = {
    r"\?\.(?!\d)": "?. (80)",
    r"\?\?": "?? (80)",
    r"(?:\|\||&&)=": "||= (85)",
    r"\bstatic \{|#\w+ in ": "private members asked for (91)",
    rf"\.(?:{_LATER})\(": "(85 and later)",
    r"\b(?:structuredClone|crypto\.subtle|AbortSignal\.timeout|WeakRef)\b": "(84 and later, or https)",
}
_STYLE: Final = {
    r"(?<!-)\binset(?:-\w+)*:(?! 0\))": "inset (87)",
    r"\b(?:margin|padding|border)-(?:inline|block):": "both sides at once by the lines (87)",
    r"@container|@layer|@scope|@starting-style": "at-rules (99 and later)",
    r"[{;]\s*(?:&|> )": "nested rules (112)",
    r":(?:is|where)\(": ":is() (88)",
    r":not\([^()]*(?:\([^()]*\)[^()]*)*,": "a list in :not() (88): the whole rule falls away",
    r"\b(?:d|s|l)v[hw]\b": "dvh (108)",
    r"(?<![\w-])(?:min|max|clamp|color-mix|oklch|light-dark)\(": "functions (79 and later)",
    r",[^{}]*:has\(|:has\([^{}]*\)[^{}]*,[^{}]*\{": ":has() in a list (105): the whole rule falls away",
}
_ASKED_FOR: Final = r"@supports \((?:\([^()]*\)|[^()])*\) \{[^{}]*\{[^{}]*\}\s*\}"
# Whoever does not know the second keeps the first; with env() or var() in it, it is taken and fails later.
_TOLD_TWICE: Final = r"(?<=[{; ])([\w-]+): ([^;{}]*); \1: (?![^;{}]*(?:env|var)\()[^;{}]*;"
_PAGE: Final = {r"<dialog|\binert\b|\bpopover": "(37 to 114)", r"<search\b": "(118)"}


def _kept(path: Path) -> str:
    """Give a file without its comments; of a style sheet only what an old browser is meant to take."""
    text = re.sub(r"/\*[\s\S]*?\*/|(?m:^\s*//.*$)|(?<=[;{}]) // .*", "", path.read_text("utf-8"))
    if path.suffix == ".css":
        text = re.sub(_ASKED_FOR, "", text)
        text = re.sub(_TOLD_TWICE, r"\1: \2;", text)
    return text


@pytest.mark.parametrize("path", [*_WRITTEN, *_SITE, *_TEMPLATES, *_PAGES], ids=lambda one: one.name)
def test_nothing_asks_for_more_than_the_browser_of_an_office_has(path: Path):
    wanted = {".js": _SCRIPT, ".css": _STYLE}.get(path.suffix, _PAGE)
    text = _kept(path)
    assert [f"{found[0]} {name}" for sign, name in wanted.items() for found in re.finditer(sign, text)] == []


def test_the_surface_is_made_for_it():
    assert "--target=chrome78" in (_ROOT / "deploy" / "setup" / "surface.sh").read_text("utf-8")
    lines = (_SURFACE / "main.js").read_text("utf-8").splitlines()
    assert next(one for one in lines if one.startswith("import")).startswith('import "./old.js"')


@pytest.mark.skipif(not _MADE.exists(), reason="made at set-up where there is npm")
def test_the_surface_brings_what_its_packages_take_for_granted():
    made = _MADE.read_text("utf-8")
    brought = re.findall(r'give\([\w.]+, "(\w+)"', (_SURFACE / "old.js").read_text("utf-8"))
    assert set(re.findall(rf"\.({_LATER})\(", made)) <= set(brought)


def test_contrast_by_the_kept_sign_is_the_contrast_of_the_box():
    style = (_WEBSITE / "static" / "site.css").read_text("utf-8")
    by_sign, by_box = (
        re.findall(rf"^:root{how} (\{{[^}}]*\}})", style, re.MULTILINE)
        for how in (r"\[data-contrast\]", r":has\(#contrast:checked\)")
    )
    assert by_sign == by_box
    assert len(by_sign) == 1
