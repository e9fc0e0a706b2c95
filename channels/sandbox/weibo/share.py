"""`statuses/share`, the one way in (contract weibo §3)."""

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
from channels.sandbox.weibo.errors import TEXTS, Refusal
from channels.sandbox.weibo.platform import Weibo
from channels.sandbox.weibo.shapes import shape_status

_PICTURE_BYTES = 5 * 1024 * 1024


async def share(request: web.Request) -> web.Response:
    """Put a status on the time line."""
    call = await open_call(request, "POST")
    _check_mood(call.weibo)
    if call.fields.is_multipart and call.fields.get("status") is None:
        # A text part that got lost points the wrong way (contract §3).
        raise Refusal(10017, text="appkey not bind domain!")
    text = call.require("status")
    check_rip(call)
    check_text(text)
    _check_links(call.weibo, text)
    check_pace(call.weibo, call.at)
    _check_repeat(call.weibo, text, call.at)
    picture = await keep_picture(call)
    status = call.weibo.append(text, picture=picture, by_app=True, at=call.at)
    if call.weibo.book.switches.slow_server:
        raise Refusal(20032)
    return answer(shape_status(status))


def _check_mood(weibo: Weibo) -> None:
    """Refuse what the rehearsal wants refused, whatever was asked for."""
    switches, book = weibo.book.switches, weibo.book
    book.shares += 1
    if switches.refuse_share:
        text = TEXTS.get(switches.refuse_share, "refused for the rehearsal")
        raise Refusal(switches.refuse_share, text=text)
    if switches.flaky_domain and book.shares % switches.flaky_domain == 0:
        raise Refusal(10017, text="text not find domain!")


def check_rip(call: Call) -> None:
    """Refuse an address of the person that is none, or missing where it is demanded."""
    rip = call.fields.get("rip")
    if rip is None:
        if call.weibo.book.switches.rip == "required":
            raise Refusal(10016, "rip")
        return
    try:
        IPv4Address(rip)
    except ValueError:
        raise Refusal(10017, "rip", "x.x.x.x", rip) from None


def check_text(text: str) -> None:
    """Refuse an empty text, one that is too long, and one with a topic."""
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
    domains = switches.safe_domain.replace(",", " ").split()
    if not any(is_under(link, domain) for link in links_in(text) for domain in domains):
        raise Refusal(10017, text="text not find domain!")
    if any(word in text for word in switches.refused_words):
        raise Refusal(20021)


def check_pace(weibo: Weibo, at: datetime) -> None:
    """Refuse more posts in an hour than are allowed."""
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


async def keep_picture(call: Call) -> str | None:
    """Look at the picture of a multipart request and keep it; give its name."""
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
