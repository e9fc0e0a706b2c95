"""Uploads: pictures of a text, permanent and temporary material (contract wechat §3)."""

import json
from collections.abc import Mapping
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any, Literal, cast

from aiohttp import web

from channels.sandbox.fields import File, read_fields
from channels.sandbox.pages import show_file
from channels.sandbox.pictures import Look, look_at
from channels.sandbox.wechat.book import Media
from channels.sandbox.wechat.calls import OK, Call, answer, number_of, open_call, text_of
from channels.sandbox.wechat.errors import Refusal
from channels.sandbox.wechat.platform import WECHAT

MediaKind = Literal["image", "voice", "video", "thumb"]

_KINDS = ("image", "voice", "video", "thumb")
_MOST_BYTES = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}
_TEMPORARY = timedelta(days=3)
_MOST_OTHERS = 1000
_BODY_PICTURE_BYTES = 1 << 20
# A valid PNG of 18018×24477 pixels was refused (contract §3.1); where the line lies is not known.
_MOST_PIXELS = 100_000_000


async def upload_picture(request: web.Request) -> web.Response:
    """Keep a picture for the text of articles."""
    call = open_call(request, "POST")
    file = await _read_file(request)
    look = look_at(file.body)
    if look is None or look.format not in ("jpeg", "png"):
        raise Refusal(40005)
    if len(file.body) >= _BODY_PICTURE_BYTES:
        raise Refusal(40009)
    _check_size(look)
    url, _ = await _keep_picture(call, file.body, look)
    return answer(call.wechat, {"url": url, **OK})


async def add_material(request: web.Request) -> web.Response:
    """Keep a file for good."""
    call = open_call(request, "POST")
    media_id, media = await _keep_media(call, is_permanent=True)
    extra = {"url": media.url} if media.kind == "image" else {}
    return answer(call.wechat, {"media_id": media_id, **extra, "item": []})


async def upload_temporary(request: web.Request) -> web.Response:
    """Keep a file for three days; no draft takes it (contract §3.2)."""
    call = open_call(request, "POST")
    media_id, media = await _keep_media(call, is_permanent=False)
    created_at = int(call.at.timestamp())
    return answer(call.wechat, {"type": media.kind, "media_id": media_id, "created_at": created_at})


async def get_material(request: web.Request) -> web.Response:
    """Give the bytes of a permanent file."""
    call = open_call(request, "POST")
    media = _find_permanent(call, text_of(await call.read(), "media_id"))
    return await show_file(call.wechat.files, media.file)


async def get_temporary(request: web.Request) -> web.StreamResponse:
    """Give the bytes of a temporary file, within its three days."""
    call = open_call(request, "GET")
    media = find_media(call, request.query.get("media_id", ""))
    if media is None or media.is_permanent:
        raise Refusal(40007)
    return await show_file(call.wechat.files, media.file)


def find_media(call: Call, media_id: str) -> Media | None:
    """Give a file that there still is: a temporary one lives for three days (contract §3.3)."""
    media = call.wechat.book.media.get(media_id)
    if media is None or (not media.is_permanent and call.at - media.at >= _TEMPORARY):
        return None
    return media


async def delete_material(request: web.Request) -> web.Response:
    """Drop a permanent file; what was published with it stays."""
    call = open_call(request, "POST")
    media_id = text_of(await call.read(), "media_id")
    _find_permanent(call, media_id)
    if media_id in _in_menu(call.wechat.book.menu or {}):
        raise Refusal(48005)
    del call.wechat.book.media[media_id]
    call.wechat.touch()
    return answer(call.wechat, OK)


def _in_menu(menu: Mapping[str, Any]) -> frozenset[str]:
    """Give the files behind the buttons of a menu: they cannot be deleted (contract §3.4)."""
    buttons = [one for top in menu.get("button", []) for one in (top, *top.get("sub_button", []))]
    return frozenset(str(one["media_id"]) for one in buttons if "media_id" in one)


async def count_material(request: web.Request) -> web.Response:
    """Count the permanent files by kind."""
    call = open_call(request, "GET")
    permanent = [media.kind for media in call.wechat.book.media.values() if media.is_permanent]
    counts = {f"{kind}_count": permanent.count(kind) for kind in ("voice", "video", "image")}
    return answer(call.wechat, {**counts, "news_count": 0})


