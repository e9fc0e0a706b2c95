"""A file → a report: which reader takes it is told by its content first and its name second.

Everything in it is hostile: size, unpacked size and depth are bounded before anything is parsed.
"""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Final

from server.file_errors import reason_of
from server.report.document import Document
from server.report.entry import Entry
from server.report.reading.html import read_html
from server.report.reading.json import read_json
from server.report.reading.text import read_text
from server.report.reading.unreadable import Unreadable

LARGEST: Final = 32 * 1_048_576
_UNPACKED: Final = 256 * 1_048_576
_OLD_WORD: Final = b"\xd0\xcf\x11\xe0"


def read_report(file: Path) -> Document | tuple[Entry, ...]:
    """Read a report; raises Unreadable with a sentence. A JSON file may hold one entry or a list of them."""
    try:
        if file.stat().st_size > LARGEST:
            raise Unreadable(f"文件超过 {LARGEST // 1_048_576} MB 的上限。")
        content = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"读不了文件：{reason_of(error)}。请检查路径和权限。") from None
    return read_content(content, file.suffix.lower())


def read_content(content: bytes, suffix: str) -> Document | tuple[Entry, ...]:
    """Read the bytes of a report; raises Unreadable, also where nothing in it can be checked."""
    read = _read(content, suffix)
    if isinstance(read, Document) and not read.parts:
        raise Unreadable("文件里没有文字可以检查；扫描件和图片请换成带文字的文件。")
    return read


def _read(content: bytes, suffix: str) -> Document | tuple[Entry, ...]:
    if content.startswith(b"PK"):
        return _read_archive(content)
    if content.startswith(_OLD_WORD):
        raise Unreadable("这是旧版 Word、Excel 或 WPS 文件，请另存为 .docx 或 .xlsx 后再检查。")
    if content.startswith(b"{\\rtf"):
        raise Unreadable("这是 RTF 文件，请用 Word 或 WPS 另存为 .docx 后再检查。")
    if content.startswith(b"%PDF"):
        raise Unreadable("暂不能读 PDF，请用生成它的 .docx 文件，或把文字复制到文本文件后再检查。")
    text = _decode(content)
    if not text.strip():
        raise Unreadable("文件是空的。")
    start = text.lstrip()[:1]
    if suffix == ".json" or (suffix not in {".txt", ".md", ".html", ".htm"} and start in {"{", "["}):
        return read_json(text)
    if suffix in {".html", ".htm"} or (start == "<" and suffix != ".txt"):
        return read_html(text)
    return read_text(text)


def _read_archive(content: bytes) -> Document:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = {entry.filename for entry in archive.infolist()}
            if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED:
                raise Unreadable("文件解开后过大，不能检查。")
    except zipfile.BadZipFile:
        raise Unreadable("文件已损坏，不能打开。") from None
    # Either takes half a second to import, which other files need not wait.
    if "word/document.xml" in names:
        from server.report.reading.word import read_word  # noqa: PLC0415

        return read_word(content)
    if "xl/workbook.xml" in names:
        from server.report.reading.workbook import read_workbook  # noqa: PLC0415

        return read_workbook(content)
    raise Unreadable("认不出这种文件；可以检查的有：文本、DOCX、HTML、XLSX、JSON。")


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    raise Unreadable("不是文本文件；可以检查的有：文本、DOCX、HTML、XLSX、JSON。")
