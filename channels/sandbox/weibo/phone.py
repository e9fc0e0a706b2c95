"""What a follower sees of the pretended Weibo: the time line and one post."""

import re

from aiohttp import web
from markupsafe import Markup, escape

from channels.sandbox.pages import PAGES, show_file, show_page
from channels.sandbox.weibo.book import BEIJING, SCREEN_NAME, UID, Status, mid62
from channels.sandbox.weibo.platform import WEIBO, Weibo
from channels.sandbox.weibo.shapes import source_of

_SHORT = re.compile(r"http://t\.cn/(\w+)")


async def show_timeline(request: web.Request) -> web.Response:
    """Show the newest posts."""
    weibo, at = request.app[WEIBO], request.app[WEIBO].now()
    standing = [status for status in reversed(weibo.posts()) if status.visible_at <= at]
    visible = [status for status in standing if status.is_audited]
    posts = [_shape(weibo, status) for status in visible[:50]]
    hidden = len(standing) - len(visible)
    return show_page(
        request.app[PAGES], "timeline.html", posts=posts, name=SCREEN_NAME, total=len(visible), hidden=hidden
    )


async def show_post(request: web.Request) -> web.Response:
    """Show one post at the address that a real one has: user and id in base 62."""
    weibo = request.app[WEIBO]
    status = weibo.find_by_mid(request.match_info["mid"])
    is_there = status is not None and status.visible_at <= weibo.now() and status.is_audited
    if request.match_info["uid"] != str(UID) or status is None or not is_there:
        page = {"name": SCREEN_NAME, "sentence": "微博不存在或已被删除。"}
        return show_page(request.app[PAGES], "weibo_gone.html", status=404, **page)
    post = _shape(weibo, status)
    return show_page(request.app[PAGES], "post.html", post=post, name=SCREEN_NAME)


async def show_picture(request: web.Request) -> web.Response:
    """Show a picture of a post."""
    weibo, name = request.app[WEIBO], request.match_info["name"]
    if all(status.picture != name for status in weibo.posts()):
        raise web.HTTPNotFound
    return await show_file(weibo.pictures, name)


def _shape(weibo: Weibo, status: Status) -> dict[str, object]:
    return {
        "html": _with_links(weibo, status.text),
        "picture": status.picture,
        "at": f"{status.at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        "path": f"/{UID}/{mid62(status.id)}",
        "source": source_of(status),
    }


def _with_links(weibo: Weibo, text: str) -> Markup:
    html, end = Markup(), 0
    for found in _SHORT.finditer(text):
        target = weibo.book.short.get(found.group(1))
        if target is None:
            continue
        link = Markup('<a href="{}" rel="nofollow noopener">网页链接</a>').format(target)
        html, end = html + escape(text[end : found.start()]) + link, found.end()
    return html + escape(text[end:])
