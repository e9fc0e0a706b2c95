"""What stands in the fields of an item's form: as stored, or as somebody typed it, right or wrong."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from server.console.fields import Fields
from server.forms.complaints import filled_in
from server.forms.drafts import ItemIn
from server.store.items import ItemSeen

_REQUIRED: Final = ("kind", "org", "title", "body", "column", "openness", "validity")
_PLAIN: Final = ("summary", "overview")
_OPTIONAL: Final = ("index_number", "document_number", "formed_on", "topic", "genre", "source")
_NAMES: Final = (*_REQUIRED, *_PLAIN, *_OPTIONAL, "keywords")
_BETWEEN_WORDS: Final = re.compile(r"[\s,，、;；]+")
_MARKUP: Final = re.compile(r"<[a-zA-Z/!]")


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
        }
        files = tuple(File(one.sha256, one.name) for one in sheet.attachments)
        return cls(values, files, version.number)

    @classmethod
    def of_fields(cls, fields: Fields) -> Self:
        """Give the form as it was posted; ticked files are left out."""
        dropped = frozenset(fields.all("file_drop"))
        pairs = zip(fields.all("file_sha256"), fields.all("file_name"), strict=False)
        files = tuple(File(sha256, name) for sha256, name in pairs if sha256 not in dropped)
        base = fields.get("base")
        number = int(base) if base.isascii() and base.isdigit() and len(base) < 9 else None
        return cls({name: fields.get(name) for name in _NAMES}, files, number)

    def with_files(self, files: tuple[File, ...]) -> "Typed":
        """Give the form with further attachments."""
        return replace(self, files=(*self.files, *files))

    def with_pictures(self, hashes: tuple[str, ...]) -> "Typed":
        """Give the form with pictures at the end of the body."""
        figures = "".join(f'<figure><img src="media:{one}" alt=""></figure>' for one in hashes)
        return replace(self, values={**self.values, "body": as_html(self.values["body"]) + figures})

    def with_base(self, base: int) -> "Typed":
        """Give the form as begun with another revision: its author has seen that one."""
        return replace(self, base=base)

    def form(self) -> ItemIn:
        """Give the item that was typed; raises BadForm with a sentence for each wrong field."""
        values = self.values
        told: dict[str, object] = {name: values[name] for name in (*_REQUIRED, *_PLAIN)}
        told |= {name: values[name].strip() or None for name in _OPTIONAL}
        told["body"] = as_html(values["body"])
        told["keywords"] = [word for word in _BETWEEN_WORDS.split(values["keywords"]) if word]
        told["attachments"] = [{"sha256": file.sha256, "name": file.name} for file in self.files]
        return filled_in(ItemIn, told)


def as_html(text: str) -> str:
    """Give a body as markup: text without any tag becomes a paragraph a line."""
    if _MARKUP.search(text) or not text.strip():
        return text.strip()
    return "".join(f"<p>{html.escape(line.strip())}</p>" for line in text.splitlines() if line.strip())
