"""Prose → sentences and the figures in them: what is counted, how many, in which unit, and how exactly.

Dates, document numbers, telephone numbers, ordinals and articles of law hold digits that count nothing.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from server.report.document import Paragraph

Kind = Literal["count", "percent", "delta"]

_HIDDEN: Final = re.compile(
    r"[〔\[【(]\s*\d{4}\s*[〕\]】)]\s*(?:第)?\s*\d+\s*号"  # document numbers
    r"|(?:19|20|21)\d\d\s*(?:[-—–~至到]\s*(?:19|20|21)\d\d\s*)?年(?:度|底|初|末)?"
    r"|\d+\s*(?:[-—–~至到]\s*\d+\s*)?(?:月份?|日|号|时|点|分钟|小时|周岁|岁|世纪)"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    r"|\d{1,2}:\d{2}"
    r"|\d+(?:\.\d+)?\s*:\s*\d+(?:\.\d+)?(?=[,。;、)\s]|$)"  # ratios
    r"|第\s*\d+"
    r"|(?:电话|传真|邮编|邮政编码|号码|邮箱|网址|地址)[^,。;]{0,12}?[\d\-—]{5,}"
    # The number by which a hotline is called: «12345热线», «12315 消费者投诉举报平台».
    r"|(?<!\d)(?:12\d{3}|96\d{3}|11\d)(?=[”\"]?[^\d,。;、条件个次]{0,9}(?:热线|平台|举报电话))"
    r"|[A-Za-z_][\w.@/:-]*\d[\w.@/:-]*|\d+[A-Za-z@][\w.@-]*"
    r"|\d{3,4}[-—]\d{7,8}|\d{7,}(?=[,。;)\s]|$)"
    r"|\d+(?:\.\d+)?\s*[-—–~]\s*\d+(?:\.\d+)?"
    r"|\d{1,2}\s*[、.．](?=\D)"
    r"|\d{16,}"  # numbers of accounts and persons
)
_LISTED_NUMBER: Final = re.compile(r"^\s*\(?\d{1,2}\s*[).、．]")
_QUANTITY: Final = re.compile(
    r"(?P<about>约|近|超过|逾|达到?约)?(?P<sign>[-−])?"
    # In words where nothing follows that would make it a name: «五件» and not «一件事一次办».
    r"(?P<number>\d+(?:\.\d+)?|(?<![第一二两三四五六七八九十百])[一二两三四五六七八九十百]+"
    r"(?=(?:条|件|篇|次|期|场|份|人次|户|名|家)(?:[,;。)]|、|$)))\s*"
    r"(?P<percent>%|‰|个百分点)?"
    r"(?P<over>余|多|几)?(?P<scale>[万亿])?(?P<more>余|多|几)?"
    r"(?P<unit>平方米|平米|公里|条次|件次|人次|户次|场次|篇次|元|条|件|篇|次|项|个|期|册|人|家|场|部|份|起|例|宗|批|户|名|类|处|台|套|本|张|组|种|款|栏|级|大|天)?"
)
_DELTA: Final = re.compile(
    r"(?:同比|环比|比上年|比去年|较上年|较去年|较同期|上年同期|去年同期|比上一年|较上一年)[^,。;]*$"
    r"|(?:增长|下降|减少|上升|降低|提高|增加|提升|回落|缩短|压缩|压减)了?(?:约|近)?$"
)
# «比上年的 10000 条增长 20%», «比 2017 年的 100 条»: the figure is the earlier year's own, not a change.
_BASE: Final = re.compile(r"(?:比|较|与)(?:上年度?|去年|上一年度?|□+)(?:同期|年?末|年?底)?的?\s*$")
_EARLIER: Final = re.compile(
    r"(?:^|[,;(、。]|而)\s*(?:上年度?|去年|上一年度?)(?:同期)?(?:为|是|有|公开|发布|共)?[:\s]*$"
)
_DROP: Final = re.compile(r"下降|减少|降低|回落|缩短|压缩|压减|(?:少|低|减|降)了?$")
_TRAILING: Final = re.compile(
    r"(?:分别|数量|条数|件数|数|总计|合计|共计|共|均|各|为|是|达到|达|约|近|有|:|\s)+$"
)
_LEADING: Final = re.compile(r"^(?:其中|和|及|与|以及|,|、|;|:|\s)+")
_BREAKS: Final = ",;、:"
_WORDS: Final = {sign: number for number, sign in enumerate("一二三四五六七八九", 1)} | {"两": 2}
_TENS: Final = {"十": 10, "百": 100}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure in a sentence. `depth` is how many brackets it stands in; `start`, `end` are offsets."""

    kind: Kind
    label: str
    value: Decimal
    decimals: int
    unit: str
    exact: bool
    falling: bool
    depth: int
    start: int
    end: int
    before: str  # the mark that parts it from what stands before
    step: Decimal | None  # of a count in 万 or 亿 without «about»: what its last digit is worth


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a paragraph; `masked` has the digits that count nothing replaced."""

    paragraph: Paragraph
    text: str
    masked: str
    quantities: tuple[Quantity, ...]

    def where(self, quantity: Quantity | None = None) -> str:
        """Give the place in words: the paragraph and the words at the figure."""
        around = (
            self.text.strip()[:24]
            if quantity is None
            else self.text[max(0, quantity.end - 18) : quantity.end]
        )
        return f"第 {self.paragraph.number} 段“{around.strip()}”"


def sentences_of(paragraph: Paragraph) -> tuple[Sentence, ...]:
    """Cut a paragraph into sentences and read their figures."""
    return tuple(_sentence(paragraph, text) for text in _split(paragraph.text) if text.strip())


def is_last_years(head: str) -> bool:
    """Say whether the words before a figure compare with it as last year's."""
    return _BASE.search(head) is not None


