"""One article on its way into the draft box: what is checked, what is stored (contract wechat §4.1)."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from channels.sandbox.wechat.book import Article
from channels.sandbox.wechat.calls import Call, number_of, text_of
from channels.sandbox.wechat.errors import Refusal
from channels.sandbox.wechat.keepsake import keep, text_of_html

_MOST_CONTENT = 20_000  # characters, mark-up included (contract §10, last line)
_MOST_CONTENT_BYTES = 1 << 20
_MOST_URL_BYTES = 1024
_DIGEST_OF_TEXT = 54
_MOST_IMAGES = 20
_RATIOS = ("1_1", "16_9", "2.35_1")
_CROP = re.compile(r"[01](\.[0-9]{1,6})?")
_OTHER_HOME = re.compile(r"mp\.weixin\.qq\.com/mp/(profile_ext|homepage)", re.IGNORECASE)
_MINI_PROGRAM = re.compile(r"<mp-(common-)?miniprogram\b|data-miniprogram-", re.IGNORECASE)


def read_article(call: Call, sent: Mapping[str, Any], *, is_single: bool) -> Article:
    """Give the article as WeChat stores it; the lengths are those of the stored text."""
    kind = text_of(sent, "article_type") or "news"
    content = text_of(sent, "content")
    _check_texts(call, sent, is_single=is_single)
    _check_content(content)
    _check_source(text_of(sent, "content_source_url"))
    if number_of(sent, "need_open_comment", 0) and not call.wechat.book.switches.comment_right:
        raise Refusal(88000)
    images = _check_images(call, sent) if kind == "newspic" else ()
    thumb = images[0] if images else text_of(sent, "thumb_media_id")
    _check_cover(call, thumb)
    _check_crops(sent)
    stored = text_of_html(content) if images else _keep(call, content)
    return Article(
        article_type="newspic" if images else "news",
        title=text_of(sent, "title"),
        author=text_of(sent, "author"),
        digest=text_of(sent, "digest") or text_of_html(stored)[:_DIGEST_OF_TEXT],
        content=stored,
        content_source_url=text_of(sent, "content_source_url"),
        thumb_media_id=thumb,
        need_open_comment=number_of(sent, "need_open_comment", 0),
        only_fans_can_comment=number_of(sent, "only_fans_can_comment", 0),
        images=images,
    )


def _check_texts(call: Call, sent: Mapping[str, Any], *, is_single: bool) -> None:
    switches = call.wechat.book.switches
    if not 0 < _length(call, text_of(sent, "title")) <= switches.title_limit:
        raise Refusal(45003)
    if _length(call, text_of(sent, "author")) > switches.author_limit:
        raise Refusal(45110)
    if is_single and _length(call, text_of(sent, "digest")) > switches.digest_limit:
        raise Refusal(45004)


def _length(call: Call, text: str) -> int:
    match call.wechat.book.switches.counted_in:
        case "bytes":
            return len(text.encode("utf-8", "replace"))
        case "utf16":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case _:
            return len(text)


def _check_content(content: str) -> None:
    if not content.strip():
        raise Refusal(44004)
    if len(content) >= _MOST_CONTENT or len(content.encode("utf-8", "replace")) >= _MOST_CONTENT_BYTES:
        raise Refusal(45002)
    if _OTHER_HOME.search(content):
        raise Refusal(40155)
    if _MINI_PROGRAM.search(content):
        raise Refusal(45166)  # no mini-program is linked to this account


def _check_crops(sent: Mapping[str, Any]) -> None:
    """Refuse parts of a cover that are none: `X1_Y1_X2_Y2`, and the same as an object (contract §4.1)."""
    named = (text_of(sent, name) for name in ("pic_crop_235_1", "pic_crop_1_1"))
    crops = [text.split("_") for text in named if text]
    info = sent.get("cover_info")
    listed = info.get("crop_percent_list", []) if isinstance(info, dict) else []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Refusal(47001)
    for one in listed:
        if text_of(one, "ratio") not in _RATIOS:
            raise Refusal(53402)
        crops.append([text_of(one, edge) for edge in ("x1", "y1", "x2", "y2")])
    for crop in crops:
        if len(crop) != 4 or not all(_CROP.fullmatch(edge) for edge in crop):
            raise Refusal(53402)
        left, top, right, bottom = map(float, crop)
        if not (left < right <= 1 and top < bottom <= 1):
            raise Refusal(53402)


def _check_source(url: str) -> None:
    if not url:
        return
    if len(url.encode("utf-8", "replace")) > _MOST_URL_BYTES:
        raise Refusal(45005)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refusal(41039) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(41039)


def _check_images(call: Call, sent: Mapping[str, Any]) -> tuple[str, ...]:
    info = sent.get("image_info")
    listed = info.get("image_list") if isinstance(info, dict) else None
    if not isinstance(listed, list) or not 1 <= len(listed) <= _MOST_IMAGES:
        raise Refusal(40007)
    if not all(isinstance(one, dict) for one in listed):
        raise Refusal(47001)
    names = tuple(text_of(one, "image_media_id") for one in listed)
    for name in names:
        _check_cover(call, name)
    return names


def _check_cover(call: Call, media_id: str) -> None:
    media = call.wechat.book.media.get(media_id)
    # A temporary file is no cover, and neither is a film (contract §3.2).
    if media is None or not media.is_permanent or media.kind not in ("image", "thumb"):
        raise Refusal(40007)
    if media.width < 2 or media.height < 2:
        raise Refusal(53402)


def _keep(call: Call, content: str) -> str:
    def is_own_picture(url: str) -> bool:
        parts = _split(url)
        path = parts[1].split("/")
        return parts[0] == "mmbiz.qpic.cn" and len(path) > 2 and path[2] in call.wechat.book.pictures

    def is_own_link(url: str) -> bool:
        host, path = _split(url)
        return host in ("mp.weixin.qq.com", call.request.url.host) and path.startswith("/s")

    return keep(content, is_own_picture=is_own_picture, is_own_link=is_own_link)


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    # http and https of a platform's own address are the same (contract §3.1).
    return (parts.hostname or "", parts.path) if parts.scheme in ("http", "https") else ("", "")
