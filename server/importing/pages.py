"""HTML and Markdown files → a document: a title, a body, and the pictures that they carry in themselves."""

import base64
import binascii
import hashlib
import html
import re
from typing import Any, Final

import lxml.html
from lxml import etree
from markdown_it import MarkdownIt

from server.core.problems import Problem
from server.importing.dates import read_date
from server.importing.dropped import OF_THE_PAGE, dropped_from
from server.importing.found import Document, Mark
from server.importing.pictures import PictureFile, inspect

_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s*([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
_DATA: Final = re.compile(r"data:image/[a-z+]{2,8};base64,([A-Za-z0-9+/=\s]+)")
_GONE: Final = (
    "script",
    "style",
    "nav",
    "header",
    "footer",
    "form",
    "iframe",
    "noscript",
    "template",
    "aside",
)
# Where public sites put the text of an article; the first that is there and says enough is taken.
_PLACES: Final = (
    "article", "[@id='UCAP-CONTENT']", "[@id='zoom']", "[contains(@class,'article-content')]",
    "[contains(@class,'TRS_Editor')]", "[@id='content']", "main",
)  # fmt: skip
_FRONT_MATTER: Final = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_ENOUGH: Final = 20


def read_page(body: bytes, name: str) -> Document:
    """Read an HTML file; refuses one without text."""
    try:
        tree = lxml.html.document_fromstring(_decoded(body), parser=lxml.html.HTMLParser(huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Problem("unsupported_file", f"“{name}”不是完好的网页文件", field="file") from error
    marks = list(_title_marks(tree, name))
    written = lxml.html.tostring(_content(tree), encoding="unicode")
    lost = [one.message for one in dropped_from(written) if one.code not in OF_THE_PAGE]
    for tag in _GONE:
        for node in list(tree.iter(tag)):
            node.drop_tree()
    return _document(_content(tree), marks, name, lost)


def read_markdown(body: bytes, name: str) -> Document:
    """Read a Markdown file; HTML in it is text, and a first heading is the title."""
    text = _decoded(body)
    front = _FRONT_MATTER.match(text)
    text = text[front.end() :] if front else text
    rendered = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text)
    if not rendered.strip():
        raise Problem("unsupported_file", f"“{name}”里没有正文", field="file")
    tree = lxml.html.document_fromstring(f"<html><body>{rendered}</body></html>")
    named = re.search(r"^title:\s*[\"']?(.+?)[\"']?\s*$", front[1], re.MULTILINE) if front else None
    marks = (
        [Mark("title", named[1][:200], named[1][:200], "文件头", 0.9)]
        if named
        else list(_title_marks(tree, name))
    )
    return _document(tree.body, marks, name, [])


def _title_marks(tree: Any, name: str) -> Any:
    meta = tree.xpath("//meta[translate(@name,'ARTICLE','article')='articletitle']/@content")
    heading = tree.xpath("//h1")
    if meta and meta[0].strip():
        yield Mark("title", meta[0].strip()[:200], meta[0].strip()[:200], "网页标签 ArticleTitle", 0.95)
    elif heading and (text := " ".join(heading[0].text_content().split())):
        yield Mark("title", text[:200], text[:200], "一级标题", 0.85, is_dropped=True)
        heading[0].drop_tree()
    elif title := " ".join((tree.findtext(".//title") or "").split()):
        yield Mark("title", title[:200], title[:200], "网页标题", 0.6)
    else:
        stem = name.rpartition(".")[0] or name
        yield Mark("title", stem[:200], name, "文件名", 0.2)


def _content(tree: Any) -> Any:
    for place in _PLACES:
        found = tree.xpath(f"//{place}" if not place.startswith("[") else f"//*{place}")
        if found and len(found[0].text_content().strip()) >= _ENOUGH:
            return found[0]
    return tree.body if tree.body is not None else tree


def _document(node: Any, marks: list[Mark], name: str, lost: list[str]) -> Document:
    pictures: dict[str, PictureFile] = {}
    warnings = list(lost)
    for image in list(node.iter("img")):
        file = _embedded(image.get("src", ""))
        if file is None:
            image.drop_tree()
            warnings.append("文件引用的外部图片没有导入，请先下载再上传")
            continue
        sha256 = hashlib.sha256(file.body).hexdigest()
        pictures[sha256] = file
        image.set("src", f"media:{sha256}")
    for comment in list(node.iter(etree.Comment)):
        comment.drop_tree()
    inner = html.escape(node.text or "", quote=False) + "".join(
        lxml.html.tostring(child, encoding="unicode") for child in node
    )
    if not node.text_content().strip() and not pictures:
        raise Problem("unsupported_file", f"“{name}”里没有正文", field="file")
    tail = node.text_content()[-200:]
    formed_on = read_date(tail)
    if formed_on is not None:
        marks.append(Mark("formed_on", formed_on.isoformat(), tail.strip()[-40:], "文末", 0.5))
    title = marks[0].value
    return Document(title, inner, tuple(marks), pictures, tuple(dict.fromkeys(warnings)), formed_on=formed_on)


def _embedded(src: str) -> PictureFile | None:
    found = _DATA.fullmatch(src)
    if found is None:
        return None
    try:
        return inspect(base64.b64decode(found[1], validate=False))
    except (binascii.Error, ValueError, Problem):
        return None


def _decoded(body: bytes) -> str:
    named = _CHARSET.search(body[:4096])
    names = [named[1].decode("ascii")] if named else []
    for encoding in ("utf-8-sig", *names, "gb18030"):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace")
