"""The figures of an entry (JSON): which of them are parts of which, told by the names and by the nesting."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from server.report.amounts import Amount, read_cell
from server.report.cells import Cells
from server.report.entry import Entry
from server.report.finding import Finding
from server.report.rules.sums import Listing, Part, check_listing, is_channel, is_way

_TABLES: Final = re.compile(r"^[二三四](?:/|$)")
_DETAIL: Final = re.compile(r"(?:_by|明细|分类|构成)(?:[((][^))]*[))])?$|^by_\w+$")
_OPEN: Final = re.compile(r"起头|部分|主要|节选")
_CHANNELS_OF: Final = "通过不同渠道和方式公开政府信息的情况"
_DISCLOSED: Final = re.compile(
    r"主动公开.*(?:信息|总)|公开政府信息|政府信息公开|新增.*公开|公开.*信息(?:总)?数|公开总数"
)
_NO_COUNT: Final = re.compile(r"_(?:percent|期|册|from|to|万人次|万元|元|件|起)$")
_REQUESTS: Final = re.compile(r"收到|受理|申请总数")
_OUTCOMES: Final = ("予以公开", "部分公开", "不予公开", "无法提供", "不予处理", "其他处理")
_LEVEL: Final = re.compile(
    r"^[省市区县旗盟乡镇街道苏木嘎查社村屯居部门机关政府及各直属单位派出机构先导管委会、,,]+$"
)
_NEAR: Final = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class _Figure:
    """A named value of one object: `at` is its place among all names of that object."""

    at: int
    name: str
    value: Decimal


def check_figures(entry: Entry, cells: Cells) -> Iterator[Finding]:
    """Give the sums that do not hold among an entry's figures, whatever object they stand in."""
    known = frozenset(cells.places.values())
    yield from _check_object((), entry.figures, known, entry)


def _check_object(
    path: tuple[str, ...], tree: Mapping[str, Any], known: frozenset[str], entry: Entry
) -> Iterator[Finding]:
    names = list(tree)
    numbers = [
        _Figure(at, name, value.value)
        for at, name in enumerate(names)
        if isinstance(
            value := read_cell(tree[name]) if not isinstance(tree[name], Mapping | list) else None, Amount
        )
    ]
    counts = [one for one in numbers if not _NO_COUNT.search(one.name)]
    for at, name in enumerate(names):
        below = tree[name]
        if isinstance(below, Mapping) and not _TABLES.match(name):
            yield from _check_detail(path, at, name, below, numbers, known)
            yield from _check_object((*path, name), below, known, entry)
    yield from _check_flat_channels(path, counts)
    yield from _check_categories(path, tree, counts)
    yield from _check_requests(path, counts, known)
    free = [one for one in counts if "/".join((*path, one.name)) not in known]
    yield from _check_alike(path, free)


def _check_detail(
    path: tuple[str, ...],
    at: int,
    name: str,
    below: Mapping[str, Any],
    numbers: Sequence[_Figure],
    known: frozenset[str],
) -> Iterator[Finding]:
    """Check an object of parts against the figure that it details."""
    if any("/".join((*path, name, part)) in known for part in below) and name != _CHANNELS_OF:
        return
    width = max((len(value) for value in below.values() if isinstance(value, list)), default=1)
    totals = _totals(at, name, width, numbers)
    if not totals:
        return
    columns = [_parts(below, which) for which in range(len(totals))]
    for total, parts in zip(totals, columns, strict=True):
        if parts:
            where = "/".join((*path, name))
            complete = not _OPEN.search(name)
            yield from check_listing(
                Listing(where, Part(total.name, total.value), parts, complete=complete, examples=not complete)
            )


def _totals(at: int, name: str, width: int, numbers: Sequence[_Figure]) -> tuple[_Figure, ...]:
    before = [one for one in numbers if one.at < at]
    if name == _CHANNELS_OF:
        return tuple(one for one in before if _DISCLOSED.search(one.name) and "规范性文件" not in one.name)[
            :1
        ]
    stem = _DETAIL.sub("", name)
    named = [one for one in numbers if stem and one.name in (stem, f"{stem}总数", f"{stem}数", f"{stem}合计")]
    if not named and stem:
        named = [one for one in before if one.name.startswith(stem) or stem.startswith(one.name)]
    if named:
        return (named[-1],)
    if not _DETAIL.search(name) or (stem and stem != name and before and before[-1].at != at - 1):
        return ()
    # «by_agency» details the figure before it, or as many before it as its values have numbers.
    if not before or before[-1].at != at - 1:
        return ()
    return tuple(before[-width:]) if len(before) >= width else ()


