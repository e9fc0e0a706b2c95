"""What is checked: one version of an item as text, field by field, its attachments with what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from channels.item import Attachment, Kind, Openness, Override, Picture
from server.core.draft import Draft
from server.review.findings import Place
from server.review.prose import Prose, read_prose
from server.store.items import ItemSeen
from server.store.texts import MediaText

# Signs that take another's place in what people type, one for one: places stay what they are.
_PLAIN: Final = str.maketrans(
    {
        **{chr(0xFF10 + n): str(n) for n in range(10)},
        "\u3000": " ",
        "\u00a0": " ",
        "－": "-",
        "‐": "-",
        "–": "-",
    }
)

FIELD_NAMES: Final = {
    "title": "标题", "summary": "摘要", "overview": "内容概述", "body": "正文", "document_number": "文号",
    "source": "来源", "keywords": "主题词", "formed_on": "成文日期", "topic": "主题分类", "genre": "体裁",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """One version of an item as the checks see it."""

    kind: Kind
    title: str
    summary: str
    body: str
    overview: str
    document_number: str | None
    formed_on: date | None
    topic: str | None
    genre: str | None
    source: str | None
    keywords: tuple[str, ...]
    openness: Openness
    pictures: tuple[Picture, ...]
    attachments: tuple[Attachment, ...]
    texts: Mapping[str, MediaText]  # by the hash of the file
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of text in one place, with its figures and spaces in their plain form."""

    field: str
    text: str
    written: str
    part: str = ""
    prose: Prose | None = None

    def place(self, offset: int, length: int) -> Place:
        """Give the place of some of its characters."""
        if self.prose is None or length == 0:
            return Place(self.field, offset, length, self.part)
        begin, end = self.prose.in_html(offset, length)
        return Place(self.field, offset, length, self.part, begin, end - begin)


def subject_of(seen: ItemSeen, texts: Mapping[str, MediaText]) -> Subject:
    """Give the newest version of a stored item as a subject."""
    version, sheet = seen.revision, seen.revision.sheet
    return Subject(
        kind=seen.kind, title=version.title, summary=version.summary, body=version.body,
        overview=sheet.overview, document_number=sheet.document_number, formed_on=sheet.formed_on,
        topic=sheet.topic, genre=sheet.genre, source=sheet.source, keywords=sheet.keywords,
        openness=sheet.openness, pictures=sheet.pictures, attachments=sheet.attachments, texts=texts,
        overrides=sheet.overrides,
    )  # fmt: skip


def subject_of_draft(draft: Draft, texts: Mapping[str, MediaText]) -> Subject:
    """Give what an editor has at hand, stored or not, as a subject."""
    return Subject(
        kind=draft.kind, title=draft.title, summary=draft.summary, body=draft.body_html,
        overview=draft.overview, document_number=draft.document_number, formed_on=draft.formed_on,
        topic=draft.topic, genre=draft.genre, source=draft.source, keywords=draft.keywords,
        openness=draft.openness, pictures=draft.pictures, attachments=draft.attachments, texts=texts,
        overrides=draft.overrides or (),
    )  # fmt: skip


def passages_of(subject: Subject) -> tuple[Passage, ...]:
    """Give every run of text of a subject: its fields, its body, and what its attachments say."""
    found = [
        _passage("title", subject.title),
        _passage("summary", subject.summary),
        _passage("overview", subject.overview),
        _passage("source", subject.source or ""),
    ]
    prose = read_prose(subject.body)
    found.append(Passage("body", prose.text.translate(_PLAIN), prose.text, prose=prose))
    for number, picture in enumerate(subject.pictures):
        found.append(_passage(f"pictures.{number}", picture.alt, "图片说明"))
    for number, one in enumerate(subject.overrides):
        found.append(_passage(f"overrides.{number}.title", one.title or "", "渠道标题"))
        found.append(_passage(f"overrides.{number}.summary", one.summary or "", "渠道摘要"))
    for number, attachment in enumerate(subject.attachments):
        field = f"attachments.{number}"
        found.append(_passage(field, attachment.name, "文件名"))
        text = subject.texts.get(attachment.sha256)
        if text is not None:
            found += [_passage(field, piece.text, piece.part) for piece in text.pieces]
    return tuple(passage for passage in found if passage.text)


def _passage(field: str, text: str, part: str = "") -> Passage:
    return Passage(field, text.translate(_PLAIN), text, part)
