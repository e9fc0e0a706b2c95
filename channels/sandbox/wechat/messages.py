"""Messages to single followers: customer messages, template messages, 订阅通知 (contract wechat §8.5, §9)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from channels.sandbox.wechat.audience import Follower, Line
from channels.sandbox.wechat.book import made_up
from channels.sandbox.wechat.calls import OK, Call, answer, open_call, text_of
from channels.sandbox.wechat.errors import Refusal
from channels.sandbox.wechat.media import find_media

TEMPLATE = made_up("template", 43)
"""The one template of this account: `first`, `keyword1` and `remark`."""

_FIELDS = ("first", "keyword1", "remark")
_WINDOW = timedelta(hours=48)
_MOST_UNANSWERED = 20
_MOST_TEXT = 2047  # bytes
_SAME = timedelta(minutes=10)
_FIRST_TEMPLATE = 200_228_332
_MOST_THING = 20


async def send_custom(request: web.Request) -> web.Response:
    """Write to a follower who has spoken within 48 hours."""
    call = open_call(request, "POST")
    body = await call.read()
    openid = text_of(body, "touser")
    follower = _find(call, openid)
    spoke_at = follower.spoke_at
    if not follower.is_subscribed or spoke_at is None or call.at - spoke_at > _WINDOW:
        raise Refusal(45015)
    if follower.unanswered >= _MOST_UNANSWERED:
        raise Refusal(45047)
    line = _read_line(call, openid, body)
    call.wechat.book.followers[openid] = replace(follower, unanswered=follower.unanswered + 1)
    call.wechat.book.lines.append(line)
    call.wechat.touch()
    return answer(call.wechat, OK)


async def send_template(request: web.Request) -> web.Response:
    """Send a filled form to a follower; the same client_msg_id within ten minutes is sent once."""
    call = open_call(request, "POST")
    body = await call.read()
    openid = text_of(body, "touser")
    if not _find(call, openid).is_subscribed:
        raise Refusal(43004)
    if text_of(body, "template_id") != TEMPLATE:
        raise Refusal(40037)
    values = _read_values(body, _FIELDS)
    book, client_id = call.wechat.book, text_of(body, "client_msg_id")
    known = book.sent_templates.get(client_id) if client_id else None
    if known is not None and call.at - known[1] < _SAME:
        return answer(call.wechat, {**OK, "msgid": known[0]})
    msgid = _FIRST_TEMPLATE + len(book.sent_templates)
    book.sent_templates[client_id or f"_{msgid}"] = (msgid, call.at)
    book.lines.append(Line(openid, "account", "\n".join(values.values()), call.at))
    call.wechat.touch()
    return answer(call.wechat, {**OK, "msgid": msgid})


async def send_notice(request: web.Request) -> web.Response:
    """Send a 订阅通知 to a follower who agreed to it; the answer tells no msgid."""
    call = open_call(request, "POST")
    body = await call.read()
    openid, template = text_of(body, "touser"), text_of(body, "template_id")
    if template not in _find(call, openid).allows:
        raise Refusal(43101)
    values = _read_values(body, ())
    if any(name.startswith("thing") and len(value) > _MOST_THING for name, value in values.items()):
        raise Refusal(47003)
    call.wechat.book.lines.append(Line(openid, "account", "\n".join(values.values()), call.at))
    call.wechat.touch()
    return answer(call.wechat, OK)


async def list_followers(request: web.Request) -> web.Response:
    """Give the openids of the followers; behind the last one there is no `data` at all (contract §9)."""
    call = open_call(request, "GET")
    everyone = [openid for openid, one in call.wechat.book.followers.items() if one.is_subscribed]
    after = request.query.get("next_openid", "")
    if after and after not in everyone:
        raise Refusal(40003)
    shown = everyone[everyone.index(after) + 1 :] if after else everyone
    body: dict[str, Any] = {"total": len(everyone), "count": len(shown)}
    if shown:
        body["data"] = {"openid": shown}
    return answer(call.wechat, body | {"next_openid": shown[-1] if shown else ""})


async def show_follower(request: web.Request) -> web.Response:
    """Tell of one follower; who has left is told with `subscribe` 0 and nothing else."""
    call = open_call(request, "GET")
    openid = request.query.get("openid", "")
    follower = _find(call, openid)
    if not follower.is_subscribed:
        return answer(call.wechat, {"subscribe": 0, "openid": openid})
    told = {"subscribe": 1, "openid": openid, "language": "zh_CN", "remark": "", "tagid_list": []}
    return answer(call.wechat, told)


async def list_addresses(request: web.Request) -> web.Response:
    """Give the addresses that the pushes come from."""
    call = open_call(request, "GET")
    return answer(call.wechat, {"ip_list": ["127.0.0.1"]})


def _find(call: Call, openid: str) -> Follower:
    follower = call.wechat.book.followers.get(openid)
    if follower is None:
        raise Refusal(40003)
    return follower


def _read_line(call: Call, openid: str, body: Mapping[str, Any]) -> Line:
    kind = text_of(body, "msgtype")
    part = body.get(kind)
    if kind not in ("text", "news", "image") or not isinstance(part, dict):
        raise Refusal(40008)
    if kind == "text":
        text = text_of(part, "content")
        if not text:
            raise Refusal(44004)
        if len(text.encode("utf-8", "replace")) > _MOST_TEXT:
            raise Refusal(45002)
        return Line(openid, "account", text, call.at)
    if kind == "image":
        if find_media(call, text_of(part, "media_id")) is None:
            raise Refusal(40007)
        return Line(openid, "account", "［图片］", call.at)
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles or not isinstance(articles[0], dict):
        raise Refusal(44003)
    if len(articles) > 1:
        raise Refusal(45008)
    card = tuple(text_of(articles[0], name) for name in ("title", "description", "url", "picurl"))
    return Line(openid, "account", "", call.at, cards=((card[0], card[1], card[2], card[3]),))


def _read_values(body: Mapping[str, Any], wanted: tuple[str, ...]) -> dict[str, str]:
    data = body.get("data")
    if not isinstance(data, dict) or not all(isinstance(one, dict) for one in data.values()):
        raise Refusal(47003)
    values = {name: text_of(one, "value") for name, one in data.items()}
    if any(not values.get(name) for name in wanted) or not values:
        raise Refusal(47003)
    return values