def _parts(below: Mapping[str, Any], which: int) -> tuple[Part, ...]:
    parts = []
    for name, value in below.items():
        if isinstance(value, Mapping) or _DETAIL.search(name) or name.endswith("_percent"):
            continue
        one = value[which] if isinstance(value, list) and len(value) > which else value
        cell = None if isinstance(one, list) else read_cell(one)
        parts.append(Part(name, cell.value if isinstance(cell, Amount) else None))
    return tuple(parts)


def _check_flat_channels(path: tuple[str, ...], counts: Sequence[_Figure]) -> Iterator[Finding]:
    total = next((one for one in counts if _DISCLOSED.search(one.name) and not is_channel(one.name)), None)
    if total is None:
        return
    parts = tuple(
        Part(one.name, one.value)
        for one in counts
        if one.at > total.at and is_channel(one.name) and "_" not in one.name
    )
    if parts:
        yield from check_listing(Listing("/".join((*path, total.name)), Part(total.name, total.value), parts))


def _check_categories(
    path: tuple[str, ...], tree: Mapping[str, Any], counts: Sequence[_Figure]
) -> Iterator[Finding]:
    """Take figures with details of their own for the kinds of the total before; a channel may be one."""
    total = next((one for one in counts if _DISCLOSED.search(one.name) and not is_channel(one.name)), None)
    detailed = [one.at for one in counts if isinstance(tree.get(f"{one.name}明细"), Mapping)]
    if total is None or len(detailed) < 2 or total.at > detailed[0]:
        return
    kinds = [one for one in counts if total.at < one.at <= detailed[-1] and not is_channel(one.name)]
    channels = [one.value for one in counts if one.at > total.at and is_channel(one.name)]
    computed = sum((one.value for one in kinds), Decimal(0))
    if total.value not in (computed, computed + sum(channels, Decimal(0))):
        hint = "各类之和与总数不符" + ("，加上渠道一项也不符" if channels else "")
        yield Finding("sum_differs", "error", "/".join((*path, total.name)), total.value, computed, hint)


def _check_requests(
    path: tuple[str, ...], counts: Sequence[_Figure], known: frozenset[str]
) -> Iterator[Finding]:
    received = next((one for one in counts if _REQUESTS.search(one.name)), None)
    if received is not None and "/".join((*path, received.name)) not in known:
        ways = [one for one in counts if one.at > received.at and "申请" in one.name and is_way(one.name)]
        if len(ways) >= 2:
            yield from _sum_of(path, received, ways)
    closed = next((one for one in counts if one.name in ("办结", "办结数", "申请办结数", "办理结果")), None)
    outcomes = [one for one in counts if one.name in _OUTCOMES]
    if closed is None:
        return
    if len(outcomes) >= 4 and "/".join((*path, closed.name)) not in known:
        yield from _sum_of(path, closed, outcomes)
    brought = next((one for one in counts if "上年结转" in one.name), None)
    if received is not None and brought is not None and received.value + brought.value < closed.value:
        where, all_in = "/".join((*path, closed.name)), received.value + brought.value
        hint = "办结数不应大于收到与上年结转之和"
        yield Finding("requests_balance", "error", where, closed.value, all_in, hint)


def _check_alike(path: tuple[str, ...], counts: Sequence[_Figure]) -> Iterator[Finding]:
    """Find names alike, straight behind a figure that they nearly add up to: a sum was meant."""
    for at, total in enumerate(counts):
        run = _alike(counts[at + 1 :])
        following = [one.value for one in counts[at + 1 :]]
        sums = {sum(following[:size], Decimal(0)) for size in range(2, len(following) + 1)}
        if len(run) < 2 or total.value in sums or total.value < 10:
            continue
        gap = abs(sum((one.value for one in run), Decimal(0)) - total.value)
        if 0 < gap <= total.value * _NEAR:
            yield from _sum_of(path, total, run)


def _alike(following: Sequence[_Figure]) -> list[_Figure]:
    run: list[_Figure] = []
    suffix = ""
    for at, one in enumerate(following):
        if at and one.at - following[at - 1].at > 2:
            break
        if not run:
            run, suffix = [one], one.name
            continue
        shared = _shared_end(suffix, one.name)
        if len(shared) >= 2:
            suffix = shared
        elif not (_LEVEL.match(one.name) and all(_LEVEL.match(other.name) for other in run)):
            break
        run.append(one)
    return run


def _shared_end(one: str, other: str) -> str:
    size = 0
    while size < min(len(one), len(other)) and one[-1 - size] == other[-1 - size]:
        size += 1
    return one[len(one) - size :]


def _sum_of(path: tuple[str, ...], total: _Figure, parts: Sequence[_Figure]) -> Iterator[Finding]:
    listed = tuple(Part(one.name, one.value) for one in parts)
    where = "/".join((*path, total.name))
    yield from check_listing(Listing(where, Part(total.name, total.value), listed, complete=True))
