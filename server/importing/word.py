"""A .docx → a document: its parts found by the official layout, its body as HTML, its pictures cleaned."""

from server.core.problems import Problem
from server.importing.found import Document
from server.importing.headings import body_of
from server.importing.layout import find_parts
from server.importing.word_blocks import BlockReader
from server.importing.word_file import open_word


def read_word(body: bytes, name: str) -> Document:
    """Read a Word file; refuses what is none, is damaged or has no text."""
    file = open_word(body, name)
    reader = BlockReader(file)
    try:
        blocks = reader.read()
    except RecursionError as error:
        raise Problem("unsupported_file", f"“{name}”里的表格嵌套太深，请先整理", field="file") from error
    parts = find_parts(blocks, name)
    if not any(block.text.strip() or block.kind == "picture" for block in parts.body):
        raise Problem("unsupported_file", f"“{name}”里没有正文", field="file")
    html = body_of(parts.body)
    return Document(
        title=parts.title,
        body=html,
        marks=tuple(parts.marks),
        pictures={sha256: file for sha256, file in reader.pictures.items() if sha256 in html},
        warnings=(*file.warnings, *dict.fromkeys(parts.warnings)),
        document_number=parts.document_number,
        formed_on=parts.formed_on,
        issuer=parts.issuer,
        attachments=parts.attachments,
    )
