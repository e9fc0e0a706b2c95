"""/console/items/…/check: what stands in the way of an item, and how it will look on every channel."""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from markupsafe import Markup

from channels.contract import Post
from channels.item import Content
from channels.website.assets import assets_of
from server.console.environment import rendered
from server.console.items import item_for
from server.console.marks import marked_text, notes_of
from server.console.page import SECURITY, Page, Visit
from server.console.previews import Preview, article_of, page_of, previews_of
from server.console.releasing import read_choice
from server.core.contents import content_of_draft
from server.core.follow import list_follows
from server.core.problems import Problem
from server.parts import PARTS
from server.review.findings import SEVERITY_NAMES
from server.review.prose import read_prose
from server.security.access import Act
from server.store.accounts import AccountRow, list_accounts_in
from server.store.followups import list_followers
from server.store.items import ItemSeen

# A preview may be framed by our own pages and runs no script; articles carry their styles inline.
_FRAMED: Final = {
    **SECURITY,
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
_ACTS: Final[tuple[Act, ...]] = ("write", "submit", "waive", "approve")
_TYPES: Final = {
    "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looked:
    """An item with its content and the previews of the accounts that the visitor may see."""

    seen: ItemSeen
    content: Content
    previews: tuple[Preview, ...]

    def among(self, channel: str) -> tuple[Preview, ...]:
        """Give the accounts of a channel that can be shown."""
        return tuple(one for one in self.previews if one.account.channel == channel and one.post)

    def on(self, channel: str, slug: str = "") -> Preview | None:
        """Give the named account of a channel, or the first that can be shown."""
        able = self.among(channel)
        return next((one for one in able if one.account.slug == slug), able[0] if able else None)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a release would do by the template of channels: where, counted as what, and what it waits for."""

    accounts: tuple[AccountRow, ...]
    is_by_template: bool
    waits: tuple[str, ...]
    interpretations: int

    @property
    def counted(self) -> tuple[str, ...]:
        """Give the channels that it counts for, each once."""
        return tuple(dict.fromkeys(one.counted_as for one in self.accounts))


async def show_check(visit: Visit) -> web.Response:
    """Show findings and previews."""
    return await check_page(visit)


async def check_page(visit: Visit, *, trouble: tuple[Problem, ...] = ()) -> web.Response:
    """Give the page with findings and previews, and what was wrong with the visitor's last act there."""
    looked, parts = await _look(visit), visit.parts
    checked = await parts.examiner.check_item(looked.seen.id, at=parts.now())
    seen, who = checked.item, visit.who
    text = await asyncio.to_thread(lambda: read_prose(seen.revision.body).text)
    return visit.show(
        "check.html", section="items", trouble=trouble, trouble_heading="没有完成",
        seen=seen, previews=looked.previews, checked=checked, notes=notes_of(checked),
        marked=marked_text(text, checked.findings), severity_names=SEVERITY_NAMES,
        website=looked.on("website", visit.query("website")), websites=looked.among("website"),
        wechat=looked.on("wechat", visit.query("wechat")), wechats=looked.among("wechat"),
        picked={name: visit.query(name) for name in ("website", "wechat") if visit.query(name)},
        feed=looked.on("feed"), weibos=looked.among("weibo"),
        outlook=await _outlook(visit, seen),
        is_blocked=bool(checked.open_findings) or any(one.is_blocked for one in looked.previews),
        may=frozenset(act for act in _ACTS if seen.org.id in who.orgs_for(act)), find=visit.query("find"),
    )  # fmt: skip


async def show_website(visit: Visit) -> web.Response:
    """Give the page of the website, for a frame."""
    looked = await _look(visit)
    return _framed(
        page_of(looked.content, _post(looked, "website", visit.query("account")), visit.parts.site)
    )


async def show_wechat(visit: Visit) -> web.Response:
    """Give the article as a phone shows it, for a frame; bright or dark, in plain or large letters."""
    looked = await _look(visit)
    post = _post(looked, "wechat", visit.query("account"))
    article = Markup(article_of(looked.content, post))  # noqa: S704 -- cleaned by the channel
    name = next(one.account.name for one in looked.previews if one.post is post)
    page = rendered(
        "wechat.html", post=post, article=article, name=name, at=looked.content.published_at,
        is_dark=visit.query("dark") == "1", is_large=visit.query("large") == "1",
    )  # fmt: skip
    return _framed(page)


async def serve_site_asset(request: web.Request) -> web.Response:
    """Give a style sheet or drawing of the website, which may not stand in the document root yet."""
    name = request.match_info["name"]
    files = assets_of(request.config_dict[PARTS].site).files
    body = next((one for path, one in files.items() if path.rpartition("/")[2] == name), None)
    if body is None:
        raise web.HTTPNotFound
    kind = _TYPES[name.rpartition(".")[2]]
    return web.Response(body=body, content_type=kind, headers={"X-Content-Type-Options": "nosniff"})


async def _outlook(visit: Visit, seen: ItemSeen) -> Outlook:
    parts = visit.parts
    async with parts.store.read() as tx:
        choice = await read_choice(tx, visit, seen)
        follows = await list_follows(tx, seen.id, parts.calendar, at=parts.now())
        followers = await list_followers(tx, seen.id)
    accounts = tuple(one for one in choice.accounts if one.slug in choice.usual)
    by_template = bool(choice.template) and choice.newest is None
    return Outlook(accounts, by_template, tuple(one.waits_for for one in follows), len(followers))


async def _look(visit: Visit) -> Looked:
    parts = visit.parts
    async with parts.store.read() as tx:
        seen = await item_for(tx, visit)
        content = await content_of_draft(tx, seen.id, parts.site, at=parts.now())
        accounts = await list_accounts_in(tx, visit.who.orgs_for("read"), practice=seen.practice)
    usable = tuple(one for one in accounts if one.state == "active")
    return Looked(seen, content, previews_of(content, usable, parts.open_channel))


def _post(looked: Looked, channel: str, slug: str) -> Post:
    found = looked.on(channel, slug)
    if found is None or found.post is None:
        raise Problem("unknown_account", "没有这个渠道的账号，不能预览")
    return found.post


def _framed(html: str) -> web.Response:
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers=_FRAMED)


_ONE = "/console/items/{item_id}"
PAGES = (
    Page("GET", f"{_ONE}/check", show_check, "read"),
    Page("GET", f"{_ONE}/preview/website", show_website, "read"),
    Page("GET", f"{_ONE}/preview/wechat", show_wechat, "read"),
)
