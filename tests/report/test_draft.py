"""The yearly draft: figures of the ledger and of people, in every shape, and sound by our own checks."""

import asyncio
import json
import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.shared import Mm
from docx.text.paragraph import Paragraph
from lxml import html
from pypdf import PdfReader

from server.core.problems import Problem, Problems
from server.report.amounts import Amount
from server.report.check import cells_of, check_report
from server.report.declaring import Declared, declare
from server.report.drafting.draft import Draft, TableBlock, Text
from server.report.drafting.given import keys_of
from server.report.drafting.html import draft_as_html
from server.report.drafting.json import draft_as_json
from server.report.drafting.paper import sheet_of
from server.report.drafting.word import draft_as_docx
from server.report.drafting.workbook import draft_as_xlsx
from server.report.forms.versions import form_of_year
from server.report.reading.file import read_content
from server.report.yearly import draft_of_year
from server.store.orgs import find_org_by_code
from server.store.tx import Store
from tests.report import samples
from tests.report.lines import Writer, plain_items

TOP = "000000019"
NOW = datetime(2027, 1, 2, tzinfo=UTC)
_NO_WORDS = r"[\s“”\"]"  # what a printer's fonts may set otherwise
SHAPES = {
    ".docx": lambda draft: draft_as_docx(draft, review=False),
    ".html": lambda draft: draft_as_html(draft, review=False),
    ".xlsx": draft_as_xlsx,
    ".json": draft_as_json,
}


def _read_again(draft: Draft, suffix: str):
    return read_content(SHAPES[suffix](draft), suffix)


def _word(draft: Draft, *, review: bool):
    return docx.Document(BytesIO(draft_as_docx(draft, review=review)))


@pytest.fixture
def engine(sqlite_template) -> str:
    """One engine: what differs between the two is proved in test_statistics.py and test_snapshots.py."""
    return "sqlite"


class Year:
    """An office with a ledger, in which figures are entered."""

    def __init__(self, store: Store) -> None:
        self.store, self._writer, self._serial = store, Writer(store), 0

    async def found(self, items: int = 12) -> None:
        await self._writer.found()
        await self._writer.write(plain_items(items))

    def new_id(self) -> str:
        self._serial += 1
        return f"d{self._serial:015d}"

    async def declare(self, year: int, figures: list[tuple[str, str]]) -> None:
        async with self.store.begin() as tx:
            org = await find_org_by_code(tx, TOP)
            assert org is not None
            entered = [Declared(key, value, "档案室台账") for key, value in figures]
            await declare(tx, org, year, entered, by=None, at=NOW, new_id=self.new_id)

    async def draft(self, year: int = 2026, org: str = TOP, at: datetime = NOW) -> Draft:
        async with self.store.read() as tx:
            return await draft_of_year(tx, org, year, at=at)

    async def fill(self, year: int) -> None:
        """Enter every cell of the form, so that all adds up."""
        if year < 2019:
            figures = list(samples.rows_2014(lambda at: at * 7 % 13 + 1).values())
            rows = [row.key for row in form_of_year(year).tables[0].rows]
            asked = keys_of(form_of_year(year)).items()
            await self.declare(year, [(key, str(figures[rows.index(row)])) for key, (_, row, _) in asked])
            return
        make = samples.entry_2021 if year >= 2021 else samples.entry_2019
        entry = make(lambda at: at * 7 % 13 + 1)["figures"]
        wanted = []
        for address, (table, row, column) in keys_of(form_of_year(year)).items():
            plain = 0 if row == "规章" else 7
            wanted.append((address, str(entry[table][row][column] if table in ("三", "四") else plain)))
        await self.declare(year, wanted)


@pytest.fixture
async def year(store: Store) -> Year:
    made = Year(store)
    await made.found()
    return made


async def test_the_text_tells_what_the_ledger_counts(year: Year):
    draft = await year.draft()
    text = draft_as_html(draft, review=False).decode()
    assert f"主动公开政府信息{draft.given.items}条" in text
    assert draft.given.items == 9
    assert f"政府网站{draft.given.channels['website']}条" in text


@pytest.mark.parametrize("suffix", SHAPES)
async def test_a_draft_whose_cells_are_filled_has_no_error_by_our_own_checks(year: Year, suffix: str):
    await year.fill(2026)
    report = await asyncio.to_thread(_read_again, await year.draft(), suffix)
    (report,) = report if isinstance(report, tuple) else (report,)
    assert check_report(report) == ()


