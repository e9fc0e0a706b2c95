"""One click: findings that come with a suggestion are put right in the fields and in the body."""

import html
from collections.abc import Iterable

from server.core.draft import Draft
from server.core.problems import Problem
from server.review.findings import Finding
from server.store.items import ItemSeen

_BY_HAND = {
    "attachments": "请在原文件里改好后重新上传",
    "pictures": "请改写图片的说明",
    "overrides": "请在渠道改写里修改",
}
_FIELDS = ("title", "summary", "overview", "source", "document_number", "body")


def mend(seen: ItemSeen, findings: Iterable[Finding]) -> Draft:
    """Give the next version with the suggestions in place of what was found; its body is to be cleaned again.

    Refuses a finding without a suggestion, and one in a file: files are put right where they were made.
    """
    chosen = list(findings)
    for one in chosen:
        if one.suggestion is None or one.place.field not in _FIELDS:
            where = _BY_HAND.get(one.place.field.partition(".")[0], "请人工修改")
            raise Problem("wrong_state", f"“{one.words}”不能自动改正：{where}", field="findings")
    version, sheet = seen.revision, seen.revision.sheet
    fields = {
        "title": version.title,
        "summary": version.summary,
        "overview": sheet.overview,
        "source": sheet.source or "",
        "document_number": sheet.document_number or "",
        "body": version.body,
    }
    done = {
        name: _replaced(text, [one for one in chosen if one.place.field == name])
        for name, text in fields.items()
    }
    return Draft(
        kind=seen.kind, org=seen.org, title=done["title"], summary=done["summary"], body_html=done["body"],
        column=sheet.column, source=done["source"] or None, document_number=done["document_number"] or None,
        formed_on=sheet.formed_on, topic=sheet.topic, genre=sheet.genre, keywords=sheet.keywords,
        openness=sheet.openness, validity=sheet.validity, overview=done["overview"],
        pictures=sheet.pictures, attachments=sheet.attachments,
    )  # fmt: skip


def _replaced(text: str, findings: list[Finding]) -> str:
    """Replace from the end to the beginning; of two findings that overlap the first one stands."""
    spans = sorted((_span(one) for one in findings), key=lambda span: (span[0], -span[1]))
    kept: list[tuple[int, int, str]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    for begin, end, words in reversed(kept):
        text = text[:begin] + words + text[end:]
    return text


def _span(finding: Finding) -> tuple[int, int, str]:
    place, words = finding.place, finding.suggestion or ""
    if place.html_offset is not None and place.html_length is not None:
        return place.html_offset, place.html_offset + place.html_length, html.escape(words, quote=False)
    return place.offset, place.offset + place.length, words
