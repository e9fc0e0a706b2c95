"""Lists in prose: a total, «其中» or a colon, parts; parts in brackets; parts, then «合计» (RULES.md §5)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise, takewhile
from typing import Final

from server.report.finding import Finding
from server.report.prose import Quantity, Sentence, is_earlier
from server.report.rules.sums import Listing, Part, check_listing, is_catch_all, is_channel

_TRIGGER: Final = re.compile(r"其中|分别为|分别是|包括|包含|分为|具体为|具体是|按[^,。;\d]{1,10}分|构成为")
_COMPLETE: Final = re.compile(r"分别为|分别是|分为|按|构成为")
_EXAMPLES: Final = re.compile(r"主要|等\s*$|等方面|等等")
_CLOSING: Final = re.compile(r"(?:合计|总计|共计|总共|总数)(?:公开|发布|推送|受理|收到|办理)?[为是达:]*\s*$")
_BESIDE: Final = re.compile(r"^(?:另|每|平均|均)")
_STEP: Final = re.compile(r"^(?:已|均已?|全部)?(?:办结|答复|回复|处理|解决|办理|采纳|完成)$")
_WHOLE: Final = 100
_SHORT: Final = re.compile(r"[,;]\s*(?:一共|共)\s*$")
_YEARS: Final = re.compile(r"([两二三四五])年(?:来|间)?(?:总共|共计|合计|累计|共)[^,。;\d]{0,6}$")
_SO_MANY: Final = re.compile(
    r"([两二三四五六七八九])(?:个|家)(?:部门|单位|机构|乡镇|苏木镇|镇|街道|渠道|平台|季度|旗县|局)"
    r"(?:总共|共计|合计|累计|共)[^,。;\d]{0,6}$"
)
_MANY: Final = {sign: number for number, sign in enumerate("两三四五六七八九", 2)} | {"二": 2}
_FULL_YEAR: Final = re.compile(r"全年(?:总共|一共|共计|合计|累计|共)[^,。;\d□]{0,6}$")
_OF_A_PART: Final = re.compile(r"(?:□|上半年|下半年|[一二三四]季度)[^,。;、□\d]{0,8}$")
_OF_A_YEAR: Final = re.compile(r"□[^,。;、□]{0,16}$")
_OF_YEARS: Final = re.compile(r"(?:□+[、和]?)+分别[^,。;、□\d]{0,16}$")
_ACT: Final = re.compile(
    r"收到|办结|办理|答复|开展|举办|受理|组织|召开|回应|处理|新增|全年|同时|累计|培训|印发|制发|接待|解读|推送|制作|更新|完成|注销|关停|撤销|开设|新开|合格|结转|剩余|尚|未|共"
)


@dataclass(frozen=True, slots=True)
class _Found:
    sentence: Sentence
    total: Quantity
    parts: tuple[Quantity, ...]
    complete: bool
    examples: bool


def check_lists(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Give what is wrong with the lists of a paragraph's sentences."""
    for at, sentence in enumerate(sentences):
        before = sentences[at - 1] if at else None
        for found in _triggered(sentence, before):
            yield from _judge(found)
        yield from _check_brackets(sentence)
        yield from _check_closing(sentence)


def _triggered(sentence: Sentence, before: Sentence | None) -> Iterator[_Found]:
    flat = [one for one in sentence.quantities if one.depth == 0]
    counts = [one for one in flat if one.kind == "count" and not is_earlier(sentence, one)]
    starts = _starts(sentence, flat)
    outer: _Found | None = None
    for number, (start, end, word) in enumerate(starts):
        until = starts[number + 1][0] if number + 1 < len(starts) else len(sentence.masked)
        totals = [one for one in counts if one.end <= start]
        behind = [one for one in counts if end <= one.start and one.end <= until]
        if not totals and before is not None and not sentence.masked[:start].strip(" ,;"):
            yield from _across(sentence, before, behind)
            continue
        pair = _pair(sentence, totals, behind)
        if pair is not None:
            yield from pair
            continue
        totals = _without_sum_beside(totals, behind)
        parts = _parts_of(totals, behind)
        if not parts:
            continue
        if outer is not None and totals[-1] in outer.parts:
            outer, parts = _nested(outer, totals[-1], parts)
            if not parts:
                continue
        elif outer is not None:
            yield outer
            outer = None
        found = _Found(
            sentence,
            totals[-1],
            parts,
            bool(_COMPLETE.search(word)),
            _names_examples(sentence, totals[-1], parts),
        )
        if outer is None:
            outer = found
        else:
            yield found
    if outer is not None:
        yield outer


