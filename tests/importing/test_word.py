"""server/importing/word.py and layout.py: a document comes out with its parts and without its paper."""

import io
import subprocess
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document as Paper
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from server.core.problems import Problem
from server.importing.dates import read_date
from server.importing.found import Document
from server.importing.html import sanitise
from server.importing.word import read_word
from server.importing.word_numbers import chinese, number_in
from tests.importing.papers import NUMBER, TITLE, break_page, line, official, png, text_box, written

HEADERS = ("lines", "box", "table", "none")


def read(paper: Any) -> Document:
    return read_word(written(paper), "通知.docx")


def text_of(document: Document) -> str:
    return sanitise(document.body).text


@pytest.mark.parametrize("header", HEADERS)
def test_the_title_is_found_whole_under_every_kind_of_header(header: str):
    assert read(official(header=header)).title == f"某旗人民政府办公室{TITLE}"


@pytest.mark.parametrize("header", ["lines", "box", "table"])
def test_the_number_is_found_and_the_header_leaves_the_body(header: str):
    document = read(official(header=header))
    assert document.document_number == NUMBER
    assert text_of(document).startswith("各苏木镇人民政府")


def test_without_a_header_no_number_is_made_up_from_one_that_is_cited():
    assert read(official(header="none")).document_number is None


def test_organ_day_addressee_and_attachments_are_found():
    document = read(official())
    assert (document.issuer, document.formed_on, document.attachments) == (
        "某旗人民政府办公室", date(2026, 3, 8), ("救助标准", "申请表"),
    )  # fmt: skip
    assert [m.value for m in document.marks if m.part == "addressee"] == ["各苏木镇人民政府，旗直各部门"]


def test_every_part_says_where_it_was_found_and_how_sure_it_is():
    for mark in read(official()).marks:
        assert mark.place, mark
        assert mark.words, mark
        assert 0 < mark.confidence <= 1, mark


def test_imprint_page_number_copy_number_and_urgency_are_dropped_and_told():
    document = read(official())
    dropped = {mark.part for mark in document.marks if mark.is_dropped}
    assert {"imprint", "page_number", "copy_number", "urgency", "signer", "letterhead"} <= dropped
    assert not any(
        word in text_of(document) for word in ("抄送", "印发", "000123", "特急", "- 1 -", "签发人")
    )


def test_signature_and_day_stay_in_the_body():
    assert text_of(read(official())).endswith("某旗人民政府办公室\n2026年3月8日")


def test_a_number_in_another_form_is_taken_with_the_right_one_and_a_warning():
    document = read(official(number="某政办发[2026]012号"))
    assert document.document_number == "某政办发〔2026〕12号"
    assert any("不规范" in one for one in document.warnings)


def test_a_secret_document_is_warned_of():
    paper = official(header="none")
    first = paper.paragraphs[0].insert_paragraph_before("机密★10年")
    first.runs[0].font.size = Pt(16)
    assert any("涉密" in one for one in read(paper).warnings)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2018年3月8日", date(2018, 3, 8)),
        ("二〇一八年三月八日", date(2018, 3, 8)),
        ("二○一八年十二月三十一日", date(2018, 12, 31)),
        ("二O一八年十月二十日", date(2018, 10, 20)),
        ("２０１８年３月８日", date(2018, 3, 8)),
        ("2018年2月30日", None),
        ("三月八日", None),
    ],
)
def test_days_are_read_as_documents_write_them(text: str, day: date | None):
    assert read_date(text) == day


def test_a_day_in_chinese_numerals_is_found():
    assert read(official(day="二〇二六年三月八日")).formed_on == date(2026, 3, 8)


def test_merged_cells_keep_their_spans():
    paper = official(header="none")
    table = paper.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "救助标准"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "城市"
    table.cell(1, 1).text, table.cell(2, 2).text = "一类", "二类"
    body = sanitise(read(paper).body).html
    assert '<td colspan="3">救助标准</td>' in body
    assert '<td rowspan="2">城市</td>' in body
    assert body.count("<td") == 6


