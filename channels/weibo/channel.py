"""Channel for Weibo: one share, one look on the timeline (contract weibo §3, §6, §8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final, Self

from yarl import URL

from channels.characters import one_line
from channels.contract import (
    TAKEN,
    Absent,
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
    Removed,
    Sighting,
    Tools,
    Watch,
    Withdrawal,
    WithdrawByHand,
    Withdrawn,
)
from channels.fitting import fit
from channels.hosts import host_of, is_below
from channels.item import Account, Content, Picture
from channels.permission import Grant, Permission
from channels.transport import Answer, Form, NoAnswer, NotSent, Transport
from channels.weibo.calls import Reads
from channels.weibo.length import LIMIT, count, without_broken_link, without_links
from channels.weibo.oauth import Application, Authorisation
from channels.weibo.outcomes import LIMITED, NO_STATUS, SAID_ALREADY, TAKEN_SLOWLY, outcome_of
from channels.weibo.pictures import BadPicture, fitting, ready
from channels.weibo.statuses import CLOCKS, Wanted, body_of, code_of, read_status

_WAIT: Final = 60.0
_NOT_YET: Final = NeedsAuthorisation("微博账号还没有授权")
_GONE: Final = "微博上已经没有这一条，不是我们删除的"
_SAID: Final = "said_already"
_SLOW: Final = "taken_slowly"
_SETTINGS: Final = {"base_url": "接口地址", "uid": "账号 UID", "safe_domains": "安全域名"}
"""What a person knows the settings by that no account does without."""


class Weibo:
    """One account on Weibo, through an application whose 安全域名 covers the site."""

    kind: ClassVar[str] = "weibo"
    limits: ClassVar[Limits] = Limits(
        title=None,
        text=LIMIT,
        pictures=1,
        picture_bytes=None,
        calls_a_day=100,
        watch_after=(86_400.0,),
        settle_after=120.0,  # 20032 says one to two minutes
        settle_after_loss=600.0,  # §8
        confirm_after=(60.0, 120.0),
    )

    def __init__(self, account: Account, tools: Tools) -> None:
        """Take the account's settings; raises KeyError for a missing one."""
        self._http: Transport = tools.http
        self._media = tools.media
        self._base = URL(account.settings["base_url"])
        application = _application_of(account)
        # Without an application nobody could ever grant a token, so it must be there from the beginning.
        self._token = account.secret["access_token"] if application is None else _token_of(account)
        self._uid = account.settings["uid"] if self._token else account.settings.get("uid", "")
        self._authorisation = Authorisation(tools.http, self._base, application, self._uid)
        self._web = URL(account.settings.get("web_url", "https://weibo.com"))
        self._reads = Reads(tools.http, self._base, self._token, self._uid, self._web)
        self._domains = tuple(
            d.strip().lower() for d in account.settings["safe_domains"].split(",") if d.strip()
        )
        self._ip = account.settings.get("rip")

    @classmethod
    def open(cls, account: Account, tools: Tools, /) -> Self:
        """Make the channel of an account."""
        try:
            return cls(account, tools)
        except KeyError as missing:
            name = str(missing.args[0])
            raise ValueError(f"“{_SETTINGS.get(name, name)}”（{name}）还没有填写") from None

    @property
    def home(self) -> str:
        """The account's own page."""
        return str(self._web / "u" / self._uid) if self._uid else str(self._web)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where statuses stand; phones show them under the second name."""
        own = self._web.host or ""
        return ("weibo.com", "weibo.cn") if is_below(own, ("weibo.com",)) else (own,)

    def check(self, content: Content, /) -> tuple[Finding, ...]:
        """Say what of the content no status can carry."""
        host = host_of(content.url)
        findings = []
        if not is_below(host, self._domains):
            message = f"链接的域名 {host} 不在微博应用的安全域名里"
            findings.append(Finding("not_a_safe_domain", "url", message, blocks=True))
        if count(_compose(_harmless(content.title), "", content.url)) > LIMIT:
            findings.append(Finding("title_too_long", "title", f"标题加链接超过微博的{LIMIT}字", blocks=True))
        if content.pictures_by_rank and not fitting(content):
            message = "没有微博能用的图片（JPG、PNG、GIF、WebP），将不带图发布"
            findings.append(Finding("no_fitting_picture", "pictures", message, blocks=False))
        return tuple(findings)

    def render(self, content: Content, /) -> Post:
        """Compose title, summary and link; the summary is cut, the link never."""
        title, summary = _harmless(content.title), _harmless(content.summary)
        text = _compose(title, summary, content.url)
        if count(text) > LIMIT:
            summary = fit(summary, LIMIT, lambda cut: count(_compose(title, cut, content.url)))
            text = _compose(title, without_broken_link(summary), content.url)
        return Post(content.url, title, text, "", fitting(content)[:1], (), content)

    async def publish(self, post: Post, journal: Journal, /, *, at: datetime) -> Outcome:  # noqa: ARG002
        """Share the status, once."""
        if not self._token:
            return _NOT_YET
        fields = {"status": post.text, "access_token": self._token}
        if self._ip:
            fields["rip"] = self._ip
        body: Mapping[str, str] | Form = fields
        if post.pictures:
            try:
                body = await self._form(fields, post.pictures[0])
            except KeyError:
                return Refused("图片在库中找不到，请重新上传", "editor", "media_missing")
            except BadPicture:
                return Refused("图片打不开，或者太大，请换一张", "editor", "media_broken")
        match await self._http.send("POST", self._call("statuses/share"), body=body):
            case NotSent(reason):
                return NotAccepted(_WAIT, f"连不上微博({reason})")
            case NoAnswer(reason):
                return OutcomeUnknown(f"微博没有回答({reason})")
            case Answer() as answer:
                return await self._outcome(answer, journal)

    async def confirm(self, receipt: Receipt, _post: Post, /, *, at: datetime) -> Outcome:
        """Say live: a status is, once it has an id."""
        return Receipt(receipt.platform_id, receipt.link, receipt.live_at or at)

    async def find(self, post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:
        """Look through the newest statuses of our own application for the link, or for the same words."""
        if not self._token:
            return CouldNotLook(_NOT_YET.reason)
        left = await self._reads.left()
        if left is not None and left.is_reserve:
            reason = "今天的微博接口次数快用完，剩下的留给发布，之后再查"
            return CouldNotLook(reason, after=left.reset_after)
        statuses = await self._reads.timeline(since - CLOCKS)
        if isinstance(statuses, CouldNotLook):
            return statuses
        taken = frozenset(notes.get(TAKEN, "").split(","))
        wanted = Wanted(post.mark, without_links(post.text), since, taken)
        candidates = tuple(status for status in statuses if wanted.could_be(status))
        # Asking for the short address is a call: only where there is something to tell apart.
        is_plain = not candidates or any(wanted.names_link(status, None) for status in candidates)
        short = None if is_plain else await self._reads.short_link(post.mark)
        return wanted.judge(candidates, short) or _unseen(notes)

    async def watch(self, receipt: Receipt, _post: Post, /) -> Watch:
        """Look whether a status still stands, where half the calls of the day are still there for it."""
        left = await self._reads.left() if self._token and receipt.platform_id.isdigit() else None
        if left is None or left.calls * 2 < left.limit:
            return CouldNotLook("今天的微博接口次数要留给发布")
        match await self._reads.stands(receipt.platform_id):
            case True:
                return receipt
            case False:
                return Removed(_GONE)
            case None:
                return CouldNotLook("微博没有说这一条还在不在")

    async def withdraw(self, receipt: Receipt, _post: Post, /, *, reason: str, at: datetime) -> Withdrawal:  # noqa: ARG002
        """Delete the status where the application may; most may not, and a person must."""
        by_hand = WithdrawByHand(f"请登录微博删除：{receipt.link}")
        if not receipt.platform_id.isdigit():
            return by_hand  # a person found it, and gave its address alone
        body = {"access_token": self._token, "id": receipt.platform_id}
        match await self._http.send("POST", self._call("statuses/destroy"), body=body):
            case Answer() as answer if (code := code_of(answer)) is not None:
                return Withdrawn() if code == NO_STATUS else _not_deleted(answer, by_hand)
            case Answer(status=200) as answer if isinstance(body_of(answer), dict):
                return Withdrawn()
            case _:
                return NotAccepted(_WAIT, "微博没有回答")

    @property
    def is_granted(self) -> bool:
        """Say whether there is a token."""
        return bool(self._token)

    def grant_address(self, state: str, back: str, /) -> str | None:
        """Give the page on which the account's owner lets our application in."""
        return self._authorisation.address(state, back)

    async def take_grant(
        self, code: str, back: str, /, *, at: datetime
    ) -> Grant | Refused | NotAccepted | NeedsAuthorisation:
        """Change a code for a token."""
        return await self._authorisation.fetch(code, back, at=at)

    async def permission(self, /, *, at: datetime) -> Permission | NeedsAuthorisation | CouldNotLook:
        """Ask how long the token still lives."""
        return await self._authorisation.left(self._token, at=at) if self._token else _NOT_YET

    async def revoke(self) -> NeedsAuthorisation | CouldNotLook:
        """Give the token back."""
        return await self._authorisation.revoke(self._token) if self._token else _NOT_YET

    def _call(self, name: str) -> URL:
        return self._base / "2" / f"{name}.json"

    async def _form(self, fields: Mapping[str, str], picture: Picture) -> Form:
        """Make a multipart body of bytes: the length must be known, and the name fit the bytes (§3)."""
        form = Form()
        for name, value in fields.items():
            form.add_field(name, value)
        file = await ready(picture, await self._media.read(picture.sha256))
        form.add_field("pic", file.body, filename=file.name, content_type=file.mime)
        return form

    async def _outcome(self, answer: Answer, journal: Journal) -> Outcome:
        body, code = body_of(answer), code_of(answer)
        status = read_status(body, self._web, self._uid) if answer.status == 200 else None
        if status is not None:
            return status.receipt
        outcome = outcome_of(answer.status, body)
        if code in SAID_ALREADY:
            await journal.note(_SAID, str(code))
        elif code == TAKEN_SLOWLY:
            await journal.note(_SLOW, str(code))
        elif code in LIMITED and isinstance(outcome, NotAccepted):
            left = await self._reads.left()
            return outcome if left is None else NotAccepted(left.reset_after, outcome.reason)
        return outcome


