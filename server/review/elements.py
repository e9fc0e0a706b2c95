"""Disclosure elements of an item, its pictures' words and its links: what is missing or leads nowhere."""

import html
import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from server.review.findings import Finding, Place, Severity, Source
from server.review.numbers import own_number
from server.review.sources import BARRIER_FREE, CATALOGUE, FILES, LINKS, REPRINTS
from server.review.subject import Subject
from server.store.media import Makers

_IMAGE: Final = re.compile(r"<img\b([^>]*)>")
_ALT: Final = re.compile(r'\balt="([^"]*)"')
_DECORATIVE: Final = re.compile(r'\brole="presentation"')
_FILE_NAME: Final = re.compile(
    r"(?i)^(?:img|dsc|pic|image|图片|微信图片|截图|screenshot)?[\s_\-]*\d*\.?(?:jpe?g|png|gif|webp)?$"
)
_ANCHOR: Final = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_LONGEST_OVERVIEW: Final = 300
_STATES: Final[dict[str, tuple[Severity, str]]] = {
    "unreadable": ("note", "附件打不开，没有检查内容：请人工核对里面有没有个人信息"),
    "locked": ("warning", "附件设了密码，没有检查内容，读者也可能打不开：请换成不加密的文件"),
    "too_large": ("note", "附件太长，只检查了开头部分：请人工核对其余部分"),
    "no_text": ("note", "附件里没有文字（可能是扫描件），没有检查内容：请人工核对里面有没有个人信息"),
}


_MAKERS: Final[dict[Makers, tuple[Severity, str]]] = {
    "kept": ("warning", "没能去掉附件里的作者、单位等信息：请另存为 docx、xlsx 或 PDF 再传，或核对后说明"),
    "signed": ("note", "附件有电子签章，作者等信息没有去掉：请核对可不可以公开"),
    "packed": ("note", "压缩包里的文件没有去掉作者等信息：请分别上传，或核对可不可以公开"),
}


def elements(subject: Subject, *, today: date) -> Iterator[Finding]:
    """Give the catalogue elements that are missing or cannot be right."""
    is_document = subject.kind == "policy"
    yield from own_number(subject.document_number, subject.formed_on.year if subject.formed_on else None)
    if is_document and not subject.document_number:
        yield _missing("document_number", "文件没有文号：确实没有时请写“无”", "warning", CATALOGUE)
    if subject.formed_on is None and is_document:
        yield _missing("formed_on", "文件没有成文日期，公开期限从成文之日起算", "warning", CATALOGUE)
    if subject.formed_on is not None and subject.formed_on > today:
        yield _missing("formed_on", "成文日期在今天之后，请核对", "warning", CATALOGUE)
    if not subject.summary:
        yield _missing("summary", "没有摘要：微博、微信和订阅里只能显示标题", "note", LINKS)
    if is_document and not subject.overview:
        yield _missing("overview", "没有内容概述，公开目录里要有", "note", CATALOGUE)
    if len(subject.overview) > _LONGEST_OVERVIEW:
        yield _missing("overview", f"内容概述超过{_LONGEST_OVERVIEW}字，宜在100字左右", "note", CATALOGUE)
    if is_document and not subject.topic:
        yield _missing("topic", "没有主题分类，读者按主题找不到", "note", CATALOGUE)
    if not subject.keywords:
        yield _missing("keywords", "没有主题词", "note", CATALOGUE)
    if subject.kind == "news" and not subject.source:
        yield _missing("source", "没有写来源：转载必须注明，本单位采写的写本单位名称", "note", REPRINTS)


def pictures(subject: Subject) -> Iterator[Finding]:
    """Give pictures of the body that say nothing to whoever cannot see them."""
    for number, image in enumerate(_IMAGE.finditer(subject.body), 1):
        words = _words_of(image)
        place = Place("body", html_offset=image.start(), html_length=len(image.group()))
        if _is_silent(image):
            reason = f"第{number}张图片没有说明：请写明图中内容，或标为“装饰图片”"
            yield Finding("picture_without_words", "warning", place, "", reason, BARRIER_FREE)
        elif words and _FILE_NAME.fullmatch(words):
            reason = f"第{number}张图片的说明像文件名，请写明图中内容"
            yield Finding("picture_words_empty", "warning", place, words, reason, BARRIER_FREE)


def silent_pictures(body: str) -> tuple[int, ...]:
    """Give which pictures of a body say nothing and are not marked as decoration, counted from 1."""
    return tuple(number for number, image in enumerate(_IMAGE.finditer(body), 1) if _is_silent(image))


def _words_of(image: re.Match[str]) -> str:
    alt = _ALT.search(image[1])
    return html.unescape(alt[1]).strip() if alt else ""


def _is_silent(image: re.Match[str]) -> bool:
    return not _words_of(image) and not _DECORATIVE.search(image[1])


def dead_links(subject: Subject, own_pages: dict[str, bool]) -> Iterator[Finding]:
    """Give links to pages of our own site that no reader can open; `own_pages`: address → is it live."""
    for anchor in _ANCHOR.finditer(subject.body):
        address = html.unescape(anchor[1])
        if own_pages.get(address.partition("#")[0], True):
            continue
        place = Place("body", html_offset=anchor.start(), html_length=len(anchor.group()))
        words = html.unescape(_TAG.sub("", anchor[2])).strip() or address
        yield Finding("dead_link", "warning", place, words, f"本站没有这个页面：{address}", LINKS)


def practice_links(subject: Subject, front: str) -> Iterator[Finding]:
    """Give links of a real text to the practice site: readers would take what stands there for real."""
    for anchor in _ANCHOR.finditer(subject.body) if front else ():
        address = html.unescape(anchor[1])
        if f"{address}/".startswith((f"{front}/", f"/{front.rpartition('/')[2]}/")):
            place = Place("body", html_offset=anchor.start(), html_length=len(anchor.group()))
            words = html.unescape(_TAG.sub("", anchor[2])).strip() or address
            reason = f"链接指向演练网站，读者会把演练内容当真：{address}"
            yield Finding("practice_link", "blocking", place, words, reason, LINKS)


def links_of(body: str) -> tuple[str, ...]:
    """Give the addresses that a body links to, each once, without their fragments."""
    found = (html.unescape(anchor[1]).partition("#")[0] for anchor in _ANCHOR.finditer(body))
    return tuple(dict.fromkeys(found))


def unread_attachments(subject: Subject) -> Iterator[Finding]:
    """Give the attachments whose words no check has seen."""
    for number, attachment in enumerate(subject.attachments):
        text = subject.texts.get(attachment.sha256)
        state = "unreadable" if text is None else text.state
        if state in _STATES:
            severity, reason = _STATES[state]
            place = Place(f"attachments.{number}")
            yield Finding(f"attachment_{state}", severity, place, attachment.name, reason, FILES)


def telling_attachments(subject: Subject) -> Iterator[Finding]:
    """Give the attachments that still say who made them."""
    for number, attachment in enumerate(subject.attachments):
        text = subject.texts.get(attachment.sha256)
        if text is not None and text.makers is not None:
            severity, reason = _MAKERS[text.makers]
            place = Place(f"attachments.{number}")
            yield Finding(f"attachment_makers_{text.makers}", severity, place, attachment.name, reason, FILES)


def _missing(field: str, reason: str, severity: Severity, source: Source) -> Finding:
    return Finding(f"element_{field}", severity, Place(field), "", reason, source)
