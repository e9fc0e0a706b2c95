"""inspect(): every check over one version of an item. Pure: lists come in, findings go out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final

from server.review.blanks import blanks
from server.review.elements import (
    dead_links,
    elements,
    pictures,
    practice_links,
    telling_attachments,
    unread_attachments,
)
from server.review.findings import Finding, Place
from server.review.laws import cited_numbers_of_titles, law_titles
from server.review.numbers import number_forms, unknown_numbers
from server.review.personal import personal_data
from server.review.rosters import rosters
from server.review.sources import FILES
from server.review.subject import Passage, Subject, passages_of
from server.review.wording import Wordings, listed_words

MOST_FINDINGS: Final = 500
"""A list longer than this is not read: the last of them says that there are more."""

_ORDER: Final = {"blocking": 0, "warning": 1, "note": 2}
_PHONE_RULES: Final = frozenset({"mobile_number", "mobile_contact"})


@dataclass(frozen=True, slots=True)
class Lists:
    """What the checks lean on beside the text."""

    today: date
    wordings: Wordings
    known_numbers: frozenset[str] = frozenset()  # of the cited 文号 those that the catalogue has
    own_bodies: frozenset[str] = frozenset()  # 机关代字 under which documents of ours are in the catalogue
    own_pages: dict[str, bool] = field(default_factory=dict)  # linked addresses of our site: is it live
    practice_front: str = ""  # what an address of the practice site begins with; "" where it may be linked


def inspect(subject: Subject, lists: Lists) -> tuple[Finding, ...]:
    """Give everything the checks find, what blocks first, then in the order of the fields."""
    found = list(islice(_all(subject, lists), MOST_FINDINGS + 1))
    if len(found) > MOST_FINDINGS:
        reason = f"发现超过{MOST_FINDINGS}处，只列出前{MOST_FINDINGS}处；处理后请再检查一次"
        found[-1] = Finding("too_many_findings", "blocking", Place("body"), "", reason, FILES)
    return tuple(sorted(found, key=lambda one: _ORDER[one.severity]))


def _all(subject: Subject, lists: Lists) -> Iterator[Finding]:
    for passage in passages_of(subject):
        yield from _of_passage(passage, subject, lists)
    yield from elements(subject, today=lists.today)
    yield from pictures(subject)
    yield from dead_links(subject, lists.own_pages)
    yield from practice_links(subject, lists.practice_front)
    yield from unread_attachments(subject)
    yield from telling_attachments(subject)


def _of_passage(passage: Passage, subject: Subject, lists: Lists) -> Iterator[Finding]:
    for finding in personal_data(passage, today=lists.today):
        if not (finding.rule in _PHONE_RULES and _is_office_phone(passage, finding, lists)):
            yield finding
    yield from rosters(passage, subject.title)
    yield from blanks(passage)
    yield from listed_words(passage, lists.wordings)
    if not passage.field.startswith("attachments"):
        yield from number_forms(passage)
        yield from law_titles(passage)
        yield from cited_numbers_of_titles(passage)
        yield from unknown_numbers(passage, lists.known_numbers, lists.own_bodies)


def _is_office_phone(passage: Passage, finding: Finding, lists: Lists) -> bool:
    written = passage.text[finding.place.offset : finding.place.offset + finding.place.length]
    figures = "".join(sign for sign in written if sign.isdigit())
    return figures[-11:] in lists.wordings.office_phones
