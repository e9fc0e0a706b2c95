"""The draft box (contract wechat §4)."""

from collections.abc import Mapping
from dataclasses import replace
from secrets import token_urlsafe
from typing import Any

from aiohttp import web

from channels.sandbox.wechat.article import read_article
from channels.sandbox.wechat.book import Article, Draft
from channels.sandbox.wechat.calls import OK, Call, answer, number_of, open_call, text_of
from channels.sandbox.wechat.errors import Refusal

_MOST_ARTICLES = 8


async def add_draft(request: web.Request) -> web.Response:
    """Put a new draft into the box; the answer carries no errcode (contract §0.3)."""
    call = open_call(request, "POST")
    sent = (await call.read()).get("articles")
    if not isinstance(sent, list) or not sent or not all(isinstance(one, dict) for one in sent):
        raise Refusal(44003)
    if len(sent) > _MOST_ARTICLES:
        raise Refusal(45008)
    articles = tuple(read_article(call, one, is_single=len(sent) == 1) for one in sent)
    media_id = token_urlsafe(48)
    call.wechat.book.drafts[media_id] = Draft(
        articles=articles, created_at=call.at, updated_at=call.at, preview=token_urlsafe(16)
    )
    call.wechat.touch()
    return answer(call.wechat, {"media_id": media_id, "item": []})


async def update_draft(request: web.Request) -> web.Response:
    """Replace one article whole; its index counts from 0 here (contract §4.2)."""
    call = open_call(request, "POST")
    body = await call.read()
    media_id, draft = _find(call, body)
    index, sent = number_of(body, "index", 0), body.get("articles")
    if not isinstance(sent, dict):
        raise Refusal(47001)
    if not 0 <= index < len(draft.articles):
        raise Refusal(40114)
    fresh = read_article(call, sent, is_single=len(draft.articles) == 1)
    articles = (*draft.articles[:index], fresh, *draft.articles[index + 1 :])
    call.wechat.book.drafts[media_id] = replace(draft, articles=articles, updated_at=call.at)
    call.wechat.touch()
    return answer(call.wechat, OK)


async def get_draft(request: web.Request) -> web.Response:
    """Give a draft as it was stored, losses and all."""
    call = open_call(request, "POST")
    _, draft = _find(call, await call.read())
    return answer(call.wechat, _shape_content(call, draft, with_content=True))


async def list_drafts(request: web.Request) -> web.Response:
    """Give drafts, the last changed first."""
    call = open_call(request, "POST")
    offset, count, with_content = read_window(await call.read())
    drafts = sorted(call.wechat.book.drafts.items(), key=lambda kept: kept[1].updated_at)[::-1]
    items = [
        {
            "media_id": media_id,
            "content": _shape_content(call, draft, with_content=with_content),
            "update_time": int(draft.updated_at.timestamp()),
        }
        for media_id, draft in drafts[offset : offset + count]
    ]
    return answer(call.wechat, {"total_count": len(drafts), "item_count": len(items), "item": items})


async def delete_draft(request: web.Request) -> web.Response:
    """Drop a draft; its material stays."""
    call = open_call(request, "POST")
    media_id, _ = _find(call, await call.read())
    del call.wechat.book.drafts[media_id]
    call.wechat.touch()
    return answer(call.wechat, OK)


async def count_drafts(request: web.Request) -> web.Response:
    """Count the drafts."""
    call = open_call(request, "GET")
    return answer(call.wechat, {"total_count": len(call.wechat.book.drafts)})


async def switch_drafts(request: web.Request) -> web.Response:
    """Say that the draft box is on, as it is for everybody (contract §4.7)."""
    call = open_call(request, "POST")
    return answer(call.wechat, {**OK, "is_open": 1})


def read_window(body: Mapping[str, Any]) -> tuple[int, int, bool]:
    """Give offset, count and whether the content is wanted; a count outside 1 to 20 is refused."""
    offset, count = number_of(body, "offset", 0), number_of(body, "count", 0)
    if offset < 0 or not 1 <= count <= 20:
        raise Refusal(40097)
    return offset, count, number_of(body, "no_content", 0) != 1


def shape_article(article: Article, url: str, *, with_content: bool) -> dict[str, Any]:
    """Give an article the shape of the `news_item` lists."""
    shape: dict[str, Any] = {
        "article_type": article.article_type,
        "title": article.title,
        "author": article.author,
        "digest": article.digest,
        "content": article.content if with_content else "",
        "content_source_url": article.content_source_url,
        "thumb_media_id": article.thumb_media_id,
        "show_cover_pic": 0,
        "need_open_comment": article.need_open_comment,
        "only_fans_can_comment": article.only_fans_can_comment,
        "url": url,
    }
    if article.images:
        images = [{"image_media_id": media_id} for media_id in article.images]
        shape["image_info"] = {"image_list": images}
    return shape


def _shape_content(call: Call, draft: Draft, *, with_content: bool) -> dict[str, Any]:
    url = f"{call.origin}/s/preview/{draft.preview}"
    return {
        "news_item": [shape_article(one, url, with_content=with_content) for one in draft.articles],
        "create_time": int(draft.created_at.timestamp()),
        "update_time": int(draft.updated_at.timestamp()),
    }


def _find(call: Call, body: Mapping[str, Any]) -> tuple[str, Draft]:
    media_id = text_of(body, "media_id")
    draft = call.wechat.book.drafts.get(media_id)
    if draft is None:
        raise Refusal(40007)
    return media_id, draft
