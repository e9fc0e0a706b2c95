"""What changed between two revisions, sentence by sentence, for the one who must decide about it."""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from channels.item import OPENNESS_NAMES, VALIDITY_NAMES, Override
from server.core.channel_words import CHANNEL_WORDS
from server.store.items import RevisionSeen

_SENTENCE: Final = re.compile(r"[^。！？；\n]*[。！？；]+[”’」』）)]*|[^。！？；\n]+|\n")
_MOST_SENTENCES: Final = 4000
_MOST_WORK: Final = 20_000_000
"""difflib looks at every pair of equal parts again for each stretch that it finds: some seconds at most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: in both, only in the older, or only in the newer one."""

    what: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that says something else now."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Differences:
    """What a newer revision says otherwise than an older one."""

    fields: tuple[FieldChange, ...]
    body: tuple[Piece, ...]

    @property
    def is_empty(self) -> bool:
        """Say that nothing a reader sees differs."""
        return not self.fields and all(piece.what == "same" for piece in self.body)


def compare_revisions(old: RevisionSeen, new: RevisionSeen, text_of: Callable[[str], str]) -> Differences:
    """Compare two revisions; `text_of` gives the text of a body. Work for a thread when they are long."""
    before, after = _facts(old), _facts(new)
    fields = tuple(
        FieldChange(name, before[name], after[name]) for name in after if before[name] != after[name]
    )
    return Differences(fields, compare_texts(text_of(old.body), text_of(new.body)))


def compare_texts(old: str, new: str) -> tuple[Piece, ...]:
    """Compare two texts by sentence; very long ones by line."""
    before, after = _parts(old), _parts(new)
    if max(len(before), len(after)) > _MOST_SENTENCES:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    first, last = _shared_ends(before, after)
    end, stop = len(before) - last, len(after) - last
    told = (
        Piece("same", "".join(before[:first])),
        *_compare_parts(before[first:end], after[first:stop]),
        Piece("same", "".join(before[end:])),
    )
    return tuple(piece for piece in told if piece.text)


def _shared_ends(before: list[str], after: list[str]) -> tuple[int, int]:
    """Give how many parts two texts begin with, and how many they end with, alike."""
    room = min(len(before), len(after))
    first = next((n for n in range(room) if before[n] != after[n]), room)
    last = next((n for n in range(room - first) if before[-1 - n] != after[-1 - n]), room - first)
    return first, last


def _compare_parts(before: list[str], after: list[str]) -> Iterator[Piece]:
    shortest = min(len(before), len(after))
    seen, held = Counter(before), Counter(after)
    pairs = {part: seen[part] * held[part] for part in seen if part in held}
    # What difflib leaves out of a second look: what is often there in the newer text.
    rare = sum(count for part, count in pairs.items() if held[part] <= len(after) // 100 + 1)
    if rare * shortest > 3 * _MOST_WORK:
        # A text of nothing but a few sentences over and over: every place of one fits every other.
        yield Piece("gone", "".join(before))
        yield Piece("new", "".join(after))
        return
    passes_over = sum(pairs.values()) * shortest > _MOST_WORK
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=passes_over)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[i1:i2]))
        else:
            yield Piece("gone", "".join(before[i1:i2]))
            yield Piece("new", "".join(after[j1:j2]))


def say_overrides(overrides: tuple[Override, ...]) -> str:
    """Say what channels and accounts tell in words of their own, one after the other."""
    return "；".join(_say_override(one) for one in overrides)


def _say_override(one: Override) -> str:
    where = CHANNEL_WORDS[one.channel] + (f"账号 {one.account}" if one.account else "")
    told = [
        f"标题“{one.title}”" if one.title else "",
        f"摘要“{one.summary}”" if one.summary is not None else "",
        f"封面（{one.cover.sha256[:8]}）" if one.cover else "",
    ]
    return f"{where}：" + "，".join(part for part in told if part)


def _parts(text: str) -> list[str]:
    return _SENTENCE.findall(text)


def _facts(version: RevisionSeen) -> dict[str, str]:
    sheet = version.sheet
    return {
        "标题": version.title,
        "摘要": version.summary,
        "栏目": sheet.column,
        "文号": sheet.document_number or "",
        "成文日期": sheet.formed_on.isoformat() if sheet.formed_on else "",
        "主题分类": sheet.topic or "",
        "体裁": sheet.genre or "",
        "主题词": "、".join(sheet.keywords),
        "公开属性": OPENNESS_NAMES[sheet.openness],
        "有效性": VALIDITY_NAMES[sheet.validity],
        "内容概述": sheet.overview,
        "来源": sheet.source or "",
        "联合发文机关": "、".join(one.name for one in sheet.joint_orgs),
        "图片": "、".join(f"{one.alt or '无说明'}（{one.sha256[:8]}）" for one in sheet.pictures),
        "附件": "、".join(f"{one.name}（{one.sha256[:8]}）" for one in sheet.attachments),
        "渠道改写": say_overrides(sheet.overrides),
    }
