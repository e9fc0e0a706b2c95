"""`statuses/share`, the one way in, and the ways that are closed (contract weibo §3, §6)."""

from datetime import datetime, timedelta
from ipaddress import IPv4Address
from secrets import token_hex

from aiohttp import web

from channels.sandbox.pictures import look_at
from channels.sandbox.weibo.calls import Call, answer, open_call
from channels.sandbox.weibo.counting import (
    LONGEST,
    has_topic,
    is_similar,
    is_under,
    length_of,
    links_in,
)
from channels.sandbox.weibo.errors import Refusal
from channels.sandbox.weibo.platform import Weibo
from channels.sandbox.weibo.shapes import shape_status

_PICTURE_BYTES = 5 * 1024 * 1024


async def share(request: web.Request) -> web.Response:
    """Put a status on the time line."""
    call = await open_call(request, "POST")
    text = call.require("status")
    _check_rip(call)
    _check_text(text)
    _check_links(call.weibo, text)
    _check_pace(call.weibo, call.at)
    _check_repeat(call.weibo, text, call.at)
    picture = await _keep_picture(call)
    status = call.weibo.append(text, picture=picture, by_app=True, at=call.at)
    if call.weibo.book.switches.slow_server:
        raise Refusal(20032)
    return answer(shape_status(status))


async def refuse_closed(request: web.Request) -> web.Response:
    """Answer the calls that third parties lost in 2017 (contract §0.1)."""
    await open_call(request, "POST")
    raise Refusal(10014)


async def destroy(request: web.Request) -> web.Response:
    """Take a status down, where the application may."""
    call = await open_call(request, "POST")
    if not call.weibo.book.switches.may_delete:
        raise Refusal(10014)
    call.require("id")
    status = call.weibo.find(call.number("id", 0))
    if status is None:
        raise Refusal(20101)
    call.weibo.remove(status)
    return answer(shape_status(status))


def _check_rip(call: Call) -> None:
    rip = call.fields.get("rip")
    if rip is None:
        if call.weibo.book.switches.rip == "required":
            raise Refusal(10016, "rip")
        return
    try:
        IPv4Address(rip)
    except ValueError:
        raise Refusal(10017, "rip", "x.x.x.x", rip) from None


def _check_text(text: str) -> None:
    if not text.strip():
        raise Refusal(20008)
    if length_of(text) > LONGEST:
        raise Refusal(20012)
    if has_topic(text):
        raise Refusal(10017, "status", "no #topic#", text)


def _check_links(weibo: Weibo, text: str) -> None:
    switches = weibo.book.switches
    if not switches.domain_audited or not switches.safe_domain:
        raise Refusal(10017, text="appkey not bind domain!")
    if not any(is_under(link, switches.safe_domain) for link in links_in(text)):
        raise Refusal(10017, text="text not find domain!")
    if any(word in text for word in switches.refused_words):
        raise Refusal(20021)


def _check_pace(weibo: Weibo, at: datetime) -> None:
    recent = sum(status.by_app and status.at > at - timedelta(hours=1) for status in weibo.book.statuses)
    if recent >= weibo.book.switches.posts_an_hour:
        raise Refusal(20016)


def _check_repeat(weibo: Weibo, text: str, at: datetime) -> None:
    switches = weibo.book.switches
    if switches.repeats == "accept":
        return
    since = at - timedelta(seconds=switches.repeat_seconds)
    recent = [status for status in weibo.posts() if status.at > since]
    if any(status.said == text for status in recent):
        raise Refusal(20019)
    if any(is_similar(status.said, text) for status in recent):
        raise Refusal(20017)


async def _keep_picture(call: Call) -> str | None:
    if not call.fields.is_multipart:
        return None
    file = call.fields.files.get("pic")
    if file is None or not file.body:
        raise Refusal(20007)
    look = look_at(file.body)
    if look is None or look.format == "bmp":
        raise Refusal(20005)
    if len(file.body) >= _PICTURE_BYTES:
        raise Refusal(20006)
    name = f"{token_hex(16)}.{'jpg' if look.format == 'jpeg' else look.format}"
    await call.weibo.pictures.put(name, file.body)
    return name
