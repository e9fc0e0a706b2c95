"""文号 in texts: written in the official form, and known where they are our own."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from server.review.findings import Finding, Place
from server.review.sources import CORRECT, NUMBERS
from server.review.subject import Passage

NUMBER: Final = re.compile(r"〔[0-9]{4}〕[0-9]{1,4}号")
_BODY: Final = re.compile(r"[\u4e00-\u9fff]{1,12}$")
_RIGHT: Final = re.compile(r"[\u4e00-\u9fffA-Za-z（）]{1,20}〔(?:19|20)[0-9]{2}〕[1-9][0-9]{0,4}号")
_ROUGH: Final = re.compile(
    r"(?<!\s)\s*+(?P<bracket>[\[［【「{(（〔﹝])\s*+(?P<year>(?:19|20)[0-9]{2})\s*+[\]］】」})）〕﹞]\s*+第?"
    r"\s*+(?P<number>0*+[1-9][0-9]{0,3})\s*+号"
)
# The last sign of an organ's code: what keeps court cases and years out where the brackets are round.
_LAST: Final = frozenset("发办函字规令通告决任人党文财税政综报请批教卫民建环农林牧水交商市监统审编组宣")
_NONE: Final = frozenset({"", "无"})


def number_forms(passage: Passage) -> Iterator[Finding]:
    """Give the 文号 of a text that are not in the official form, each with the right one."""
    for match in _ROUGH.finditer(passage.text):
        plain = f"〔{match['year']}〕{int(match['number'])}号"
        written = passage.written[match.start() : match.end()]
        body = _body_before(passage.text, match.start())
        is_number = match["bracket"] not in "(（" or body[-1:] in _LAST
        if written != plain and is_number:
            place = passage.place(match.start(), match.end() - match.start())
            reason = "文号的年份用六角括号〔〕，序号不编虚位、不加“第”字、不空格"
            yield Finding(
                "document_number_form", "warning", place, f"{body}{written}", reason, NUMBERS, plain
            )


def _body_before(text: str, offset: int) -> str:
    """Give the Chinese signs right before a place: an organ's code, with what of the sentence touches it."""
    found = _BODY.search(text, max(0, offset - 12), offset)
    return found.group() if found else ""


def own_number(number: str | None, formed_year: int | None) -> Iterator[Finding]:
    """Give what is wrong with the 文号 of the item itself."""
    if number is None or number.strip() in _NONE or _RIGHT.fullmatch(number):
        if (
            number
            and formed_year
            and (year := re.search(r"〔([0-9]{4})〕", number))
            and int(year[1]) != formed_year
        ):
            reason = f"文号的年份是{year[1]}年，成文日期在{formed_year}年，请核对"
            place = Place("document_number", year.start(1), 4)
            yield Finding("document_number_year", "note", place, number, reason, NUMBERS)
        return
    rough = _ROUGH.search(number)
    right = None
    if rough is not None and rough.end() == len(number) and rough.start() > 0:
        right = f"{number[: rough.start()].strip()}〔{rough['year']}〕{int(rough['number'])}号"
    reason = "文号应写成“机关代字〔年份〕序号号”，如“某政办发〔2026〕1号”"
    place = Place("document_number", 0, len(number))
    yield Finding("document_number_form", "warning", place, number, reason, NUMBERS, right)


def cited_numbers(passages: Iterable[Passage]) -> frozenset[str]:
    """Give every 文号 in official form that some texts cite; nothing tells where its first sign stands."""
    found: set[str] = set()
    for one in passages:
        for match in NUMBER.finditer(one.text):
            body = _body_before(one.text, match.start())
            found.update(f"{body[n:]}{match.group()}" for n in range(len(body) - 1))
    return frozenset(found)


def unknown_numbers(passage: Passage, known: frozenset[str], own_bodies: frozenset[str]) -> Iterator[Finding]:
    """Give cited 文号 of our own organs that no document of the catalogue has."""
    for match in NUMBER.finditer(passage.text):
        before = _body_before(passage.text, match.start())
        body = next((before[n:] for n in range(len(before) - 1) if before[n:] in own_bodies), None)
        if body is not None and f"{body}{match.group()}" not in known:
            begin = match.start() - len(body)
            place = passage.place(begin, match.end() - begin)
            reason = "公开目录里没有这个文号的文件：请核对文号，或先公开该文件"
            words = f"{body}{match.group()}"
            yield Finding("cited_number_unknown", "note", place, words, reason, CORRECT)
