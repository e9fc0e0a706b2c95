"""Writes the policy's attachment: a form to fill in, as the smallest Word file that Word and WPS open."""

import io
import zipfile
from typing import Final
from xml.sax.saxutils import escape

NAME: Final = "医疗救助申请表.docx"
MIME: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_ROWS: Final = (
    "申请人姓名",
    "居住地址",
    "联系方式",
    "人员类别",
    "就诊医院",
    "个人负担费用",
    "申请理由",
    "受理意见",
)
_WORD: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES: Final = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_LINKS: Final = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def write() -> bytes:
    """Give the file; the same bytes on every run."""
    rows = "".join(f"<w:tr>{_cell(row, 2600)}{_cell('', 6000)}</w:tr>" for row in _ROWS)
    document = (
        f"<w:document {_WORD}><w:body>{_paragraph('医疗救助申请表（演示）')}"
        f"<w:tbl><w:tblPr><w:tblBorders>{_borders()}</w:tblBorders></w:tblPr>{rows}</w:tbl>"
        f"{_paragraph('')}</w:body></w:document>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _LINKS),
            ("word/document.xml", document),
        ):
            whole = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + text
            file.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), whole)
    return out.getvalue()


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def _cell(text: str, width: int) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(text)}</w:tc>'


def _borders() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    return "".join(f'<w:{side} w:val="single" w:sz="6" w:color="666666"/>' for side in sides)