@pytest.mark.parametrize("suffix", [".docx", ".html", ".xlsx"])
async def test_the_table_of_2014_has_its_units_and_is_read_again_as_it_was(year: Year, suffix: str):
    await year.fill(2017)
    draft = await year.draft(2017)
    report = await asyncio.to_thread(_read_again, draft, suffix)
    assert not isinstance(report, tuple)
    lines = {row[0]: row[1:] for grid in report.grids for row in grid.rows}
    assert lines["统计指标"][:2] == ("单位", "统计数")
    assert lines["七、依申请公开信息收取的费用"][:2] == ("万元", "0")
    written = {key: given.cell for key, given in draft.given.cells.items() if isinstance(given.cell, Amount)}
    assert len(written) > 50
    text = next(one.text for one in draft.blocks if isinstance(one, Text) and "主动公开政府信息" in one.text)
    assert ("公开政府信息134条" in text, "政府网站62条" in text, "政策解读17篇" in text) == (True, True, True)
    read = cells_of(report).values
    assert {key: cell for key, cell in read.items() if isinstance(cell, Amount)} == written


async def test_the_table_of_2014_has_the_headings_of_its_form_above_their_rows(year: Year):
    block = next(one for one in (await year.draft(2017)).blocks if isinstance(one, TableBlock))
    labels = [box.text for box in sheet_of((block,)).boxes if box.is_label]
    for heading, row in (("一、主动公开情况", 0), ("八、机构建设和保障经费情况", -9)):
        assert labels[labels.index(heading) + 1] == block.table.rows[row].label
    assert len(labels) == len(block.table.rows) + 7


@pytest.mark.parametrize("suffix", SHAPES)
@pytest.mark.parametrize("of", [2017, 2020, 2026])
async def test_the_same_figures_give_the_same_bytes(year: Year, suffix: str, of: int):
    first, again = await year.draft(of), await year.draft(of)
    made = [await asyncio.to_thread(SHAPES[suffix], draft) for draft in (first, again)]
    assert made[0] == made[1]


@pytest.mark.parametrize(("of", "there"), [(2017, "统计表"), (2020, "二(九)"), (2026, "二(八)")])
async def test_each_year_has_the_tables_of_its_form(year: Year, of: int, there: str):
    draft = await year.draft(of)
    assert there in {table.key for table in draft.given.form.tables}
    assert draft.given.form.first <= of <= draft.given.form.last


async def test_what_nobody_entered_stays_blank_and_is_no_zero(year: Year):
    figures = json.loads(draft_as_json(await year.draft()))["figures"]
    assert figures["三"]["(一)予以公开"]["自然人"] is None


async def test_totals_are_added_up_where_every_part_was_entered(year: Year):
    await year.declare(
        2026,
        [
            (f"四|行政复议|{name}", str(count))
            for name, count in zip(samples.OUTCOMES[:4], (3, 1, 0, 2), strict=True)
        ],
    )
    written = json.loads(draft_as_json(await year.draft()))
    assert written["figures"]["四"]["行政复议"]["总计"] == 6
    assert written["sources"]["四|行政复议|总计"] == "由表内各项相加"


async def test_the_newest_entry_of_a_figure_stands_and_says_where_it_comes_from(year: Year):
    await year.declare(2026, [("行政许可", "5")])
    await year.declare(2026, [("行政许可", "6")])
    written = json.loads(draft_as_json(await year.draft()))
    assert written["figures"]["二/第二十条第(五)项"]["行政许可"]["本年处理决定数量"] == 6
    assert "档案室台账" in written["sources"]["二(五)|行政许可|本年处理决定数量"]


async def test_growth_is_computed_from_what_was_declared_for_years_before_the_system(year: Year):
    await year.declare(2025, [("items", "6")])
    assert "，比上年增长50.0%" in draft_as_html(await year.draft(), review=False).decode()


async def test_a_draft_made_before_the_year_has_ended_says_until_when_it_counts(year: Year):
    await year.declare(2025, [("items", "6")])
    early, last, whole = [
        draft_as_html(await year.draft(at=at), review=False).decode()
        for at in (
            datetime(2026, 11, 29, 17, tzinfo=UTC),  # an hour past midnight in Beijing
            datetime(2026, 12, 31, 12, tzinfo=UTC),
            NOW,
        )
    ]
    assert "起至2026年11月30日止。【待填：2026年还没有结束" in early
    assert "比上年" not in early
    for done in (last, whole):
        assert "起至2026年12月31日止。</p>" in done
        assert "比上年增长50.0%" in done


