"""Documents in force told in prose: what was in force, made and ended must give what is (RULES.md §4).

As in the tables it is a warning: clean-ups and reorganisations end documents that nobody lists.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from server.report.amounts import told
from server.report.finding import Finding
from server.report.prose import Quantity, Sentence

_IN_FORCE: Final = re.compile(r"有效")
_FROM: Final = re.compile(r"(?:由|从)[^,。;\d]{0,16}$")
_TO: Final = re.compile(r"^[^,。;\d]{0,10}(?:变为|变成|变更为|调整为|到|至|为)[^,。;\d]{0,12}$")
_BEFORE: Final = re.compile(r"上年|去年|年初|期初|□{4,}(?:年?底|年?末)")
_MADE: Final = re.compile(r"(?:制发|制定|新增|出台|印发)(?!.*(?:废止|失效|公文|文件类))")
_ENDED: Final = re.compile(r"(?:废止|失效|撤销)")
_UNITS: Final = frozenset(("件", "份", "部"))


def check_in_force(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Give the figure of documents in force that does not follow from the others of its paragraph."""
    counts = [
        (sentence, one)
        for sentence in sentences
        for one in sentence.quantities
        if one.kind == "count" and one.exact and one.depth == 0 and one.unit in _UNITS
    ]
    made = [one.value for _sentence, one in counts if _MADE.search(one.label)]
    ended = [one.value for _sentence, one in counts if _ENDED.search(one.label)]
    stands = [found for sentence in sentences if (found := _change_in(sentence))]
    if len(made) != 1 or not ended or len(stands) != 1:
        return
    sentence, before, now = stands[0]
    computed = before.value + made[0] - sum(ended, Decimal(0))
    if now.value != computed:
        hint = (
            f"原有 {told(before.value)} 加制发 {told(made[0])} 减废止失效 {told(sum(ended, Decimal(0)))} "
            f"应为 {told(computed)}；因清理、机构调整另有增减的请说明"
        )
        yield Finding("in_force", "warning", sentence.where(now), now.value, computed, hint)


def _change_in(sentence: Sentence) -> tuple[Sentence, Quantity, Quantity] | None:
    """Give what was in force and what is, where a sentence has both: «现行有效由 40 件变为 45 件»."""
    counts = [one for one in sentence.quantities if one.kind == "count" and one.exact and one.unit in _UNITS]
    for before, now in pairwise(counts):
        head, between = sentence.masked[: before.start], sentence.masked[before.end : now.start]
        if _IN_FORCE.search(head[-30:]) and _FROM.search(head) and _TO.match(between):
            return sentence, before, now
    standing = [one for one in counts if _IN_FORCE.search(one.label)]
    if [bool(_BEFORE.search(one.label)) for one in standing] == [True, False]:
        return sentence, standing[0], standing[1]
    return None
