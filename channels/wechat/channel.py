"""Channel for WeChat: upload, draft, submit, confirm (contract wechat §3–5, §14)."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Self

from yarl import URL

from channels.characters import one_line
from channels.contract import (
    Absent,
    CouldNotLook,
    Finding,
    Journal,
    Limits,
    NotAccepted,
    Outcome,
    OutcomeUnknown,
    Post,
    Receipt,
    Refused,
    Sighting,
    Tools,
    Withdrawal,
    WithdrawByHand,
    Withdrawn,
)
from channels.fitting import fit
from channels.item import Account, Content
from channels.wechat.article import article_html, place_pictures, shown_pictures
from channels.wechat.calls import Calls, Reply
from channels.wechat.outcomes import PUBLISH_FAILURES, outcome_of
from channels.wechat.pictures import BadPicture, Ready, cover_of, ready_for_body
from channels.wechat.token import Token

TITLE: Final = 32
DIGEST: Final = 120
AUTHOR: Final = 8
CONTENT: Final = 20_000
_CONTENT_BYTES: Final = 1024 * 1024
_PAGE: Final = 20
_PAGES: Final = 3  # of a list, newest first: what we look for is minutes old
_SLACK: Final = timedelta(minutes=1)
_NO_ARTICLE: Final = 53600


class WeChat:
    """One 公众号 that may publish articles through the interface."""

    kind: ClassVar[str] = "wechat"
    limits: ClassVar[Limits] = Limits(
        title=TITLE,
        text=DIGEST,
        pictures=None,
        picture_bytes=None,
        calls_a_day=100,
        idempotency_key=False,
        settle_after=180.0,
        confirm_after=(5.0, 15.0, 60.0, 120.0, 300.0, 900.0),  # 100 looks a day for all of them (§13)
        needs_page=True,
    )

    def __init__(self, account: Account, tools: Tools) -> None:
        """Take the account's settings; raises KeyError for a missing one."""
        base = URL(account.settings["base_url"])
        token = Token(
            tools.http,
            base,
            tools.tokens,
            account_id=account.id,
            appid=account.settings["appid"],
            secret=account.secret["appsecret"],
        )
        self._calls, self._media, self._account = Calls(tools.http, base, token), tools.media, account

    @classmethod
    def open(cls, account: Account, tools: Tools, /) -> Self:
        """Make the channel of an account."""
        try:
            return cls(account, tools)
        except KeyError as missing:
            raise ValueError(f"缺少设置项 {missing.args[0]}") from None

    def check(self, content: Content, /) -> tuple[Finding, ...]:
        """Say what of the content no article can carry; nothing is cut silently (§4.1)."""
        findings = []
        title = one_line(content.title)
        if len(title) > TITLE:
            message = f"微信标题不得超过{TITLE}字,现有{len(title)}字"
            findings.append(Finding("title_too_long", "title", message, blocks=True))
        html = article_html(content)
        if len(html) >= CONTENT or len(html.encode()) >= _CONTENT_BYTES:
            message = f"微信正文连同排版不得超过{CONTENT}个字符,现有{len(html)}个"
            findings.append(Finding("content_too_long", "body", message, blocks=True))
        return tuple(findings)

    def render(self, content: Content, /) -> Post:
        """Give the article; its pictures get the platform's addresses at publication."""
        digest = fit(one_line(content.summary), DIGEST, len)
        html = article_html(content)
        # The fragment tells releases apart, so that an older release's draft is never taken for this one's.
        mark = f"{content.url}#r{content.release}"
        return Post(mark, one_line(content.title), digest, html, content.pictures, (), content)

    async def publish(self, post: Post, journal: Journal, /, *, at: datetime) -> Outcome:
        """Adopt or add the draft, submit it once; the job's end is seen by `confirm`."""
        draft = await self._find_draft(post.mark, since=None)
        if isinstance(draft, CouldNotLook):
            return NotAccepted(60.0, draft.reason)
        if draft is None:
            made = await self._add_draft(post)
            if not isinstance(made, str):
                return made
            draft = made
        await journal.note("draft", draft)
        await journal.note("submitted_at", at.isoformat())
        said = await self._calls.post("freepublish/submit", {"media_id": draft})
        if not isinstance(said, Reply):
            return said
        if said.code:
            return outcome_of(said.body)
        publish_id = str(said.body["publish_id"])  # a number or a string, beyond 2^31 (§5.1)
        await journal.note("publish_id", publish_id)
        return Receipt(publish_id, None, None)

    async def confirm(self, receipt: Receipt, _post: Post, /, *, at: datetime) -> Outcome:
        """Ask for the job: the permanent link, not yet, or why not (§5.2)."""
        said = await self._calls.post("freepublish/get", {"publish_id": receipt.platform_id})
        if not isinstance(said, Reply):
            return said
        if said.code:
            return receipt  # the look failed; the job is not changed by that
        status = int(said.body.get("publish_status", 1))
        if status == 0:
            return Receipt(receipt.platform_id, _article_url(said.body), at)
        return PUBLISH_FAILURES.get(status, receipt)

    async def find(self, post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:
        """Look among the published articles, then among the drafts, for our 阅读原文 link (§14)."""
        if "publish_id" in notes:
            return Receipt(notes["publish_id"], None, None)  # `confirm` tells how the job ends
        article = await self._find_article(post.mark, since - _SLACK)
        if isinstance(article, CouldNotLook | Receipt):
            return article
        draft = await self._find_draft(post.mark, since=None)
        if isinstance(draft, CouldNotLook):
            return draft
        if draft is None and "draft" in notes:
            # The draft was used up: somebody submitted it, and its job has not ended.
            return CouldNotLook("草稿已被提交,还看不到发布结果")
        return Absent()

    async def withdraw(self, _receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:  # noqa: ARG002
        """Delete the article; what is not listed any more is gone."""
        article = await self._find_article(post.mark, datetime.min.replace(tzinfo=UTC))
        if isinstance(article, CouldNotLook):
            return NotAccepted(60.0, article.reason)
        if article is None:
            return Withdrawn()
        said = await self._calls.post("freepublish/delete", {"article_id": article.platform_id, "index": 0})
        match said:
            case Reply(code=0) | Reply(code=53600):
                return Withdrawn()
            case Reply(code=code) if code in (48001, 48004):
                return WithdrawByHand("公众号没有删除接口权限,请登录公众平台删除这篇文章")
            case _:
                return NotAccepted(60.0, "微信没有删除成功")

    async def _add_draft(self, post: Post) -> str | Outcome:
        """Upload what the article shows and add the draft; gives its media_id."""
        addresses: dict[str, str] = {}
        for sha256 in shown_pictures(post.html, post.content):
            uploaded = await self._upload(sha256)
            if not isinstance(uploaded, str):
                return uploaded
            addresses[sha256] = uploaded
        cover = await self._upload_cover(post)
        if not isinstance(cover, str):
            return cover
        article = {
            "title": post.title,
            "author": post.content.org.name[:AUTHOR],
            "digest": post.text,
            "content": place_pictures(post.html, addresses),
            "content_source_url": post.mark,
            "thumb_media_id": cover,
            "need_open_comment": 0,
            "only_fans_can_comment": 0,
        }
        said = await self._calls.post("draft/add", {"articles": [article]})
        if not isinstance(said, Reply):
            return said  # no answer to a draft is unknown too: a look finds the draft and adopts it
        return outcome_of(said.body) if said.code else str(said.body["media_id"])

    async def _upload(self, sha256: str) -> str | Outcome:
        try:
            ready = await asyncio.to_thread(ready_for_body, await self._media.read(sha256))
        except (KeyError, BadPicture):
            return Refused("正文里有图片找不到或打不开,请重新上传", "editor", "bad_picture")
        return _surely(await self._calls.upload("media/uploadimg", ready.body, ready.name, ready.mime), "url")

    async def _upload_cover(self, post: Post) -> str | Outcome:
        try:
            body = await self._media.read(post.pictures[0].sha256) if post.pictures else None
            ready: Ready = await asyncio.to_thread(cover_of, body)
        except (KeyError, BadPicture):
            return Refused("封面图片找不到或打不开,请重新上传", "editor", "bad_picture")
        said = await self._calls.upload(
            "material/add_material", ready.body, ready.name, ready.mime, {"type": "image"}
        )
        return _surely(said, "media_id")

    async def _find_draft(self, mark: str, *, since: datetime | None) -> str | CouldNotLook | None:
        found = await self._find_listed("draft/batchget", mark, since)
        return found if isinstance(found, CouldNotLook | None) else str(found["media_id"])

    async def _find_article(self, mark: str, since: datetime) -> Receipt | CouldNotLook | None:
        found = await self._find_listed("freepublish/batchget", mark, since)
        if isinstance(found, CouldNotLook | None):
            return found
        # Listed addresses are previews that expire; only the job tells the permanent one (§5.5): so none.
        live_at = datetime.fromtimestamp(int(found["update_time"]), UTC)
        return Receipt(str(found["article_id"]), None, live_at)

    async def _find_listed(
        self, path: str, mark: str, since: datetime | None
    ) -> dict[str, Any] | CouldNotLook | None:
        for page in range(_PAGES):
            asked = {"offset": page * _PAGE, "count": _PAGE, "no_content": 1}
            said = await self._calls.post(path, asked)
            if not isinstance(said, Reply) or said.code or not isinstance(said.body.get("item"), list):
                return CouldNotLook("微信列表没有给出结果")
            for item in said.body["item"]:
                if _carries(item, mark, since):
                    return dict(item)
            if (page + 1) * _PAGE >= int(said.body.get("total_count", 0)):
                return None
        return None


def _carries(item: Any, mark: str, since: datetime | None) -> bool:
    if since is not None and int(item.get("update_time", 0)) < since.timestamp():
        return False
    news = item.get("content", {}).get("news_item", ())
    return any(one.get("content_source_url") == mark and not one.get("is_deleted") for one in news)


def _article_url(body: dict[str, Any]) -> str | None:
    items = body.get("article_detail", {}).get("item", ())
    return next((str(item["article_url"]) for item in items if "article_url" in item), None)


def _surely(said: Reply | Outcome, wanted: str) -> str | Outcome:
    """Read an upload: whatever came of it, nothing public happened, so no answer is not unknown."""
    if isinstance(said, Reply):
        outcome: Outcome = outcome_of(said.body) if said.code else Refused("微信没有给出素材编号", "operator")
        if not said.code and wanted in said.body:
            return str(said.body[wanted])
    else:
        outcome = said
    return NotAccepted(60.0, outcome.reason) if isinstance(outcome, OutcomeUnknown) else outcome
