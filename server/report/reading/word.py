"""DOCX → a report: paragraphs and tables in the order of the file, as a reader of the paper sees them.

A merged cell stands once. What stands in fields to fill in, in text boxes and in text that was added while
changes are tracked is read; what was deleted or hidden is not. A table that only frames is read as text.
"""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any, Final

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.exceptions import XmlchemyError
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from lxml import etree

from server.report.document import Document, build
from server.report.reading.unreadable import Unreadable

_FRAMES: Final = tuple(map(qn, ("w:ins", "w:moveTo", "w:smartTag", "w:sdtContent", "w:sdt", "w:customXml")))
_UNSEEN: Final = tuple(map(qn, ("w:del", "w:moveFrom", "w:sdtPr", "w:sdtEndPr", "w:customXmlPr")))
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PROSE: Final = 160
"""Characters: a cell with more holds no figure."""


def read_word(content: bytes) -> Document:
    """Read the bytes of a .docx file; raises Unreadable."""
    try:
        file = docx.Document(BytesIO(content))
        body = file.element.find(qn("w:body"))
        if body is None:
            raise ValueError("no body")
        _lay_bare(body)
        return build(list(_parts(file)))
    except (
        XmlchemyError, OpcError, zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, IndexError,
    ):  # fmt: skip
        raise Unreadable("DOCX 文件已损坏，不能打开；请用 Word 或 WPS 重新另存一次。") from None


def _lay_bare(body: Any) -> None:
    """Take away what frames text and what is not seen: the library looks into none of it."""
    for one in list(body.iter(*_UNSEEN, _FALLBACK)):
        _drop(next(one.iterancestors(qn("w:tr"))) if _deletes_row(one) else one)
    for hidden in list(body.iter(qn("w:vanish"))):
        run = hidden.getparent().getparent()
        if run is not None and run.tag == qn("w:r") and hidden.get(qn("w:val")) not in ("0", "false"):
            _drop(run)
    for frame in list(body.iter(*_FRAMES)):
        for child in list(frame):
            frame.addprevious(child)
        _drop(frame)


def _deletes_row(one: Any) -> bool:
    """Say whether this is a mark of deletion among the properties of a row."""
    above = [frame.tag for frame in islice(one.iterancestors(), 2)]
    return one.tag == qn("w:del") and above == [qn("w:trPr"), qn("w:tr")]


def _drop(one: Any) -> None:
    """Take an element away; two marks may say so of the same one."""
    if (holder := one.getparent()) is not None:
        holder.remove(one)


def _parts(holder: Any) -> Iterator[str | list[list[str]]]:
    for block in holder.iter_inner_content():
        if isinstance(block, Table):
            yield from _table(block)
        else:
            yield from _paragraph(block)


def _paragraph(paragraph: Paragraph) -> Iterator[str]:
    yield paragraph.text.replace("\n", " ")
    for box in paragraph._p.iter(qn("w:txbxContent")):  # noqa: SLF001 -- the library knows no text boxes
        for inner in box.iter(qn("w:p")):
            yield Paragraph(inner, paragraph._parent).text.replace("\n", " ")  # noqa: SLF001


def _table(table: Table) -> Iterator[str | list[list[str]]]:
    rows = [_cells(row.cells) for row in table.rows]
    cells = [cell for row in rows for cell in row]
    if len(cells) == 1 or any(cell.tables or len(cell.text) > _PROSE for cell in cells):
        seen = set[object]()
        for cell in cells:
            if cell._tc not in seen:  # noqa: SLF001
                seen.add(cell._tc)  # noqa: SLF001
                yield from _parts(cell)
        return
    yield [[cell.text for cell in row] for row in rows]


def _cells(cells: tuple[_Cell, ...]) -> list[_Cell]:
    """Give the cells of a row, one that is merged across once."""
    found: list[_Cell] = []
    for cell in cells:
        if not found or cell._tc is not found[-1]._tc:  # noqa: SLF001 -- the one way to see that two are merged
            found.append(cell)
    return found
