"""The body of a Word file as blocks: paragraphs, tables, pictures in reading order, each with its looks."""

import hashlib
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from lxml import etree

from server.core.problems import Problem
from server.importing.pictures import PictureFile, inspect, is_picture
from server.importing.word_file import R, Style, WordFile, is_on, number_at, value_at
from server.importing.word_numbers import W
from server.importing.word_signs import sign_of
from server.importing.word_table import goes_on, grid_of, has_deleted, spans

_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V: Final = "{urn:schemas-microsoft-com:vml}"
_M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_TAGS: Final = (("b", "strong"), ("i", "em"), ("u", "u"), ("strike", "s"))
_MOST_PICTURE: Final = 10_000_000
_CHANGED: Final = "文件里有修订痕迹，已按接受全部修订处理"
_HIDDEN: Final = "文件里有隐藏文字，没有导入"
_PARTED: Final = "｜"
# A table in a cell of a table leaves a phone's reader two scroll bars and columns of two characters.
_NESTED: Final = f"有表格套着表格，里面的改成了一行一句的文字，各格用“{_PARTED}”隔开，请核对"
_CONTENTS: Final = "文件里的目录没有导入：网页上没有页码"
# What Word draws only when it shows the page: there is no picture in the file.
_DRAWN: Final = re.compile(r"/(?:chart|chartex|diagram)$")
_WRAPPERS: Final = frozenset(
    f"{W}{name}" for name in ("fldSimple", "smartTag", "sdt", "sdtContent", "customXml", "bdo", "dir")
)