def _parts_of(totals: list[Quantity], behind: list[Quantity]) -> tuple[Quantity, ...]:
    """Give the parts of the nearest total; none where they make one before it.

    «新收 86 件,上年结转 3 件;其中自然人 79 件、法人 7 件» details the 86.
    """
    if not totals:
        return ()
    *others, total = totals
    parts = _same_kind(total, behind)
    summed = sum((one.value for one in parts), Decimal(0))
    detail_another = len(parts) > 1 and any(one.value == summed and one.unit == total.unit for one in others)
    return () if detail_another else parts


def _without_sum_beside(totals: list[Quantity], behind: list[Quantity]) -> list[Quantity]:
    """Leave out what else is told beside a total: «项目 48 个,涉及资金 12.6 亿元,其中续建 20 个»."""
    if len(totals) < 2 or not behind or not behind[0].unit == totals[-2].unit != totals[-1].unit:
        return totals
    return totals[:-1]


def _pair(sentence: Sentence, totals: list[Quantity], behind: list[Quantity]) -> tuple[_Found, _Found] | None:
    """Part «25 件 2950 元,其中:甲局 9 件 860 元、…» into its two lists, by unit."""
    if len(totals) < 2 or sentence.masked[totals[-2].end : totals[-1].start].strip():
        return None
    units = (totals[-2].unit, totals[-1].unit)
    if len(behind) < 4 or [one.unit for one in behind[:4]] != [*units, *units] or units[0] == units[1]:
        return None
    first, second = (tuple(one for one in behind if one.unit == unit) for unit in units)
    return (
        _Found(sentence, totals[-2], first, complete=True, examples=False),
        _Found(sentence, totals[-1], second, complete=True, examples=False),
    )


def _starts(sentence: Sentence, flat: list[Quantity]) -> list[tuple[int, int, str]]:
    hits = [hit for hit in _TRIGGER.finditer(sentence.masked) if not _inside_brackets(sentence, hit.start())]
    return sorted({(hit.start(), hit.end(), hit[0]) for hit in hits} | _colon(sentence, flat))


def _nested(
    outer: _Found, total: Quantity, parts: tuple[Quantity, ...]
) -> tuple[_Found, tuple[Quantity, ...]]:
    """Part a list within a list from what goes on with the outer one: it ends where it adds up to its total.

    Where it never does, nobody can tell the end; then the outer list is taken for examples.
    """
    running = total.value * 0
    for at, one in enumerate(parts, 1):
        running += one.value
        if running == total.value:
            return replace(outer, parts=(*outer.parts, *parts[at:])), parts[:at]
    close = running != total.value and abs(running - total.value) * 20 <= total.value
    return replace(outer, examples=True, complete=False), parts if close else ()


def _names_examples(sentence: Sentence, total: Quantity, parts: tuple[Quantity, ...]) -> bool:
    between = sentence.masked[total.end : parts[0].start]
    return bool(_EXAMPLES.search(between)) or _ends_open(sentence, parts)


def _across(sentence: Sentence, before: Sentence, behind: list[Quantity]) -> Iterator[_Found]:
    """Take the total from the sentence before: the one count in it, or the one that the parts add up to."""
    totals = [one for one in before.quantities if one.kind == "count" and one.depth == 0]
    fitting = [(total, parts) for total in totals if (parts := _same_kind(total, behind))]
    if len(fitting) == 1 or (
        fitting
        and all(sum(one.value for one in parts) != total.value for total, parts in fitting)
        and len(totals) == 1
    ):
        total, parts = fitting[0]
        yield _Found(sentence, total, parts, complete=False, examples=_ends_open(sentence, parts))


