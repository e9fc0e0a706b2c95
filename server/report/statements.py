"""Figures and the lines behind them as rows of a table, for CSV and XLSX, and a place in a long list."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from server.core.days import SHANGHAI
from server.core.problems import Problem
from server.report.figures import CHANNEL_NAMES, Figures, Row
from server.report.sheets import Value
from server.report.tally import Tally
from server.store.ledger import Line
from server.store.lines_seen import LineSeen
from server.store.statistics import GroupBy

GROUP_NAMES: Final[dict[GroupBy, str]] = {
    "channel": "渠道",
    "account": "账号",
    "org": "机构",
    "month": "月份",
    "kind": "类别",
    "column": "栏目",
    "topic": "主题分类",
}
JOINT_HEAD: Final = ("其中：牵头联合发文", "另：参与联合发文（计入牵头机构）")
_LINE_HEAD: Final = (
    "日期", "标题", "索引号", "机构代码", "机构", "类别", "栏目", "渠道", "账号", "链接",
    "平台编号", "公开时间", "公开地点", "经办人", "台账", "说明",
)  # fmt: skip
_SHEET_HEAD: Final = (
    "日期", "标题", "索引号", "机构", "类别", "栏目", "渠道", "账号", "链接", "公开时间", "公开地点",
    "经办人", "台账", "说明",
)  # fmt: skip
_PLACE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.([0-9A-Za-z]{1,16})")


def figures_table(figures: Figures) -> list[list[Value]]:
    """Give figures as a table for a program: a row for each group, with its code, and the total."""
    of_orgs = figures.question.group_by == "org"
    head: list[Value] = [GROUP_NAMES[figures.question.group_by], "名称", *_numbers_head(("撤回", "更正"))]
    rows = (*figures.rows, figures.total)
    table = [
        [row.key, row.name, *_numbers(row), *_restated(row), *(_joint(row) if of_orgs else ())]
        for row in rows
    ]
    return [[*head, *(JOINT_HEAD if of_orgs else ())], *table]


def figures_sheet(figures: Figures, tally: Tally) -> list[list[Value]]:
    """Give figures as a table for a person: names alone, and at its foot whether the sums agree."""
    is_restated = figures.total.restated_items or any(figures.total.restated_deliveries.values())
    is_joint = figures.question.group_by == "org" and any(row.led or row.joined for row in figures.rows)
    aside = ("撤回", "更正") if is_restated else ("撤回",)
    head: list[Value] = [
        GROUP_NAMES[figures.question.group_by], *_numbers_head(aside), *(JOINT_HEAD if is_joint else ()),
    ]  # fmt: skip
    rows = (*figures.rows, replace(figures.total, name="合计"))
    table = [
        [
            row.name,
            *_numbers(row),
            *(_restated(row) if is_restated else ()),
            *(_joint(row) if is_joint else ()),
        ]
        for row in rows
    ]
    return [head, *table, ["合计核对", tally.told]]


def lines_table(lines: tuple[LineSeen, ...]) -> list[list[Value]]:
    """Give ledger lines as a table for a program."""
    return [list(_LINE_HEAD), *(_line_row(line) for line in lines)]


def lines_sheet(lines: tuple[LineSeen, ...], line_names: Mapping[Line, str]) -> list[list[Value]]:
    """Give ledger lines as a table for a person: names alone; `line_names` say what a line tells."""
    return [list(_SHEET_HEAD), *(_sheet_row(line, line_names[line.line]) for line in lines)]


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


def _numbers_head(aside: tuple[str, ...]) -> list[Value]:
    names = ("信息条数", *CHANNEL_NAMES.values())
    return [*names, *(f"{what}：{name}" for what in aside for name in names)]


def _numbers(row: Row) -> list[Value]:
    return [
        row.items,
        *(row.deliveries.get(channel, 0) for channel in CHANNEL_NAMES),
        row.withdrawn_items,
        *(row.withdrawn_deliveries.get(channel, 0) for channel in CHANNEL_NAMES),
    ]


def _restated(row: Row) -> list[Value]:
    return [row.restated_items, *(row.restated_deliveries.get(channel, 0) for channel in CHANNEL_NAMES)]


def _joint(row: Row) -> list[Value]:
    return [row.led, row.joined]


def _live_at(line: LineSeen) -> str | None:
    return None if line.live_at is None else line.live_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _sheet_row(line: LineSeen, told: str) -> list[Value]:
    return [
        line.day.isoformat(),
        line.title,
        line.index_number,
        line.org_name,
        line.kind,
        line.column,
        line.channel,
        line.account_name,
        line.link,
        _live_at(line),
        line.shown_at,
        line.shown_by,
        told,
        line.reason,
    ]


def _line_row(line: LineSeen) -> list[Value]:
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
        _live_at(line),
        line.shown_at,
        line.shown_by,
        line.line,
        line.reason,
    ]
