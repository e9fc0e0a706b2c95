"""server/report/reading: what a reader of the paper sees is checked, whatever program wrote the file."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from server.report.check import check_report
from server.report.document import Document
from server.report.reading.file import read_content
from server.report.reading.unreadable import Unreadable

TITLE = "某县2023年政府信息公开工作年度报告"
WRONG = "全年公开信息100条，其中政府网站公开60条，政务微博公开30条，其他方式公开5条。"
ROWS = (("项目", "件数"), ("来信", "5"), ("来访", "3"), ("合计", "9"))
W = nsdecls("w")
RUN = f"<w:r><w:t>{WRONG}</w:t></w:r>"
BOX = (
    f'<w:p {W} xmlns:v="urn:schemas-microsoft-com:vml"><w:r><w:pict><v:shape><v:textbox><w:txbxContent>'
    f"<w:p>{RUN}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
)
UNSPANNED = (
    "<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:tc><w:tcPr><w:gridSpan/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>"
)


def _docx(*bodies: str) -> Any:
    file = docx.Document()
    file.add_paragraph(TITLE)
    for at, body in enumerate(bodies, 1):
        file.element.body.insert(at, parse_xml(body))
    return file


def _bytes(file: Any) -> bytes:
    out = BytesIO()
    file.save(out)
    return out.getvalue()


def _rules(content: bytes, suffix: str) -> list[str]:
    read = read_content(content, suffix)
    assert isinstance(read, Document)
    return [one.rule for one in check_report(read)]


def _fill(table: Any) -> None:
    for number, row in enumerate(ROWS):
        for at, text in enumerate(row):
            table.cell(number, at).text = text


@pytest.mark.parametrize(
    "body",
    [
        f"<w:sdt {W}><w:sdtContent><w:p>{RUN}</w:p></w:sdtContent></w:sdt>",
        f"<w:p {W}><w:sdt><w:sdtContent>{RUN}</w:sdtContent></w:sdt></w:p>",
        f'<w:p {W}><w:ins w:id="1" w:author="a">{RUN}</w:ins></w:p>',
        f'<w:p {W}><w:smartTag w:element="a">{RUN}</w:smartTag></w:p>',
        BOX,
        f"<w:tbl {W}><w:tr><w:tc><w:p>{RUN}</w:p></w:tc></w:tr></w:tbl>",
    ],
    ids=["a field", "a field in a line", "tracked", "tagged", "a text box", "a frame"],
)
def test_text_that_a_word_file_frames_is_checked(body: str):
    assert _rules(_bytes(_docx(body)), ".docx") == ["channels_short"]


def test_text_that_was_deleted_or_hidden_is_not_checked():
    end = WRONG.replace("30条", "35条").partition("35")
    mended = (
        f"<w:p {W}><w:r><w:t>{end[0]}</w:t></w:r>"
        '<w:del w:id="1" w:author="a"><w:r><w:delText>30</w:delText></w:r></w:del>'
        '<w:ins w:id="2" w:author="a"><w:r><w:t>35</w:t></w:r></w:ins>'
        f"<w:r><w:t>{end[2]}</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>{WRONG}</w:t></w:r></w:p>"
    )
    file = _docx(mended)
    table = file.add_table(len(ROWS), 2)
    _fill(table)
    table.cell(3, 1).text = "8"
    gone = table.add_row()
    gone.cells[0].text, gone.cells[1].text = "合计", "9"
    gone._tr.get_or_add_trPr().append(parse_xml(f'<w:del {W} w:id="3" w:author="a"/>'))
    assert _rules(_bytes(file), ".docx") == []


@pytest.mark.parametrize("framed", ["in a cell", "in a field"])
def test_a_table_within_a_frame_is_added_up(framed: str):
    file = _docx()
    if framed == "in a cell":
        _fill(file.add_table(1, 2).cell(0, 1).add_table(len(ROWS), 2))
    else:
        table = file.add_table(len(ROWS), 2)
        _fill(table)
        row = table.rows[2]._tr
        row.addprevious(parse_xml(f"<w:sdt {W}><w:sdtContent/></w:sdt>"))
        row.getprevious()[0].append(row)
    assert _rules(_bytes(file), ".docx") == ["sum_differs"]


def _request_row(*values: str) -> bytes:
    heads = ("", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
    rows = (heads, ("一、本年新收政府信息公开申请数量", *values))
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<h1>{TITLE}</h1><table><tr>{'</tr><tr>'.join(lines)}</tr></table>".encode()


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        (("5", "—", "—", "—", "—", "—", "6"), ["applicants_sum"]),
        (("５", "&nbsp;0", "0", "0", "0", "0", "６"), ["applicants_sum"]),
        (("5件", "0件", "0件", "0件", "0件", "0 件", "6件"), ["applicants_sum"]),
        (("5件", "0件", "0件", "0件", "0件", "0 件", "5件"), []),
        (("5", "无", "0", "0", "0", "0", "5"), ["not_a_number"]),
    ],
)
def test_cells_are_read_as_county_sites_write_them(values: tuple[str, ...], rules: list[str]):
    assert _rules(_request_row(*values), ".html") == rules


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
def test_text_is_checked_in_any_encoding_that_offices_save(encoding: str):
    assert _rules(f"{TITLE}\n{WRONG}".encode(encoding), ".txt") == ["channels_short"]


def _book(total: Any) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ((TITLE,), *ROWS[:-1], ("合计", total)):
        sheet.append(row)
    return _bytes(book)


@pytest.mark.parametrize(
    ("content", "suffix", "told"),
    [
        (_book("=SUM(B3:B4)"), ".xlsx", "公式还没有算出结果（B5）"),
        (_bytes(docx.Document()), ".docx", "没有文字可以检查"),
        (b"<html><body><img src='a.png'></body></html>", ".html", "没有文字可以检查"),
        (b"{\\rtf1\\ansi abc}", ".doc", "RTF"),
        (b'{"figures":{"a":1},}', ".json", "不是正确的 JSON：第 1 行"),
        (b'{"figures":[]}', ".json", "缺少 figures"),
        (b'{"year":"2023","figures":{}}', ".json", "year 应是一个年份"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, ".wps", "旧版 Word、Excel 或 WPS"),
        (b"\x89PNG\r\n\x1a\n\0\0", ".txt", "不是文本文件"),
    ],
)
def test_a_file_in_which_nothing_can_be_checked_says_so(content: bytes, suffix: str, told: str):
    with pytest.raises(Unreadable, match=told):
        read_content(content, suffix)


def _repacked(document: str) -> bytes:
    """Give a .docx file with another text of its main part."""
    written = BytesIO()
    with ZipFile(BytesIO(_bytes(_docx()))) as whole, ZipFile(written, "w") as changed:
        for name in whole.namelist():
            changed.writestr(name, document if name == "word/document.xml" else whole.read(name))
    return written.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        "<w:p><w:r><w:rPr><w:vanish/><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p>",
        "<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:trPr><w:del/><w:del/></w:trPr></w:tr></w:tbl>",
        "<w:trPr><w:del/></w:trPr>",
        "<w:tr><w:trPr><w:del/></w:trPr></w:tr>",
    ],
)
def test_marks_of_deletion_that_no_program_writes_hide_nothing_else(body: str):
    document = f"<w:document {W}><w:body>{body}<w:p>{RUN}</w:p></w:body></w:document>"
    assert _rules(_repacked(document), ".docx") == _rules(WRONG.encode(), ".txt")


@pytest.mark.parametrize(
    "document",
    ["<a/>", f"<w:document {W}/>", f"<w:document {W}><w:body>{UNSPANNED}</w:body></w:document>"],
)
def test_a_word_file_without_what_it_must_have_is_refused_in_a_sentence(document: str):
    with pytest.raises(Unreadable, match="已损坏"):
        read_content(_repacked(document), ".docx")
