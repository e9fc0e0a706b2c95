"""Lists of people together with what is sensitive about them: health, minors, need."""

import re
from collections.abc import Iterator
from typing import Final

from server.review.findings import Finding, Severity
from server.review.sources import PRIVACY, SENSITIVE
from server.review.subject import Passage
from server.review.tabular import Grid, grids_of

_NAMES: Final = re.compile(
    r"^\s*(?:[\u4e00-\u9fff]{0,6}(?:姓\s*名|名字)|申请人|户\s*主|监护人|患者|受助人|救助对象|享受对象|儿童|学生)\s*+(?:姓名)?\s*+$"
)
_PERSON: Final = re.compile(r"^\s*[\u4e00-\u9fff·]{2,12}\s*$")
_HEALTH: Final = re.compile(
    r"病种|疾病|患病|病情|诊断|孕周|产检|孕产|孕妇|残疾类别|残疾等级|残疾证|精神障碍|艾滋|传染病|慢性病|血型|伤残|体检结果|核酸"
)
_MINORS: Final = re.compile(r"学籍|未成年|幼儿|孤儿|留守儿童|困境儿童|^(?>.*?出生日期).*监护|监护人")
_NEED: Final = re.compile(
    r"低保|贫困|脱贫|特困|五保|临时救助|困难群众|困难家庭|致贫|保障金|救助金|建档立卡|廉租|公租房保障"
)
_NOT_PEOPLE: Final = re.compile(r"单位|科室|部门|项目|会议|医院|机构|目录|名称$")
_ROWS: Final = 2
_AROUND: Final = 60


def rosters(passage: Passage, title: str) -> Iterator[Finding]:
    """Give the lists of a passage that name people beside what is sensitive about them."""
    for grid in grids_of(passage.text):
        head = grid.head
        column = next((n for n, cell in enumerate(head.cells) if _NAMES.match(cell)), None)
        if column is None or _people(grid, column) < _ROWS:
            continue
        around = passage.text[max(0, grid.begin - _AROUND) : grid.begin]
        heads = " ".join(head.cells)
        if found := _kind(heads, f"{title} {around}"):
            rule, severity, reason = found
            offset = head.begin + sum(len(cell) + 1 for cell in head.cells[:column])
            words = head.cells[column]
            place = passage.place(offset, len(words))
            source = PRIVACY if severity == "warning" else SENSITIVE
            yield Finding(rule, severity, place, words.strip(), reason, source)


def _people(grid: Grid, column: int) -> int:
    cells = [row.cells[column] for row in grid.rows if row is not grid.head and column < len(row.cells)]
    return sum(bool(_PERSON.match(cell)) and not _NOT_PEOPLE.search(cell) for cell in cells)


def _kind(heads: str, around: str) -> tuple[str, Severity, str] | None:
    if _HEALTH.search(heads):
        return (
            "roster_health",
            "blocking",
            "名单里有姓名和健康信息：医疗健康属于敏感个人信息，公开须有法律依据并由第二人确认",
        )
    if _MINORS.search(heads):
        return (
            "roster_minors",
            "blocking",
            "名单里有未成年人信息：不满十四周岁的个人信息是敏感信息，公开须由第二人确认",
        )
    if _NEED.search(heads) or _NEED.search(around):
        return "roster_need", "warning", "名单里有姓名和困难救助信息：只公示规定的项目，期满撤下"
    if _HEALTH.search(around):
        return "roster_health_doubtful", "warning", "标题或上文涉及健康信息，名单里有姓名：请核对是否必须公开"
    return None
