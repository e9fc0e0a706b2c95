"""What an import found in a file: the parts of a document, each with where it stood and how sure we are."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from server.importing.pictures import PictureFile

Part = Literal[
    "title", "document_number", "issuer", "formed_on", "addressee", "attachments", "signer", "copy_number",
    "secrecy", "urgency", "letterhead", "imprint", "page_number", "subtitle", "told",
]  # fmt: skip

PART_NAMES: Final[dict[Part, str]] = {
    "title": "标题", "document_number": "发文字号", "issuer": "发文机关", "formed_on": "成文日期",
    "addressee": "主送机关", "attachments": "附件说明", "signer": "签发人", "copy_number": "份号",
    "secrecy": "密级", "urgency": "紧急程度", "letterhead": "发文机关标志", "imprint": "版记",
    "page_number": "页码", "subtitle": "题注", "told": "请留意",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """One part as found: its value, the words it was read from, where they stood, how sure from 0 to 1."""

    part: Part
    value: str
    words: str
    place: str  # 第3段, 文本框, 表格1
    confidence: float
    is_dropped: bool = False  # it is no longer in the body


def told(sentence: str) -> Mark:
    """Give what a person must know of an import, say of a picture that was lost, as a mark to confirm."""
    return Mark("told", sentence, sentence, "文件", 0.0)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as an item could be made of it. `body` refers to its pictures as `media:SHA256`."""

    title: str
    body: str
    marks: tuple[Mark, ...]
    pictures: dict[str, PictureFile]  # by the hash of their bytes
    warnings: tuple[str, ...]
    document_number: str | None = None
    formed_on: date | None = None
    issuer: str | None = None
    attachments: tuple[str, ...] = ()  # the names in the list of attachments; their files come by themselves
