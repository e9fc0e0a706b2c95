"""A draft as a Word file in the layout of official documents (GB/T 9704-2012; RULES.md §9).

Fonts are named for East Asian text apart from Latin; sources stand as comments in the review copy.
"""

import re
from io import BytesIO
from itertools import zip_longest
from typing import Any, Final

import docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from server.report.drafting.archive import without_clock
from server.report.drafting.draft import Draft, Heading, TableBlock, Text
from server.report.drafting.paper import sheet_of, together

_TITLE: Final = ("方正小标宋简体", 22)
_BODY: Final = ("仿宋_GB2312", 16)
_LEVELS: Final = {1: ("黑体", 16), 2: ("楷体_GB2312", 16)}
_CELL: Final = ("仿宋_GB2312", 10.5)
_NUMBER: Final = ("宋体", 14)
_LINE: Final = Pt(28.95)
_CELL_LINE: Final = Pt(13.5)
"""Table three has 42 such lines, which with its heading fill one page whatever the font."""
_SHORT: Final = 20
"""As many rows at most may stand among the text."""
_STEAD: Final = {
    "方正小标宋简体": "方正小标宋_GBK,FZXiaoBiaoSong-B05S,宋体,Noto Serif CJK SC",
    "仿宋_GB2312": "仿宋,FangSong,方正仿宋_GBK,FandolFang R,Noto Serif CJK SC",
    "楷体_GB2312": "楷体,KaiTi,方正楷体_GBK,AR PL UKai CN,LXGW WenKai",
    "黑体": "SimHei,方正黑体_GBK,Noto Sans CJK SC",
    "宋体": "SimSun,方正书宋_GBK,Noto Serif CJK SC",
}
"""What a machine without a font takes in its stead: few have those with _GB2312 in their names any more."""
_MISSING: Final = re.compile(r"(【待填[^】]*】)")
_AUTHOR: Final = "同发"
Font = tuple[str, float]


def draft_as_docx(draft: Draft, *, review: bool) -> bytes:
    """Give the Word file; the same draft gives the same bytes. Blocks: call it off the event loop."""
    file = docx.Document()
    _speak_chinese(file)
    _page(file)
    title = _paragraph(file, draft.title, _TITLE)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = _LINE
    blocks = list(together(draft.blocks))
    for block, behind in zip_longest(blocks, blocks[1:]):
        match block:
            case Heading(level, text):
                made = _paragraph(file, text, _LEVELS[level])
                made.paragraph_format.keep_with_next = True
                made.paragraph_format.page_break_before = _is_long(behind)
                _indent(made)
            case Text(text, sources):
                made = _paragraph(file, text, _BODY)
                made.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
                _indent(made)
                _comment(file, made.runs, sources if review else ())
            case tuple(tables):
                _table(file, tables, review=review)
    if draft.blocks and isinstance(draft.blocks[-1], TableBlock):
        # A body ends with a paragraph, as Word itself writes it.
        _paragraph(file, "", _CELL)
    out = BytesIO()
    file.save(out)
    return without_clock(out.getvalue())


def _speak_chinese(file: Any) -> None:
    """Say that East Asian text is Chinese, or its marks are set otherwise, and what stands in for a font."""
    for lang in file.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:eastAsia"), "zh-CN")
    part = file.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = parse_xml(part.blob)
    for name, stead in _STEAD.items():
        font, other = OxmlElement("w:font"), OxmlElement("w:altName")
        font.set(qn("w:name"), name)
        other.set(qn("w:val"), stead)
        font.append(other)
        table.append(font)
    part._blob = serialize_part_xml(table)  # noqa: SLF001 -- python-docx knows no table of fonts


def _page(file: Any) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "— ", _NUMBER)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    foot._p.append(field)  # noqa: SLF001 -- python-docx has no page field
    _run(foot, " —", _NUMBER)


def _paragraph(file: Any, text: str, font: Font) -> Any:
    made = file.add_paragraph()
    made.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    made.paragraph_format.line_spacing = _LINE
    made.paragraph_format.space_after = Pt(0)
    for piece in _MISSING.split(text):
        if piece:
            run = _run(made, piece, font)
            if _MISSING.fullmatch(piece):
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    return made


def _run(paragraph: Any, text: str, font: Font) -> Any:
    run = paragraph.add_run(text)
    name, size = font
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)  # noqa: SLF001
    return run


def _indent(paragraph: Any) -> None:
    """Indent the first line by two characters, whatever their size."""
    indent = paragraph._p.get_or_add_pPr().get_or_add_ind()  # noqa: SLF001
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "640")


def _comment(file: Any, runs: Any, sources: tuple[str, ...]) -> None:
    if not sources or not runs:
        return
    made = file.add_comment(
        runs, text="来源：" + "；".join(dict.fromkeys(sources)), author=_AUTHOR, initials=""
    )
    date = qn("w:date")
    if date in made._comment_elm.attrib:  # noqa: SLF001 -- a clock in the file would make it differ each time
        del made._comment_elm.attrib[date]  # noqa: SLF001


def _is_long(block: object) -> bool:
    """Say whether a block is a table that begins on a page of its own, so that its groups stay together."""
    return isinstance(block, tuple) and sheet_of(block).rows > _SHORT


def _table(file: Any, blocks: tuple[TableBlock, ...], *, review: bool) -> None:
    sheet = sheet_of(blocks)
    table = file.add_table(rows=sheet.rows, cols=len(sheet.widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _widths(table, sheet.widths)
    _pad(table)
    grid = [row.cells for row in table.rows]  # asked for once: each asking counts the table again
    for box in sheet.boxes:
        cell = grid[box.row][box.column]
        if box.across > 1 or box.down > 1:
            cell = cell.merge(grid[box.row + box.down - 1][box.column + box.across - 1])
        _fill(cell, box.text, centred=not box.is_label)
        if review:
            _comment(file, cell.paragraphs[0].runs, box.sources)
    for row in table.rows[: sheet.head]:
        _repeat_head(row)


def _fill(cell: Any, text: str, *, centred: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = _CELL_LINE
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, text, _CELL)


def _repeat_head(row: Any) -> None:
    """Print the head of a long table again on each page.

    Rows must not be kept whole as well (cantSplit): where such a table begins at the foot of a page,
    LibreOffice prints one row and loses the others.
    """
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)  # noqa: SLF001


def _pad(table: Any) -> None:
    """Leave 0.9 mm on either side of a cell: fifteen columns stand in table four, two signs to a line."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "51")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)  # noqa: SLF001 -- python-docx has no margins of cells


def _widths(table: Any, widths: tuple[float, ...]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
