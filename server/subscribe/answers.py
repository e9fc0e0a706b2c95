"""What a reader on WeChat is told: a welcome, the newest, a column, what was found, what he follows."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from channels.characters import one_line
from channels.item import Column, Content, Site
from channels.wechat.menu import COLUMN, COLUMNS, HELP, LATEST, MINE
from channels.wechat.replies import MOST_CARDS_TO_EVENT, Card, Reply
from server.core.contents import lines_of_releases
from server.core.search import search
from server.store.catalogue import Filters, Hit, list_hits
from server.store.followings import MOST, follow_column, list_followed, unfollow_column
from server.store.tx import Tx

_MOST_LISTED: Final = 8
_MOST_ASKED: Final = 60
_FOLLOW: Final = re.compile(r"(?:订阅|关注)\s*[：:]?\s*(\S.*)")
_UNFOLLOW: Final = re.compile(r"(?:退订|取消订阅|取消关注)\s*[：:]?\s*(\S.*)")

_WORDS: Final = {
    **dict.fromkeys(("最新", "最新公开", "最新发布"), LATEST),
    **dict.fromkeys(("栏目", "全部栏目", "目录"), COLUMNS),
    **dict.fromkeys(("我的订阅", "我的关注", "订阅", "关注"), MINE),
    **dict.fromkeys(("帮助", "怎样查找", "?", "？", "您好", "你好"), HELP),
}
_GUIDE: Final = (
    "直接发送要找的词，例如“医疗救助”或文号，查找已公开的政府信息。\n"
    "发送“最新”：最新公开的信息\n"
    "发送“栏目”：全部栏目\n"
    "发送“订阅 栏目名”：订阅一个栏目；“退订 栏目名”：退订\n"
    "发送“我的订阅”：看订阅的栏目有什么新内容"
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, on which account."""

    account_id: str
    account_name: str
    openid: str


def welcome(reader: Reader) -> Reply:
    """Greet a new follower."""
    return Reply(f"感谢关注“{one_line(reader.account_name)}”。\n{_GUIDE}")


async def answer_press(tx: Tx, reader: Reader, key: str, site: Site) -> Reply:
    """Answer a button of the menu; up to eight articles fit here."""
    if key.startswith(COLUMN):
        return await _show_column(tx, site, key.removeprefix(COLUMN))
    return await _answer_key(tx, reader, key, site, most=MOST_CARDS_TO_EVENT)


async def answer_word(tx: Tx, reader: Reader, text: str, site: Site, *, is_new: bool, at: datetime) -> Reply:
    """Answer what a reader wrote: a command, the name of a column, or words to look for."""
    asked = one_line(text)[:_MOST_ASKED].strip()
    if not asked or asked in _WORDS:
        return await _answer_key(tx, reader, _WORDS.get(asked, HELP), site, most=1)
    if found := _UNFOLLOW.fullmatch(asked):
        return await _unfollow(tx, reader, found[1], site, is_new=is_new)
    if found := _FOLLOW.fullmatch(asked):
        return await _follow(tx, reader, found[1], site, at=at if is_new else None)
    column = _column_named(site, asked)
    if column is not None:
        hits = await list_hits(tx, Filters(columns=site.with_below(column.slug)), limit=_MOST_LISTED)
        return await _listed(tx, site, hits, f"“{column.name}”最新：", "这个栏目还没有内容。")
    return await _find(tx, asked, site)


async def _answer_key(tx: Tx, reader: Reader, key: str, site: Site, *, most: int) -> Reply:
    match key:
        case "latest":
            hits = await list_hits(tx, Filters(), limit=_MOST_LISTED)
            if most > 1 and hits:
                return await _cards(tx, site, hits[:most])
            return await _listed(tx, site, hits, "最新公开：", "还没有公开的信息。")
        case "columns":
            names = "\n".join(f"{'　' if one.parent else ''}· {one.name}" for one in site.columns)
            return Reply(f"全部栏目（发送栏目名查看）：\n{names}")
        case "mine":
            return await _mine(tx, reader, site)
        case _:
            return Reply(_GUIDE)


