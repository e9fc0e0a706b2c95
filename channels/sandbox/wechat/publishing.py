"""Publishing jobs and what they brought out (contract wechat §5)."""

from dataclasses import replace
from typing import Any

from aiohttp import web

from channels.sandbox.wechat.book import Job
from channels.sandbox.wechat.calls import OK, Call, answer, number_of, open_call, text_of
from channels.sandbox.wechat.drafts import read_window, shape_article
from channels.sandbox.wechat.errors import Refusal


async def submit(request: web.Request) -> web.Response:
    """Take a draft for publishing; errcode 0 means only that the job was taken (contract §0.6)."""
    call = open_call(request, "POST")
    media_id = text_of(await call.read(), "media_id")
    book, switches = call.wechat.book, call.wechat.book.switches
    draft = book.drafts.get(media_id)
    if draft is None:
        raise Refusal(40007)
    if switches.refuse_submit:
        raise Refusal(switches.refuse_submit)
    publish_id = call.wechat.start_job(media_id, draft, call.at)
    shown = publish_id if switches.ids_as == "number" else str(publish_id)
    return answer(call.wechat, {**OK, "publish_id": shown, "msg_data_id": shown})


async def show_job(request: web.Request) -> web.Response:
    """Say how a job stands."""
    call = open_call(request, "POST")
    publish_id = number_of(await call.read(), "publish_id", 0)
    job = call.wechat.book.jobs.get(publish_id)
    if job is None:
        raise Refusal(53502)
    status = job.status(call.at)
    shown = publish_id if call.wechat.book.switches.ids_as == "number" else str(publish_id)
    body: dict[str, Any] = {"publish_id": shown, "publish_status": status, "fail_idx": []}
    if status == 1:
        # The manual's own example lists an index while the job is still under way (contract §5.2).
        body["fail_idx"] = [1]
    elif status in (2, 3, 4):
        body["fail_idx"] = list(range(1, len(job.articles) + 1))
    elif status == 0:
        body["article_id"] = job.article_id
        items = [
            {"idx": place, "article_url": f"{call.origin}/s/{key}"}
            for place, key in enumerate(job.keys, start=1)
        ]
        body["article_detail"] = {"count": len(items), "item": items}
    return answer(call.wechat, body)


async def delete_published(request: web.Request) -> web.Response:
    """Take published articles back; here the index counts from 1, and 0 or none means all (contract §5.3)."""
    call = open_call(request, "POST")
    body = await call.read()
    publish_id, job = _find(call, text_of(body, "article_id"))
    index, places = number_of(body, "index", 0), range(1, len(job.articles) + 1)
    if index and index not in places:
        raise Refusal(40114)
    gone = set(job.deleted) | ({index} if index else set(places))
    call.wechat.book.jobs[publish_id] = replace(job, deleted=tuple(sorted(gone)))
    call.wechat.touch()
    return answer(call.wechat, OK)


async def get_published(request: web.Request) -> web.Response:
    """Give what was published under one article_id."""
    call = open_call(request, "POST")
    _, job = _find(call, text_of(await call.read(), "article_id"))
    return answer(call.wechat, {"news_item": _shape_items(call, job, with_content=True)})


async def list_published(request: web.Request) -> web.Response:
    """Give what was published, the newest first; articles taken back stand in it as `is_deleted`."""
    call = open_call(request, "POST")
    offset, count, with_content = read_window(await call.read())
    jobs = [job for job in call.wechat.book.jobs.values() if job.has_succeeded(call.at)][::-1]
    items = [
        {
            "article_id": job.article_id,
            "content": {"news_item": _shape_items(call, job, with_content=with_content)},
            "update_time": int(job.done_at().timestamp()),
        }
        for job in jobs[offset : offset + count]
    ]
    return answer(call.wechat, {"total_count": len(jobs), "item_count": len(items), "item": items})


def _find(call: Call, article_id: str) -> tuple[int, Job]:
    for publish_id, job in call.wechat.book.jobs.items():
        if job.article_id == article_id and job.has_succeeded(call.at):
            return publish_id, job
    raise Refusal(53600)


def _shape_items(call: Call, job: Job, *, with_content: bool) -> list[dict[str, Any]]:
    # The address here is a temporary one; only freepublish/get tells the permanent one (contract §5.5).
    return [
        shape_article(article, f"{call.origin}/s/preview/{key}", with_content=with_content)
        | {"thumb_url": "", "is_deleted": place in job.deleted}
        for place, (article, key) in enumerate(zip(job.articles, job.keys, strict=True), start=1)
    ]
