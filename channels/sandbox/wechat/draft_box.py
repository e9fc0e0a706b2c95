"""The draft box as a person sees it in the console: he looks, publishes, or deletes (contract §0.7)."""

from aiohttp import web

from channels.sandbox.pages import PAGES, show_page
from channels.sandbox.wechat.book import ACCOUNT_NAME, BEIJING
from channels.sandbox.wechat.mass import push_by_hand
from channels.sandbox.wechat.platform import WECHAT


async def show_drafts(request: web.Request) -> web.Response:
    """Show the drafts, the last changed first."""
    wechat = request.app[WECHAT]
    wechat.settle()
    drafts = sorted(wechat.book.drafts.items(), key=lambda kept: kept[1].updated_at)[::-1]
    lines = [
        {
            "media_id": media_id,
            "titles": [article.title for article in draft.articles],
            "preview": f"/s/preview/{draft.preview}",
            "at": f"{draft.updated_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        }
        for media_id, draft in drafts
    ]
    at = wechat.now()
    waiting = [
        {"push": push_id, "titles": [article.title for article in push.articles]}
        for push_id, push in wechat.book.pushes.items()
        if push.waits_for_consent and not push.is_done(at)
    ]
    return show_page(request.app[PAGES], "drafts.html", name=ACCOUNT_NAME, drafts=lines, waiting=waiting)


async def act_on_draft(request: web.Request) -> web.Response:
    """Publish, push or delete a draft by hand, whatever the interface may do; agree to a push (群发保护)."""
    wechat, form = request.app[WECHAT], await request.post()
    wechat.settle()
    media_id = str(form.get("media_id", ""))
    draft = wechat.book.drafts.get(media_id)
    match form.get("act"):
        case "publish" if draft is not None:
            wechat.start_job(media_id, draft, wechat.now())
        case "push" if draft is not None:
            push_by_hand(wechat, media_id, draft, wechat.now())
        case "agree":
            number = str(form.get("push", ""))
            wechat.agree_to(int(number) if number.isascii() and number.isdigit() else 0, wechat.now())
        case "delete" if draft is not None:
            del wechat.book.drafts[media_id]
            wechat.touch()
    raise web.HTTPSeeOther("/drafts")
