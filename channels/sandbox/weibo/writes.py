"""The ways to write that third parties lost in 2017, and taking a status down (contract weibo §0.1, §6)."""

import json

from aiohttp import web

from channels.sandbox.weibo.calls import Call, answer, open_call
from channels.sandbox.weibo.errors import Refusal
from channels.sandbox.weibo.shapes import shape_status
from channels.sandbox.weibo.share import check_pace, check_rip, check_text, keep_picture

_FORWARD = "转发微博"
_ANNOTATIONS = 512


async def update(request: web.Request) -> web.Response:
    """Put a text on the time line, where the application may; no link is asked for."""
    call = await _open(request)
    if call.fields.is_multipart:
        raise Refusal(10007)
    text = _text_of(call)
    return answer(shape_status(call.weibo.append(text, picture=None, by_app=True, at=call.at)))


async def upload(request: web.Request) -> web.Response:
    """Put a text with a picture on the time line, where the application may."""
    call = await _open(request)
    text = _text_of(call)
    if not call.fields.is_multipart:
        raise Refusal(10016, "pic")
    picture = await keep_picture(call)
    return answer(shape_status(call.weibo.append(text, picture=picture, by_app=True, at=call.at)))


async def upload_url_text(request: web.Request) -> web.Response:
    """Refuse: an advanced permission, which this application never has."""
    await open_call(request, "POST")
    raise Refusal(10014)


async def repost(request: web.Request) -> web.Response:
    """Pass a status on, where the application may."""
    call = await _open(request)
    call.require("id")
    source = call.weibo.find(call.number("id", 0))
    if source is None:
        raise Refusal(20101)
    text = call.fields.get("status") or _FORWARD
    check_text(text)
    check_pace(call.weibo, call.at)
    status = call.weibo.append(text, picture=None, by_app=True, at=call.at, forwards=source.id)
    return answer(shape_status(status) | {"retweeted_status": shape_status(source)})


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


async def refuse_unknown(_request: web.Request) -> web.Response:
    """Answer an address of the API that there is not."""
    raise Refusal(10020)


async def _open(request: web.Request) -> Call:
    call = await open_call(request, "POST")
    if not call.weibo.book.switches.may_write:
        raise Refusal(10014)
    return call


def _text_of(call: Call) -> str:
    """Give the text of an update; refuses the fields beside it that do not fit (contract §1, §6)."""
    text = call.require("status")
    check_rip(call)
    visible = call.number("visible", 0)
    if visible == 1:
        raise Refusal(10017, "visible", "visible != 1", "1")
    if visible > 3:
        raise Refusal(10017, "visible", "int[0~3]", str(visible))
    _check_annotations(call.fields.get("annotations"))
    check_text(text)
    check_pace(call.weibo, call.at)
    return text


def _check_annotations(text: str | None) -> None:
    if text is None:
        return
    try:
        json.loads(text)
    except ValueError:
        raise Refusal(10017, "annotations", "json", text[:40]) from None
    if len(text) > _ANNOTATIONS:
        raise Refusal(10017, "annotations", f"length<={_ANNOTATIONS}", str(len(text)))