def test_automatic_numbers_become_text():
    paper = Paper()
    numbering = paper.part.numbering_part.element
    numbering.insert(0, parse_xml(
        f"<w:abstractNum {nsdecls('w')} w:abstractNumId='90'><w:lvl w:ilvl='0'><w:start w:val='1'/>"
        "<w:numFmt w:val='chineseCounting'/><w:lvlText w:val='%1、'/></w:lvl><w:lvl w:ilvl='1'><w:start w:val='1'/>"  # noqa: E501
        "<w:numFmt w:val='decimal'/><w:lvlText w:val='%2.'/></w:lvl></w:abstractNum>"
    ))  # fmt: skip
    numbering.append(parse_xml(f"<w:num {nsdecls('w')} w:numId='90'><w:abstractNumId w:val='90'/></w:num>"))
    line(paper, "关于编号的通知", size=22, align=1)
    for text, depth in (("甲", 0), ("乙", 1), ("丙", 1), ("丁", 0), ("戊", 1)):
        looks = line(paper, text)._p.get_or_add_pPr()
        looks.append(parse_xml(
            f"<w:numPr {nsdecls('w')}><w:ilvl w:val='{depth}'/><w:numId w:val='90'/></w:numPr>"
        ))  # fmt: skip
    assert text_of(read(paper)).split("\n") == ["一、甲", "1.乙", "2.丙", "二、丁", "1.戊"]


@pytest.mark.parametrize(
    ("form", "number", "said"),
    [
        ("chineseCounting", 12, "十二"),
        ("chineseCounting", 105, "一百零五"),
        ("upperRoman", 14, "XIV"),
        ("lowerLetter", 27, "aa"),
        ("decimalEnclosedCircle", 3, "③"),
        ("ideographDigital", 10, "一〇"),
        ("anything", 7, "7"),
    ],
)
def test_numbers_are_said_in_their_form(form: str, number: int, said: str):
    assert number_in(form, number) == said


def test_no_number_is_said_twice():
    said = [chinese(number) for number in range(1, 1000)]
    assert len(set(said)) == len(said)


def test_pictures_are_kept_and_refer_to_their_bytes():
    paper = official(header="none")
    paper.add_picture(io.BytesIO(png()))
    document = read(paper)
    (sha256,) = document.pictures
    assert f'src="media:{sha256}"' in sanitise(document.body).html


def test_a_seal_over_the_signature_is_not_taken():
    paper = official(header="none")
    day = next(p for p in paper.paragraphs if p.text == "2026年3月8日")
    day.add_run().add_picture(io.BytesIO(png()))
    inline = day._p.find(f".//{qn('wp:inline')}")
    inline.tag = qn("wp:anchor")
    document = read(paper)
    assert document.pictures == {}
    assert any("印章" in one for one in document.warnings)


def test_deleted_and_hidden_words_stay_out_and_added_ones_come_in():
    paper = official(header="none")
    paragraph = paper.paragraphs[3]
    paragraph._p.append(
        parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>删去的话</w:delText></w:r></w:del>")
    )
    paragraph._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>加上的话</w:t></w:r></w:ins>"))
    paragraph.add_run("藏起的话").font.hidden = True
    document = read(paper)
    assert "加上的话" in text_of(document)
    assert not {"删去的话", "藏起的话"} & set(text_of(document).split())
    assert len(document.warnings) == 2


def test_a_text_box_in_the_text_is_read_once():
    paper = official(header="none")
    paper.paragraphs[4]._p.append(text_box("框里的话"))
    assert text_of(read(paper)).count("框里的话") == 1


def test_attachments_behind_a_page_break_do_not_hide_the_signature():
    paper = official(header="none")
    break_page(paper)
    line(paper, "附件1")
    for number in range(20):
        line(paper, f"第{number}条 内容")
    line(paper, "某单位 2020年1月1日")
    assert read(paper).formed_on == date(2026, 3, 8)