@dataclass(slots=True)
class Block:
    """A paragraph, a table or a picture. `text` is what is read; `html` what the body would carry of it."""

    kind: Literal["text", "table", "picture"]
    text: str = ""
    html: str = ""
    align: str = ""
    points: float = 0.0
    is_red: bool = False
    is_bold: bool = False
    in_box: bool = False
    outline: int | None = None
    begins_page: bool = False
    is_floating: bool = False
    aspect: float = 1.0  # width by height of a picture
    place: str = ""
    rows: list[list[str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # each row of a table as the body carries it in a cell


@dataclass(slots=True)
class _Run:
    """What a paragraph has gathered so far."""

    text: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    sizes: list[tuple[int, float]] = field(default_factory=list)
    length: int = 0  # of the text
    red: int = 0
    bold: int = 0
    breaks_page: bool = False
    boxes: list[Block] = field(default_factory=list)
    pictures: list[Block] = field(default_factory=list)


class BlockReader:
    """Reads the blocks of one file; its pictures gather in `pictures`."""

    def __init__(self, file: WordFile) -> None:
        """Take an open file."""
        self._file = file
        self.pictures: dict[str, PictureFile] = {}
        self._notes: list[str] = []
        self._owes_page = False
        self._open: _Run | None = None  # of a paragraph whose end a tracked change has deleted
        self._latest = ""  # the words before what comes next, by which a person finds a place
        self._lost: dict[str, list[str]] = {}  # pictures by what is wrong with them: the words before each

    def read(self) -> list[Block]:
        """Give the blocks of the body, footnotes at its end."""
        blocks = list(self._blocks(self._file.body))
        blocks += self._close()
        blocks += [Block("text", note, f"<p>{html.escape(note, quote=False)}</p>") for note in self._notes]
        for number, block in enumerate(blocks, 1):
            block.place = block.place or f"第{number}段"
        if self._file.has_comments:
            self._file.warn("文件里有批注，没有导入")
        for what, places in self._lost.items():
            where = "、".join(f"“{one}”后面" if one else "开头" for one in dict.fromkeys(places))
            self._file.warn(f"有 {len(places)} {what}没有导入，原来在{where}：请在 Word 里另存成图片再上传")
        return blocks

    def _close(self) -> list[Block]:
        """Give the last paragraph when its end was deleted and no other follows."""
        run, self._open = self._open, None
        text = "" if run is None else "".join(run.text)
        return [Block("text", text, "".join(run.html))] if run and text.strip() else []

    def _lose(self, what: str) -> None:
        self._lost.setdefault(what, []).append(self._latest[-15:])

    def _blocks(self, parent: Iterable[etree._Element]) -> Iterator[Block]:
        for node in parent:
            if node.tag == f"{W}p":
                yield from self._paragraph(node)
            elif node.tag == f"{W}tbl":
                yield self._table(node)
            elif node.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}customXml"):
                yield from self._blocks(node)
            elif node.tag == f"{W}altChunk":
                self._file.warn("文件里插入了另一个文件，那一部分没有导入：请在 Word 里复制过来，再存一次")
            elif node.tag == f"{_MC}AlternateContent":
                yield from self._blocks(_choice(node))

    def _paragraph(self, node: etree._Element) -> Iterator[Block]:
        styles = self._file.styled(value_at(node, f"{W}pPr/{W}pStyle"))
        if any(re.match(r"(?i)toc( \d|$)", style.name) for style in styles):
            self._file.warn(_CONTENTS)
            return
        run, self._open = self._open or _Run(), None
        self._inside(node, run, styles)
        if node.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._file.warn(_CHANGED)
            self._open = run  # its end is deleted: what follows is the same paragraph
            return
        number = self._number(node, styles)
        text = "".join(run.text)
        block = Block(
            "text",
            number + text,
            html.escape(number, quote=False) + "".join(run.html),
            align=value_at(node, f"{W}pPr/{W}jc") or next((s.align for s in styles if s.align), ""),
            points=_main_size(run) or next((s.half_points / 2 for s in styles if s.half_points), 0.0),
            is_red=bool(text.strip()) and run.red * 2 > len(text.strip()),
            is_bold=bool(text.strip()) and run.bold * 2 > len(text.strip()),
            outline=next((s.outline for s in styles if s.outline is not None), None),
            begins_page=self._owes_page or is_on(node.find(f"{W}pPr/{W}pageBreakBefore")),
        )
        self._owes_page = run.breaks_page
        self._latest = block.text.strip() or self._latest
        yield from run.boxes
        if block.text.strip():
            yield block
        elif block.begins_page:
            self._owes_page = True  # an empty paragraph hands its page break on
        yield from run.pictures

    def _number(self, node: etree._Element, styles: tuple[Style, ...]) -> str:
        list_id = value_at(node, f"{W}pPr/{W}numPr/{W}numId")
        depth = number_at(node, f"{W}pPr/{W}numPr/{W}ilvl") or 0
        if list_id is None:
            style = next((s for s in styles if s.list_id), None)
            list_id, depth = (style.list_id, style.list_depth) if style else (None, 0)
        return self._file.numbering.next(list_id, depth) if list_id and list_id != "0" else ""

    def _inside(self, node: etree._Element, run: _Run, styles: tuple[Style, ...]) -> None:
        """Gather what a paragraph holds; deleted and hidden words stay out."""
        is_code = False  # between the begin of a field and its result stands what computes it
        for child in node:
            tag = child.tag
            if tag == f"{W}r":
                kind = child.find(f"{W}fldChar")
                if kind is not None:
                    is_code = kind.get(f"{W}fldCharType") == "begin"
                elif not is_code:
                    self._run(child, run, styles)
            elif tag in (f"{W}del", f"{W}moveFrom"):
                self._file.warn(_CHANGED)
            elif tag == f"{W}hyperlink":
                self._hyperlink(child, run, styles)
            elif tag in (f"{W}ins", f"{W}moveTo"):
                self._file.warn(_CHANGED)
                self._inside(child, run, styles)
            elif tag in (f"{_M}oMath", f"{_M}oMathPara"):
                self._file.warn("文件里有公式，只导入了文字，请核对或换成图片")
                _say(run, "".join(child.itertext(f"{_M}t")))
            elif tag in _WRAPPERS:
                self._inside(child, run, styles)

    def _hyperlink(self, node: etree._Element, run: _Run, styles: tuple[Style, ...]) -> None:
        address = self._file.links.get(str(node.get(f"{R}id")))
        if address:
            run.html.append(f'<a href="{html.escape(address)}">')
        self._inside(node, run, styles)
        if address:
            run.html.append("</a>")

    def _run(self, node: etree._Element, run: _Run, styles: tuple[Style, ...]) -> None:
        looks = node.find(f"{W}rPr")
        own = self._file.styled(value_at(looks, f"{W}rStyle")) if looks is not None else ()
        styles = (*own, *styles)
        if _is_hidden(looks, styles):
            if any(text.text for text in node.iter(f"{W}t")):
                self._file.warn(_HIDDEN)
            return
        tags = _tags(looks, own)
        run.html += [f"<{tag}>" for tag in tags]
        before = run.length
        for child in node:
            self._piece(child, run, styles)
        run.html += [f"</{tag}>" for tag in reversed(tags)]
        length = run.length - before
        size = number_at(looks, f"{W}sz") if looks is not None else None
        size = size or next((style.half_points for style in own if style.half_points), None)
        run.sizes.append((length, (size or 0) / 2))
        run.red += length if _is_red(looks, styles) else 0
        run.bold += length if "strong" in tags or any(s.is_bold for s in styles) else 0

    def _piece(self, node: etree._Element, run: _Run, styles: tuple[Style, ...]) -> None:
        name = str(node.tag).removeprefix(W)
        match name:
            case "t" | "tab" | "noBreakHyphen" | "sym":
                _say(run, self._words(node, name))
            case "br" | "cr":
                if node.get(f"{W}type") == "page":
                    run.breaks_page = True
                else:
                    run.text.append("\n")
                    run.html.append("<br>")
            case "footnoteReference" | "endnoteReference":
                notes = self._file.footnotes if name == "footnoteReference" else self._file.endnotes
                self._note(notes.get(str(node.get(f"{W}id"))), run)
            case "ruby":  # a reading stands above the words
                for base in node.iterchildren(f"{W}rubyBase"):
                    self._inside(base, run, styles)
            case "drawing" | "pict" | "object":
                self._drawing(node, run)
            case _ if node.tag == f"{_MC}AlternateContent":
                for child in _choice(node):
                    self._piece(child, run, styles)

    def _words(self, node: etree._Element, name: str) -> str:
        if name == "t":
            return node.text or ""
        if name != "sym":
            return " " if name == "tab" else "-"
        sign = sign_of(str(node.get(f"{W}font")), str(node.get(f"{W}char")))
        if not sign:
            self._file.warn("有些特殊符号认不出，已换成“□”，请核对")
        return sign or "□"

    def _note(self, note: etree._Element | None, run: _Run) -> None:
        if note is not None:
            number = len(self._notes) + 1
            self._notes.append(f"[{number}] {''.join(note.itertext(f'{W}t')).strip()}")
            run.html.append(f"<sup>[{number}]</sup>")

    def _drawing(self, node: etree._Element, run: _Run) -> None:
        for box in node.iter(f"{W}txbxContent"):
            for block in self._blocks(box):
                block.in_box, block.place = True, "文本框"
                run.boxes.append(block)
        if any(_DRAWN.search(str(one.get("uri"))) for one in node.iter(f"{_A}graphicData")):
            self._latest = "".join(run.text).strip() or self._latest
            self._lose("个 Word 图表或流程图")
        anchor = node.find(f".//{_WP}anchor")
        for blip in (*node.iter(f"{_A}blip"), *node.iter(f"{_V}imagedata")):
            key = blip.get(f"{R}embed") or blip.get(f"{R}id")
            words = next((str(one.get("descr") or "") for one in node.iter(f"{_WP}docPr")), "")
            self._latest = "".join(run.text).strip() or self._latest
            picture = self._picture(str(key), words)
            if picture is not None:
                picture.is_floating = anchor is not None
                run.pictures.append(picture)

    def _picture(self, key: str, words: str) -> Block | None:
        body = self._file.media.get(key)
        if body is None:
            self._lose("张图片（只有链接，文件里没有）")
            return None
        if not is_picture(body):
            self._lose("张图片（不是 JPEG、PNG、GIF、WebP，例如 Word 的 EMF、WMF）")
            return None
        if len(body) > _MOST_PICTURE:
            self._lose(f"张图片（超过 {_MOST_PICTURE / 1_000_000:g} MB）")
            return None
        try:
            file = inspect(body)
        except Problem:
            self._lose("张损坏的图片")
            return None
        sha256 = hashlib.sha256(file.body).hexdigest()
        self.pictures[sha256] = file
        tag = f'<p><img src="media:{sha256}" alt="{html.escape(words)}"></p>'
        return Block("picture", "", tag, aspect=file.width / max(1, file.height))

    def _table(self, node: etree._Element) -> Block:
        grid = grid_of(node)
        if has_deleted(node):
            self._file.warn(_CHANGED)
        rows, written, lines = [], [], []
        above: dict[int, str] = {}  # by its column, what the cell says that reaches down to a row
        for number, cells in enumerate(grid):
            texts, tags, line = [], [], []
            for column, cell in cells:
                if not goes_on(cell):
                    text, above[column] = self._cell(cell)
                    texts.append(text)
                    tags.append(f"<td{spans(cell, grid, number, column)}>{above[column]}</td>")
                line.append(above.get(column, "").replace("<br>", " "))
            rows.append(texts)
            written.append(f"<tr>{''.join(tags)}</tr>")
            lines.append(_PARTED.join(line))
        text = "\n".join("\t".join(cells) for cells in rows)
        return Block("table", text, f"<table>{''.join(written)}</table>", rows=rows, lines=lines)

    def _cell(self, cell: etree._Element) -> tuple[str, str]:
        """Give what a cell says, and what the body carries of it: a table within it line by line."""
        blocks = list(self._blocks(cell))
        if any(block.kind == "table" for block in blocks):
            self._file.warn(_NESTED)
        text = " ".join(
            block.text.replace("\n", " ").replace("\t", _PARTED) if block.kind == "table"
            else block.text.replace("\t", " ")
            for block in blocks
        )  # fmt: skip
        parts = [
            re.sub(r"</?p>", "", block.html) if block.kind == "picture"
            else block.html if block.kind == "text"
            else "<br>".join(line for line in block.lines if line.strip(_PARTED))
            for block in blocks
        ]  # fmt: skip
        return text, "<br>".join(parts)


def _say(run: _Run, text: str) -> None:
    run.text.append(text)
    run.length += len(text)
    run.html.append(html.escape(text, quote=False))


def _choice(node: etree._Element) -> Iterable[etree._Element]:
    """Give what the first of the forms holds in which a file offers the same thing."""
    found = node.find(f"{_MC}Choice")
    found = found if found is not None else node.find(f"{_MC}Fallback")
    return () if found is None else found


def _is_hidden(looks: etree._Element | None, styles: tuple[Style, ...]) -> bool:
    """Say whether words are hidden: what stands with them decides, else the nearest style that says so."""
    said = None if looks is None else looks.find(f"{W}vanish")
    if said is not None:
        return is_on(said)
    return bool(next((style.is_hidden for style in styles if style.is_hidden is not None), False))


def _tags(looks: etree._Element | None, own: tuple[Style, ...]) -> list[str]:
    if looks is None:
        return []
    tags = [tag for name, tag in _TAGS if is_on(looks.find(f"{W}{name}"))]
    if looks.find(f"{W}b") is None and any(style.is_bold for style in own):
        tags.insert(0, "strong")
    match value_at(looks, f"{W}vertAlign"):
        case "superscript":
            tags.append("sup")
        case "subscript":
            tags.append("sub")
    return tags


def _is_red(looks: etree._Element | None, styles: tuple[Style, ...]) -> bool:
    color = value_at(looks, f"{W}color") if looks is not None else None
    color = color or next((s.color for s in styles if s.color), None) or ""
    if not re.fullmatch(r"[0-9a-fA-F]{6}", color):
        return False
    red, green, blue = (int(color[n : n + 2], 16) for n in (0, 2, 4))
    return red > 150 and green < 90 and blue < 90


def _main_size(run: _Run) -> float:
    sized = [(length, size) for length, size in run.sizes if size and length]
    return max(sized)[1] if sized else 0.0
