"""Findings: what the checks say of a text, each with its place, its reason and the rule behind it."""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["blocking", "warning", "note"]
SEVERITY_NAMES: Final = {"blocking": "须处理", "warning": "请核对", "note": "提示"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from: the law or document, and its article (RULES.md beside this file)."""

    name: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """The words a finding concerns.

    `field` is a field of the item (`title`, `body`, `attachments.0` …). `offset` and `length` count signs of
    the field's text; of the body its plain text, while `html_offset` and `html_length` are the same words in
    the HTML. Of an attachment, `part` says where in the file, and `offset` counts within that part. A length
    of 0: the finding concerns the field as a whole.
    """

    field: str
    offset: int = 0
    length: int = 0
    part: str = ""
    html_offset: int | None = None
    html_length: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `words` are masked where personal; `suggestion` may replace what was found."""

    rule: str
    severity: Severity
    place: Place
    words: str
    reason: str
    source: Source
    suggestion: str | None = None
    account: str | None = None  # the account whose channel says so; None: a rule for every channel

    @property
    def key(self) -> str:
        """Give what names the finding within one content: the same content gives the same keys.

        The words are left out of it: a digest of eighteen figures is soon guessed.
        """
        place = self.place
        told = (self.rule, place.field, place.part, place.offset, place.length, self.account or "")
        return hashlib.sha256("\x1f".join(map(str, told)).encode()).hexdigest()[:16]