def is_earlier(sentence: Sentence, one: Quantity) -> bool:
    """Say whether a figure of a sentence is told as last year's beside this year's."""
    head = sentence.masked[: one.start]
    return is_last_years(head) or _EARLIER.search(head) is not None


def _split(text: str) -> list[str]:
    """Cut at full stops, but not inside brackets that close again."""
    sentences, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        if sign in "((":
            depth += 1
        elif sign in "))":
            depth = max(0, depth - 1)
        elif sign in "。!?" and (depth == 0 or "(" in text[at:].split(")", 1)[0]):
            sentences.append(text[start : at + 1])
            start, depth = at + 1, 0
    return [*sentences, text[start:]]


def _sentence(paragraph: Paragraph, text: str) -> Sentence:
    masked = _HIDDEN.sub(
        lambda hit: "□" * len(hit[0]), _LISTED_NUMBER.sub(lambda hit: " " * len(hit[0]), text)
    )
    quantities: list[Quantity] = []
    depth = scanned = 0
    end = 0
    for hit in _QUANTITY.finditer(masked):
        between = masked[scanned : hit.start()]
        depth = max(0, depth + between.count("(") - between.count(")"))
        scanned = hit.start()
        quantities.append(_quantity(masked, hit, end, depth))
        end = hit.end()
    return Sentence(paragraph, text, masked, tuple(quantities))


def _quantity(text: str, hit: re.Match[str], previous_end: int, depth: int) -> Quantity:
    between = text[previous_end : hit.start()]
    label, before = _label(between)
    digits = hit["number"]
    scale = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}.get(hit["scale"] or "", Decimal(1))
    money = hit["unit"] == "元"
    about = bool(hit["about"] or hit["over"] or hit["more"])
    decimals = len(digits.partition(".")[2])
    rounded = bool(hit["scale"]) and not money
    changed = _DELTA.search(between) and not is_last_years(between)
    kind: Kind = "percent" if hit["percent"] else "delta" if changed else "count"
    unit = (hit["scale"] or "") + "元" if money else (hit["unit"] or "")
    return Quantity(
        kind=kind,
        label=label,
        value=_number(digits) * (Decimal(1) if money else scale),
        decimals=decimals,
        unit=(hit["percent"] or "") if kind == "percent" else unit,
        exact=not about and not rounded,
        falling=bool(_DROP.search(between)) or bool(hit["sign"]),
        depth=depth,
        start=hit.start(),
        end=hit.end(),
        before=before,
        step=scale.scaleb(-decimals) if rounded and not about else None,
    )


def _number(digits: str) -> Decimal:
    """Read a figure, in digits or in words below a thousand."""
    if digits[0].isdigit():
        return Decimal(digits)
    total = figure = 0
    for sign in digits:
        if sign in _TENS:
            total, figure = total + (figure or 1) * _TENS[sign], 0
        else:
            figure = _WORDS[sign]
    return Decimal(total + figure)


def _label(between: str) -> tuple[str, str]:
    """Give the words that name a figure, and the mark before them."""
    words = _TRAILING.sub("", between)
    cut = max((words.rfind(mark) for mark in (*_BREAKS, "(", ")")), default=-1)
    label = _LEADING.sub("", words[cut + 1 :]).strip()
    return _LEADING.sub("", _TRAILING.sub("", label)).strip(), words[cut] if cut >= 0 else ""
