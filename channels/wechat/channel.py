"""Channel for WeChat: upload, draft, read back, submit, confirm (contract wechat §3–5, §14)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from yarl import URL

from channels.broadcasts import DraftGone, Gathered, Misfits, NoPlace, PushFailed, PushStands
from channels.characters import one_line
from channels.contract import (
    LOOKED_AT,
    Absent,
    ByHand,
    CouldNotLook,
    Finding,
    Journal,
    Limits,
    NeedsAuthorisation,
    NotAccepted,
    Outcome,
    OutcomeUnknown,
    Post,
    Receipt,
    Refused,
    Sighting,
    Tools,
    Watch,
    Withdrawal,
    Withdrawn,
)
from channels.fitting import fit
from channels.hosts import is_below
from channels.item import Account, Column, Content
from channels.menus import MenuStands
from channels.wechat.article import OWN_HOST, article_html
from channels.wechat.articles import Articles, link_of
from channels.wechat.bounds import DIGEST, TITLE, findings_of
from channels.wechat.broadcast import Broadcast
from channels.wechat.calls import Calls, Reply
from channels.wechat.drafts import Drafts
from channels.wechat.identity import Identity, read_identity
from channels.wechat.listing import PAGES, Found, List, Listed, NotAllowed, NotListed, find_listed
from channels.wechat.menu import menu_of
from channels.wechat.outcomes import PUBLISH_FAILURES, outcome_of
from channels.wechat.token import Token
from channels.wechat.uploads import PictureUploads

_LONGEST_JOB: Final = timedelta(hours=2)  # a submission that shows nothing by then was never taken (INFERRED)
_NOT_ALLOWED: Final = frozenset({48001, 53504, 53505})  # the draft is good, and a person must publish it
_HINT: Final = "草稿已放入公众号草稿箱，请登录公众平台（mp.weixin.qq.com）发布，发布后系统会自动登记"
_DRAFT_GONE: Final = (
    "草稿已不在草稿箱里，系统看不到发布结果：如已在公众平台发布，请登记文章链接；如已删除，请重新发送"
)
_SETTINGS: Final = {"base_url": "接口地址", "appid": "AppID", "appsecret": "AppSecret"}
"""What a person knows the settings by that no account does without."""


class WeChat:
    """One 公众号 that may publish articles through the interface, or only place drafts."""

    kind: ClassVar[str] = "wechat"
    limits: ClassVar[Limits] = Limits(
        title=TITLE,
        text=DIGEST,
        pictures=None,
        picture_bytes=None,
        calls_a_day=100,
        looks_a_day=90,  # freepublish/get and batchget take a hundred a day (§13); ten are for withdrawals
        settle_after=180.0,
        settle_after_loss=7200.0,  # §14
        # 100 looks a day for all jobs of an account (§13): most end within a minute, and the event tells.
        confirm_after=(5.0, 15.0, 60.0, 120.0, 300.0, 900.0, 3600.0),
        watch_after=(86_400.0, 6 * 86_400.0, 23 * 86_400.0),  # a day, a week and a month after it went live
    )

    def __init__(self, account: Account, tools: Tools) -> None:
        """Take the account's settings; raises KeyError for a missing one."""
        base = URL(account.settings["base_url"])
        self._host = base.host or ""
        token = Token(
            tools.http,
            base,
            tools.tokens,
            account_id=account.id,
            appid=account.settings["appid"],
            secret=account.secret["appsecret"],
        )
        self._calls, self._token = Calls(tools.http, base, token), token
        uploads = PictureUploads(self._calls, tools.media, tools.uploads, account.id)
        author = account.settings.get("author", "")
        reads_back = account.settings.get("read_back", "on") != "off"
        self._drafts, self._articles = (
            Drafts(self._calls, uploads, author=author, reads_back=reads_back),
            Articles(self._calls, tools.uploads, account.id),
        )
        self._broadcast = Broadcast(self._calls)
        # Some offices want a person to press the button; accounts without the right have no choice (§0.7).
        self._is_by_hand = account.settings.get("publish", "auto") == "by_hand"

    @classmethod
    def open(cls, account: Account, tools: Tools, /) -> Self:
        """Make the channel of an account."""
        try:
            return cls(account, tools)
        except KeyError as missing:
            name = str(missing.args[0])
            raise ValueError(f"“{_SETTINGS.get(name, name)}”（{name}）还没有填写") from None

    async def reach(self) -> str | None:
        """Ask for a token, which proves address, AppID and AppSecret."""
        found = await self._token.prove()
        return None if isinstance(found, str) else getattr(found, "reason", "微信没有给出令牌")

    @property
    def home(self) -> str:
        """The platform's own desk, where whoever runs the account signs in and sees its articles."""
        return "https://mp.weixin.qq.com/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where articles stand: not where the interface does, unless the platform is a rehearsal's."""
        return (OWN_HOST,) if is_below(self._host, ("weixin.qq.com",)) else (self._host,)

    def check(self, content: Content, /) -> tuple[Finding, ...]:
        """Say what no article carries, or carries otherwise than the page; nothing is cut silently (§4.1)."""
        return tuple(findings_of(content))

    def render(self, content: Content, /) -> Post:
        """Give the article; its pictures get the platform's addresses at publication."""
        digest = fit(one_line(content.summary), DIGEST, len)
        html = article_html(content)
        # The fragment tells releases apart, so that an older release's draft is never taken for this one's.
        mark = f"{content.url}#r{content.release}"
        return Post(mark, one_line(content.title), digest, html, content.pictures_by_rank, (), content)

    async def publish(self, post: Post, journal: Journal, /, *, at: datetime) -> Outcome:
        """Adopt or add the draft, submit it once; the job's end is seen by `confirm`."""
        draft = await self._drafts.ready(post)
        if not isinstance(draft, str):
            return draft
        await journal.note("draft", draft)
        if self._is_by_hand:
            return _left_to_a_person(draft)
        return await self._submit(draft, journal, at=at)

    async def confirm(self, receipt: Receipt, post: Post, /, *, at: datetime) -> Outcome:
        """Ask for the job, or for the draft that waits for a person (§5.2)."""
        known = read_identity(receipt.platform_id)
        if known.draft:
            return await self._confirm_by_hand(receipt, post)
        said = await self._calls.post("freepublish/get", {"publish_id": receipt.platform_id})
        if not isinstance(said, Reply):
            return said
        if said.code:
            # The look failed; the job is not changed by that. Over the day's quota we ask again later.
            outcome = outcome_of(said.body)
            return outcome if isinstance(outcome, NotAccepted) else receipt
        status = said.number("publish_status", 1)
        if status == 0:
            live = Identity(job=receipt.platform_id, article=said.id("article_id") or "")
            return Receipt(str(live), link_of(said), at)
        return PUBLISH_FAILURES.get(status, receipt)

    async def find(self, post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:
        """Look among the published articles, then among the drafts, for our 阅读原文 link (§14)."""
        job, _, submitted_at = notes.get("publish_id", "").partition("@")
        if job and submitted_at in ("", notes.get("submitted_at")):
            return Receipt(str(Identity(job=job)), None, None)  # `confirm` tells how it ends
        article = await self._find("freepublish/batchget", post.mark, since)
        match article:
            case Listed():
                return await self._articles.receipt_of(article)
            case CouldNotLook():
                return article
            case NotListed() | NotAllowed():
                return await self._find_draft(post, since, notes)
            case _:
                return CouldNotLook("微信的已发布列表太长，没有看完")

    async def watch(self, receipt: Receipt, _post: Post, /) -> Watch:
        """Ask whether a live article was deleted or banned since (§5.2: states 5 and 6)."""
        known = read_identity(receipt.platform_id)
        if known.push:
            return await self._broadcast.watch(known, receipt)
        return await self._articles.watch(known, receipt)

    async def withdraw(self, receipt: Receipt, post: Post, /, *, reason: str, at: datetime) -> Withdrawal:  # noqa: ARG002
        """Delete the draft that waits for a person, or the article."""
        known = read_identity(receipt.platform_id)
        if known.push:
            return await self._broadcast.take_back(known)
        if known.draft and await self._drafts.delete(known.draft):
            return Withdrawn()
        return await self._articles.take_down(known, post.mark)

    async def gather(self, posts: Sequence[Post], left: str | None, /) -> Gathered | Misfits | Outcome:
        """Put posts into one draft (§6)."""
        return await self._drafts.gather(posts, left)

    async def lies(self, draft: str, /) -> bool | CouldNotLook:
        """Say whether a draft is still in the box."""
        return await self._drafts.is_there(draft)

    async def forsake(self, draft: str, /) -> bool | None:
        """Delete a draft that is not to be pushed."""
        return await self._drafts.delete(draft)

    async def push(self, draft: str, key: str, /) -> Outcome | NoPlace | DraftGone:
        """Push a draft to all followers (§6.1)."""
        return await self._broadcast.push(draft, key)

    async def look_at_push(self, job: str, /) -> PushStands | PushFailed | CouldNotLook:
        """Ask how a push stands; `job` as its receipt keeps it."""
        return await self._broadcast.look(read_identity(job).push)

    def receipt_in_push(self, job: str, number: int, link: str | None, at: datetime | None, /) -> Receipt:
        """Give the receipt of an article of a push, by which it is taken back (§6.5)."""
        return Receipt(str(Identity(push=read_identity(job).push, number=number)), link, at)

    async def put_menu(
        self, columns: Iterable[Column], site_url: str, /
    ) -> MenuStands | Refused | NotAccepted | NeedsAuthorisation | OutcomeUnknown:
        """Put the menu of the columns below every reader's chat (§7); readers see it within a day."""
        said = await self._calls.post("menu/create", menu_of(columns, site_url))
        outcome = said if not isinstance(said, Reply) else outcome_of(said.body) if said.code else None
        match outcome:
            case None:
                return MenuStands()
            case Receipt() | ByHand():
                return OutcomeUnknown("微信没有说明菜单是否更新")
            case told:
                return told

    async def _submit(self, draft: str, journal: Journal, *, at: datetime) -> Outcome:
        """Make the irreversible call."""
        await journal.note("submitted_at", at.isoformat())
        said = await self._calls.post("freepublish/submit", {"media_id": draft})
        if not isinstance(said, Reply):
            return said
        if said.code in _NOT_ALLOWED:
            return _left_to_a_person(draft)
        if said.code:
            return outcome_of(said.body)
        job = said.id("publish_id")
        if job is None:
            return OutcomeUnknown("微信没有给出发布任务的编号")
        # With its submission: an earlier try's job must not be taken for this one's.
        await journal.note("publish_id", f"{job}@{at.isoformat()}")
        return Receipt(str(Identity(job=job)), None, None)

    async def _confirm_by_hand(self, receipt: Receipt, post: Post) -> Outcome:
        """Look whether a person has published the draft: that uses it up (§0.10)."""
        is_there = await self._drafts.is_there(read_identity(receipt.platform_id).draft)
        match is_there:
            case CouldNotLook():
                return receipt
            case True:
                return ByHand(_HINT, receipt)
        found = await self._find("freepublish/batchget", post.mark, None)
        match found:
            case Listed():
                return await self._articles.receipt_of(found)
            case CouldNotLook():
                return receipt
            case _:
                return ByHand(_DRAFT_GONE, None)

    async def _find_draft(self, post: Post, since: datetime, notes: Mapping[str, str]) -> Sighting:
        """Say what the draft box proves once no article was found."""
        draft = await self._find("draft/batchget", post.mark, since)
        match draft:
            case CouldNotLook():
                return draft
            case Listed() if _may_still_run(notes):
                # Until its job ends the draft stays, and the article is not listed yet: no proof of absence.
                return CouldNotLook("草稿还在，提交可能已被受理，尚无结果")
            case Listed():
                return Absent()
            case NotListed() if "draft" not in notes:
                return Absent()
            case NotListed():
                # The draft was used up: somebody submitted it, and its job has not ended.
                return CouldNotLook("草稿已被提交，还看不到发布结果")
            case _:
                return CouldNotLook("微信的草稿列表太长，没有看完")

    async def _find(self, which: List, mark: str, since: datetime | None) -> Found:
        return await find_listed(self._calls, which, mark, since=since, pages=PAGES)


def _left_to_a_person(draft: str) -> ByHand:
    return ByHand(_HINT, Receipt(str(Identity(draft=draft)), None, None))


def _may_still_run(notes: Mapping[str, str]) -> bool:
    """Say whether a submission whose answer was lost may have a job that has not ended."""
    if "submitted_at" not in notes:
        return False
    if LOOKED_AT not in notes:
        return True
    submitted, looked = (datetime.fromisoformat(notes[name]) for name in ("submitted_at", LOOKED_AT))
    return looked - submitted < _LONGEST_JOB