def _same_kind(total: Quantity, behind: list[Quantity]) -> tuple[Quantity, ...]:
    """Give the parts up to the first that counts something else or begins a new matter."""
    unit, parts = total.unit, list[Quantity]()
    for one in behind:
        if unit and one.unit and one.unit != unit:
            break
        reached = sum((part.value for part in parts), one.value)
        if parts and _STEP.search(one.label) and reached > total.value:
            break  # what was done with those before: «其中有效留言 180 条,办结 178 条»
        if parts and _BESIDE.search(one.label):
            break  # «其中自然人 24 件、法人 4 件,另有上年结转 1 件», «…,每次平均 84 人次»
        unit = unit or one.unit
        parts.append(one)
    value, running = total.value, 0
    for at, one in enumerate(parts):
        running += int(one.value) if one.value == one.value.to_integral_value() else 0
        follows = parts[at + 1] if at + 1 < len(parts) else None
        # The list is closed and what follows says what was done, not a further part.
        if (
            at
            and running == value
            and follows is not None
            and (
                not follows.label
                or _ACT.search(follows.label)
                or follows.before == ";"
                or follows.value > value
                or is_catch_all(one.label)
            )
        ):
            return tuple(parts[: at + 1])
    return tuple(parts)


def _colon(sentence: Sentence, flat: list[Quantity]) -> set[tuple[int, int, str]]:
    """Find «共…N 条:A 1 条、B 2 条»: a colon straight behind a total, before two figures and more."""
    found = set()
    for one in flat:
        rest = sentence.masked[one.end :]
        if one.kind == "count" and rest[:1] == ":" and sum(other.start > one.end for other in flat) >= 2:
            found.add((one.end, one.end + 1, ":"))
    return found


def _judge(found: _Found) -> Iterator[Finding]:
    if _has_subtotal(found) or _overlaps(found):
        return
    figures = (found.total, *found.parts)
    if not all(one.exact or one.step is not None for one in figures) or _is_within_rounding(found):
        return
    listing = _listing(found)
    findings = list(check_listing(listing))
    if findings and (_drop_tail(found) or _closes_with_next(found)):
        return
    yield from findings


def _has_subtotal(found: _Found) -> bool:
    """Say whether a part is itself the sum of others: «一季度 300 条,二季度 400 条,上半年合计 700 条»."""
    return any(_CLOSING.search(found.sentence.masked[: part.start]) for part in found.parts)


def _overlaps(found: _Found) -> bool:
    """Say whether parts are told with shares of more than everything: «其中大专 80%,党员 60%»."""
    shares = [
        behind.value
        for one, behind in pairwise(found.sentence.quantities)
        if one in found.parts and behind.kind == "percent" and "占" in behind.label
    ]
    return len(shares) == len(found.parts) and sum(shares) > _WHOLE


def _is_within_rounding(found: _Found) -> bool:
    """Say whether figures such as «1.2 万» may add up all the same.

    Each part may be off by half of what its last digit is worth, the total by all of it: it may be cut.
    """
    steps = [part.step for part in found.parts if part.step is not None]
    if found.total.step is None and not steps:
        return False
    summed = sum((part.value for part in found.parts), Decimal(0))
    room = sum(steps, Decimal(0)) / 2 + (found.total.step or Decimal(0))
    gap = abs(summed - found.total.value)
    return gap < room or (bool(steps) and gap == room)


def _closes_with_next(found: _Found) -> bool:
    """Say whether a last part counted in another word makes the sum: «文字 46 篇,发布会解读 2 场»."""
    behind = [one for one in found.sentence.quantities if one.start > found.parts[-1].end]
    if not behind or behind[0].kind != "count" or behind[0].before not in (",", "、"):
        return False
    return sum((part.value for part in found.parts), behind[0].value) == found.total.value


def _drop_tail(found: _Found) -> bool:
    """Say whether the parts up to some point close, with a new matter behind it."""
    running = found.parts[0].value
    for at, one in enumerate(found.parts[1:], 1):
        if at > 1 and running == found.total.value and (_ACT.search(one.label) or one.before == ";"):
            return True
        running += one.value
    return False


def _listing(found: _Found) -> Listing:
    return Listing(
        where=found.sentence.where(found.total),
        total=Part(found.total.label, found.total.value),
        parts=tuple(Part(part.label, part.value) for part in found.parts),
        complete=found.complete,
        examples=found.examples,
    )


def _check_brackets(sentence: Sentence) -> Iterator[Finding]:
    """Parts in brackets straight behind a figure belong to that figure."""
    for at, total in enumerate(sentence.quantities):
        if total.kind != "count" or not sentence.masked[total.end :].lstrip().startswith("("):
            continue
        inside = []
        for one in sentence.quantities[at + 1 :]:
            if one.depth <= total.depth:
                break
            if one.depth == total.depth + 1 and one.kind == "count":
                inside.append(one)
        parts = _same_kind(total, inside)
        one_of = len(parts) == 1 and "其中" in sentence.masked[total.end : parts[0].start]
        if parts and len(parts) == len(inside) and (len(parts) >= 2 or one_of):
            yield from _judge(
                _Found(sentence, total, parts, complete=False, examples=_ends_open(sentence, parts))
            )


