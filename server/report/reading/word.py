"""DOCX → a report: paragraphs and tables in the order of the file; a merged cell stands once."""

import zipfile
from io import BytesIO

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from lxml import etree

from server.report.document import Document, build
from server.report.reading.unreadable import Unreadable


def read_word(content: bytes) -> Document:
    """Read the bytes of a .docx file; raises Unreadable."""
    try:
        file = docx.Document(BytesIO(content))
        parts: list[str | list[list[str]]] = [
            _rows(block) if isinstance(block, Table) else block.text.replace("\n", " ")
            for block in file.iter_inner_content()
        ]
    except (PackageNotFoundError, zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, IndexError):
        raise Unreadable("DOCX 文件已损坏，不能打开；请用 Word 或 WPS 重新另存一次。") from None
    return build(parts)


def _rows(table: Table) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in table.rows:
        cells: list[str] = []
        before: object = None
        for cell in row.cells:
            if cell._tc is before:  # noqa: SLF001 -- the one way to see that two cells are merged
                continue
            before = cell._tc  # noqa: SLF001
            cells.append(cell.text)
        rows.append(cells)
    return rows
