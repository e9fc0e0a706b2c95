"""What stands in a feed, in one form for all formats: cleaned words, absolute addresses, Beijing time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from html import escape
from typing import Final

from channels.addresses import Addresses, media_path
from channels.body import body_html, body_text, loose_pictures
from channels.characters import clean, one_line
from channels.item import KIND_NAMES, Attachment, Content, Entry, Language, Picture, Site, Twin

# A numeric zone that every reader understands; China has had one without daylight saving since 1992.
BEIJING: Final = timezone(timedelta(hours=8))
# All bodies of a feed together, as escaped in XML; JSON Feed 1.1 calls 250 kB fine (contract feeds §1.1).
BODIES: Final = 140_000
_SUMMARY: Final = 200


@dataclass(frozen=True, slots=True)
class FeedFile:
    """An attachment or picture as a feed names it."""

    url: str
    type: str
    title: str
    size: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry, ready to be written down."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    by: str
    tags: tuple[tuple[str, str], ...]  # (scheme, term), so that a topic and an organ of one name differ
    published: datetime
    updated: datetime
    thumbnail: FeedFile | None
    files: tuple[FeedFile, ...]
    content_hash: str
    language: Language
    twin: Twin | None


def feed_entries(entries: tuple[Entry, ...], addresses: Addresses) -> tuple[FeedEntry, ...]:
    """Give entries newest first; once the bodies fill the feed, older entries carry summary and link."""
    newest = sorted(entries, key=lambda e: (e.content.published_at, e.ordinal), reverse=True)
    room, made = BODIES, []
    for entry in newest:
        whole, weight = _whole(entry.content, addresses.site)
        if weight > room:
            whole = replace(whole, html=_short(entry.content))
        else:
            room -= weight
        made.append(whole)
    return tuple(made)


@lru_cache(maxsize=128)
def _whole(content: Content, site: Site) -> tuple[FeedEntry, int]:
    """Give an entry with all of its body, and what that weighs; made once for all lists it stands in."""
    addresses = Addresses(site)
    body = _html(content, addresses)
    return _entry(content, body, addresses), len(escape(body).encode())


def _entry(content: Content, body: str, addresses: Addresses) -> FeedEntry:
    return FeedEntry(
        id=addresses.entry_id(content.item_id),
        url=content.url,
        title=one_line(content.title) or "无标题",
        summary=_summary(content),
        html=body,
        by=one_line(content.org.name),
        tags=_tags(content, addresses),
        published=_beijing(content.published_at),
        updated=_beijing(max(content.updated_at, content.published_at)),
        thumbnail=_file(content.pictures[0], addresses) if content.pictures else None,
        files=tuple(_file(file, addresses) for file in content.attachments),
        content_hash=content.content_hash,
        language=content.language,
        twin=content.twin,
    )


def _html(content: Content, addresses: Addresses) -> str:
    """Give the article with what a feed has no place for: loose pictures, and attachments as links."""
    front = addresses.site.url
    parts = [_correction(content), body_html(content, front=front)]
    parts += [
        f'<p><img src="{front}/{media_path(p)}" width="{p.width}" height="{p.height}"'
        f' alt="{_text(p.alt)}"></p>'
        for p in loose_pictures(content)
    ]
    if content.attachments:
        lines = [
            f'<li><a href="{front}/{media_path(file)}">{_text(file.name)}</a></li>'
            for file in content.attachments
        ]
        parts.append(f"<p>附件：</p><ul>{''.join(lines)}</ul>")
    return "".join(parts)


def _short(content: Content) -> str:
    link = f'<p><a href="{escape(clean(content.url))}">阅读全文</a></p>'
    return f"{_correction(content)}<p>{_text(_summary(content))}</p>{link}"


def _correction(content: Content) -> str:
    """Give what readers are told of the newest major correction: feeds have no field for it."""
    note = _text(content.correction)
    if not note:
        return ""
    return f"<p><strong>已更正</strong>（{_beijing(content.updated_at):%Y-%m-%d %H:%M}）：{note}</p>"


def _summary(content: Content) -> str:
    words = one_line(content.summary or content.disclosure.overview or body_text(content))
    return (words if len(words) <= _SUMMARY else words[: _SUMMARY - 1] + "…") or one_line(content.title)


def _tags(content: Content, addresses: Addresses) -> tuple[tuple[str, str], ...]:
    found = [("column", content.column.name), ("kind", KIND_NAMES[content.kind])]
    found += [("topic", content.disclosure.topic or ""), ("genre", content.disclosure.genre or "")]
    found += [("keyword", word) for word in content.disclosure.keywords]
    front = f"tag:{addresses.site.domain},{addresses.site.since}:"
    return tuple(dict.fromkeys((front + scheme, one_line(term)) for scheme, term in found if one_line(term)))


def _file(media: Attachment | Picture, addresses: Addresses) -> FeedFile:
    url, mime = addresses.url(media_path(media)), one_line(media.mime) or "application/octet-stream"
    if isinstance(media, Picture):
        return FeedFile(url, mime, one_line(media.alt), media.size, media.width, media.height)
    return FeedFile(url, mime, one_line(media.name), media.size)


def _text(text: str) -> str:
    return escape(one_line(text))


def _beijing(at: datetime) -> datetime:
    return at.astimezone(BEIJING).replace(microsecond=0)