@pytest.mark.parametrize("suffix", [".html", ".xlsx"])
async def test_page_and_workbook_print_the_tables_as_the_form_does(year: Year, suffix: str):
    await year.fill(2026)
    draft = await year.draft()

    def printed() -> list[tuple[int, int, int]]:
        """Give of each table its rows, its columns, and how many boxes cover several of them."""
        if suffix == ".html":
            tables = html.document_fromstring(draft_as_html(draft, review=False)).findall(".//table")
            return [
                (
                    len(table.findall(".//tr")),
                    sum(int(cell.get("colspan", "1")) for cell in table.find(".//tr")),
                    len(table.xpath(".//*[@colspan or @rowspan]")),
                )
                for table in tables
            ]
        book = openpyxl.load_workbook(BytesIO(draft_as_xlsx(draft)))
        sheets = [book[name] for name in ("表二", "表三", "表四")]
        headings = 1  # merged as well
        return [(one.max_row - 1, one.max_column, len(one.merged_cells.ranges) - headings) for one in sheets]

    (two, two_wide, _), (three, three_wide, nested), four = await asyncio.to_thread(printed)
    assert (two, two_wide, three_wide) == (14, 4, 10)
    assert three == 3 + len(draft.given.form.table("三").rows)
    assert nested > 15
    assert four == (4, 15, 9)


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        ("不存在的一行", "1", "key"),
        ("行政许可", "", "value"),
        ("行政许可", "-1", "value"),
        ("行政许可", "1.5", "value"),
        ("行政许可", "很多", "value"),
        ("行政许可", "9" * 40, "value"),
        ("总计", "1", "key"),
    ],
)
async def test_a_figure_that_cannot_be_is_refused_and_none_is_written(
    year: Year, key: str, value: str, field: str
):
    with pytest.raises(Problems) as refused:
        await year.declare(2026, [("行政处罚", "3"), (key, value)])
    assert [problem.field for problem in refused.value.problems] == [f"figures.1.{field}"]
    assert json.loads(draft_as_json(await year.draft()))["sources"] == {}


async def test_a_year_before_the_form_has_no_draft(year: Year):
    with pytest.raises(Problem):
        await year.draft(2013)


async def test_the_review_copy_tells_the_source_beside_the_figure(year: Year):
    await year.declare(2026, [("行政许可", "5")])
    file = await asyncio.to_thread(_word, await year.draft(), review=True)
    told = [comment.text for comment in file.comments]
    assert any("台账：2026 年" in text for text in told)
    assert any("档案室台账" in text for text in told)


async def test_the_word_file_has_the_layout_of_official_documents(year: Year):
    file = await asyncio.to_thread(_word, await year.draft(), review=False)
    section = file.sections[0]
    assert (round(section.top_margin.mm), round(section.left_margin.mm)) == (37, 28)
    title = file.paragraphs[0].runs[0]
    assert title.font.size.pt == 22
    assert "方正小标宋简体" in title._r.xml


