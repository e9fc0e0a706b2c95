"""One list against its total: a sum or the channel law, and when a gap is a fault (RULES.md §5).

A list in prose may be complete or name examples. It counts as complete when it says so, has a catch-all
(其他…), is long, or almost closes; an incomplete one can only be wrong by being too great.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from server.report.amounts import told
from server.report.finding import Finding

_CHANNEL: Final = re.compile(
    r"公报|网站|门户网|官网|微博|微信|公众号|公众平台|客户端|抖音|头条|APP|app|小程序|新媒体|媒体|央媒|报刊|广播|电视"
    r"|公开栏|公示栏|公告栏|其他方式|其它方式|其他渠道|其它渠道|其他途径"
)
_DISCLOSED: Final = re.compile(r"公开|发布|信息|公示")
_CATCH_ALL: Final = re.compile(
    r"^(?:其他|其它|其余)|(?:其他|其它|其余)(?:方式|渠道|途径|情形|处理|类|事项|栏目|信息)?$"
)
_WAY: Final = re.compile(r"(?:当面|传真|网络|网上|网站|信函|来信|邮寄|邮件|现场)[^,]{0,6}(?:申请|提交)?")
_FORM_CHANNELS: Final = (
    ("政府公报", "公报"),
    ("政府网站", "网站"),
    ("政务微博", "微博"),
    ("政务微信", "微信|公众"),
    ("其他方式", "其他方式|其它方式|其他渠道|其它渠道|其他途径"),
)
# What these name is everything there is: a list of all of them is complete.
_WHOLES: Final = (
    ("一季度", "二季度", "三季度", "四季度"),
    ("上半年", "下半年"),
    ("专职", "兼职"),
    ("建议", "提案"),
)
_NEAR: Final = Decimal("0.05")
_CLOSE: Final = Decimal("0.2")
_HALF: Final = Decimal("0.5")
_MANY: Final = 5
_SUBSET_PARTS: Final = 14


@dataclass(frozen=True, slots=True)
class Part:
    """A named number: a total or a part of one. A value of None is an estimate or a blank."""

    label: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A total with its parts. `complete` where the text says so, `examples` where it says the contrary."""

    where: str
    total: Part
    parts: tuple[Part, ...]
    complete: bool = False
    examples: bool = False


def check_listing(listing: Listing) -> Iterator[Finding]:
    """Give what is wrong with a list, if anything is."""
    total = listing.total.value
    values = [part.value for part in listing.parts if part.value is not None]
    if total is None or not values or len(values) < len(listing.parts):
        return
    if is_about_channels(listing):
        yield from _check_channels(listing, total, values)
    elif len(values) == 1:
        if values[0] > total:
            yield _finding("part_exceeds_whole", listing, total, values[0], "“其中”一项大于总数")
    else:
        yield from _check_sum(listing, total, values)


def is_about_channels(listing: Listing) -> bool:
    """Say whether the parts are channels of disclosure, on which one item may stand several times."""
    named = sum(is_channel(part.label) for part in listing.parts)
    return (
        len(listing.parts) >= 2
        and named * 2 > len(listing.parts)
        and bool(_DISCLOSED.search(listing.total.label))
    )


def is_channel(label: str) -> bool:
    """Say whether a label names a channel."""
    return bool(_CHANNEL.search(label))


def is_way(label: str) -> bool:
    """Say whether a label names a way of handing in a request."""
    return bool(_WAY.search(label))


def is_catch_all(label: str) -> bool:
    """Say whether a label is the rest of a list."""
    return bool(_CATCH_ALL.search(label))


def _check_channels(listing: Listing, total: Decimal, values: Sequence[Decimal]) -> Iterator[Finding]:
    computed = sum(values, Decimal(0))
    if max(values) > total:
        largest = max(listing.parts, key=lambda part: part.value or Decimal(0)).label
        hint = f"“{largest}”一个渠道就多于总数，任何算法都不可能"
        yield _finding("channel_exceeds_total", listing, total, max(values), hint)
        return
    gap = total - computed
    complete = listing.complete or any(
        is_catch_all(part.label) or "其他" in part.label for part in listing.parts
    )
    if gap > 0 and (complete or gap <= total * _NEAR):
        yield _finding("channels_short", listing, total, computed, _missing_channel(listing, gap))


def _check_sum(listing: Listing, total: Decimal, values: Sequence[Decimal]) -> Iterator[Finding]:
    computed = sum(values, Decimal(0))
    gap = abs(computed - total)
    if gap == 0:
        return
    if computed > total:
        severe = len(values) > 2 or gap <= total * _CLOSE
        hint = "各项之和大于总数" + _surplus(listing, computed - total)
        yield _finding("sum_differs", listing, total, computed, hint, warning=not severe)
        return
    if listing.examples:
        return
    ends = listing.complete or any(is_catch_all(part.label) for part in listing.parts) or _names_all(listing)
    if ends or gap <= total * _NEAR or (len(values) >= _MANY and gap <= total * _HALF):
        hint = f"各项之和小于总数；若还有未列的一项，应为 {told(gap)}"
        yield _finding("sum_differs", listing, total, computed, hint)
    elif len(values) > 2 and gap <= total * _CLOSE:
        hint = f"各项之和小于总数；若所列已是全部，相差 {told(gap)}"
        yield _finding("sum_differs", listing, total, computed, hint, warning=True)


def _names_all(listing: Listing) -> bool:
    """Say whether the parts are all of something, each once: the four quarters, the two halves of a year."""
    return any(
        len(whole) == len(listing.parts)
        and all(word in part.label for word, part in zip(whole, listing.parts, strict=True))
        for whole in _WHOLES
    )


def _missing_channel(listing: Listing, gap: Decimal) -> str:
    missing = [
        name
        for name, words in _FORM_CHANNELS
        if not any(re.search(words, part.label) for part in listing.parts)
    ]
    told_law = "同一信息只计 1 条，总数不应大于各渠道之和"
    if len(missing) == 1:
        return f"{told_law}；没有列出的“{missing[0]}”若为 {told(gap)} 条，即可吻合"
    return f"{told_law}；相差 {told(gap)}"


def _surplus(listing: Listing, surplus: Decimal) -> str:
    """Name the parts that make up exactly the surplus, when only one choice of them does."""
    if len(listing.parts) > _SUBSET_PARTS:
        return ""
    found = [
        chosen
        for size in range(1, min(4, len(listing.parts)))
        for chosen in combinations(listing.parts, size)
        if sum((part.value or Decimal(0) for part in chosen), Decimal(0)) == surplus
    ]
    if len(found) != 1:
        return ""
    return f"；“{'”“'.join(part.label for part in found[0])}”合计恰为多出的 {told(surplus)}"


def _finding(
    rule: str, listing: Listing, stated: Decimal, computed: Decimal, hint: str, *, warning: bool = False
) -> Finding:
    return Finding(rule, "warning" if warning else "error", listing.where, stated, computed, hint)
