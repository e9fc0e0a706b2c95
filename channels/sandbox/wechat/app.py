"""The web application of the pretended WeChat: its addresses, and how a refusal becomes an answer."""

from hashlib import sha256
from typing import Any

from aiohttp import web
from jinja2 import Environment

from channels.sandbox.control import add_control
from channels.sandbox.faults import CONTROL, Handler
from channels.sandbox.pages import PAGES
from channels.sandbox.wechat import basics, drafts, mass, media, menu, messages, publishing
from channels.sandbox.wechat.calls import answer
from channels.sandbox.wechat.chat import act_in_chat, show_chat
from channels.sandbox.wechat.console import carry_events, set_callback
from channels.sandbox.wechat.draft_box import act_on_draft, show_drafts
from channels.sandbox.wechat.errors import Refusal
from channels.sandbox.wechat.phone import show_account, show_article, show_preview
from channels.sandbox.wechat.platform import WECHAT, WeChat
from channels.sandbox.wechat.postman import POSTMAN, Postman
from channels.sandbox.wechat.readers import READERS, Readers

_MOST_BYTES = 16 * 1024 * 1024

_CALLS = {
    "token": basics.fetch_token,
    "stable_token": basics.fetch_stable_token,
    "clear_quota": basics.clear_quota,
    "clear_quota/v2": basics.clear_quota_by_secret,
    "openapi/quota/get": basics.show_quota,
    "media/uploadimg": media.upload_picture,
    "media/upload": media.upload_temporary,
    "media/get": media.get_temporary,
    "material/add_material": media.add_material,
    "material/get_material": media.get_material,
    "material/del_material": media.delete_material,
    "material/get_materialcount": media.count_material,
    "material/batchget_material": media.list_material,
    "draft/add": drafts.add_draft,
    "draft/update": drafts.update_draft,
    "draft/get": drafts.get_draft,
    "draft/batchget": drafts.list_drafts,
    "draft/delete": drafts.delete_draft,
    "draft/count": drafts.count_drafts,
    "draft/switch": drafts.switch_drafts,
    "freepublish/submit": publishing.submit,
    "freepublish/get": publishing.show_job,
    "freepublish/delete": publishing.delete_published,
    "freepublish/getarticle": publishing.get_published,
    "freepublish/batchget": publishing.list_published,
    "message/mass/sendall": mass.send_to_all,
    "message/mass/send": mass.send_to_some,
    "message/mass/preview": mass.preview,
    "message/mass/get": mass.show_push,
    "message/mass/delete": mass.delete_push,
    "message/mass/speed/get": mass.get_speed,
    "message/mass/speed/set": mass.set_speed,
    "message/custom/send": messages.send_custom,
    "message/template/send": messages.send_template,
    "message/subscribe/bizsend": messages.send_notice,
    "menu/create": menu.create_menu,
    "menu/get": menu.get_menu,
    "menu/delete": menu.delete_menu,
    "user/get": messages.list_followers,
    "user/info": messages.show_follower,
    "getcallbackip": messages.list_addresses,
}


def make_app(wechat: WeChat, pages: Environment, postman: Postman, readers: Readers) -> web.Application:
    """Give the application."""
    middlewares = [wechat.wire.middleware(), refuse_chunked, save_changes, answer_refusals]
    app = web.Application(middlewares=middlewares, client_max_size=_MOST_BYTES)
    app[WECHAT], app[PAGES], app[POSTMAN], app[READERS] = wechat, pages, postman, readers
    for name, handler in _CALLS.items():
        app.router.add_route("*", f"/cgi-bin/{name}", handler)
    app.router.add_route("*", "/cgi-bin/{rest:.+}", refuse_unknown)
    app.router.add_get("/", show_account)
    app.router.add_get("/drafts", show_drafts)
    app.router.add_post("/drafts", act_on_draft)
    app.router.add_get("/chat", show_chat)
    app.router.add_post("/chat", act_in_chat)
    app.router.add_post(f"{CONTROL}/callback", set_callback)
    app.router.add_post(f"{CONTROL}/carry", carry_events)
    app.router.add_get("/s/{key}", show_article)
    app.router.add_get("/s/preview/{key}", show_preview)
    app.router.add_get("/mmbiz/{format}/{key}/0", media.show_mmbiz)
    add_control(app, wechat, lambda: shape_state(wechat))
    return app


async def refuse_unknown(_request: web.Request) -> web.Response:
    """Refuse an address that the platform does not have (its text from memory)."""
    raise Refusal(40066)


def shape_state(wechat: WeChat) -> dict[str, Any]:
    """Give what the control page tells of the platform."""
    at = wechat.now()
    jobs = [
        {"publish_id": str(publish_id), "publish_status": job.status(at), "titles": _titles(job.articles)}
        for publish_id, job in wechat.book.jobs.items()
    ]
    posts = [
        {"title": article.title, "content_source_url": article.content_source_url}
        for article in wechat.published()
    ]
    waiting = [_titles(draft.articles) for draft in wechat.book.drafts.values()]
    pushes = [
        {"msg_id": push_id, "msg_status": push.word(at), "titles": _titles(push.articles)}
        for push_id, push in wechat.book.pushes.items()
    ]
    told = {"posts": posts, "jobs": jobs, "drafts": waiting, "pushes": pushes}
    return told | {"followers": len(wechat.book.followers), "calls": wechat.book.used}


@web.middleware
async def refuse_chunked(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 412 without JSON to a body that does not say how long it is (contract §1)."""
    if request.path.startswith("/cgi-bin/") and "chunked" in request.headers.get("Transfer-Encoding", ""):
        return web.Response(status=412, content_type="text/html")
    return await handler(request)


@web.middleware
async def save_changes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Write the book down before anybody hears of what changed."""
    try:
        return await handler(request)
    finally:
        await request.app[WECHAT].save()


@web.middleware
async def answer_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give a refusal its errcode, its text and its rid, with HTTP 200 (contract §0.3, §1)."""
    try:
        return await handler(request)
    except Refusal as refusal:
        wechat = request.app[WECHAT]
        errmsg = f"{refusal.text} rid: {_rid(wechat)}"
        return answer(wechat, {"errcode": refusal.code, "errmsg": errmsg})


def _rid(wechat: WeChat) -> str:
    # Three groups of eight: the first is the unix time in hexadecimal (contract §1).
    mark = sha256(str(wechat.requests()).encode()).hexdigest()
    return f"{int(wechat.now().timestamp()):08x}-{mark[:8]}-{mark[8:16]}"


def _titles(articles: Any) -> list[str]:
    return [article.title for article in articles]