def _check_closing(sentence: Sentence) -> Iterator[Finding]:
    """Check «A 1 件,B 2 件,合计 3 件»: some run of figures before the total must add up to it."""
    yield from _check_so_many(sentence)
    flat = [one for one in sentence.quantities if one.depth == 0 and one.kind == "count"]
    for at, total in enumerate(flat):
        head = sentence.masked[: total.start]
        is_short = _SHORT.search(head) and at > 2 and (_COMPLETE.search(head) or _in_a_row(flat[: at + 1]))
        if not (_CLOSING.search(head) or is_short or _is_of_a_year(sentence, flat[: at + 1])) or at < 2:
            continue
        run: list[Quantity] = []
        for one in reversed(flat[:at]):
            if not _is_counted_alike(one, total) or not (one.exact or one.step is not None):
                break
            run.insert(0, one)
        lists = [
            _Found(sentence, total, tuple(run[start:]), complete=True, examples=False)
            for start in range(len(run))
        ]
        if len(run) < 2 or any(map(_closes, lists)) or any(one.value > total.value for one in run):
            continue
        yield from _judge(lists[0])


def _is_counted_alike(one: Quantity, total: Quantity) -> bool:
    """Say whether a part has the unit of its total: who came to three courses are 人 each and 人次 in all."""
    return one.unit == total.unit or (one.unit, total.unit) == ("人", "人次")


def _in_a_row(figures: list[Quantity]) -> bool:
    """Say whether «A 15 个、B 6 个,共 21 个» is all that a sentence counts, or has three parts in a row."""
    *parts, total = figures
    joined = list(takewhile(lambda one: one.before == "、", reversed(parts[1:])))
    row = parts[-len(joined) - 1 :]
    return all(_is_counted_alike(one, total) for one in row) and (row == parts or len(row) > 2)


def _is_of_a_year(sentence: Sentence, figures: list[Quantity]) -> bool:
    """Say whether the last figure closes halves, quarters or months: «1至6月 1 条,…,全年共 3 条»."""
    *parts, total = figures
    heads = [
        sentence.masked[before.end if before else 0 : one.start]
        for before, one in zip((None, *parts), parts, strict=False)
    ]
    return bool(_FULL_YEAR.search(sentence.masked[: total.start])) and all(map(_OF_A_PART.search, heads))


def _closes(found: _Found) -> bool:
    summed = sum((part.value for part in found.parts), Decimal(0))
    return summed == found.total.value or _is_within_rounding(found)


def _check_so_many(sentence: Sentence) -> Iterator[Finding]:
    """Check «2016 年 1 条,2017 年 2 条,两年共 3 条», and «甲局 1 条、乙局 2 条,两个部门共 3 条»."""
    flat = [one for one in sentence.quantities if one.depth == 0 and one.kind == "count"]
    for at, total in enumerate(flat):
        head = sentence.masked[: total.start]
        so_many = _SO_MANY.search(head)
        hit = so_many or _YEARS.search(head)
        many = _MANY[hit[1]] if hit else 0
        parts = tuple(flat[max(0, at - many) : at])
        if not many or len(parts) != many or any(one.unit != total.unit for one in parts):
            continue
        heads = [sentence.masked[: one.start] for one in parts]
        in_a_row = all(one.before == "、" for one in parts[1:])
        if so_many or all(map(_OF_A_YEAR.search, heads)) or (_OF_YEARS.search(heads[0]) and in_a_row):
            yield from _judge(_Found(sentence, total, parts, complete=True, examples=False))


def _ends_open(sentence: Sentence, parts: Sequence[Quantity]) -> bool:
    """Say whether «等» follows the last part: then the list gives examples."""
    rest = sentence.masked[parts[-1].end :]
    closed = any(is_catch_all(part.label) for part in parts) or all(is_channel(part.label) for part in parts)
    return rest.lstrip().startswith("等") and not closed


def _inside_brackets(sentence: Sentence, at: int) -> bool:
    head = sentence.masked[:at]
    return head.count("(") > head.count(")")
