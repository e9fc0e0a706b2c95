"""The draft box as a person sees it in the console: he looks, publishes, or deletes (contract §0.7)."""

from aiohttp import web

from channels.sandbox.pages import PAGES, show_page
from channels.sandbox.wechat.book import ACCOUNT_NAME, BEIJING
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
    return show_page(request.app[PAGES], "drafts.html", name=ACCOUNT_NAME, drafts=lines)


async def act_on_draft(request: web.Request) -> web.Response:
    """Publish or delete a draft by hand, whatever the account may do by the interface."""
    wechat, form = request.app[WECHAT], await request.post()
    wechat.settle()
    media_id = str(form.get("media_id", ""))
    draft = wechat.book.drafts.get(media_id)
    match form.get("act"):
        case "publish" if draft is not None:
            wechat.start_job(media_id, draft, wechat.now())
        case "delete" if draft is not None:
            del wechat.book.drafts[media_id]
            wechat.touch()
    raise web.HTTPSeeOther("/drafts")
