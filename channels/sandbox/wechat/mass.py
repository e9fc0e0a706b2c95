"""群发: pushes to followers, with the one idempotency key that WeChat has (contract wechat §6)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from aiohttp import web

from channels.sandbox.wechat.book import BEIJING, FIRST_PUSH, Article, Draft, Push
from channels.sandbox.wechat.calls import OK, Call, answer, number_of, open_call, text_of
from channels.sandbox.wechat.errors import Refusal
from channels.sandbox.wechat.media import find_media
from channels.sandbox.wechat.platform import WeChat

_FOREIGN_LINK = re.compile(r"https?://(?!mp\.weixin\.qq\.com/)", re.IGNORECASE)
_KEPT = timedelta(hours=24)
_TOO_SOON = timedelta(seconds=60)
_MOST_IDS = 10_000
_A_MONTH = 4
_MOST_CLIENT_ID = 64


@dataclass(frozen=True, slots=True)
class _Load:
    kind: str
    media_id: str
    text: str
    articles: tuple[Article, ...]


async def send_to_all(request: web.Request) -> web.Response:
    """Push to every follower or to those with a tag."""
    call = open_call(request, "POST")
    body = await call.read()
    target = body.get("filter")
    if not isinstance(target, dict) or not isinstance(target.get("is_to_all", False), bool):
        raise Refusal(40008)  # contract §6.1: the word "false" instead of the value
    if not target.get("is_to_all", False):
        tag = target.get("tag_id", target.get("group_id"))  # older clients say group_id
        if not isinstance(tag, int | str) or isinstance(tag, bool) or not str(tag).isdigit():
            raise Refusal(45159)
    readers = tuple(openid for openid, one in call.wechat.book.followers.items() if one.is_subscribed)
    return _send(call, body, readers)


async def send_to_some(request: web.Request) -> web.Response:
    """Push to named followers, at least two of them."""
    call = open_call(request, "POST")
    body = await call.read()
    named = body.get("touser")
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise Refusal(40031)
    if not 2 <= len(named) <= _MOST_IDS:
        raise Refusal(40130)
    followers = call.wechat.book.followers
    readers = tuple(openid for openid in named if openid in followers and followers[openid].is_subscribed)
    if not readers:
        raise Refusal(40003)
    return _send(call, body, readers)


async def preview(request: web.Request) -> web.Response:
    """Show a push to one follower; it stays a draft."""
    call = open_call(request, "POST")
    body = await call.read()
    openid, name = text_of(body, "touser"), text_of(body, "towxname")
    known = call.wechat.book.followers
    if not name and openid not in known:
        raise Refusal(40003)
    if name and name not in {one.name for one in known.values()}:
        raise Refusal(40132)
    _read_load(call, body)
    push_id = FIRST_PUSH + len(call.wechat.book.pushes)
    return answer(call.wechat, {"errcode": 0, "errmsg": "preview success", "msg_id": push_id})


async def show_push(request: web.Request) -> web.Response:
    """Say how a push stands."""
    call = open_call(request, "POST")
    push_id = number_of(await call.read(), "msg_id", 0)
    push = call.wechat.book.pushes.get(push_id)
    if push is None:
        raise Refusal(40059)
    return answer(call.wechat, {"msg_id": push_id, "msg_status": push.word(call.at)})


async def delete_push(request: web.Request) -> web.Response:
    """Empty the articles of a push; followers keep the card. 0 or no index means all (contract §6.5)."""
    call = open_call(request, "POST")
    body = await call.read()
    push_id, index = number_of(body, "msg_id", 0), number_of(body, "article_idx", 0)
    push = call.wechat.book.pushes.get(push_id)
    if push is None or push.kind not in ("mpnews", "mpvideo") or not push.is_done(call.at):
        raise Refusal(40059)
    places = range(1, len(push.articles) + 1)
    if index and index not in places:
        raise Refusal(40060)
    gone = set(push.deleted) | ({index} if index else set(places))
    call.wechat.book.pushes[push_id] = replace(push, deleted=tuple(sorted(gone)))
    call.wechat.touch()
    return answer(call.wechat, OK)


async def get_speed(request: web.Request) -> web.Response:
    """Give how fast pushes go out."""
    call = open_call(request, "POST")
    speed = call.wechat.book.speed
    return answer(call.wechat, {"speed": speed, "realspeed": (80, 60, 45, 30, 10)[speed]})


async def set_speed(request: web.Request) -> web.Response:
    """Set how fast pushes go out."""
    call = open_call(request, "POST")
    speed = number_of(await call.read(), "speed", -1)
    if speed not in range(5):
        raise Refusal(45083)
    call.wechat.book.speed = speed
    call.wechat.touch()
    return answer(call.wechat, OK)


def _send(call: Call, body: Mapping[str, Any], readers: tuple[str, ...]) -> web.Response:
    switches = call.wechat.book.switches
    if not call.wechat.may_push(call.at, switches.pushes_a_minute):
        raise Refusal(45011)
    if switches.refuse_mass:
        raise Refusal(switches.refuse_mass)
    client_id = text_of(body, "clientmsgid") or _digest(body)
    if len(client_id.encode()) > _MOST_CLIENT_ID:
        raise Refusal(45067)
    if switches.draft_before_key:
        _read_load(call, body)
    if known := _find_client_id(call, client_id):
        push_id, push = known
        call.wechat.book.pushes[push_id] = replace(push, asked_at=call.at)
        call.wechat.touch()
        if call.at - push.asked_at < _TOO_SOON:
            raise Refusal(45066)
        # The first push's id and no msg_data_id, even when that push has failed (contract §6.1).
        return answer(call.wechat, {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": push_id})
    load = _read_load(call, body)
    _check_quota(call)
    reached = _within_month(call.wechat, readers, call.at)
    push = Push(
        kind=load.kind,
        articles=load.articles,
        keys=keys_for(load.articles),
        text=load.text,
        media_id=load.media_id,
        readers=reached,
        filtered=len(readers) - len(reached),
        at=call.at,
        seconds=switches.mass_seconds,
        status=switches.mass_status,
        client_id=client_id,
        asked_at=call.at,
    )
    push_id = call.wechat.start_push(push)
    said: dict[str, Any] = {"errcode": 0, "errmsg": "send job submission success", "msg_id": push_id}
    return answer(call.wechat, said | ({"msg_data_id": push_id - 900_000_000} if load.articles else {}))


def push_by_hand(wechat: WeChat, media_id: str, draft: Draft, at: datetime) -> None:
    """Push a draft as a person does in the console: it uses the same quota as the interface (contract §6)."""
    if wechat.book.switches.kind == "subscription" and _is_used_up(wechat, at):
        return
    readers = tuple(openid for openid, one in wechat.book.followers.items() if one.is_subscribed)
    reached = _within_month(wechat, readers, at)
    switches = wechat.book.switches
    wechat.start_push(
        Push(
            kind="mpnews", articles=draft.articles, keys=keys_for(draft.articles), text="",
            media_id=media_id, readers=reached, filtered=len(readers) - len(reached), at=at,
            seconds=switches.mass_seconds, status=switches.mass_status, client_id="", asked_at=at,
        )
    )  # fmt: skip


def keys_for(articles: tuple[Article, ...]) -> tuple[str, ...]:
    """Give the keys of the permanent addresses of articles."""
    return tuple(token_urlsafe(32)[:22] for _ in articles)


def _read_load(call: Call, body: Mapping[str, Any]) -> _Load:
    kind = text_of(body, "msgtype")
    part = body.get("images" if kind == "image" and "images" in body else kind)
    if kind not in ("mpnews", "text", "voice", "image", "mpvideo", "wxcard") or not isinstance(part, dict):
        raise Refusal(40008)
    if kind == "text":
        text = text_of(part, "content")
        if not text:
            raise Refusal(44004)
        if _FOREIGN_LINK.search(text):
            raise Refusal(40066)
        return _Load(kind, "", text, ())
    if kind == "wxcard":
        raise Refusal(48008)
    media_id = text_of(part, "media_id")
    if kind == "mpnews":
        draft = call.wechat.book.drafts.get(media_id)
        if draft is None:
            raise Refusal(40007)
        return _Load(kind, media_id, "", draft.articles)
    listed = part.get("media_ids", [media_id])
    if not isinstance(listed, list) or not all(
        isinstance(one, str) and find_media(call, one) for one in listed
    ):
        raise Refusal(40007)
    return _Load(kind, str(listed[0]) if listed else "", "", ())


def _check_quota(call: Call) -> None:
    # A service account has 100 calls a day, which the quota of the address counts.
    if call.wechat.book.switches.kind == "subscription" and _is_used_up(call.wechat, call.at):
        raise Refusal(45028)


def _is_used_up(wechat: WeChat, at: datetime) -> bool:
    today = at.astimezone(BEIJING).date()
    # Only a successful push uses up the day (contract §6); one that waits for consent may still become one.
    return any(
        push.at.astimezone(BEIJING).date() == today and (push.is_good() or _is_open(push, at))
        for push in wechat.book.pushes.values()
    )


def _is_open(push: Push, at: datetime) -> bool:
    return push.waits_for_consent and not push.is_done(at)


def _within_month(wechat: WeChat, readers: tuple[str, ...], at: datetime) -> tuple[str, ...]:
    if wechat.book.switches.kind != "service":
        return readers
    month = _month(at)
    pushes = [one for one in wechat.book.pushes.values() if one.is_good() and _month(one.at) == month]
    return tuple(openid for openid in readers if sum(openid in push.readers for push in pushes) < _A_MONTH)


def _month(at: datetime) -> tuple[int, int]:
    here = at.astimezone(BEIJING)
    return here.year, here.month


def _find_client_id(call: Call, client_id: str) -> tuple[int, Push] | None:
    for push_id, push in call.wechat.book.pushes.items():
        if push.client_id == client_id and call.at - push.at < _KEPT:
            return push_id, push
    return None


def _digest(body: Mapping[str, Any]) -> str:
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
