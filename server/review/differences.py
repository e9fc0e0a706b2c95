"""What changed between two revisions, sentence by sentence, for the one who must decide about it."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from channels.item import OPENNESS_NAMES, VALIDITY_NAMES, Override
from server.store.items import RevisionSeen

_SENTENCE: Final = re.compile(r"[^。！？；\n]*[。！？；]+[”’」』）)]*|[^。！？；\n]+|\n")
_CHANNELS: Final = {"weibo": "微博", "wechat": "微信"}
_MOST_SENTENCES: Final = 4000  # difflib's work grows with the square of what differs


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
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(Piece("gone", "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(Piece("new", "".join(after[j1:j2])))
    return tuple(pieces)


def say_overrides(overrides: tuple[Override, ...]) -> str:
    """Say what channels and accounts tell in words of their own, one after the other."""
    return "；".join(_say_override(one) for one in overrides)


def _say_override(one: Override) -> str:
    where = _CHANNELS[one.channel] + (f"账号 {one.account}" if one.account else "")
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
        "图片": "、".join(f"{one.alt or '无说明'}（{one.sha256[:8]}）" for one in sheet.pictures),
        "附件": "、".join(f"{one.name}（{one.sha256[:8]}）" for one in sheet.attachments),
        "渠道改写": say_overrides(sheet.overrides),
    }
