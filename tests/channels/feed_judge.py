"""A strict judge of feeds, for tests: what the formats demand and what real readers stumble over.

`python -m tests.channels.feed_judge FILE...` prints what it finds and exits with 1 when it finds anything.
The rules stand in channels/feeds/CONTRACT.md §0 and §1; each finding begins with its name.
"""

import calendar
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from xml.parsers import expat

import feedparser

LARGEST: Final = 250_000  # what JSON Feed 1.1 calls fine
_A_DAY: Final = 86_400
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LEFTOVER: Final = re.compile("[\x7f-\x84\x86-\x9f]")  # Windows-1252 read as Latin-1
_REFERENCE: Final = re.compile(r"&#(x[0-9a-fA-F]+|\d+);")
_ENTITY: Final = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]\w{1,7});", re.IGNORECASE)
_TAG: Final = re.compile(r"</?(?:b|i|em|strong|p|br|span|a|div|img)\b[^>]*>", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"<(?:img|a|source|video|audio|iframe)\b[^>]*?\s(?:src|href|poster)\s*=\s*[\"']?([^\"'>\s]*)",
    re.IGNORECASE,
)
_RUNS: Final = re.compile(r"<(?:script|iframe|form|object|style)\b|\son\w+\s*=\s*[\"']", re.IGNORECASE)
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_RFC_822: Final = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}"
)


def judge(body: bytes, *, now: datetime) -> list[str]:
    """Give what is wrong with a feed in RSS, Atom or JSON Feed or an OPML file; nothing when nothing is."""
    found = [f"Large: {len(body)} bytes"] if len(body) > LARGEST else []
    if body.startswith(b"\xef\xbb\xbf"):
        return [*found, "ByteOrderMark: some readers lose the feed"]
    if body[:1] == b"{":
        return [*found, *_json(body, now)]
    found += _xml(body)
    if not found and b"<opml" not in body[:1000]:
        found += _parsed(body, now)
    return found


def _xml(body: bytes) -> Iterator[str]:
    if not body.startswith(b"<?xml"):
        yield "XmlDeclaration: the first bytes are not <?xml"
    try:
        text = body.decode("utf-8")
        expat.ParserCreate(namespace_separator=" ").Parse(body, True)
    except (UnicodeDecodeError, expat.ExpatError) as error:
        yield f"NotWellFormed: {error}"
        return
    for code in (
        int(f"0{one}" if one[0] == "x" else one, 0 if one[0] == "x" else 10)
        for one in _REFERENCE.findall(text)
    ):
        if code > 0x10FFFF or _FORBIDDEN.match(chr(code)):
            yield f"Character: &#{code}; is none that XML knows"
    if _LEFTOVER.search(text):
        yield "Leftover: C1 control characters"
    if "<!DOCTYPE" in text[:2000]:
        yield "Doctype: many readers refuse one"


def _parsed(body: bytes, now: datetime) -> Iterator[str]:
    read = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    if read.bozo or not read.version:
        yield f"NotAFeed: {read.get('bozo_exception')}"
        return
    links = read.feed.get("links", [])
    if not read.feed.get("title"):
        yield "FeedTitle: there is none"
    if not any(link.rel == "alternate" and _is_absolute(link.href) for link in links):
        yield "FeedLink: no absolute link to a page"
    if sum(link.rel == "self" for link in links) != 1:
        yield "Self: exactly one address of its own is wanted"
    if not read.feed.get("language") and b"xml:lang" not in body[:2000]:
        yield "Language: not told"
    if not read.entries:
        yield "Empty: some readers refuse to subscribe to it"
    yield from _pictures(read.feed)
    is_atom = read.version.startswith("atom")
    dates = re.findall(rb"<pubDate>([^<]*)</pubDate>|<(?:published|updated)>([^<]*)<", body)
    rule = _RFC_3339 if is_atom else _RFC_822
    yield from (
        f"Date: {one!r}"
        for pair in dates
        if pair[0] or is_atom
        for one in [(pair[0] or pair[1]).decode()]
        if not rule.fullmatch(one)
    )
    yield from _ids(entry.get("id") for entry in read.entries)
    yield from _order(((e.get("published_parsed") or e.get("updated_parsed")) for e in read.entries), now)
    for entry in read.entries:
        yield from (f"{entry.get('id')}: {one}" for one in _entry(entry))


def _pictures(feed: Any) -> Iterator[str]:
    pictures = [feed[name] for name in ("icon", "logo") if name in feed]
    if "image" in feed and "title" in feed.image:  # of RSS; Atom's logo is called so, too
        image = feed.image
        pictures.append(image.href)
        if (image.title, image.get("link")) != (feed.get("title"), feed.get("link")):
            yield "Picture: its title and link are the channel's"
        if image.get("width", 88) > 144 or image.get("height", 31) > 400:
            yield "Picture: larger than RSS allows"
    if not all(_is_absolute(one) for one in pictures):
        yield "Picture: addresses are absolute"


