"""The child that reads one file: bytes on its standard input, JSON on its standard output.

It knows no database and no network, and limits its own time and memory before it looks at a byte.
"""

import csv
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from server.child import limit_self, open_answer

Pieces = Iterator[tuple[str, str]]

_MOST_SIGNS: Final = 2_000_000
_MOST_UNPACKED: Final = 200_000_000
_MOST_PAGES: Final = 2000
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TRACES: Final = f"{_W}delText"
_ASIDE: Final = re.compile(r"word/(?:comments|footnotes|endnotes|header\d*|footer\d*)\.xml")
_ASIDE_NAMES: Final = {
    "comments": "批注",
    "footnotes": "脚注",
    "endnotes": "尾注",
    "header": "页眉",
    "footer": "页脚",
}
_WIDE_RUN: Final = re.compile(rb"(?:[\x20-\x7e\t]\x00|[\x00-\xff][\x4e-\x9f]){4,}")
_NARROW_RUN: Final = re.compile(rb"[\x20-\x7e\t]{11,}")


class Locked(Exception):
    """The file is behind a password."""


def main() -> int:
    """Read the file and tell what it says; a fault of the file ends the child with 1."""
    limit_self()
    body, ending = sys.stdin.buffer.read(), sys.argv[1]
    with open_answer() as answer:
        state, pieces = read(body, ending)
        answer.write(json.dumps({"state": state, "pieces": pieces}).encode())
    return 0


def read(body: bytes, ending: str) -> tuple[str, list[tuple[str, str]]]:
    """Give how far a file was read, and its pieces; raises whatever its parser raises."""
    reader = _READERS.get(ending)
    if reader is None:
        return "unreadable", list(_bounded(_scan(body)))[:1]
    pieces: list[tuple[str, str]] = []
    room = _MOST_SIGNS
    try:
        for part, text in reader(body):
            if text.strip():
                pieces.append((part, text[:room]))
                room -= len(text)
            if room <= 0:
                return "too_large", pieces
    except Locked:
        return "locked", []
    return ("read" if pieces else "no_text"), pieces


def _bounded(pieces: Pieces) -> Pieces:
    for part, text in pieces:
        yield part, text[:_MOST_SIGNS]


def _open(body: bytes) -> zipfile.ZipFile:
    packed = zipfile.ZipFile(io.BytesIO(body))
    if sum(entry.file_size for entry in packed.infolist()) > _MOST_UNPACKED:
        raise ValueError("unpacks to too much")
    return packed


def _word(body: bytes) -> Pieces:
    with _open(body) as packed:
        for name in sorted(packed.namelist(), key=lambda name: (name != "word/document.xml", name)):
            if name == "word/document.xml":
                root = _parse(packed.read(name))
                yield "", _word_text(root)
                # Deleted words and comments are still in the file: whoever opens it can read them.
                yield "修订痕迹", "\n".join(node.text or "" for node in root.iter(_TRACES))
            elif _ASIDE.fullmatch(name):
                kind = re.sub(r"\d", "", name.removeprefix("word/").removesuffix(".xml"))
                yield _ASIDE_NAMES[kind], _word_text(_parse(packed.read(name)))


def _parse(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    return etree.fromstring(body, parser)


def _word_text(root: etree._Element) -> str:
    out: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag
        if event == "start":
            if tag == f"{_W}t" and not _is_fallback(node):
                out.append(node.text or "")
            elif tag == f"{_W}tab":
                out.append(" ")
            elif tag in (f"{_W}br", f"{_W}cr"):
                out.append("\n")
        elif tag == f"{_W}p":
            out.append(" " if _in_cell(node) else "\n")
        elif tag == f"{_W}tc":
            out.append("\t")
        elif tag == f"{_W}tr":
            out.append("\n")
    return "".join(out)


def _in_cell(node: etree._Element) -> bool:
    return any(parent.tag == f"{_W}tc" for parent in node.iterancestors())


def _is_fallback(node: etree._Element) -> bool:
    return any(parent.tag == f"{_MC}Fallback" for parent in node.iterancestors())


def _workbook(body: bytes) -> Pieces:
    from openpyxl import load_workbook  # noqa: PLC0415 -- takes half a second that other files need not wait

    with _open(body):
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        hidden = "" if sheet.sheet_state == "visible" else "（隐藏）"
        rows = ("\t".join(_cell(value) for value in row) + "\t" for row in sheet.iter_rows(values_only=True))
        yield f"工作表“{sheet.title}”{hidden}", "\n".join(row for row in rows if row.strip())


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e19:
        return str(int(value))
    return "" if value is None else " ".join(str(value).split())


def _slides(body: bytes) -> Pieces:
    with _open(body) as packed:
        names = [
            name for name in packed.namelist() if re.fullmatch(r"ppt/(?:slides|notesSlides)/\w+\.xml", name)
        ]
        for number, name in enumerate(sorted(names, key=lambda name: (len(name), name)), 1):
            paragraphs = _parse(packed.read(name)).iter(f"{_A}p")
            lines = ("".join(node.text or "" for node in one.iter(f"{_A}t")) for one in paragraphs)
            yield f"第{number}张", "\n".join(lines)


def _pages(body: bytes) -> Pieces:
    from pypdf import PdfReader  # noqa: PLC0415 -- as above

    pdf = PdfReader(io.BytesIO(body))
    if pdf.is_encrypted and not pdf.decrypt(""):
        raise Locked
    for number, page in enumerate(pdf.pages[:_MOST_PAGES], 1):
        yield f"第{number}页", page.extract_text()


def _ofd(body: bytes) -> Pieces:
    with _open(body) as packed:
        names = [name for name in packed.namelist() if name.endswith("Content.xml")]
        for number, name in enumerate(sorted(names, key=lambda name: (len(name), name)), 1):
            nodes = _parse(packed.read(name)).iter("{*}TextCode")
            yield f"第{number}页", "\n".join(node.text or "" for node in nodes)


def _plain(body: bytes) -> Pieces:
    yield "", _decoded(body)


def _csv(body: bytes) -> Pieces:
    rows = csv.reader(io.StringIO(_decoded(body), newline=""))
    yield "", "\n".join("\t".join(" ".join(cell.split()) for cell in row) + "\t" for row in rows)


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _scan(body: bytes) -> Pieces:
    """Give the runs of words in a file of an old or closed form: enough to find a number in it."""
    wide = (match.group().decode("utf-16-le", "ignore") for match in _WIDE_RUN.finditer(body))
    narrow = (match.group().decode("ascii") for match in _NARROW_RUN.finditer(body))
    yield "文件内部文字", "\n".join((*wide, *narrow))


_READERS: Final[dict[str, Callable[[bytes], Pieces]]] = {
    "docx": _word,
    "xlsx": _workbook,
    "pptx": _slides,
    "pdf": _pages,
    "ofd": _ofd,
    "txt": _plain,
    "csv": _csv,
}


if __name__ == "__main__":
    sys.exit(main())
