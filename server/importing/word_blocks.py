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

_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_V: Final = "{urn:schemas-microsoft-com:vml}"
_M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_TAGS: Final = (("b", "strong"), ("i", "em"), ("u", "u"), ("strike", "s"))
_MOST_PICTURE: Final = 10_000_000


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

    def read(self) -> list[Block]:
        """Give the blocks of the body, footnotes at its end."""
        blocks = list(self._blocks(self._file.body))
        blocks += [Block("text", note, f"<p>{html.escape(note, quote=False)}</p>") for note in self._notes]
        for number, block in enumerate(blocks, 1):
            block.place = block.place or f"第{number}段"
        if self._file.has_comments:
            self._file.warn("文件里有批注，没有导入")
        return blocks

    def _blocks(self, parent: Iterable[etree._Element]) -> Iterator[Block]:
        for node in parent:
            if node.tag == f"{W}p":
                yield from self._paragraph(node)
            elif node.tag == f"{W}tbl":
                yield self._table(node)
            elif node.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}smartTag"):
                yield from self._blocks(node)
            elif node.tag == f"{_MC}AlternateContent":
                yield from self._blocks(_choice(node))

    def _paragraph(self, node: etree._Element) -> Iterator[Block]:
        styles = self._file.styled(value_at(node, f"{W}pPr/{W}pStyle"))
        run = _Run()
        self._inside(node, run, styles)
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
                self._file.warn("文件里有修订痕迹，已按接受全部修订处理")
            elif tag == f"{W}hyperlink":
                self._hyperlink(child, run, styles)
            elif tag in (f"{W}ins", f"{W}moveTo"):
                self._file.warn("文件里有修订痕迹，已按接受全部修订处理")
                self._inside(child, run, styles)
            elif tag in (f"{_M}oMath", f"{_M}oMathPara"):
                self._file.warn("文件里有公式，只导入了文字，请核对或换成图片")
                _say(run, "".join(child.itertext(f"{_M}t")))
            elif tag in (f"{W}fldSimple", f"{W}smartTag", f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
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
        if looks is not None and is_on(looks.find(f"{W}vanish")):
            self._file.warn("文件里有隐藏文字，没有导入")
            return
        tags = _tags(looks)
        run.html += [f"<{tag}>" for tag in tags]
        before = run.length
        for child in node:
            self._piece(child, run, styles)
        run.html += [f"</{tag}>" for tag in reversed(tags)]
        length = run.length - before
        size = number_at(looks, f"{W}sz") if looks is not None else None
        run.sizes.append((length, (size or 0) / 2))
        run.red += length if _is_red(looks, styles) else 0
        run.bold += length if "strong" in tags or any(s.is_bold for s in styles) else 0

    def _piece(self, node: etree._Element, run: _Run, styles: tuple[Style, ...]) -> None:
        match node.tag:
            case t if t == f"{W}t":
                _say(run, node.text or "")
            case t if t == f"{W}tab":
                _say(run, " ")
            case t if t == f"{W}noBreakHyphen":
                _say(run, "-")
            case t if t == f"{W}br":
                if node.get(f"{W}type") == "page":
                    run.breaks_page = True
                else:
                    run.text.append("\n")
                    run.html.append("<br>")
            case t if t == f"{W}footnoteReference":
                self._footnote(str(node.get(f"{W}id")), run)
            case t if t in (f"{W}drawing", f"{W}pict", f"{W}object"):
                self._drawing(node, run)
            case t if t == f"{_MC}AlternateContent":
                for child in _choice(node):
                    self._piece(child, run, styles)

    def _footnote(self, key: str, run: _Run) -> None:
        note = self._file.footnotes.get(key)
        if note is not None:
            number = len(self._notes) + 1
            self._notes.append(f"[{number}] {''.join(note.itertext(f'{W}t')).strip()}")
            run.html.append(f"<sup>[{number}]</sup>")

    def _drawing(self, node: etree._Element, run: _Run) -> None:
        for box in node.iter(f"{W}txbxContent"):
            for block in self._blocks(box):
                block.in_box, block.place = True, "文本框"
                run.boxes.append(block)
        anchor = node.find(f".//{_WP}anchor")
        for blip in (*node.iter(f"{_A}blip"), *node.iter(f"{_V}imagedata")):
            key = blip.get(f"{R}embed") or blip.get(f"{R}id")
            words = next((str(one.get("descr") or "") for one in node.iter(f"{_WP}docPr")), "")
            picture = self._picture(str(key), words)
            if picture is not None:
                picture.is_floating = anchor is not None
                run.pictures.append(picture)

    def _picture(self, key: str, words: str) -> Block | None:
        body = self._file.media.get(key)
        if body is None:
            return None
        if not is_picture(body) or len(body) > _MOST_PICTURE:
            self._file.warn("有图片不是 JPEG、PNG、GIF、WebP 或者太大，没有导入")
            return None
        try:
            file = inspect(body)
        except Problem:
            self._file.warn("有图片已损坏，没有导入")
            return None
        sha256 = hashlib.sha256(file.body).hexdigest()
        self.pictures[sha256] = file
        tag = f'<p><img src="media:{sha256}" alt="{html.escape(words)}"></p>'
        return Block("picture", "", tag, aspect=file.width / max(1, file.height))

    def _table(self, node: etree._Element) -> Block:
        grid = [list(_cells(row)) for row in node.iter(f"{W}tr") if _table_of(row) is node]
        rows, written = [], []
        for number, cells in enumerate(grid):
            texts, tags = [], []
            for column, cell in cells:
                merge = cell.find(f"{W}tcPr/{W}vMerge")
                if merge is not None and merge.get(f"{W}val", "continue") == "continue":
                    continue
                text, inner = self._cell(cell)
                texts.append(text)
                tags.append(f"<td{_spans(cell, grid, number, column)}>{inner}</td>")
            rows.append(texts)
            written.append(f"<tr>{''.join(tags)}</tr>")
        text = "\n".join("\t".join(cells) for cells in rows)
        return Block("table", text, f"<table>{''.join(written)}</table>", rows=rows)

    def _cell(self, cell: etree._Element) -> tuple[str, str]:
        blocks = list(self._blocks(cell))
        text = " ".join(block.text.replace("\t", " ") for block in blocks)
        parts = [
            re.sub(r"</?p>", "", block.html) if block.kind == "picture"
            else block.html if block.kind == "text"
            else html.escape(block.text.replace("\t", " "), quote=False)
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


def _tags(looks: etree._Element | None) -> list[str]:
    if looks is None:
        return []
    tags = [tag for name, tag in _TAGS if is_on(looks.find(f"{W}{name}"))]
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


def _table_of(row: etree._Element) -> etree._Element | None:
    return next((parent for parent in row.iterancestors(f"{W}tbl")), None)


def _cells(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """Give the cells of a row, each with the column of the grid that it begins in."""
    column = number_at(row, f"{W}trPr/{W}gridBefore") or 0
    for cell in row.iter(f"{W}tc"):
        if _row_of(cell) is row:
            yield column, cell
            column += number_at(cell, f"{W}tcPr/{W}gridSpan") or 1


def _row_of(cell: etree._Element) -> etree._Element | None:
    return next((parent for parent in cell.iterancestors(f"{W}tr")), None)


def _spans(cell: etree._Element, grid: list[list[tuple[int, etree._Element]]], row: int, column: int) -> str:
    wide = number_at(cell, f"{W}tcPr/{W}gridSpan") or 1
    tall = 1
    if value_at(cell, f"{W}tcPr/{W}vMerge") == "restart":
        for below in grid[row + 1 :]:
            under = next((one for at, one in below if at == column), None)
            merge = None if under is None else under.find(f"{W}tcPr/{W}vMerge")
            if merge is None or merge.get(f"{W}val", "continue") != "continue":
                break
            tall += 1
    return (f' colspan="{min(wide, 99)}"' if wide > 1 else "") + (
        f' rowspan="{min(tall, 99)}"' if tall > 1 else ""
    )
