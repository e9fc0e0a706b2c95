"""What a follower sees of the pretended WeChat: the account's page and its articles."""

import re
from datetime import datetime, timedelta

from aiohttp import web
from markupsafe import Markup

from channels.sandbox.pages import PAGES, show_page
from channels.sandbox.wechat.book import ACCOUNT_NAME, BEIJING, Article, Job, Push
from channels.sandbox.wechat.platform import WECHAT, WeChat

_MMBIZ = re.compile(r'src="https?://mmbiz\.qpic\.cn/')
_PREVIEW_LIVES = timedelta(hours=12)  # contract §5.5: it expires; how soon is not known


async def show_account(request: web.Request) -> web.Response:
    """Show the account with its published articles; publishing alone sends no message to anybody."""
    wechat, at = request.app[WECHAT], request.app[WECHAT].now()
    jobs = [job for job in wechat.book.jobs.values() if job.status(at) == 0]
    groups = [_shape_group(wechat, job) for job in reversed(jobs)]
    shown = [group for group in groups if group["articles"]][:50]
    return show_page(
        request.app[PAGES], "account.html", groups=shown, name=ACCOUNT_NAME, followers=_count(wechat)
    )


async def show_article(request: web.Request) -> web.Response:
    """Show an article at its permanent address."""
    wechat, at = request.app[WECHAT], request.app[WECHAT].now()
    found = wechat.find_article(request.match_info["key"])
    if found is None or not _is_out(found[0], at):
        return _gone(request, "链接不存在或尚未发布。")
    out, article, place = found
    if isinstance(out, Job) and out.status(at) == 6:
        return _gone(request, "此内容因违规无法查看。")
    if place in out.deleted:
        return _gone(request, "该内容已被发布者删除。")
    return _show(request, article, out.done_at())


async def show_preview(request: web.Request) -> web.Response:
    """Show a draft, or a published article, at its temporary address."""
    wechat, at, key = request.app[WECHAT], request.app[WECHAT].now(), request.match_info["key"]
    for draft in wechat.book.drafts.values():
        if draft.preview == key and at - draft.updated_at < _PREVIEW_LIVES:
            return _show(request, draft.articles[0], draft.updated_at)
    found = wechat.find_article(key)
    if found is not None and _is_out(found[0], at) and at - found[0].at < _PREVIEW_LIVES:
        return _show(request, found[1], found[0].done_at())
    return _gone(request, "临时链接已失效。")


def _show(request: web.Request, article: Article, at: datetime) -> web.Response:
    wechat = request.app[WECHAT]
    images = [wechat.picture_path(media_id) for media_id in article.images]
    return show_page(
        request.app[PAGES],
        "article.html",
        name=ACCOUNT_NAME,
        article=article,
        # Stored HTML has been through `keep`, and the page's policy lets no script run.
        content=Markup(_MMBIZ.sub('src="/mmbiz/', article.content)),  # noqa: S704
        images=[image for image in images if image],
        at=f"{at.astimezone(BEIJING):%Y年%m月%d日 %H:%M}",
    )


def _gone(request: web.Request, sentence: str) -> web.Response:
    return show_page(request.app[PAGES], "wechat_gone.html", status=404, name=ACCOUNT_NAME, sentence=sentence)


def _shape_group(wechat: WeChat, job: Job) -> dict[str, object]:
    articles = [
        {
            "title": article.title,
            "digest": article.digest,
            "path": f"/s/{key}",
            "cover": wechat.picture_path(article.thumb_media_id),
        }
        for place, (article, key) in enumerate(zip(job.articles, job.keys, strict=True), start=1)
        if place not in job.deleted
    ]
    return {"at": f"{job.done_at().astimezone(BEIJING):%Y-%m-%d %H:%M}", "articles": articles}


def _is_out(out: Job | Push, at: datetime) -> bool:
    return out.has_succeeded(at) if isinstance(out, Job) else out.is_done(at) and out.is_good()


def _count(wechat: WeChat) -> int:
    return sum(one.is_subscribed for one in wechat.book.followers.values())
