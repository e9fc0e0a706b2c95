"""JSON → entries. The shape: `year`, `form_version`, `figures`; `id` and `locality` where known."""

import json
from decimal import Decimal
from typing import Any, Final

from server.report.entry import Entry
from server.report.reading.unreadable import Unreadable

_DEPTH: Final = 12
_MOST: Final = 10_000


def read_json(text: str) -> tuple[Entry, ...]:
    """Read one entry or a list of entries; raises Unreadable. Decimals keep their places."""
    try:
        read = json.loads(text, parse_float=Decimal, parse_constant=Decimal)
    except (ValueError, RecursionError) as error:
        where = f"第 {error.lineno} 行第 {error.colno} 列" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"不是正确的 JSON{'：' + where if where else ''}。") from None
    listed = read if isinstance(read, list) else [read]
    if not listed or len(listed) > _MOST:
        raise Unreadable("JSON 里没有报告，或者报告太多。")
    return tuple(_entry(value, at) for at, value in enumerate(listed, 1))


def _entry(value: Any, at: int) -> Entry:
    if not isinstance(value, dict) or not isinstance(value.get("figures"), dict):
        raise Unreadable(f"JSON 的第 {at} 份报告缺少 figures（数字）；还应有 year 和 form_version。")
    year = value.get("year")
    if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
        raise Unreadable(f"JSON 的第 {at} 份报告的 year 应是一个年份，例如 2017。")
    if _depth(value["figures"]) > _DEPTH:
        raise Unreadable(f"JSON 的第 {at} 份报告嵌套过深。")
    texts = {name: str(value.get(name) or "") for name in ("id", "locality", "form_version")}
    return Entry(texts["id"], texts["locality"], year, texts["form_version"], value["figures"])


def _depth(tree: Any) -> int:
    if not isinstance(tree, dict):
        return 0
    return 1 + max((_depth(value) for value in tree.values()), default=0)
