"""What stands in the fields of an item's form: as stored, or as somebody typed it, right or wrong."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from channels.item import Override
from server.console.fields import Fields
from server.core.problems import Problem
from server.forms.complaints import filled_in
from server.forms.drafts import ItemIn
from server.importing.html import sanitise
from server.importing.lines import MARKUP, Broken, as_lines, of_lines
from server.store.items import ItemSeen

_REQUIRED: Final = ("kind", "org", "title", "body", "column", "openness", "validity")
_PLAIN: Final = ("summary", "overview")
_OPTIONAL: Final = ("index_number", "document_number", "formed_on", "topic", "genre", "source")
OVERRIDDEN: Final = ("wechat", "weibo")  # channels for which an item may say it in words of its own
_OF_A_CHANNEL: Final = ("title", "summary", "cover")
_OVERRIDES: Final = tuple(f"{channel}_{name}" for channel in OVERRIDDEN for name in _OF_A_CHANNEL)
# What a form does not say stays as it is: it may be an older page.
_LEFT: Final = ("language", "statutory", "joint_orgs")
_NAMES: Final = (*_REQUIRED, *_PLAIN, *_OPTIONAL, "keywords", *_LEFT, *_OVERRIDES, "overrides_of_accounts")
_UNSAID: Final = "-"
_LONGEST: Final = 100_000  # signs of a body that is read while a page waits; a longer one is shown as it is
_BROKEN: Final = (
    "正文里用方括号标出的一行（表格、列表、图片等）被改动了：请改回原样，"
    "或者把整行删去；图片冒号后面的说明可以改。您写的都在，还没有保存"
)
_BETWEEN_WORDS: Final = re.compile(r"[\s,，、;；]+")
_BETWEEN_NAMES: Final = re.compile(r"[,，、;；\n]+")


@dataclass(frozen=True, slots=True)
class File:
    """An attachment in the form: stored already, under the name that readers will see."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of an item's form, by name; `base` is the revision that its author began with."""

    values: Mapping[str, str]
    files: tuple[File, ...] = ()
    base: int | None = None
    is_lines: bool = False  # the body is for a bare text field, where it is shown as lines
    was: str = ""  # the body whose lines came back with one broken, which `values` has as they were typed
    is_flattened: bool = False  # a paragraph that was changed as a line has lost its formats

    @classmethod
    def new(cls, **given: str) -> Self:
        """Give an empty form with what is usual filled in."""
        usual = {"kind": "policy", "openness": "open", "validity": "valid"}
        return cls({**dict.fromkeys(_NAMES, ""), **usual, **given})

    @classmethod
    def of_item(cls, seen: ItemSeen) -> Self:
        """Give the form of the newest revision of an item."""
        version, sheet = seen.revision, seen.revision.sheet
        values = {
            "kind": seen.kind,
            "org": seen.org.code,
            "title": version.title,
            "body": version.body,
            "column": sheet.column,
            "openness": sheet.openness,
            "validity": sheet.validity,
            "summary": version.summary,
            "overview": sheet.overview,
            "index_number": seen.index_number,
            "document_number": sheet.document_number or "",
            "formed_on": sheet.formed_on.isoformat() if sheet.formed_on else "",
            "topic": sheet.topic or "",
            "genre": sheet.genre or "",
            "source": sheet.source or "",
            "keywords": "、".join(sheet.keywords),
            "language": sheet.language,
            "statutory": "、".join(str(number) for number in sheet.statutory),
            "joint_orgs": "、".join(one.name for one in sheet.joint_orgs),
            **_words_of(sheet.overrides),
        }
        files = tuple(File(one.sha256, one.name) for one in sheet.attachments)
        return cls(values, files, version.number, is_lines=True)

    @classmethod
    def of_fields(cls, fields: Fields) -> Self:
        """Give the form as it was posted; ticked files are left out."""
        dropped = frozenset(fields.all("file_drop"))
        pairs = zip(fields.all("file_sha256"), fields.all("file_name"), strict=False)
        files = tuple(File(sha256, name) for sha256, name in pairs if sha256 not in dropped)
        base = fields.get("base")
        number = int(base) if base.isascii() and base.isdigit() and len(base) < 9 else None
        values = {name: fields.get(name) for name in _NAMES}
        ticked = [one for one in fields.all("statutory") if one]
        values["statutory"] = "、".join(ticked) if fields.has("statutory") else _UNSAID
        values["joint_orgs"] = fields.get("joint_orgs") if fields.has("joint_orgs") else _UNSAID
        made = cls(values, files, number)
        was = _beneath(fields.get("body_was"))
        return made._joined(was) if was else made

    def _joined(self, was: str) -> Self:
        """Give the form with the lines of a bare text field as a body again."""
        try:
            found = of_lines(self.values["body"], was)
        except Broken:
            return replace(self, is_lines=True, was=was)
        values = {**self.values, "body": found.html}
        return replace(self, values=values, is_lines=True, is_flattened=found.is_flattened)

    @property
    def body_was(self) -> str:
        """Give the body that stands beneath the lines of the text field; "" where it is shown as it is."""
        return self.was or (_beneath(self.values["body"]) if self.is_lines else "")

    @property
    def body_lines(self) -> str:
        """Give the body as a bare text field shows it."""
        was = self.body_was
        return as_lines(was) if was and not self.was else self.values["body"]

    def with_files(self, files: tuple[File, ...]) -> "Typed":
        """Give the form with further attachments."""
        return replace(self, files=(*self.files, *files))

    def with_pictures(self, hashes: tuple[str, ...]) -> "Typed":
        """Give the form with pictures at the end of the body."""
        figures = "".join(f'\n<figure><img src="media:{one}" alt=""></figure>' for one in hashes)
        body = self.values["body"] if self.was else as_html(self.values["body"])
        return replace(self, values={**self.values, "body": body + figures}, is_lines=True)

    def with_cover(self, channel: str, sha256: str) -> "Typed":
        """Give the form with a picture for a channel to show first."""
        return replace(self, values={**self.values, f"{channel}_cover": sha256})

    def with_base(self, base: int) -> "Typed":
        """Give the form as begun with another revision: its author has seen that one."""
        return replace(self, base=base)

    @property
    def statutory(self) -> tuple[str, ...]:
        """Give the kinds of Art. 20 that are ticked, by number."""
        return tuple(self.values["statutory"].split("、"))

    def form(self) -> ItemIn:
        """Give the item that was typed; raises BadForm with a sentence for each wrong field."""
        values = self.values
        if self.was:
            raise Problem("invalid", _BROKEN, field="body")
        told: dict[str, object] = {name: values[name] for name in (*_REQUIRED, *_PLAIN)}
        told |= {name: values[name].strip() or None for name in _OPTIONAL}
        told["body"] = as_html(values["body"])
        told["keywords"] = [word for word in _BETWEEN_WORDS.split(values["keywords"]) if word]
        told["language"] = values["language"] or None
        if values["statutory"] != _UNSAID:
            told["statutory"] = [
                int(word) if word.isascii() and word.isdigit() and len(word) < 4 else word
                for word in values["statutory"].split("、")
                if word
            ]
        if values["joint_orgs"] != _UNSAID:
            names = (name.strip() for name in _BETWEEN_NAMES.split(values["joint_orgs"]))
            told["joint_orgs"] = [name for name in names if name]
        told["attachments"] = [{"sha256": file.sha256, "name": file.name} for file in self.files]
        told["overrides"] = self._overrides()
        return filled_in(ItemIn, told)

    def _overrides(self) -> list[dict[str, object]]:
        """Give what channels say instead; what single accounts say is carried through as it came."""
        found: list[dict[str, object]] = []
        for channel in OVERRIDDEN:
            said = {name: self.values[f"{channel}_{name}"].strip() or None for name in _OF_A_CHANNEL}
            if any(said.values()):
                found.append({"channel": channel, **said})
        try:
            kept = json.loads(self.values["overrides_of_accounts"] or "[]")
        except ValueError:
            kept = []
        return [*found, *(kept if isinstance(kept, list) else [])]


