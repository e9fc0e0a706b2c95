"""Blanks that a draft leaves to a person: what still has one is not finished."""

import re
from collections.abc import Iterator
from typing import Final

from server.review.findings import Finding
from server.review.sources import CORRECT
from server.review.subject import Passage

_BLANK: Final = re.compile(r"【待填[^】]{0,80}】")


def blanks(passage: Passage) -> Iterator[Finding]:
    """Give every 【待填】 of a text: the draft of a yearly report has them where no figure is known."""
    for match in _BLANK.finditer(passage.text):
        place = passage.place(match.start(), match.end() - match.start())
        reason = "这里还没有填写：补上内容，附件请换成写好的文件"
        yield Finding("unfilled_blank", "blocking", place, match.group(), reason, CORRECT)