async def list_material(request: web.Request) -> web.Response:
    """Give permanent files of a kind, the newest first."""
    call = open_call(request, "POST")
    body = await call.read()
    kind, offset, count = text_of(body, "type"), number_of(body, "offset", 0), number_of(body, "count", 0)
    if kind not in ("image", "voice", "video", "news"):
        raise Refusal(40004)
    if offset < 0 or not 1 <= count <= 20:
        raise Refusal(40097)
    kept = [one for one in call.wechat.book.media.items() if one[1].is_permanent and one[1].kind == kind][
        ::-1
    ]
    items = [
        {"media_id": media_id, "name": media.file, "update_time": int(media.at.timestamp()), "url": media.url}
        for media_id, media in kept[offset : offset + count]
    ]
    return answer(call.wechat, {"total_count": len(kept), "item_count": len(items), "item": items})


async def show_mmbiz(request: web.Request) -> web.Response:
    """Show a kept picture to a reader."""
    wechat = request.app[WECHAT]
    file = wechat.book.pictures.get(request.match_info["key"])
    if file is None:
        raise web.HTTPNotFound
    return await show_file(wechat.files, file)


async def _read_file(request: web.Request) -> File:
    file = (await read_fields(request)).files.get("media")
    if file is None or not file.name:
        raise Refusal(41005)
    if not file.body:
        raise Refusal(44001)
    return file


async def _keep_media(call: Call, *, is_permanent: bool) -> tuple[str, Media]:
    kind = call.request.query.get("type", "")
    if kind not in _KINDS:
        raise Refusal(40004)
    file = await _read_file(call.request)
    if len(file.body) > _MOST_BYTES[kind]:
        raise Refusal(45001 if kind in ("voice", "video") else 40009)
    look = _look(kind, file.body)
    if is_permanent:
        _check_library(call, kind)
    if kind == "video" and is_permanent:
        await _check_description(call)
    if look is None:
        url, name = "", f"{token_urlsafe(24)}.bin"
        await call.wechat.files.put(name, file.body)
        look = Look("bmp", 0, 0)
    else:
        url, name = await _keep_picture(call, file.body, look)
    media_id = token_urlsafe(48)
    media = Media(
        kind=cast("MediaKind", kind),
        is_permanent=is_permanent,
        file=name,
        url=url,
        width=look.width,
        height=look.height,
        at=call.at,
    )
    call.wechat.book.media[media_id] = media
    call.wechat.touch()
    return media_id, media


def _check_library(call: Call, kind: str) -> None:
    limit = call.wechat.book.switches.library_limit if kind == "image" else _MOST_OTHERS
    kept = sum(media.is_permanent and media.kind == kind for media in call.wechat.book.media.values())
    if kept >= limit:
        raise Refusal(45103)


def _look(kind: str, body: bytes) -> Look | None:
    if kind not in ("image", "thumb"):
        return None
    look = look_at(body)
    if look is None or (kind == "thumb" and look.format != "jpeg"):
        raise Refusal(40005)
    _check_size(look)
    return look


def _check_size(look: Look) -> None:
    if look.width * look.height > _MOST_PIXELS or not look.width or not look.height:
        raise Refusal(40137)


async def _check_description(call: Call) -> None:
    try:
        described = json.loads((await read_fields(call.request)).form.get("description", ""))
    except ValueError:
        raise Refusal(47001) from None
    if not isinstance(described, dict) or not described.get("title"):
        raise Refusal(45003)


async def _keep_picture(call: Call, body: bytes, look: Look) -> tuple[str, str]:
    key, suffix = token_urlsafe(48), "jpg" if look.format == "jpeg" else look.format
    await call.wechat.files.put(f"{key}.{suffix}", body)
    call.wechat.book.pictures[key] = f"{key}.{suffix}"
    call.wechat.touch()
    return f"http://mmbiz.qpic.cn/mmbiz_{suffix}/{key}/0?wx_fmt={look.format}", f"{key}.{suffix}"


def _find_permanent(call: Call, media_id: str) -> Media:
    media = call.wechat.book.media.get(media_id)
    if media is None or not media.is_permanent:
        raise Refusal(40007)
    return media
