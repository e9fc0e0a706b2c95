"""What a file says of its makers is taken out before it is published: author, firm, last editor, revisers.

Office files are packed again without it; in a PDF its table of particulars and its XMP packet go. A signed
PDF or OFD is left as it is: another byte and the seal would no longer hold. What still says who made it is
noted with its reason, and told to whoever brings it.
"""

import io
import re
import sys
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog
from PIL import Image

from server.child import Children, NoPlace, limit_self, open_answer
from server.core.problems import Problem
from server.importing.aside import aside
from server.importing.pictures import MIMES, inspect
from server.store.media import Makers

STILL_SAID: Final[Mapping[Makers, str]] = {
    "kept": "没能去掉文件里的作者、单位等信息，请另存为 docx、xlsx 或 PDF 再传",
    "signed": "文件有电子签章，作者等信息没有去掉，否则签章会失效",
    "packed": "压缩包里的文件没有去掉作者等信息，请分别上传",
}
"""What whoever brings a file is told when it still says who made it."""

_OFFICE: Final = frozenset({"docx", "xlsx", "pptx"})
_UNTOUCHED: Final[Mapping[str, Makers]] = {
    **dict.fromkeys(("doc", "xls", "ppt", "wps", "et", "ofd"), "kept"), "zip": "packed",
}  # fmt: skip
_SIGNS: Final[Mapping[bytes, Makers]] = {b"s": "signed", b"k": "kept"}
_EMPTY_CORE: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
_EMPTY_CUSTOM: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
)
_TELLING: Final = re.compile(rb"<(Company|Manager|HyperlinkBase|Template)>[^<]*</\1>")
# Names in revisions and comments stand as attributes; the words themselves are the checks' business.
_NAMED: Final = re.compile(rb'(\s(?:w:author|w:initials|w15:author)=)(?:"[^"]*"|\'[^\']*\')')
_PICTURE: Final = re.compile(r"(?:word|xl|ppt)/media/[^/]+\.(?:jpe?g|png|webp)", re.IGNORECASE)
_XML: Final = re.compile(r"(?:word|ppt)/[^_].*\.xml")
_MOST_UNPACKED: Final = 200_000_000
_MOST_PDF: Final = 30_000_000
_MOST_PIXELS: Final = 1_500_000_000  # a hundred photographs of a telephone
_SECONDS: Final = 30.0
_SIGNED: Final = re.compile(rb"/SubFilter\s*/|/ByteRange\s*\[")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Silenced:
    """A file, and why it still says of its makers what it does; None: it says nothing."""

    body: bytes
    makers: Makers | None = None


async def silence(body: bytes, name: str, children: Children) -> Silenced:
    """Give a file without what it says of its makers, off the event loop; one that cannot be, as it is.

    Refuses a PDF for which there is no place for too long.
    """
    ending = name.rpartition(".")[2]
    if ending == "pdf":
        return await _pdf_by_child(body, children) if len(body) <= _MOST_PDF else Silenced(body, "kept")
    if ending in _OFFICE:
        return await aside(silenced, body, ending)
    return Silenced(body, _UNTOUCHED.get(ending))


async def _pdf_by_child(body: bytes, children: Children) -> Silenced:
    """Let a child do it: a PDF can be made to keep a parser busy for ever, and a child can be ended."""
    try:
        told = await children.ask("server.importing.silence", body=body, seconds=_SECONDS)
    except NoPlace:
        raise Problem("too_many_attempts", "服务器正在读别的文件，请过一分钟再传", field="file") from None
    if not told:
        log.warning("metadata_not_taken_out", ending="pdf", size=len(body), why="child")
        return Silenced(body, "kept")
    return Silenced(told[1:], _SIGNS.get(told[:1]))


def silenced(body: bytes, ending: str) -> Silenced:
    """Give a file without what it says of its makers; a file that no parser can open comes back as it is."""
    try:
        return _office(body) if ending in _OFFICE else _pdf(body)
    except Problem:
        raise
    except Exception as error:  # noqa: BLE001 -- parsers of files from outside raise whatever they like
        log.warning("metadata_not_taken_out", ending=ending, size=len(body), why=type(error).__name__)
        return Silenced(body, "kept")


def _office(body: bytes) -> Silenced:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        entries = packed.infolist()
        if sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
            raise ValueError("unpacks to too much")
        if any(entry.filename.startswith("_xmlsignatures/") for entry in entries):
            return Silenced(body, "signed")
        _refuse_gallery(packed)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
            for entry in entries:
                # The same time for every entry: when a file was saved is nobody's business either.
                fresh = zipfile.ZipInfo(entry.filename)
                fresh.compress_type = zipfile.ZIP_DEFLATED
                written.writestr(fresh, _entry(entry.filename, packed.read(entry)))
    return Silenced(out.getvalue())


def _refuse_gallery(packed: zipfile.ZipFile) -> None:
    """Refuse by their heads alone pictures that take minutes to decode, however few bytes they have."""
    pixels = 0
    for name in packed.namelist():
        if _PICTURE.fullmatch(name):
            # A damaged one is left as it is later on, and costs nothing.
            with packed.open(name) as body, suppress(Exception), Image.open(body, formats=list(MIMES)) as one:
                pixels += one.width * one.height
    if pixels > _MOST_PIXELS:
        raise Problem("too_large", "文件里的图片太大太多，请在 Word 或 WPS 里压缩图片后再上传", field="file")


def _entry(name: str, body: bytes) -> bytes:
    match name:
        case "docProps/core.xml":
            return _EMPTY_CORE
        case "docProps/custom.xml":
            return _EMPTY_CUSTOM
        case "docProps/app.xml":
            return _TELLING.sub(b"", body)
        case _ if _PICTURE.fullmatch(name):
            return _picture(body)
        case _ if _XML.fullmatch(name):
            return _NAMED.sub(rb'\1""', body)
        case _:
            return body


def _picture(body: bytes) -> bytes:
    try:
        return inspect(body).body
    except Problem:
        return body  # a damaged picture says nothing of anybody


def _pdf(body: bytes) -> Silenced:
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 -- half a second that other files need not wait

    if _SIGNED.search(body):
        return Silenced(body, "signed")
    reader = PdfReader(io.BytesIO(body))
    if reader.is_encrypted:
        return Silenced(body, "kept")
    if not (reader.metadata or reader.xmp_metadata):
        return Silenced(body)
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    writer.root_object.pop("/Metadata", None)
    out = io.BytesIO()
    writer.write(out)
    return Silenced(out.getvalue())


def main() -> int:
    """Take a PDF on the standard input and give it back, behind a sign of what it still says."""
    limit_self()
    with open_answer() as answer:
        found = silenced(sys.stdin.buffer.read(), "pdf")
        answer.write(next((sign for sign, makers in _SIGNS.items() if makers == found.makers), b"-"))
        answer.write(found.body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
