"""The web application of the pretended Weibo: its addresses, and how a refusal becomes an answer."""

from typing import Any

from aiohttp import web
from jinja2 import Environment

from channels.sandbox.control import add_control
from channels.sandbox.faults import Handler
from channels.sandbox.pages import PAGES
from channels.sandbox.weibo.calls import answer
from channels.sandbox.weibo.errors import Refusal
from channels.sandbox.weibo.oauth import authorise, fetch_token, revoke_token, show_token
from channels.sandbox.weibo.phone import show_picture, show_post, show_timeline
from channels.sandbox.weibo.platform import WEIBO, Weibo
from channels.sandbox.weibo.reads import (
    list_timeline,
    shorten,
    show_limits,
    show_status,
    show_uid,
    show_user,
)
from channels.sandbox.weibo.share import share
from channels.sandbox.weibo.writes import destroy, refuse_unknown, repost, update, upload, upload_url_text

_MOST_BYTES = 16 * 1024 * 1024


def make_app(weibo: Weibo, pages: Environment) -> web.Application:
    """Give the application."""
    middlewares = [weibo.wire.middleware(), save_changes, answer_refusals]
    app = web.Application(middlewares=middlewares, client_max_size=_MOST_BYTES)
    app[WEIBO], app[PAGES] = weibo, pages
    add = app.router.add_route
    add("*", "/oauth2/authorize", authorise)
    add("*", "/oauth2/access_token", fetch_token)
    add("*", "/oauth2/get_token_info", show_token)
    add("*", "/oauth2/revokeoauth2", revoke_token)
    add("*", "/2/statuses/share.json", share)
    add("*", "/2/statuses/destroy.json", destroy)
    add("*", "/2/statuses/update.json", update)
    add("*", "/2/statuses/upload.json", upload)
    add("*", "/2/statuses/upload_url_text.json", upload_url_text)
    add("*", "/2/statuses/repost.json", repost)
    add("*", "/2/statuses/user_timeline.json", list_timeline)
    add("*", "/2/statuses/show.json", show_status)
    add("*", "/2/short_url/shorten.json", shorten)
    add("*", "/2/users/show.json", show_user)
    add("*", "/2/account/get_uid.json", show_uid)
    add("*", "/2/account/rate_limit_status.json", show_limits)
    add("*", "/2/{rest:.*}", refuse_unknown)
    app.router.add_get("/", show_timeline)
    app.router.add_get("/large/{name}", show_picture)
    app.router.add_get(r"/{uid:\d+}/{mid:\w+}", show_post)
    add_control(app, weibo, lambda: shape_state(weibo))
    return app


def shape_state(weibo: Weibo) -> dict[str, Any]:
    """Give what the control page tells of the platform."""
    posts = [
        {"id": str(status.id), "text": status.said, "links": status.links, "picture": status.picture}
        for status in weibo.posts()
    ]
    return {"posts": posts, "calls": weibo.book.calls}


@web.middleware
async def save_changes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write the book down before anybody hears of what changed."""
    try:
        return await handler(request)
    finally:
        await request.app[WEIBO].save()


@web.middleware
async def answer_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give a refusal the envelope of contract §1."""
    try:
        return await handler(request)
    except web.HTTPRequestEntityTooLarge:
        refusal = Refusal(10018)
    except Refusal as error:
        refusal = error
    return _refused(request, refusal)


def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    as_text = request.app[WEIBO].book.switches.numbers_as_text
    code = str(refusal.code) if as_text else refusal.code
    body: dict[str, Any] = {"error": refusal.text, "error_code": code, "request": request.path}
    if request.path.startswith("/oauth2/"):
        body |= {"error_uri": request.path, "error_description": f"{refusal.text}:{refusal.code}"}
    return answer(body, refusal.status)