async def _show_column(tx: Tx, site: Site, slug: str) -> Reply:
    column = site.column(slug)  # a menu put long ago names one that was merged since
    if column is None:
        return Reply("这个栏目已经不在了。发送“栏目”看全部栏目。")
    hits = await list_hits(tx, Filters(columns=site.with_below(column.slug)), limit=MOST_CARDS_TO_EVENT)
    return await _cards(tx, site, hits) if hits else Reply(f"“{column.name}”还没有内容。")


async def _find(tx: Tx, asked: str, site: Site) -> Reply:
    found = await search(tx, asked, Filters())
    if not found.hits:
        return Reply(f"没有找到“{asked}”。换一个词试试，或者发送“栏目”按栏目查看。")
    if len(found.hits) == 1:
        return await _cards(tx, site, found.hits)  # a text may be answered with one article only
    count = str(len(found.hits)) if found.is_all else f"{len(found.hits)} 以上"
    shown = await _listed(tx, site, found.hits[:_MOST_LISTED], f"找到 {count} 篇“{asked}”：", "")
    if len(found.hits) <= _MOST_LISTED:
        return shown
    return Reply(f"{shown.text}\n全部结果：{site.url}/search?q={quote(asked)}")


async def _mine(tx: Tx, reader: Reader, site: Site) -> Reply:
    slugs = await list_followed(tx, reader.account_id, reader.openid)
    columns = [column for column in site.columns if column.slug in slugs]
    if not columns:
        return Reply("您还没有订阅栏目。发送“订阅 栏目名”订阅，发送“栏目”看全部栏目。")
    parts = []
    for column in columns:
        hits = await list_hits(tx, Filters(columns=site.with_below(column.slug)), limit=2)
        parts.append((await _listed(tx, site, hits, f"【{column.name}】", f"【{column.name}】暂无内容")).text)
    return Reply("\n".join(parts))


async def _follow(tx: Tx, reader: Reader, name: str, site: Site, *, at: datetime | None) -> Reply:
    column = _column_named(site, name)
    if column is None:
        return Reply(f"没有叫“{name}”的栏目。发送“栏目”看全部栏目。")
    if at is not None:  # a repeat is only answered again
        followed = await list_followed(tx, reader.account_id, reader.openid)
        if len(followed) >= MOST and column.slug not in followed:
            return Reply(f"最多订阅 {MOST} 个栏目。发送“退订 栏目名”先退订一个。")
        await follow_column(tx, reader.account_id, reader.openid, column.slug, at=at)
    return Reply(f"已订阅“{column.name}”。发送“我的订阅”随时查看，发送“退订 {column.name}”退订。")


async def _unfollow(tx: Tx, reader: Reader, name: str, site: Site, *, is_new: bool) -> Reply:
    column = _column_named(site, name)
    if column is None:
        return Reply(f"没有叫“{name}”的栏目。发送“我的订阅”看您订阅的栏目。")
    if is_new:
        await unfollow_column(tx, reader.account_id, reader.openid, column.slug)
    return Reply(f"已退订“{column.name}”。")


async def _cards(tx: Tx, site: Site, hits: tuple[Hit, ...]) -> Reply:
    return Reply(cards=tuple(_card(content) for content in await _contents(tx, site, hits)))


async def _listed(tx: Tx, site: Site, hits: tuple[Hit, ...], heading: str, none: str) -> Reply:
    contents = await _contents(tx, site, hits)
    lines = [f"{place}. {one_line(one.title)}\n{one.url}" for place, one in enumerate(contents, start=1)]
    return Reply("\n".join((heading, *lines)) if lines else none)


async def _contents(tx: Tx, site: Site, hits: tuple[Hit, ...]) -> list[Content]:
    known = await lines_of_releases(tx, frozenset(hit.release_id for hit in hits), site)
    return [known[hit.release_id] for hit in hits if hit.release_id in known]


def _card(content: Content) -> Card:
    digest = content.summary or content.disclosure.overview
    return Card(one_line(content.title), one_line(digest), content.url)


def _column_named(site: Site, name: str) -> Column | None:
    return next((column for column in site.columns if column.name == name.strip('“”"《》 ')), None)
