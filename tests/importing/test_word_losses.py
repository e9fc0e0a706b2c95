"""server/importing/word*.py: what nobody was to read stays out; all else comes in, or its loss is told."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document as Paper
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from server.importing.found import Document
from server.importing.html import sanitise
from server.importing.word import read_word
from server.importing.word_signs import sign_of
from tests.importing.papers import CENTER, RED, RIGHT, break_page, line, official, png, written

_DRAWING = (
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)


_RUBY = (
    "<w:r><w:ruby><w:rt><w:r><w:t>è</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>鄂</w:t></w:r></w:rubyBase>"
    "</w:ruby></w:r>"
)


def read(paper: Any) -> Document:
    return read_word(written(paper), "通知.docx")


def text_of(document: Document) -> str:
    return sanitise(document.body).text


def put(paragraph: Any, markup: str) -> None:
    """Put a piece of Word's markup at the end of a paragraph."""
    paragraph._p.append(parse_xml(re.sub(r"^<(w:\w+)", rf"<\1 {nsdecls('w')} {_DRAWING}", markup)))


def repacked(body: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Give a file with some of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("kind", [WD_STYLE_TYPE.CHARACTER, WD_STYLE_TYPE.PARAGRAPH])
def test_words_that_a_style_hides_stay_out(kind: Any):
    paper = official(header="none")
    style = paper.styles.add_style("藏", kind)
    style.font.hidden = True
    if kind == WD_STYLE_TYPE.CHARACTER:
        paper.paragraphs[3].add_run("藏起的话").style = style
    else:
        paper.add_paragraph("藏起的话", style=style)
    document = read(paper)
    assert "藏起的话" not in text_of(document)
    assert "文件里有隐藏文字，没有导入" in document.warnings


def test_words_shown_in_a_hidden_style_are_read():
    paper = official(header="none")
    style = paper.styles.add_style("藏", WD_STYLE_TYPE.CHARACTER)
    style.font.hidden = True
    run = paper.paragraphs[3].add_run("又显出的话")
    run.style, run.font.hidden = style, False
    assert "又显出的话" in text_of(read(paper))


def test_a_deleted_row_is_gone_and_a_deleted_end_joins_two_paragraphs():
    paper = official(header="none")
    table = paper.add_table(rows=2, cols=1)
    table.cell(0, 0).text, table.cell(1, 0).text = "留下的行", "删去的行"
    table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')} w:id='1'/>"))
    first = line(paper, "前一半，")
    first._p.get_or_add_pPr().append(parse_xml(f"<w:rPr {nsdecls('w')}><w:del w:id='2'/></w:rPr>"))
    line(paper, "后一半。")
    document = read(paper)
    assert "删去的行" not in document.body
    assert document.body.count("<tr>") == 1
    assert "<p>前一半，后一半。</p>" in document.body
    assert "文件里有修订痕迹，已按接受全部修订处理" in document.warnings


def test_footnotes_and_endnotes_come_along():
    paper = official(header="none")
    put(paper.paragraphs[3], "<w:r><w:footnoteReference w:id='2'/></w:r>")
    put(paper.paragraphs[3], "<w:r><w:endnoteReference w:id='2'/></w:r>")

    def notes(parts: dict[str, bytes]) -> None:
        for kind, words in (("footnote", "脚注的话"), ("endnote", "尾注的话")):
            parts[f"word/{kind}s.xml"] = (
                f"<w:{kind}s {nsdecls('w')}><w:{kind} w:id='2'><w:p><w:r><w:t>{words}</w:t></w:r></w:p>"
                f"</w:{kind}></w:{kind}s>"
            ).encode()

    document = read_word(repacked(written(paper), notes), "通知.docx")
    assert "<sup>[1]</sup><sup>[2]</sup>" in document.body
    assert document.body.endswith("<p>[1] 脚注的话</p><p>[2] 尾注的话</p>")


def test_lists_of_one_kind_go_on_counting_and_begin_anew_where_the_file_says_so():
    paper = Paper()
    numbering = paper.part.numbering_part.element
    numbering.insert(0, parse_xml(
        f"<w:abstractNum {nsdecls('w')} w:abstractNumId='90'><w:lvl w:ilvl='0'><w:start w:val='1'/>"
        "<w:numFmt w:val='chineseCounting'/><w:lvlText w:val='%1、'/></w:lvl></w:abstractNum>"
    ))  # fmt: skip
    again = "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride>"
    for number, more in (("91", ""), ("92", ""), ("93", again)):
        numbering.append(parse_xml(
            f"<w:num {nsdecls('w')} w:numId='{number}'><w:abstractNumId w:val='90'/>{more}</w:num>"
        ))  # fmt: skip
    line(paper, "关于编号的通知", size=22, align=CENTER)
    for text, number in (("甲", 91), ("乙", 92), ("丙", 91), ("丁", 93), ("戊", 93)):
        looks = line(paper, text)._p.get_or_add_pPr()
        looks.append(parse_xml(
            f"<w:numPr {nsdecls('w')}><w:ilvl w:val='0'/><w:numId w:val='{number}'/></w:numPr>"
        ))  # fmt: skip
    assert text_of(read(paper)).split("\n") == ["一、甲", "二、乙", "三、丙", "一、丁", "二、戊"]


@pytest.mark.parametrize(
    ("markup", "read_as"),
    [
        ("<w:r><w:sym w:font='Wingdings' w:char='F0FE'/></w:r>", "☑"),
        ("<w:r><w:sym w:font='Wingdings' w:char='F0A8'/></w:r>", "□"),
        (_RUBY, "鄂"),
        ("<w:bdo w:val='ltr'><w:r><w:t>定向的话</w:t></w:r></w:bdo>", "定向的话"),
        ("<w:dir w:val='ltr'><w:r><w:t>定向的话</w:t></w:r></w:dir>", "定向的话"),
    ],
)  # fmt: skip
def test_what_word_wraps_in_a_way_of_its_own_is_read(markup: str, read_as: str):
    paper = official(header="none")
    put(paper.paragraphs[3], markup)
    assert f"通知如下。{read_as}\n" in text_of(read(paper))


def test_a_sign_that_nobody_knows_shows_as_a_box_and_is_told():
    paper = official(header="none")
    put(paper.paragraphs[3], "<w:r><w:sym w:font='Wingdings' w:char='F021'/></w:r>")
    document = read(paper)
    assert "通知如下。□" in text_of(document)
    assert any("特殊符号" in one for one in document.warnings)


@pytest.mark.parametrize(
    ("font", "code", "sign"),
    [
        ("Wingdings 2", "F052", "☑"),
        ("Symbol", "B0", "°"),
        ("宋体", "2605", "★"),
        ("x", "zz", ""),
        ("x", "D800", ""),
    ],
)
def test_signs_are_those_of_their_font(font: str, code: str, sign: str):
    assert sign_of(font, code) == sign


def test_a_picture_that_no_page_can_show_is_told_with_its_place():
    paper = official(header="none")
    line(paper, "走势见下图：")
    paper.add_picture(io.BytesIO(png()))

    def drawn(parts: dict[str, bytes]) -> None:
        (name,) = (one for one in parts if one.startswith("word/media/"))
        parts[name] = b"\x01\0\0\0" + b"\0" * 36 + b" EMF" + b"\0" * 60

    (told,) = (
        one for one in read_word(repacked(written(paper), drawn), "通知.docx").warnings if "图片" in one
    )
    assert "有 1 张图片" in told
    assert "原来在“走势见下图：”后面" in told


@pytest.mark.parametrize("kind", ["chart", "diagram"])
def test_what_word_draws_itself_is_told_with_its_place(kind: str):
    paper = official(header="none")
    put(
        line(paper, "见图："),
        "<w:r><w:drawing><wp:inline><a:graphic><a:graphicData "
        f"uri='http://schemas.openxmlformats.org/drawingml/2006/{kind}'/></a:graphic></wp:inline></w:drawing></w:r>",
    )
    assert any("原来在“见图：”后面" in one for one in read(paper).warnings)


def test_a_table_in_a_table_and_a_file_in_a_file_are_told():
    paper = official(header="none")
    inner = paper.add_table(rows=1, cols=1).cell(0, 0).add_table(rows=1, cols=1)
    inner.cell(0, 0).text = "里面的字"
    paper.element.body.insert(3, parse_xml(f"<w:altChunk {nsdecls('w')}/>"))
    document = read(paper)
    assert "里面的字" in text_of(document)
    assert {"有表格套着表格", "文件里插入了另一"} <= {one[:8].removesuffix("，") for one in document.warnings}


def test_a_table_within_a_cell_reads_line_by_line_with_its_looks_and_pictures():
    paper = official(header="none")
    cell = paper.add_table(rows=1, cols=2).cell(0, 1)
    cell.text = "物资如下"
    inner = cell.add_table(rows=4, cols=3)
    inner.cell(0, 0).merge(inner.cell(1, 0)).text = "帐篷"
    for row, words in enumerate((("20顶", "大"), ("30顶", "小"))):
        inner.cell(row, 1).text, inner.cell(row, 2).text = words
    inner.cell(2, 0).paragraphs[0].add_run("棉被").bold = True
    inner.cell(2, 1).paragraphs[0].add_run().add_picture(io.BytesIO(png()))
    document = read(paper)
    body = sanitise(document.body).html
    assert re.sub(r"<img[^>]*>", "<img>", body).endswith(
        "<td>物资如下<br>帐篷｜20顶｜大<br>帐篷｜30顶｜小<br><strong>棉被</strong>｜<img>｜</td></tr></tbody></table>"
    )
    assert any("里面的改成了一行一句的文字" in one for one in document.warnings)


def test_a_table_of_contents_with_its_page_numbers_stays_on_paper():
    paper = official(header="none")
    style = paper.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    paper.paragraphs[2].insert_paragraph_before("第一章　总则 7", style=style)
    document = read(paper)
    assert "第一章" not in text_of(document)
    assert "文件里的目录没有导入：网页上没有页码" in document.warnings


def test_headings_keep_their_levels_beside_each_other():
    paper = Paper()
    line(paper, "某旗发展规划", size=22, align=CENTER)
    for words, level in (("总则", 1), ("目标", 2), ("指标", 3)):
        paper.add_heading(words, level)
        line(paper, "说明文字。")
    body = read(paper).body
    assert [f"<h{n}>" in body for n in (2, 3, 4)] == [True, True, True]


@pytest.mark.parametrize("heading", ["一、第一部分", "（一）第一部分", "第一章 总则", "总则"])
def test_the_first_heading_of_the_text_is_no_line_of_the_title(heading: str):
    paper = Paper()
    paper.add_heading("便民服务工作简报", 0)
    paper.add_heading(heading, 1)
    line(paper, "说明文字。")
    document = read(paper)
    assert (document.title, f">{heading}</h" in document.body) == ("便民服务工作简报", True)


@pytest.mark.parametrize(
    "lines",
    [
        ("附件", "1.救助标准", "2.申请表"),
        ("附件  1.救助标准", "      2.申请表"),
        ("附件1：救助标准", "附件2：申请表"),
        ("附件：1.救助标准\n2.申请表",),
    ],
)
def test_the_list_of_attachments_is_found_as_offices_write_it(lines: tuple[str, ...]):
    paper = Paper()
    line(paper, "关于救助的通知", size=22, align=CENTER)
    line(paper, "现将有关事项通知如下。")
    for words in lines:
        line(paper, words)
    line(paper, "2026年3月8日", align=RIGHT)
    break_page(paper)
    line(paper, "附件1")
    line(paper, "1.不是附件的名称")
    assert read(paper).attachments == ("救助标准", "申请表")


def test_everybody_who_signed_is_the_issuer():
    paper = Paper()
    line(paper, "关于印发办法的通知", size=22, align=CENTER)
    line(paper, "现印发给你们。")
    line(paper, "某旗发展和改革局　　某旗财政局", align=RIGHT)
    line(paper, "某旗医疗保障局", align=RIGHT)
    line(paper, "2026年3月8日", align=RIGHT)
    assert read(paper).issuer == "某旗发展和改革局、某旗财政局、某旗医疗保障局"


def test_minutes_and_orders_have_their_own_numbers():
    minutes = Paper()
    line(minutes, "会议纪要", size=36, align=CENTER, color=RED)
    line(minutes, "〔2026〕5号", align=CENTER)
    line(minutes, "旗人民政府第3次常务会议纪要", size=22, align=CENTER)
    line(minutes, "会议议定以下事项。")
    order = Paper()
    line(order, "某旗人民政府令", size=36, align=CENTER, color=RED)
    line(order, "第12号", align=CENTER)
    line(order, "现予公布。")
    assert (read(minutes).title, read(minutes).document_number) == (
        "旗人民政府第3次常务会议纪要",
        "〔2026〕5号",
    )
    assert (read(order).document_number, read(order).issuer) == ("某旗人民政府令第12号", "某旗人民政府")


def test_a_letterhead_that_lost_its_looks_is_no_part_of_the_title():
    paper = Paper()
    for words in ("          某旗人民政府办公室文件", "          某政办发【２０２６】第12号",
                  "      关于做好防汛工作的通知", "现通知如下。"):  # fmt: skip
        paper.add_paragraph(words)
    document = read(paper)
    assert (document.title, document.document_number) == ("关于做好防汛工作的通知", "某政办发〔2026〕12号")


def test_indents_typed_as_spaces_stay_on_paper():
    paper = official(header="none")
    line(paper, "　　　　　　　　某旗人民政府").runs[0].bold = True
    assert "<p><strong>某旗人民政府</strong></p>" in read(paper).body
