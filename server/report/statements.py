"""Figures and the lines behind them as rows of a table, for CSV and XLSX, and a place in a long list."""

import re
from datetime import date
from typing import Final

from server.core.days import SHANGHAI
from server.core.problems import Problem
from server.report.figures import CHANNEL_NAMES, Figures, Row
from server.report.sheets import Value
from server.store.statistics import GroupBy, LineSeen

GROUP_NAMES: Final[dict[GroupBy, str]] = {
    "channel": "渠道",
    "account": "账号",
    "org": "机构",
    "month": "月份",
    "kind": "类别",
    "column": "栏目",
    "topic": "主题分类",
}
_LINE_HEAD: Final = (
    "日期", "标题", "索引号", "机构代码", "机构", "类别", "栏目", "渠道", "账号", "链接",
    "平台编号", "公开时间", "公开地点", "经办人",
)  # fmt: skip
_PLACE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.([0-9A-Za-z]{1,16})")


def figures_table(figures: Figures) -> list[list[Value]]:
    """Give figures as a table: a row for each group, and the total."""
    group = GROUP_NAMES[figures.question.group_by]
    names = list(CHANNEL_NAMES.values())
    withdrawn = [f"撤回：{name}" for name in names]
    head: list[Value] = [group, "名称", "信息条数", *names, "撤回：信息条数", *withdrawn]
    return [head, *(_figures_row(row) for row in (*figures.rows, figures.total))]


def lines_table(lines: tuple[LineSeen, ...]) -> list[list[Value]]:
    """Give ledger lines as a table."""
    return [list(_LINE_HEAD), *(_line_row(line) for line in lines)]


def place_after(line: LineSeen) -> str:
    """Give where the list goes on behind a line."""
    return f"{line.day.isoformat()}.{line.id}"


def read_place(text: str) -> tuple[date, str]:
    """Read such a place; raises Problem for anything else."""
    hit = _PLACE.fullmatch(text)
    try:
        if hit is not None:
            return date.fromisoformat(hit[1]), hit[2]
    except ValueError:
        pass
    raise Problem("invalid", "“after”应是上一页给出的 next", field="after")


def _figures_row(row: Row) -> list[Value]:
    return [
        row.key,
        row.name,
        row.items,
        *(row.deliveries.get(channel, 0) for channel in CHANNEL_NAMES),
        row.withdrawn_items,
        *(row.withdrawn_deliveries.get(channel, 0) for channel in CHANNEL_NAMES),
    ]


def _line_row(line: LineSeen) -> list[Value]:
    live = None if line.live_at is None else line.live_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return [
        line.day.isoformat(),
        line.title,
        line.index_number,
        line.org_code,
        line.org_name,
        line.kind,
        line.column,
        line.channel,
        line.account,
        line.link,
        line.platform_id,
        live,
        line.shown_at,
        line.shown_by,
    ]