def _entry(entry: Any) -> Iterator[str]:
    if not _is_absolute(entry.get("link")):
        yield "Link: no absolute one"
    if not entry.get("title", "").strip():
        yield "Title: there is none"
    elif _ENTITY.search(entry.title):
        yield f"Title: escaped twice, {entry.title[:40]!r}"
    kinds = [(link.get("type"), link.get("hreflang")) for link in entry.links if link.rel == "alternate"]
    if len(set(kinds)) < len(kinds):
        yield "Alternates: two of one type and language"
    for file in entry.get("enclosures", []):
        if not _is_absolute(file.get("href")) or not file.get("type") or not file.get("length", "").isdigit():
            yield "Enclosure: address, type and length are wanted"
    bodies = [*entry.get("content", []), *([entry.summary_detail] if "summary_detail" in entry else [])]
    if not bodies:
        yield "Content: neither content nor summary"
    for one in bodies:
        yield from _html(one.value)
        if one.type == "text/plain" and _TAG.search(one.value):
            yield "Content: HTML that is said to be plain text"


def _json(body: bytes, now: datetime) -> Iterator[str]:
    try:
        feed = json.loads(body.decode("utf-8"))
        items, title, own = feed["items"], feed["title"], feed["feed_url"]
    except (ValueError, KeyError, TypeError) as error:
        yield f"NotAFeed: {error!r}"
        return
    if feed.get("version") != "https://jsonfeed.org/version/1.1" or not title or not feed.get("language"):
        yield "Head: version, title and language are wanted"
    if not all(_is_absolute(one) for one in (own, feed.get("home_page_url"), feed.get("next_url", own))):
        yield "Head: addresses are absolute"
    if feed.get("next_url") == own or not all(
        hub.get("type") and hub.get("url") for hub in feed.get("hubs", [])
    ):
        yield "Head: next_url leads on, a hub has type and url"
    if not all(_is_absolute(feed.get(name, own)) for name in ("icon", "favicon")):
        yield "Picture: addresses are absolute"
    if not items:
        yield "Empty: some readers refuse to subscribe to it"
    yield from _ids(item.get("id") for item in items)
    moments = [datetime.fromisoformat(item["date_published"]).utctimetuple() for item in items]
    yield from _order(moments, now)
    for item in items:
        yield from (f"{item.get('id')}: {one}" for one in _item(item))


def _item(item: dict[str, Any]) -> Iterator[str]:
    if not isinstance(item.get("content_html"), str) and not isinstance(item.get("content_text"), str):
        yield "Content: content_html or content_text is wanted"
    yield from _html(item.get("content_html", ""))
    if not all(_is_absolute(item[name]) for name in ("url", "external_url", "image") if name in item):
        yield "Link: addresses are absolute"
    for name in ("title", "summary"):
        if _ENTITY.search(item.get(name, "")):
            yield f"Text: {name} is plain text"
    for name in ("date_published", "date_modified"):
        if not _RFC_3339.fullmatch(item[name]):
            yield f"Date: {name} is {item[name]!r}"
    for file in item.get("attachments", []):
        if not _is_absolute(file.get("url")) or not file.get("mime_type") or file.get("size_in_bytes", 0) < 0:
            yield "Attachment: url, mime_type and size are wanted"


def _html(text: str) -> Iterator[str]:
    for address in _ADDRESS.findall(text):
        if not re.match(r"(?:https?|mailto|tel|data):|#|$", address):
            yield f"Relative: {address[:60]}"
    if _RUNS.search(text):
        yield "Runs: something that readers strip, or should"


def _ids(ids: Iterable[Any]) -> Iterator[str]:
    seen: set[str] = set()
    for one in ids:
        if not isinstance(one, str) or not one:
            yield "Id: an entry has none"
        elif one in seen:
            yield f"Id: {one} twice"
        else:
            seen.add(one)


def _order(moments: Iterable[Any], now: datetime) -> Iterator[str]:
    before = None
    for moment in moments:
        if moment is None:
            yield "Date: an entry has none, or one that cannot be read"
            continue
        seconds = calendar.timegm(moment)
        if seconds > now.timestamp() + _A_DAY:
            yield "Date: an entry is from the future"
        if before is not None and seconds > before:
            yield "Order: the newest does not come first"
        before = seconds


def _is_absolute(address: object) -> bool:
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def main(files: list[str]) -> int:
    """Judge files; print what is wrong."""
    now = datetime.now().astimezone()
    found = [f"{name}: {one}" for name in files for one in judge(Path(name).read_bytes(), now=now)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
