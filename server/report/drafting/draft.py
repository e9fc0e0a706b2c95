"""A draft: headings, paragraphs and tables in the order of the form, each with the sources of its figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.report.amounts import Amount, told
from server.report.drafting.given import STATUTORY, GivenFigures, shown
from server.report.figures import CHANNEL_NAMES
from server.report.forms.form import Table
from server.report.forms.requests import ALL_DONE, BROUGHT, CARRIED, GROUPS, NEW, REVIEWS, SUITS
from server.report.rules.growth import growth

_TOTAL: Final = "总计"
_REQUIRED: Final = "不同渠道和方式公开相同信息计1条"


@dataclass(frozen=True, slots=True)
class Heading:
    """A chapter (level 1) or a section (level 2)."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph with the sources of its figures; 【待填：…】 is left for a person."""

    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table of the form: heads, a row of labels and cells each, and the source of every cell."""

    table: Table
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    sources: tuple[tuple[str, ...], ...]


Block = Heading | Text | TableBlock


@dataclass(frozen=True, slots=True)
class Draft:
    """A report of a year, ready to be written down."""

    organ: str
    year: int
    given: GivenFigures
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """Give the title as reports have it."""
        tail = "政府信息公开年度报告" if self.given.form.first < 2019 else "政府信息公开工作年度报告"
        return f"{self.organ}{self.year}年{tail}"


def compose(organ: str, year: int, given: GivenFigures) -> Draft:
    """Make the draft of a year in its version of the form; the same figures give the same draft."""
    blocks = _chapters_2014 if given.form.version == "2014" else _chapters_now
    return Draft(organ, year, given, tuple(blocks(organ, year, given)))


def _chapters_now(organ: str, year: int, given: GivenFigures) -> Iterator[Block]:
    yield _opening(year, given)
    yield Heading(1, "一、总体情况")
    yield Heading(2, "（一）主动公开")
    yield _disclosed(organ, year, given)
    yield Heading(2, "（二）依申请公开")
    yield _requests(year, given)
    for number, section in zip("三四五", ("政府信息管理", "政府信息公开平台建设", "监督保障"), strict=True):
        yield Heading(2, f"（{number}）{section}")
        yield Text(f"【待填：{section}】")
    yield Heading(1, "二、主动公开政府信息情况")
    yield from (_table(given, table) for table in given.form.tables if table.key.startswith("二"))
    yield Heading(1, "三、收到和处理政府信息公开申请情况")
    yield _table(given, given.form.table("三"))
    yield Heading(1, "四、政府信息公开行政复议、行政诉讼情况")
    yield _table(given, given.form.table("四"))
    five = (
        "存在的主要问题及改进情况"
        if given.form.version == "2021"
        else "政府信息公开工作存在的主要问题及改进情况"
    )
    yield Heading(1, f"五、{five}")
    yield Text("【待填：存在的主要问题及改进情况】")
    yield Heading(1, "六、其他需要报告的事项")
    yield Text(f"【待填：{year}年收取信息处理费的情况，没有收取的写明未收取】")


def _chapters_2014(organ: str, year: int, given: GivenFigures) -> Iterator[Block]:
    yield _opening(year, given)
    for heading, missing in (("一、概述", "概述"),):
        yield Heading(1, heading)
        yield Text(f"【待填：{missing}】")
    yield Heading(1, "二、主动公开政府信息情况")
    yield _disclosed(organ, year, given)
    yield Heading(1, "三、依申请公开、行政复议和行政诉讼情况")
    yield Text("【待填：依申请公开、收费、行政复议和行政诉讼情况】")
    yield Heading(1, "四、存在的主要问题和改进措施")
    yield Text("【待填：存在的主要问题和改进措施】")
    yield Heading(1, "附表：政府信息公开情况统计表")
    yield _table(given, given.form.tables[0])


def _opening(year: int, given: GivenFigures) -> Text:
    until = given.until
    early = f"【待填：{year}年还没有结束，年底以后请按全年的数字重新起草】" if given.is_early else ""
    return Text(
        f"本报告依据《中华人民共和国政府信息公开条例》和{given.form.letter}要求编制。"
        f"所列数据的统计期限自{year}年1月1日起至{year}年{until.month}月{until.day}日止。{early}"
    )


def _disclosed(organ: str, year: int, given: GivenFigures) -> Text:
    listed = "，".join(f"{CHANNEL_NAMES[channel]}{given.channels.get(channel, 0)}条" for channel in STATUTORY)
    kinds = given.kinds
    parts = [
        f"{year}年，{organ}主动公开政府信息{given.items}条（{_REQUIRED}）{_change(given)}。",
        f"通过各渠道公开的情况是：{listed}。" if given.items else "",
        f"发布政策解读{kinds.get('interpretation', 0)}篇，回应社会关切{kinds.get('response', 0)}次。",
        f"本年撤回已公开的信息{given.withdrawn}条，未从上述数字中减去。" if given.withdrawn else "",
    ]
    sources = [given.source]
    if given.last_items is not None:
        sources.append(given.last_source)
    return Text("".join(parts), tuple(sources))


def _change(given: GivenFigures) -> str:
    if not given.last_items or given.is_early:  # a part of a year is not compared with a whole one
        return ""
    percent = growth(Decimal(given.items), Decimal(given.last_items), 1)
    if percent == 0:
        return "，与上年持平" if given.items == given.last_items else ""
    return f"，比上年{'增长' if percent > 0 else '下降'}{told(abs(percent))}%"


def _requests(year: int, given: GivenFigures) -> Text:
    new, brought, carried = (_told(given, row) for row in (NEW, BROUGHT, CARRIED))
    outcomes = [
        ("予以公开", ("(一)予以公开",)),
        ("部分公开", ("(二)部分公开",)),
        *((name, rows) for name, rows in GROUPS.items()),
        ("其他处理", tuple(r.key for r in given.form.table("三").rows if r.key.startswith("(六)"))),
    ]
    done = "，".join(f"{name}{_told(given, *rows)}件" for name, rows in outcomes)
    text = (
        f"{year}年，新收政府信息公开申请{new}件，上年结转{brought}件；"
        f"办理结果共{_told(given, ALL_DONE)}件，分别为：{done}；"
        f"结转下年度继续办理{carried}件。因政府信息公开引起的行政复议{_told_four(given, REVIEWS)}件，"
        f"行政诉讼{_told_four(given, *SUITS)}件。"
    )
    return Text(text, ("与表三、表四一致",))


def _told(given: GivenFigures, *rows: str) -> str:
    return _sum(given, [("三", row, _TOTAL) for row in rows])


def _told_four(given: GivenFigures, *rows: str) -> str:
    return _sum(given, [("四", row, _TOTAL) for row in rows])


def _sum(given: GivenFigures, keys: list[tuple[str, str, str]]) -> str:
    cells = [given.cell(*key).cell for key in keys]
    amounts = [cell.value for cell in cells if isinstance(cell, Amount)]
    return told(sum(amounts, Decimal(0))) if len(amounts) == len(cells) else "【待填】"


def _table(given: GivenFigures, table: Table) -> TableBlock:
    rows, sources = [], []
    for row in table.rows:
        found = [given.cell(table.key, row.key, column) for column in table.columns]
        rows.append((row.key, tuple(shown(one.cell) for one in found)))
        sources.append(tuple(one.source for one in found))
    return TableBlock(table, tuple(rows), tuple(sources))