def _application_of(account: Account) -> Application | None:
    client_id, secret = account.settings.get("client_id"), account.secret.get("client_secret")
    return Application(client_id, secret) if client_id and secret else None


def _token_of(account: Account) -> str:
    return account.secret.get("access_token", "")


def _unseen(notes: Mapping[str, str]) -> Sighting:
    """Say what it means that a look saw nothing; what the platform says it has is not sent again."""
    if _SLOW in notes:
        return CouldNotLook("微博说已收下，但时间线上还没有")
    if _SAID in notes:
        # Sharing once more would bring the same answer (§8): a person must look.
        return CouldNotLook("微博说已有相同的内容，但时间线上没有找到这一条，请到微博上核对", ask=True)
    return Absent()


def _not_deleted(answer: Answer, by_hand: WithdrawByHand) -> Withdrawal:
    match outcome_of(answer.status, body_of(answer)):
        case NotAccepted() as later:
            return later
        case OutcomeUnknown(reason):
            return NotAccepted(_WAIT, reason)
        case _:
            return by_hand


def _compose(title: str, summary: str, link: str) -> str:
    """Put a space before the link: Chinese text glued to it would be swallowed into it (§5)."""
    words = f"{title} {summary}" if summary and summary != title else title
    return f"{words} {link}"


def _harmless(text: str) -> str:
    """Turn `#` into its full-width twin: a pair of them would be a topic, which share refuses (§3)."""
    return one_line(text).replace("#", "＃")
