"""Attachments on the way in: allowed kinds only, known by their first bytes and not by their name."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from server.core.problems import Problem, too_large
from server.importing.aside import aside
from server.importing.pictures import advice_on, is_picture
from server.importing.shape import INVISIBLE

Family = Literal["pdf", "ole", "zip", "text", "picture"]


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of file: its media type, its family of first bytes, and what a container must hold."""

    mime: str
    family: Family
    holds: str = ""


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
TYPES: Final[Mapping[str, Type]] = {
    "pdf": Type("application/pdf", "pdf"),
    "ofd": Type("application/ofd", "zip", "OFD.xml"),  # GB/T 33190
    "docx": Type(_OFFICE + "wordprocessingml.document", "zip", "word/"),
    "xlsx": Type(_OFFICE + "spreadsheetml.sheet", "zip", "xl/"),
    "pptx": Type(_OFFICE + "presentationml.presentation", "zip", "ppt/"),
    "zip": Type("application/zip", "zip"),
    "doc": Type("application/msword", "ole"),
    "xls": Type("application/vnd.ms-excel", "ole"),
    "ppt": Type("application/vnd.ms-powerpoint", "ole"),
    "wps": Type("application/vnd.ms-works", "ole"),
    "et": Type("application/x-et", "ole"),
    "txt": Type("text/plain", "text"),
    "csv": Type("text/csv", "text"),
    "jpg": Type("image/jpeg", "picture"),
    "jpeg": Type("image/jpeg", "picture"),
    "png": Type("image/png", "picture"),
    "gif": Type("image/gif", "picture"),
    "webp": Type("image/webp", "picture"),
}
LONGEST_NAME: Final = 120
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\r\n\t]')  # what Windows, a path or a header cannot carry
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_MOST_ENTRIES: Final = 10_000
_RUNS: Final = (
    ".exe",
    ".dll",
    ".bat",
    ".cmd",
    ".scr",
    ".js",
    ".vbs",
    ".ps1",
    ".lnk",
    ".hta",
    "vbaproject.bin",
)


def safe_name(name: str, *, field: str = "file") -> str:
    """Give a file name that every system can keep; refuses one without an allowed extension."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    cleaned = _FORBIDDEN.sub("_", INVISIBLE.sub("", last)).strip(" .")
    stem, dot, extension = cleaned.rpartition(".")
    if not dot or not stem.strip(" .") or extension.lower() not in TYPES:
        allowed = "、".join(TYPES)
        refused = advice_on(cleaned) or f"不接受这种文件“{cleaned[:40]}”；可用的扩展名：{allowed}"
        raise Problem("unsupported_file", refused, field=field)
    room = LONGEST_NAME - len(extension) - 1
    return f"{stem[:room].rstrip(' .')}.{extension.lower()}"


def type_of(name: str) -> Type:
    """Give the type that a safe name promises."""
    return TYPES[name.rpartition(".")[2]]


async def read_attachment(body: bytes, name: str, *, limit: int) -> str:
    """Check a file against its safe name off the event loop and give its media type; `limit` in bytes."""
    if len(body) > limit:
        raise too_large("附件", limit)
    if not body:
        raise Problem("unsupported_file", "文件是空的", field="file")
    await aside(inspect, body, name)
    return type_of(name).mime


def inspect(body: bytes, name: str) -> None:
    """Refuse a file that is not what its name promises, or that carries a program."""
    promised = type_of(name)
    if family_of(body) != promised.family:
        refused = advice_on(name, body) or f"文件内容与扩展名不符：“{name}”"
        raise Problem("unsupported_file", refused, field="file")
    if promised.family == "zip":
        _inspect_container(body, name, promised.holds)


def family_of(body: bytes) -> Family | None:
    """Give the family that the bytes belong to."""
    if is_picture(body):
        return "picture"
    if b"%PDF-" in body[:1024]:  # ISO 32000 readers look no further
        return "pdf"
    if body.startswith(_OLE):
        return "ole"
    if body.startswith(_ZIP):
        return "zip"
    return "text" if _is_text(body) else None


def _is_text(body: bytes) -> bool:
    if b"\0" in body:
        return False
    for encoding in ("utf-8", "gb18030"):  # Excel writes CSV in the system's code page
        try:
            body.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _inspect_container(body: bytes, name: str, holds: str) -> None:
    """Read the list of what is packed, and unpack nothing: a bomb stays packed."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise Problem("unsupported_file", f"文件已损坏，打不开：“{name}”", field="file") from error
    if len(names) > _MOST_ENTRIES or (holds and not any(entry.startswith(holds) for entry in names)):
        raise Problem("unsupported_file", f"文件内容与扩展名不符：“{name}”", field="file")
    if any(entry.lower().endswith(_RUNS) for entry in names):
        raise Problem("unsupported_file", f"文件里带有程序或宏，不能公开：“{name}”", field="file")