def _words_of(overrides: tuple[Override, ...]) -> dict[str, str]:
    """Give the overrides as fields: those of channels by name, those of single accounts as one text."""
    values = {**dict.fromkeys(_OVERRIDES, ""), "overrides_of_accounts": ""}
    kept: list[dict[str, object]] = []
    for one in overrides:
        cover = one.cover.sha256 if one.cover else None
        if one.account is None:
            values |= {
                f"{one.channel}_title": one.title or "",
                f"{one.channel}_summary": one.summary or "",
                f"{one.channel}_cover": cover or "",
            }
        else:
            told = {"title": one.title, "summary": one.summary, "cover": cover}
            kept.append({"channel": one.channel, "account": one.account, **told})
    if kept:
        values["overrides_of_accounts"] = json.dumps(kept, ensure_ascii=False)
    return values


def _beneath(body: str) -> str:
    """Give a body as it may stand beneath lines; "" for mere words, what is too long, and what is refused."""
    if len(body) > _LONGEST or not MARKUP.search(body):
        return ""
    try:
        return sanitise(body).html
    except Problem:
        return ""


def as_html(text: str) -> str:
    """Give a body as markup: text without any tag becomes a paragraph a line."""
    if MARKUP.search(text) or not text.strip():
        return text.strip()
    return "".join(f"<p>{html.escape(line.strip())}</p>" for line in text.splitlines() if line.strip())
