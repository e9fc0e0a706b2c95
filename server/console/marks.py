"""What the checks found, in the text where it stands and as notes beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from channels.item import Attachment
from server.review.examiner import Checked
from server.review.findings import Finding
from server.review.subject import FIELD_NAMES
from server.store.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a text; `finding` is the one that concerns it, None for the text between."""

    text: str
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Note:
    """A finding with the name of its place, who answers for it, and whether one click mends it."""

    finding: Finding
    where: str
    waiver: Waiver | None
    may_mend: bool

    @property
    def is_open(self) -> bool:
        """Say that it stands in the way of a release."""
        return self.finding.severity == "blocking" and not (self.waiver and self.waiver.holds)

    @property
    def field(self) -> str:
        """Give the field of the form that it belongs to."""
        return field_of(self.finding)


def field_of(finding: Finding) -> str:
    """Give the field of the form of an item in which a finding is mended."""
    room = finding.place.field.partition(".")[0]
    return {"attachments": "files", "pictures": "body"}.get(room, room) or "title"


def marked_text(text: str, findings: Iterable[Finding]) -> tuple[Stretch, ...]:
    """Give the body's text with the findings in it; of two that overlap the first one is marked."""
    stretches: list[Stretch] = []
    end = 0
    inside = [one for one in findings if one.place.field == "body" and one.place.length > 0]
    for one in sorted(inside, key=lambda finding: (finding.place.offset, -finding.place.length)):
        start = one.place.offset
        if start < end:
            continue
        stretches.append(Stretch(text[end:start], None))
        end = start + one.place.length
        stretches.append(Stretch(text[start:end], one))
    stretches.append(Stretch(text[end:], None))
    return tuple(one for one in stretches if one.text)


def notes_of(checked: Checked) -> tuple[Note, ...]:
    """Give the findings as notes: what stands in the way first."""
    notes = [
        Note(
            one,
            where_of(one, checked.item.revision.sheet.attachments),
            checked.waivers.get(one.key),
            may_mend(one),
        )
        for one in checked.findings
        if one.account is None
    ]
    order = ("blocking", "warning", "note")
    return tuple(sorted(notes, key=lambda note: (not note.is_open, order.index(note.finding.severity))))


def may_mend(finding: Finding) -> bool:
    """Say whether one click puts it right: files are put right where they were made."""
    return finding.suggestion is not None and "." not in finding.place.field


def where_of(finding: Finding, attachments: tuple[Attachment, ...]) -> str:
    """Name the place of a finding as an editor does."""
    room, _, number = finding.place.field.partition(".")
    part = finding.place.part
    match room:
        case "attachments":
            name = attachments[int(number)].name
            return f"附件“{name}”{part}"
        case "pictures":
            return f"第 {int(number) + 1} 张图片"
        case _:
            return FIELD_NAMES.get(room, "稿件")
