"""Published articles: which a job brought out, whether one stands, and taking one down (contract §5)."""

from datetime import UTC, datetime

from channels.contract import (
    CouldNotLook,
    NotAccepted,
    Outcome,
    Receipt,
    Removed,
    Uploads,
    Watch,
    Withdrawal,
    WithdrawByHand,
    Withdrawn,
)
from channels.wechat.calls import Calls, Reply
from channels.wechat.identity import Identity, job_key
from channels.wechat.listing import PAGES, Listed, find_listed
from channels.wechat.outcomes import PUBLISH_FAILURES

_WAIT = 60.0
_RUNNING, _OUT, _TAKEN_BACK, _BANNED = 1, 0, 5, 6


class Articles:
    """The published articles of one account."""

    def __init__(self, calls: Calls, kept: Uploads, account_id: str) -> None:
        """Take the account's calls, and what remembers the jobs that the platform told of."""
        self._calls, self._kept, self._account_id = calls, kept, account_id

    async def receipt_of(self, found: Listed) -> Receipt:
        """Give the receipt of a listed article, with its permanent link where its job is known.

        Listed addresses are previews that expire; only the job tells the permanent one (§5.5).
        """
        live_at = datetime.fromtimestamp(found.changed_at, UTC)
        job = await self._kept.find(self._account_id, job_key(found.id))
        said = await self._ask(job) if job else None
        if isinstance(said, Reply) and not said.code and said.id("article_id") == found.id:
            return Receipt(str(Identity(job=job or "", article=found.id)), link_of(said), live_at)
        return Receipt(str(Identity(article=found.id)), None, live_at)

    async def watch(self, known: Identity, receipt: Receipt) -> Watch:
        """Look whether a live article still stands; its job tells also that the platform banned it."""
        return await self._watch_job(known.job, receipt) if known.job else await self._watch(known, receipt)

    async def take_down(self, known: Identity, mark: str) -> Withdrawal:
        """Delete an article by its id, by its job, or by whatever carries the mark."""
        article: str | Withdrawal = known.article
        if known.job and not article:
            article = await self._of_job(known.job)
        if not article:
            article = await self._listed(mark)
        return await self._delete(article) if isinstance(article, str) else article

    async def _watch_job(self, job: str, receipt: Receipt) -> Watch:
        said = await self._ask(job)
        status = said.number("publish_status", -1) if isinstance(said, Reply) and not said.code else -1
        if status in (_TAKEN_BACK, _BANNED):
            return Removed(PUBLISH_FAILURES[status].reason)
        return receipt if status == _OUT else CouldNotLook("微信没有说明文章是否还在")

    async def _watch(self, known: Identity, receipt: Receipt) -> Watch:
        said = await self._calls.post("freepublish/getarticle", {"article_id": known.article})
        if isinstance(said, Reply) and said.code == 53600:
            return Removed("文章已不在公众号上")
        news = said.rows("news_item") if isinstance(said, Reply) and not said.code else None
        if not news:
            return CouldNotLook("微信没有说明文章是否还在")
        return Removed("文章已不在公众号上") if all(one.get("is_deleted") for one in news) else receipt

    async def _of_job(self, job: str) -> str | Withdrawal:
        """Give the article of a job, "" for a job of which nothing is known any more."""
        said = await self._ask(job)
        if isinstance(said, Reply) and said.code == 53502:
            return ""
        if not isinstance(said, Reply) or said.code:
            return NotAccepted(_WAIT, "微信没有给出发布任务的结果")
        status = said.number("publish_status", _RUNNING)
        if status == _RUNNING:  # it would come out after we had gone
            return NotAccepted(_WAIT, "文章还在发布中，发布结束后再删除")
        return (said.id("article_id") or "") if status == _OUT else Withdrawn()

    async def _listed(self, mark: str) -> str | Withdrawal:
        """Look through the list: what stands further back than we can look is not gone."""
        found = await find_listed(self._calls, "freepublish/batchget", mark, since=None, pages=PAGES)
        match found:
            case Listed(id):
                return id
            case CouldNotLook(reason):
                return NotAccepted(_WAIT, reason)
            case _:
                return WithdrawByHand("系统找不到这篇文章的编号，请登录公众平台查找并删除")

    async def _delete(self, article_id: str) -> Withdrawal:
        said = await self._calls.post("freepublish/delete", {"article_id": article_id, "index": 0})
        match said:
            case Reply(code=0) | Reply(code=53600):
                return Withdrawn()
            case Reply(code=code) if code in (48001, 48004):
                return WithdrawByHand("公众号没有删除接口权限，请登录公众平台删除这篇文章")
            case _:
                return NotAccepted(_WAIT, "微信没有删除成功")

    async def _ask(self, job: str) -> Reply | Outcome:
        return await self._calls.post("freepublish/get", {"publish_id": job})


def link_of(said: Reply) -> str | None:
    """Give the permanent link that a job tells."""
    detail = said.body.get("article_detail")
    items = Reply(0, detail).rows("item") if isinstance(detail, dict) else None
    return next((str(item["article_url"]) for item in items or () if "article_url" in item), None)
