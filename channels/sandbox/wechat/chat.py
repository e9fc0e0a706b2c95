"""The chat of one follower with the account: pushes, answers, the menu, and a line to write in."""

import re
from typing import Any

from aiohttp import web

from channels.sandbox.pages import PAGES, show_page
from channels.sandbox.wechat.audience import Line
from channels.sandbox.wechat.book import ACCOUNT_NAME, BEIJING
from channels.sandbox.wechat.platform import WECHAT, WeChat
from channels.sandbox.wechat.readers import READERS

_LINK = re.compile(r"(https?://[^\s<>\"'，。；）】]+)")
_MOST_LINES = 60
_MOST_WRITTEN = 600


async def show_chat(request: web.Request) -> web.Response:
    """Show the chat of the first follower, the newest lines last."""
    wechat = request.app[WECHAT]
    wechat.settle()
    openid = _owner(wechat)
    mine = [line for line in wechat.book.lines if line.openid == openid]
    lines = sorted(mine, key=lambda line: line.at)[-_MOST_LINES:]
    return show_page(
        request.app[PAGES],
        "chat.html",
        name=ACCOUNT_NAME,
        follower=wechat.book.followers[openid],
        lines=[_shape_line(wechat, line) for line in lines],
        menu=(wechat.book.menu or {}).get("button", []),
    )


async def act_in_chat(request: web.Request) -> web.Response:
    """Write, press, follow or leave as the first follower, and show the chat again."""
    wechat, readers, form = request.app[WECHAT], request.app[READERS], await request.post()
    openid = _owner(wechat)
    match form.get("act"), form.get("value", ""):
        case "say", str(text) if text.strip():
            await readers.write(openid, text.strip()[:_MOST_WRITTEN])
        case "press", str(key) if key:
            await readers.press(openid, key)
        case "follow", _:
            await readers.follow(openid)
        case "leave", _:
            await readers.leave(openid)
    raise web.HTTPSeeOther("/chat#end")


def _owner(wechat: WeChat) -> str:
    return next(iter(wechat.book.followers))


def _shape_line(wechat: WeChat, line: Line) -> dict[str, Any]:
    push = wechat.book.pushes.get(line.push)
    cards = [
        {"title": title, "digest": digest, "url": url, "cover": cover if cover.startswith("/mmbiz/") else ""}
        for title, digest, url, cover in line.cards
    ]
    # Text by turns: plain, address, plain … as WeChat makes addresses touchable.
    pieces = [
        {"text": piece, "is_link": at % 2 == 1} for at, piece in enumerate(_LINK.split(line.text)) if piece
    ]
    return {
        "by": line.by,
        "pieces": pieces,
        "cards": cards,
        "is_push": push is not None,
        "at": f"{line.at.astimezone(BEIJING):%m-%d %H:%M}",
    }
