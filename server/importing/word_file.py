"""A Word file opened within bounds: its parts as XML, its styles, its links and its pictures."""

import io
import posixpath
import zipfile
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from server.core.problems import Problem
from server.importing.word_numbers import Numbering, W

R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MOST_UNPACKED: Final = 200_000_000
_MOST_XML: Final = 30_000_000
_MOST_ENTRIES: Final = 5_000
# Paragraphs, those of cells among them, and the pieces that they consist of: a thousand pages have fewer.
_MOST_OF: Final = (("p", 30_000), ("r", 100_000))
_DEEPEST_STYLE: Final = 12


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says of its paragraphs or words; None where it says nothing."""

    name: str
    based_on: str | None
    align: str | None
    half_points: int | None
    color: str | None
    outline: int | None
    list_id: str | None
    list_depth: int
    is_bold: bool
    is_hidden: bool | None


@dataclass(slots=True)
class WordFile:
    """The parts of a file that an import reads."""

    body: etree._Element
    styles: dict[str, Style]
    numbering: Numbering
    links: dict[str, str]  # by relationship: an address outside
    media: dict[str, bytes]  # by relationship
    footnotes: dict[str, etree._Element]
    endnotes: dict[str, etree._Element]
    has_comments: bool
    warnings: list[str] = field(default_factory=list)

    def styled(self, style_id: str | None) -> tuple[Style, ...]:
        """Give a style and those it is based on, nearest first."""
        found: list[Style] = []
        while style_id and style_id in self.styles and len(found) < _DEEPEST_STYLE:
            found.append(self.styles[style_id])
            style_id = found[-1].based_on
        return tuple(found)

    def warn(self, sentence: str) -> None:
        """Note something a person should know, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)


def open_word(body: bytes, name: str) -> WordFile:
    """Open a .docx; refuses what is none, is damaged, or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return _read(packed, name)
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        KeyError,
        ValueError,
        OSError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise Problem(
            "unsupported_file",
            f"“{name}”打不开：不是完好的 .docx 文件，请用 Word 或 WPS 打开后另存为 .docx",
            field="file",
        ) from error


def _read(packed: zipfile.ZipFile, name: str) -> WordFile:
    entries = packed.infolist()
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise Problem("too_large", f"“{name}”解开后太大，没有导入", field="file")
    known = {entry.filename for entry in entries}
    root = _xml(packed, "word/document.xml", name)
    body = root.find(f"{W}body")
    if body is None:
        raise ValueError("no body")
    if any(sum(1 for _ in body.iter(f"{W}{tag}")) > most for tag, most in _MOST_OF):
        raise Problem("too_large", f"“{name}”的内容太多，请分成几个文件", field="file")
    links, media = _relations(packed, known, name)
    return WordFile(
        body=body,
        styles=_styles(_xml(packed, "word/styles.xml", name)) if "word/styles.xml" in known else {},
        numbering=Numbering.of(
            _xml(packed, "word/numbering.xml", name) if "word/numbering.xml" in known else None
        ),
        links=links,
        media=media,
        footnotes=_notes(packed, known, "word/footnotes.xml", name),
        endnotes=_notes(packed, known, "word/endnotes.xml", name),
        has_comments="word/comments.xml" in known,
    )


def _notes(packed: zipfile.ZipFile, known: set[str], part: str, name: str) -> dict[str, etree._Element]:
    if part not in known:
        return {}
    return {str(n.get(f"{W}id")): n for n in _xml(packed, part, name) if n.get(f"{W}type") is None}


def _xml(packed: zipfile.ZipFile, part: str, name: str) -> etree._Element:
    if packed.getinfo(part).file_size > _MOST_XML:
        raise Problem("too_large", f"“{name}”的内容太多，请分成几个文件", field="file")
    # No entity is resolved and nothing is fetched; lxml's own limits stop what nests without end.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(packed.read(part), parser)


def _relations(
    packed: zipfile.ZipFile, known: set[str], name: str
) -> tuple[dict[str, str], dict[str, bytes]]:
    links: dict[str, str] = {}
    media: dict[str, bytes] = {}
    if "word/_rels/document.xml.rels" not in known:
        return links, media
    for node in _xml(packed, "word/_rels/document.xml.rels", name):
        key, target = str(node.get("Id")), str(node.get("Target", ""))
        kind = str(node.get("Type", "")).rpartition("/")[2]
        if node.get("TargetMode") == "External":
            if kind == "hyperlink" and target.startswith(("http://", "https://")):
                links[key] = target
        elif kind == "image":
            path = posixpath.normpath(posixpath.join("word", target)).lstrip("/")
            if path in known:
                media[key] = packed.read(path)
    return links, media


def _styles(root: etree._Element) -> dict[str, Style]:
    return {
        str(node.get(f"{W}styleId")): _style(node)
        for node in root.iterchildren(f"{W}style")
        if node.get(f"{W}type") in ("paragraph", "character")
    }


def _style(node: etree._Element) -> Style:
    outline, size, depth = (
        number_at(node, path)
        for path in (f"{W}pPr/{W}outlineLvl", f"{W}rPr/{W}sz", f"{W}pPr/{W}numPr/{W}ilvl")
    )
    hidden = node.find(f"{W}rPr/{W}vanish")
    return Style(
        name=value_at(node, f"{W}name") or "",
        based_on=value_at(node, f"{W}basedOn"),
        align=value_at(node, f"{W}pPr/{W}jc"),
        half_points=size,
        color=value_at(node, f"{W}rPr/{W}color"),
        outline=outline,
        list_id=value_at(node, f"{W}pPr/{W}numPr/{W}numId"),
        list_depth=depth or 0,
        is_bold=is_on(node.find(f"{W}rPr/{W}b")),
        is_hidden=None if hidden is None else is_on(hidden),
    )


def value_at(node: etree._Element, path: str) -> str | None:
    """Give the w:val of the element at a path."""
    found = node.find(path)
    return None if found is None else found.get(f"{W}val")


def number_at(node: etree._Element, path: str) -> int | None:
    """Give the w:val of the element at a path as a number."""
    value = value_at(node, path) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None


def is_on(node: etree._Element | None) -> bool:
    """Say whether a switch such as w:b is on."""
    return node is not None and node.get(f"{W}val", "true") not in ("0", "false", "off", "none")
