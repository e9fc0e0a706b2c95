"""Subjects for the checks, and what they find in them. Every number here is made up."""

from datetime import date
from typing import Any

from server.review.findings import Finding
from server.review.inspect import Lists, inspect
from server.review.subject import Subject
from server.review.wording import Wordings

TODAY = date(2026, 11, 25)
LISTS = Lists(TODAY, Wordings.of())

IDENTITY = "150624199001010014"
CARD = "6222021234567890128"


def a_subject(**changes: Any) -> Subject:
    values: dict[str, Any] = {
        "kind": "policy",
        "title": "关于做好医疗救助工作的通知",
        "summary": "明确救助对象和标准",
        "body": "<p>各苏木镇人民政府：</p>",
        "overview": "明确救助对象和标准",
        "document_number": "某政办发〔2026〕1号",
        "formed_on": date(2026, 11, 20),
        "topic": "民政",
        "genre": "通知",
        "source": None,
        "keywords": ("医疗救助",),
        "openness": "open",
        "pictures": (),
        "attachments": (),
        "texts": {},
    }
    return Subject(**{**values, **changes})


def found_in(body: str, lists: Lists = LISTS, **changes: Any) -> tuple[Finding, ...]:
    return inspect(a_subject(body=body, **changes), lists)


def rules_in(body: str, lists: Lists = LISTS, **changes: Any) -> list[str]:
    return [one.rule for one in found_in(body, lists, **changes)]


def written(body: str, finding: Finding) -> str:
    """Give what stands in the HTML where a finding says it does."""
    begin, length = finding.place.html_offset, finding.place.html_length
    assert begin is not None
    assert length is not None
    return body[begin : begin + length]
