"""What a file says of its makers is taken out before it is published: author, firm, last editor, revisers.

Office files are packed again without it; in a PDF its table of particulars and its XMP packet go. A signed
PDF or OFD is left as it is: another byte and the seal would no longer hold.
"""

import io
import re
import sys
import zipfile
from contextlib import suppress
from typing import Final

import structlog
from PIL import Image

from server.child import ask_child, limit_self, open_answer
from server.core.problems import Problem
from server.importing.aside import aside
from server.importing.pictures import MIMES, inspect

_OFFICE: Final = frozenset({"docx", "xlsx", "pptx"})
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


async def silence(body: bytes, name: str) -> bytes:
    """Give a file without what it says of its makers, off the event loop; one that cannot be, as it is."""
    ending = name.rpartition(".")[2]
    if ending == "pdf" and len(body) <= _MOST_PDF:
        # A PDF can be made to keep a parser busy for ever; a child can be ended.
        told = await ask_child("server.importing.silence", body=body, seconds=_SECONDS)
        return told or body
    return await aside(silenced, body, ending) if ending in _OFFICE else body


def silenced(body: bytes, ending: str) -> bytes:
    """Give a file without what it says of its makers; a file that no parser can open comes back as it is."""
    try:
        return _office(body) if ending in _OFFICE else _pdf(body)
    except Problem:
        raise
    except Exception as error:  # noqa: BLE001 -- parsers of files from outside raise whatever they like
        log.warning("metadata_not_taken_out", ending=ending, size=len(body), why=type(error).__name__)
        return body


def _office(body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        entries = packed.infolist()
        if sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
            raise ValueError("unpacks to too much")
        if any(entry.filename.startswith("_xmlsignatures/") for entry in entries):
            return body
        _refuse_gallery(packed)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
            for entry in entries:
                # The same time for every entry: when a file was saved is nobody's business either.
                fresh = zipfile.ZipInfo(entry.filename)
                fresh.compress_type = zipfile.ZIP_DEFLATED
                written.writestr(fresh, _entry(entry.filename, packed.read(entry)))
    return out.getvalue()


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


def _pdf(body: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 -- half a second that other files need not wait

    if _SIGNED.search(body):
        return body
    reader = PdfReader(io.BytesIO(body))
    if reader.is_encrypted or not (reader.metadata or reader.xmp_metadata):
        return body
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    writer.root_object.pop("/Metadata", None)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def main() -> int:
    """Take a PDF on the standard input and give it back without what it says of its makers."""
    limit_self()
    with open_answer() as answer:
        answer.write(silenced(sys.stdin.buffer.read(), "pdf"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