def test_a_link_keeps_its_address():
    paper = official(header="none")
    key = paper.part.relate_to(
        "https://www.example.gov.cn/x?a=1&b=2",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
        is_external=True,
    )
    paper.paragraphs[3]._p.append(parse_xml(
        f"<w:hyperlink {nsdecls('w', 'r')} r:id='{key}'><w:r><w:t>详见</w:t></w:r></w:hyperlink>"
    ))  # fmt: skip
    assert '<a href="https://www.example.gov.cn/x?a=1&amp;b=2">详见</a>' in sanitise(read(paper).body).html


def test_a_plain_text_without_a_layout_gives_its_first_line_with_little_trust():
    paper = Paper()
    paper.add_paragraph("本周工作安排")
    paper.add_paragraph("周一开会。")
    document = read(paper)
    assert document.title == "本周工作安排"
    assert next(m for m in document.marks if m.part == "title").confidence <= 0.5


def test_a_signature_pushed_to_the_right_by_spaces_is_no_title():
    paper = Paper()
    for text in (
        "关 于 召 开 会 议 的 通 知",
        "各部门：",
        "定于11月30日召开会议。",
        " " * 20 + "办公室",
        " " * 16 + "2026年11月28日",
    ):
        paper.add_paragraph(text)
    assert read_word(written(paper), "会议.docx").title == "关于召开会议的通知"


def test_a_file_without_words_is_refused():
    with pytest.raises(Problem, match="没有正文"):
        read(Paper())


def _packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in parts.items():
            file.writestr(name, body)
    return out.getvalue()


_NS = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.mark.parametrize(
    "document",
    [
        b"<w:document " + _NS + b"><w:body>" + b"<w:p/>" * 6_000_000 + b"</w:body></w:document>",
        b"<w:document " + _NS + b"><w:body>" + b"<w:p><w:r/></w:p>" * 40_000 + b"</w:body></w:document>",
        b"<w:document " + _NS + b"><w:body><w:p>" + b"<w:r/>" * 110_000 + b"</w:p></w:body></w:document>",
        b"<w:document " + _NS + b"><w:body>" + b"<w:sdt>" * 5000 + b"</w:sdt>" * 5000 + b"</w:body></w:document>",  # noqa: E501
        b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 10_000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'">]>'
        b"<w:document " + _NS + b"><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>",
        b"<w:document " + _NS + b"/>",
        b"<broken",
        b"",
    ],
    ids=["endless", "many paragraphs", "many pieces", "deep", "entities", "no body", "broken", "empty"],
)  # fmt: skip
def test_a_bomb_is_refused_with_a_sentence(document: bytes):
    with pytest.raises(Problem) as refused:
        read_word(_packed(**{"word/document.xml": document}), "炸弹.docx")
    assert "炸弹.docx" in refused.value.message


@pytest.mark.slow
@pytest.mark.needs("soffice")
@pytest.mark.parametrize("header", ["lines", "table", "box", "none"])
def test_what_libreoffice_wrote_is_read_alike(header: str, tmp_path: Path):
    paper = official(header=header)
    table = paper.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(0, 2)).text = "横"
    table.cell(1, 0).merge(table.cell(2, 0)).text = "竖"
    (tmp_path / "in.docx").write_bytes(written(paper))
    for kind, name in (("odt", "in.docx"), ("docx:MS Word 2007 XML", "in.odt")):
        command = [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/home",
            "--headless",
            "--convert-to",
            kind,
        ]
        subprocess.run([*command, "--outdir", tmp_path, tmp_path / name], check=True, capture_output=True)
    document = read_word((tmp_path / "in.docx").read_bytes(), "通知.docx")
    number = None if header == "none" else NUMBER
    assert (document.title, document.document_number, document.formed_on) == (
        f"某旗人民政府办公室{TITLE}", number, date(2026, 3, 8),
    )  # fmt: skip
    assert document.body == read_word(written(paper), "通知.docx").body
    assert '<td colspan="3">横</td>' in document.body
    assert '<td rowspan="2">竖</td>' in document.body
