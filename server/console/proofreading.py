"""/console/proofread: what the checks say of a text while it is being written, for the script of the editor.

The answer is JSON. Places count the signs that a reader sees, spaces left out: the text on the surface, its
HTML and the text that was checked differ in nothing else.
"""

import unicodedata
from typing import Any, Final

from aiohttp import web

from server.console.marks import field_of, may_mend, where_of
from server.console.page import Page, Visit, tell
from server.console.typed import Typed
from server.core.draft import Draft
from server.core.problems import Problem
from server.forms.drafts import draft_of
from server.forms.refusals import REFUSALS, refusals_of, status_of
from server.importing.html import read_body
from server.review.findings import SEVERITY_NAMES, Finding
from server.review.prose import read_prose

_LONGEST: Final = 200_000  # signs of HTML: beyond that a look takes longer than the pause between two words
_MOST: Final = 200
_UNFINISHED: Final = 422


async def look(visit: Visit) -> web.Response:
    """Say what the checks find in the form as it stands; nothing is kept of it."""
    parts = visit.parts
    try:
        form = Typed.of_fields(visit.fields).form()
        if len(form.body) > _LONGEST:
            raise Problem("invalid", "正文很长，写的时候不检查；保存后在“检查和预览”里看", field="body")
        body = await read_body(form.body)
        async with parts.store.read() as tx:
            # Nothing is filed here: whether its column takes new items is asked when it is saved.
            draft = await draft_of(tx, form, body, visit.who, parts.site, former=form.column)
        found = await parts.examiner.check_draft(draft, at=parts.now())
    except REFUSALS as error:
        refused = refusals_of(error)
        status = status_of(refused[0])
        # A form that is not finished is no failure, and a browser would note it as one.
        return tell({"error": refused[0].message}, 200 if status == _UNFINISHED else status)
    counted = _Signs(draft)
    return tell({"findings": [_told(one, draft, counted) for one in found[:_MOST]]}, 200)


def _told(finding: Finding, draft: Draft, counted: "_Signs") -> dict[str, Any]:
    place = finding.place
    begin = counted.before(place.field, place.offset)
    return {
        "key": finding.key,
        "severity": finding.severity,
        "name": SEVERITY_NAMES[finding.severity],
        "where": where_of(finding, draft.attachments),
        "words": finding.words,
        "reason": finding.reason,
        "source": f"{finding.source.name}{finding.source.article}",
        "may_waive": finding.rule != "too_many_findings",
        "suggestion": finding.suggestion if may_mend(finding) else None,
        "field": field_of(finding),
        "begin": begin,
        "signs": counted.before(place.field, place.offset + place.length) - begin,
    }


class _Signs:
    """How many visible signs stand before a place; each text is counted through once."""

    def __init__(self, draft: Draft) -> None:
        self._texts = {
            "title": draft.title, "summary": draft.summary, "overview": draft.overview,
            "source": draft.source or "", "document_number": draft.document_number or "",
            "body": read_prose(draft.body_html).text,
        }  # fmt: skip
        self._counts: dict[str, list[int]] = {}

    def before(self, field: str, offset: int) -> int:
        """Count the signs of a field before an offset; 0 for a field that is no text of the form."""
        if field not in self._texts:
            return 0
        counts = self._counts.get(field)
        if counts is None:
            counts = [0]
            for sign in self._texts[field]:
                counts.append(counts[-1] + _is_seen(sign))
            self._counts[field] = counts
        return counts[min(offset, len(counts) - 1)]


def _is_seen(sign: str) -> bool:
    return not sign.isspace() and unicodedata.category(sign) not in ("Cf", "Cc")


PAGES = (Page("POST", "/console/proofread", look, "write"),)
