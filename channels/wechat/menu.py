"""The menu of an account, made from the columns of the site (contract wechat §7)."""

from collections.abc import Iterable
from typing import Any, Final

from channels.item import Column

LATEST: Final = "latest"
COLUMNS: Final = "columns"
MINE: Final = "mine"
HELP: Final = "help"
COLUMN: Final = "column:"
"""Keys of buttons; a column's key is this and its slug."""

_MOST_BELOW: Final = 5
_MOST_NAME_BELOW: Final = 60  # bytes
_MOST_KEY: Final = 128


def menu_of(columns: Iterable[Column], site_url: str) -> dict[str, Any]:
    """Give the menu: the newest, the first columns, and what a reader may want; always within the limits."""
    shown = [column for column in columns if len((COLUMN + column.slug).encode()) <= _MOST_KEY]
    if len(shown) > _MOST_BELOW:
        below = [_press(column.name, COLUMN + column.slug) for column in shown[: _MOST_BELOW - 1]]
        below.append(_press("全部栏目", COLUMNS))
    else:
        below = [_press(column.name, COLUMN + column.slug) for column in shown]
    service = [
        _press("我的订阅", MINE),
        _press("怎样查找", HELP),
        {"type": "view", "name": "政府网站", "url": site_url},
    ]
    buttons: list[dict[str, Any]] = [_press("最新公开", LATEST)]
    if below:
        buttons.append({"name": "栏目", "sub_button": below})
    return {"button": [*buttons, {"name": "服务", "sub_button": service}]}


def _press(name: str, key: str) -> dict[str, Any]:
    return {"type": "click", "name": _fit(name), "key": key}


def _fit(name: str) -> str:
    """Cut at a character; a name without any is no name."""
    return name.encode()[:_MOST_NAME_BELOW].decode("utf-8", "ignore").strip() or "栏目"
