"""What can be read of the pretended Weibo: time line, status, user, short addresses, limits (contract §6)."""

from datetime import datetime, timedelta

from aiohttp import web

from channels.sandbox.weibo.book import BEIJING, SCREEN_NAME, UID, Status
from channels.sandbox.weibo.calls import Call, answer, calls_from, open_call
from channels.sandbox.weibo.errors import Refusal
from channels.sandbox.weibo.shapes import shape_status, shape_user


async def list_timeline(request: web.Request) -> web.Response:
    """Give the statuses of the authorised user, newest first."""
    call = await open_call(request, "GET")
    _check_user(call)
    statuses = _chosen(call)
    count, page = call.number("count", 20, most=100), max(call.number("page", 1), 1)
    shown = statuses[(page - 1) * count : page * count]
    trim_user = call.fields.get("trim_user") == "1"
    body = {
        "statuses": [shape_status(status, trim_user=trim_user) for status in shown],
        "previous_cursor": 0,
        "next_cursor": shown[-1].id - 1 if len(statuses) > page * count else 0,
        "total_number": len(statuses),
    }
    return answer(body)


async def show_status(request: web.Request) -> web.Response:
    """Give one status."""
    call = await open_call(request, "GET")
    call.require("id")
    status = call.weibo.find(call.number("id", 0))
    if status is None or status.visible_at > call.at:
        raise Refusal(20101)
    return answer(shape_status(status))


async def show_user(request: web.Request) -> web.Response:
    """Give the one user that there is."""
    call = await open_call(request, "GET")
    uid, name = call.fields.get("uid"), call.fields.get("screen_name")
    if uid is None and name is None:
        raise Refusal(10008)
    if uid is not None and not uid.isdigit():
        raise Refusal(10017, "uid", "long[1~9223372036854775807]", uid)
    if uid not in (None, str(UID)) or name not in (None, SCREEN_NAME):
        raise Refusal(20003)
    return answer(shape_user())


async def show_uid(request: web.Request) -> web.Response:
    """Give whose token it is."""
    await open_call(request, "GET")
    return answer({"uid": UID})


async def shorten(request: web.Request) -> web.Response:
    """Give the short addresses of up to twenty links."""
    call = await open_call(request, "GET")
    links = request.query.getall("url_long", [])
    if not links:
        raise Refusal(10016, "url_long")
    if len(links) > 20:
        raise Refusal(10008)
    return answer({"urls": [_shortened(call, link) for link in links]})


async def show_limits(request: web.Request) -> web.Response:
    """Give what is left of today's calls; asking is free."""
    call = await open_call(request, "GET", is_free=True)
    book, here = call.weibo.book, call.at.astimezone(BEIJING)
    limit = book.switches.calls_a_day
    left = max(limit - book.calls.get(here.date().isoformat(), 0), 0)
    reset = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    body = {
        "ip_limit": book.switches.calls_an_hour,
        "limit_time_unit": "DAYS",
        "remaining_ip_hits": max(book.switches.calls_an_hour - calls_from(call.weibo, request, call.at), 0),
        "remaining_user_hits": left,
        "reset_time": f"{reset:%Y-%m-%d %H:%M:%S}",
        "reset_time_in_seconds": int((reset - here).total_seconds()),
        "user_limit": limit,
        "api_rate_limits": [_share_limit(call, call.at)],
    }
    return answer(body)


def _check_user(call: Call) -> None:
    uid, name = call.fields.get("uid"), call.fields.get("screen_name")
    if uid not in (None, "", str(UID)) or name not in (None, "", SCREEN_NAME):
        raise Refusal(21335)


def _chosen(call: Call) -> list[Status]:
    since, until = call.number("since_id", 0), call.number("max_id", 0)
    only_app, only_pictures = call.fields.get("base_app") == "1", call.fields.get("feature") == "2"
    return [
        status
        for status in reversed(call.weibo.book.statuses)
        if status.visible_at <= call.at
        and (status.by_app or not only_app)
        and (status.picture is not None or not only_pictures)
        and status.id > since
        and (not until or status.id <= until)
    ]


def _shortened(call: Call, link: str) -> dict[str, object]:
    if not link.startswith(("http://", "https://")):
        return {"result": False, "url_short": "", "url_long": link, "type": 0}
    result = "true" if call.weibo.book.switches.numbers_as_text else True  # both are seen (contract §6)
    return {"result": result, "url_short": call.weibo.shorten(link), "url_long": link, "type": 0}


def _share_limit(call: Call, at: datetime) -> dict[str, object]:
    limit = call.weibo.book.switches.posts_an_hour
    recent = sum(status.by_app and status.at > at - timedelta(hours=1) for status in call.weibo.book.statuses)
    left = max(limit - recent, 0)
    return {"api": "/statuses/share", "limit": limit, "limit_time_unit": "HOURS", "remaining_hits": left}