async def test_the_word_file_is_chinese_and_says_what_stands_in_for_a_font_that_a_machine_lacks(year: Year):
    content = await asyncio.to_thread(draft_as_docx, await year.draft(), review=False)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {
            name: archive.read(f"word/{name}.xml").decode() for name in ("styles", "fontTable", "document")
        }
    assert set(re.findall(r'<w:lang [^>]*w:eastAsia="([^"]+)"', parts["styles"])) == {"zh-CN"}
    used = set(re.findall(r'w:eastAsia="([^"]+)"', parts["document"]))
    assert used == {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"}
    assert used <= set(re.findall(r'<w:font w:name="([^"]+)"><w:altName', parts["fontTable"]))


async def test_the_word_file_prints_its_tables_as_the_form_does(year: Year):
    await year.fill(2026)
    file = await asyncio.to_thread(_word, await year.draft(), review=False)
    two, three, four = file.tables
    titles = [row.cells[0].text for row in two.rows if row.cells[0]._tc is row.cells[-1]._tc]
    assert titles == [f"第二十条第({part})项" for part in "一五六八"]
    head = [cell.text for cell in three.rows[1].cells]
    assert (head[3], head[4:9], head[9]) == ("自然人", ["法人或其他组织"] * 5, "总计")
    assert three.rows[0].cells[0].text.startswith("（本列数据的勾稽关系为")
    groups = list(dict.fromkeys(row.cells[1].text for row in three.rows[5:-1]))
    assert [text for text in groups if text.startswith("（")] == [
        "（三）不予公开", "（四）无法提供", "（五）不予处理", "（六）其他处理",
    ]  # fmt: skip
    assert (len(four.rows), len(four.columns)) == (4, 15)
    assert [cell.text for cell in four.rows[1].cells][5::5] == ["未经复议直接起诉", "复议后起诉"]


async def test_the_workbook_lists_the_source_of_every_cell(year: Year):
    await year.declare(2026, [("行政许可", "5")])
    content = await asyncio.to_thread(draft_as_xlsx, await year.draft())
    book = await asyncio.to_thread(openpyxl.load_workbook, BytesIO(content))
    sources = {tuple(row[:3]): row[3] for row in book["来源"].iter_rows(values_only=True)}
    assert "档案室台账" in sources[("二(五)", "行政许可", "本年处理决定数量")]
    assert sources[("二(六)", "行政处罚", "本年处理决定数量")] == "未填报"


async def test_hostile_text_in_a_name_is_no_markup(year: Year):
    await year.declare(2026, [("行政许可", "5")])
    draft = await year.draft()
    page = draft_as_html(Draft("<script>", draft.year, draft.given, draft.blocks), review=True)
    assert b"<script>" not in page


async def test_nothing_in_the_workbook_is_run_as_a_formula(year: Year):
    draft = await year.draft()
    evil = [
        replace(block, rows=tuple((f"=1+{label}", cells) for label, cells in block.rows),
                sources=tuple(tuple("=HYPERLINK(1)" for _ in told) for told in block.sources))
        if isinstance(block, TableBlock) else block
        for block in draft.blocks
    ]  # fmt: skip
    hostile = Draft("=1+1", draft.year, draft.given, tuple(evil))
    book = await asyncio.to_thread(
        openpyxl.load_workbook, BytesIO(await asyncio.to_thread(draft_as_xlsx, hostile))
    )
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert any(cell.value == "'=HYPERLINK(1)" for cell in cells)


async def test_no_table_of_the_workbook_is_printed_in_two_halves(year: Year):
    book = openpyxl.load_workbook(BytesIO(await asyncio.to_thread(draft_as_xlsx, await year.draft())))
    setups = [(one.sheet_properties.pageSetUpPr.fitToPage, one.page_setup.fitToWidth) for one in book]
    assert setups == [(True, 1)] * len(book.sheetnames)


async def test_the_word_file_keeps_no_row_whole_as_a_table_at_the_foot_of_a_page_would_lose_the_others(
    year: Year,
):
    draft = await year.draft(2017)
    file = await asyncio.to_thread(lambda: _word(draft, review=False))
    assert isinstance(list(file.iter_inner_content())[-1], Paragraph)
    assert "w:tblHeader" in file.element.xml
    assert "w:cantSplit" not in file.element.xml


@pytest.mark.slow
@pytest.mark.needs("soffice")
@pytest.mark.parametrize(("of", "pages"), [(2017, 5), (2020, 6), (2026, 6)])
async def test_the_printed_draft_has_every_table_whole_on_paper(
    year: Year, tmp_path: Path, of: int, pages: int
):
    await year.fill(of)
    draft = await year.draft(of)

    def printed() -> tuple[list[str], list[tuple[int, int]]]:
        content = draft_as_docx(draft, review=False)
        (tmp_path / "draft.docx").write_bytes(content)
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
             "pdf", "--outdir", str(tmp_path), str(tmp_path / "draft.docx")],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        file = docx.Document(BytesIO(content))
        room = file.sections[0].page_width - file.sections[0].left_margin - file.sections[0].right_margin
        widths = [(sum(column.width for column in table.columns), room) for table in file.tables]
        return [page.extract_text() for page in PdfReader(tmp_path / "draft.pdf").pages], widths

    texts, widths = await asyncio.to_thread(printed)
    assert 1 < len(texts) <= pages
    assert all(re.search(r"—\s*\d+\s*—", text) for text in texts)
    assert widths
    assert all(width <= room + Mm(0.1) for width, room in widths)  # columns are whole twentieths of a point
    shown = re.sub(_NO_WORDS, "", "".join(texts))
    for table in draft.given.form.tables:
        labels = [part for row in table.rows for part in row.label.split("/")]
        assert all(re.sub(_NO_WORDS, "", label)[:8] in shown for label in labels)
    if of >= 2019:  # a group of table three has its name once, so that no page may part it
        assert sum("自然" in text and "科研" in text for text in texts) == 1
