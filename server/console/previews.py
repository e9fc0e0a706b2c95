"""How an item will look on each account, by the code that publishes, and what stops it there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from channels.addresses import Addresses, media_path
from channels.contract import Finding, Post
from channels.item import Content, Site
from channels.website.assets import assets_of
from channels.weibo.length import LIMIT, count
from server.console.rows import CHANNEL_ORDER
from server.core.release import OpenChannel
from server.store.accounts import AccountRow

# Other widths of a picture are made when it is published; a preview runs no script.
_LEFT_OUT: Final = re.compile(r"<source\b[^>]*>|<script\b[^>]*>.*?</script>", re.DOTALL)
_HEADING: Final = re.compile(r"<(/?)h([234])>")
_PICTURE: Final = re.compile(r'<img src="media:([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Preview:
    """An account with its findings; `post` is None when the account cannot be opened or has no form."""

    account: AccountRow
    findings: tuple[Finding, ...]
    post: Post | None
    trouble: str = ""

    @property
    def is_blocked(self) -> bool:
        """Say that the item cannot go out there as it is."""
        return bool(self.trouble) or any(one.blocks for one in self.findings)

    @property
    def length(self) -> int:
        """Give the length of a status as the platform counts it."""
        return count(self.post.text) if self.post else 0

    @property
    def most(self) -> int:
        """Give how long a status may be."""
        return LIMIT

    @property
    def is_cut(self) -> bool:
        """Say that the summary does not go out whole."""
        return self.post is not None and bool(self.post.content.summary) and "…" in self.post.text[-40:]


def previews_of(
    content: Content, accounts: Iterable[AccountRow], open_channel: OpenChannel
) -> tuple[Preview, ...]:
    """Give the previews of an item, websites first. Pure but for the making of channels."""
    ordered = sorted(accounts, key=lambda one: (CHANNEL_ORDER.index(one.channel), one.slug))
    return tuple(_preview(content, account, open_channel) for account in ordered)


def page_of(content: Content, post: Post, site: Site) -> str:
    """Give the page of the website as it will stand, with its assets and pictures from the console."""
    site = site.world(content.practice)
    base, html = Addresses(site).base, post.html
    for path in assets_of(site).files:
        html = html.replace(f"{base}/{path}", f"/console/site/{path.rpartition('/')[2]}")
    html = _LEFT_OUT.sub("", html)
    for picture in content.pictures:
        html = html.replace(f"{base}/{media_path(picture)}", f"/console/media/{picture.sha256}")
    return html


def article_of(content: Content, post: Post) -> str:
    """Give the article of an account with its pictures from the console."""
    html = post.html
    for picture in content.pictures:
        html = html.replace(f"media:{picture.sha256}", f"/console/media/{picture.sha256}")
    return html


def reading_of(body: str) -> Markup:
    """Give a stored body for a page of the console, below a heading of the page and with its pictures.

    It was sanitised on its way in (`importing/html.py`), as is every version that is stored.
    """
    below = _HEADING.sub(lambda tag: f"<{tag[1]}h{int(tag[2]) + 1}>", body)
    return Markup(_PICTURE.sub(r'<img src="/console/media/\1"', below))  # noqa: S704


def _preview(content: Content, account: AccountRow, open_channel: OpenChannel) -> Preview:
    try:
        channel = open_channel(account)
    except ValueError as error:
        return Preview(account, (), None, f"账号的设置不完整：{error}")
    told = content.told_on(account.channel, account.slug)
    return Preview(account, channel.check(told), channel.render(told))
