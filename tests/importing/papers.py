"""Official documents made with python-docx as an office lays them out; everything in them is made up."""

import io
import struct
import zlib
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

RED = RGBColor(0xFF, 0, 0)
CENTER, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
TITLE = "关于做好2026年医疗救助工作的通知"
NUMBER = "某政办发〔2026〕12号"


def line(
    paper: Any, text: str, *, size: float = 16, align: Any = None, color: Any = None, font: str = "仿宋"
) -> Any:
    """Write a paragraph."""
    paragraph = paper.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.font.name = "Times New Roman"
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    if color is not None:
        run.font.color.rgb = color
    if align is not None:
        paragraph.alignment = align
    return paragraph


def written(paper: Any) -> bytes:
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def official(*, header: str = "lines", number: str = NUMBER, day: str = "2026年3月8日") -> Any:
    """Give a notice; `header` is how its red header was made: lines, box, table or none."""
    paper = Document()
    if header == "lines":
        line(paper, "000123")
        line(paper, "特急")
        line(paper, "某旗人民政府办公室文件", size=36, align=CENTER, color=RED)
        line(paper, f"{number}          签发人：甲某某", align=CENTER)
    elif header == "box":
        paper.add_paragraph()._p.append(text_box("某旗人民政府办公室文件"))
        line(paper, number, align=CENTER)
    elif header == "table":
        table = paper.add_table(rows=2, cols=2)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "某旗人民政府办公室文件"
        table.cell(1, 0).text, table.cell(1, 1).text = number, "签发人：甲某某"
    line(paper, "某旗人民政府办公室", size=22, align=CENTER, font="方正小标宋简体")
    line(paper, TITLE, size=22, align=CENTER, font="方正小标宋简体")
    line(paper, "各苏木镇人民政府，旗直各部门：")
    line(paper, "为做好医疗救助工作，现将有关事项通知如下。")
    line(paper, "一、总体要求")
    line(paper, "坚持应救尽救，按照国办发〔2016〕80号文件执行。")
    line(paper, "附件：1.救助标准")
    line(paper, "      2.申请表")
    line(paper, "某旗人民政府办公室", align=RIGHT)
    line(paper, day, align=RIGHT)
    line(paper, "抄送：旗委办公室，旗人大常委会办公室。")
    line(paper, "某旗人民政府办公室  2026年3月9日印发")
    line(paper, "- 1 -", align=CENTER)
    return paper


def text_box(text: str) -> Any:
    return parse_xml(
        f"<w:r {nsdecls('w')} xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' "
        "xmlns:v='urn:schemas-microsoft-com:vml' "
        "xmlns:wps='http://schemas.microsoft.com/office/word/2010/wordprocessingShape'>"
        "<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent><w:p><w:r>"
        f"<w:t>{text}</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
        "<mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r>"
        f"<w:t>{text}</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )


def break_page(paper: Any) -> None:
    paper.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def png(width: int = 8, height: int = 8) -> bytes:
    """Give a small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xff\0\0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
