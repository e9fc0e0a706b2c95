"""Words from lists: mis-spellings, names of the state and its organs, leaders with their posts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import ahocorasick

from server.review.findings import Finding, Severity, Source
from server.review.sources import CORRECT, OFFICE, WORDING
from server.review.starting import STARTING_LIST
from server.review.subject import Passage
from server.review.word import Word

_SENTENCE: Final = re.compile(r"[。！？；，!?;,\n\t]")
_REASONS: Final = {
    "misspelling": "疑似错别字或用词不当",
    "state_name": "国家、政党或机构名称写错，属于严重表述错误",
    "leader": "领导姓名与职务不符",
    "law": "法律法规名称不准确",
    "sensitive": "词库列出的敏感表述",
}
_POSTS: Final = re.compile(
    r"(?:旗委|县委|市委|区委|党组|常务|人大常委会|政协|政府)?(?:副)?"
    r"(?:书记|旗长|县长|市长|区长|局长|主任|主席|镇长|乡长|苏木达|秘书长|政委|部长|检察长|院长)$"
)


@dataclass(frozen=True, slots=True)
class Wordings:
    """Lists made ready for one pass over a text; what an office enters goes before our own."""

    automaton: Any
    leaders: tuple[Word, ...]
    office_phones: frozenset[str]
    is_empty: bool = field(default=False)

    @classmethod
    def of(cls, entered: tuple[Word, ...] = ()) -> "Wordings":
        """Make the lists ready: our own starting list with what an office entered."""
        words = {(word.word, word.place): word for word in (*STARTING_LIST, *entered)}
        grouped: dict[str, dict[str, Word]] = {}
        for (text, place), word in words.items():
            if word.kind not in ("leader", "office_phone"):
                grouped.setdefault(text, {})[place] = word
        automaton = ahocorasick.Automaton()
        for text, by_place in grouped.items():
            automaton.add_word(text, (len(text), by_place))
        if grouped:
            automaton.make_automaton()
        phones = frozenset(re.sub(r"\D", "", w.word) for w in words.values() if w.kind == "office_phone")
        leaders = tuple(word for word in words.values() if word.kind == "leader")
        return cls(automaton, leaders, phones, is_empty=not grouped)


def listed_words(passage: Passage, lists: Wordings) -> Iterator[Finding]:
    """Give the listed words of a passage, the longest where several begin at one place."""
    yield from _leaders(passage, lists)
    if lists.is_empty:
        return
    done = 0
    for begin, length, by_place in sorted(_hits(passage.text, lists), key=lambda hit: (hit[0], -hit[1])):
        word = by_place.get("title") if passage.field == "title" else None
        word = word or by_place.get("any")
        if word is None or begin < done or _is_right(passage.text, begin, word):
            continue
        if not _fits(_sentence(passage.text, begin, length), word.context):
            continue
        done = begin + length
        yield _finding(passage, begin, length, word)


def _hits(text: str, lists: Wordings) -> Iterator[tuple[int, int, dict[str, Word]]]:
    for end, (length, by_place) in lists.automaton.iter(text):
        yield end - length + 1, length, by_place


def _is_right(text: str, begin: int, word: Word) -> bool:
    """Say whether the right form stands around the word: 信息公开条例 within 政府信息公开条例."""
    inside = word.right.find(word.word)
    while inside >= 0:
        if begin >= inside and text.startswith(word.right, begin - inside):
            return True
        inside = word.right.find(word.word, inside + 1)
    return False


def _sentence(text: str, begin: int, length: int) -> str:
    """Give the sentence around a word, with a gap where the word stands."""
    start = 0
    for border in _SENTENCE.finditer(text, max(0, begin - 100), begin):
        start = border.end()
    end = _SENTENCE.search(text, begin + length, begin + length + 100)
    stop = end.start() if end else begin + length + 100
    return f"{text[max(start, begin - 100) : begin]}\0{text[begin + length : stop]}"


def _fits(sentence: str, context: str) -> bool:
    """Say whether a sentence is one that the word is wrong in.

    `系统|网站`: only with one of these in the sentence; `!台风|部队`: never with one of these; `^所` and
    `$前` ask for what stands right before and right after the word.
    """
    for rule in context.split(" "):
        is_not, words = rule.startswith("!"), rule.removeprefix("!").split("|")
        if rule and any(_stands(sentence, word) for word in words) is is_not:
            return False
    return True


def _stands(sentence: str, word: str) -> bool:
    match word[:1]:
        case "^":
            return f"{word[1:]}\0" in sentence
        case "$":
            return f"\0{word[1:]}" in sentence
        case _:
            return word in sentence


def _finding(passage: Passage, begin: int, length: int, word: Word) -> Finding:
    source: Source = OFFICE if not word.is_ours else {"law": CORRECT}.get(word.kind, WORDING)
    reason = word.note or _REASONS[word.kind]
    severity: Severity = word.severity
    return Finding(
        word.kind, severity, passage.place(begin, length), passage.written[begin : begin + length],
        reason, source, word.right or None,
    )  # fmt: skip


def _leaders(passage: Passage, lists: Wordings) -> Iterator[Finding]:
    text = passage.text
    for person in lists.leaders:
        posts = tuple(post.strip() for post in re.split(r"[、，,/]", person.right) if post.strip())
        for match in re.finditer(re.escape(person.word), text):
            post = _POSTS.search(text[max(0, match.start() - 12) : match.start()])
            if post and not any(_is_same_post(post.group(), own) for own in posts):
                place = passage.place(match.start() - len(post.group()), len(post.group()) + len(person.word))
                words = f"{post.group()}{person.word}"
                reason = f"词库里{person.word}的职务是“{person.right}”，与文中不符"
                yield Finding("leader_post", person.severity, place, words, reason, OFFICE)
        yield from _misspelt(passage, person, posts)


def _is_same_post(written: str, own: str) -> bool:
    """Say whether two names of a post mean one: 旗长 and 旗人民政府旗长 do, 旗长 and 副旗长 do not."""
    long, short = sorted((written, own), key=len, reverse=True)
    return long.endswith(short) and not long.removesuffix(short).endswith("副")


def _misspelt(passage: Passage, person: Word, posts: tuple[str, ...]) -> Iterator[Finding]:
    """Give names behind a leader's post that differ from his by one sign."""
    for post in posts:
        for match in re.finditer(re.escape(post), passage.text):
            name = passage.text[match.end() : match.end() + len(person.word)]
            unlike = sum(a != b for a, b in zip(name, person.word, strict=False))
            if len(name) == len(person.word) > 2 and unlike == 1:
                reason = f"“{post}”后的姓名与词库里的“{person.word}”差一个字"
                place = passage.place(match.end(), len(name))
                yield Finding("leader_name", person.severity, place, name, reason, OFFICE, person.word)
