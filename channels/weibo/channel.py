"""Channel for Weibo: one share, one look on the timeline (contract weibo §3, §6, §8)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
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
from channels.item import Account, Content, Picture
from channels.transport import Answer, Form, NoAnswer, NotSent, Result, Transport
from channels.weibo.length import LIMIT, count, without_links
from channels.weibo.outcomes import outcome_of

_BASE62: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PICTURES: Final = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}
_PICTURE_BYTES: Final = 5 * 1024 * 1024
_NO_STATUS: Final = {20101, 20102}
_SLACK: Final = timedelta(minutes=1)  # the platform's clock need not be ours
_WAIT: Final = 60.0


class Weibo:
    """One account on Weibo, through an application whose 安全域名 covers the site."""

    kind: ClassVar[str] = "weibo"
    limits: ClassVar[Limits] = Limits(
        title=None,
        text=LIMIT,
        pictures=1,
        picture_bytes=_PICTURE_BYTES,
        calls_a_day=100,
        idempotency_key=False,
        settle_after=120.0,  # 20032 says one to two minutes
        confirm_after=(60.0, 120.0),
        needs_page=True,
    )

    def __init__(self, account: Account, tools: Tools) -> None:
        """Take the account's settings; raises KeyError for a missing one."""
        self._http: Transport = tools.http
        self._media = tools.media
        self._token = account.secret["access_token"]
        self._base = URL(account.settings["base_url"])
        self._uid = account.settings["uid"]
        self._web = URL(account.settings.get("web_url", "https://weibo.com"))
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
            raise ValueError(f"缺少设置项 {missing.args[0]}") from None

    def check(self, content: Content, /) -> tuple[Finding, ...]:
        """Say what of the content no status can carry."""
        host = (URL(content.url).host or "").lower()
        findings = []
        if not any(host == domain or host.endswith("." + domain) for domain in self._domains):
            message = f"链接的域名 {host} 不在微博应用的安全域名里"
            findings.append(Finding("not_a_safe_domain", "url", message, blocks=True))
        if count(_compose(_harmless(content.title), "", content.url)) > LIMIT:
            findings.append(Finding("title_too_long", "title", f"标题加链接超过微博的{LIMIT}字", blocks=True))
        return tuple(findings)

    def render(self, content: Content, /) -> Post:
        """Compose title, summary and link; the summary is cut, the link never."""
        title, summary = _harmless(content.title), _harmless(content.summary)
        text = _compose(title, summary, content.url)
        if count(text) > LIMIT:
            summary = fit(summary, LIMIT, lambda cut: count(_compose(title, cut, content.url)))
            text = _compose(title, summary, content.url)
        pictures = tuple(p for p in content.pictures if p.mime in _PICTURES and p.size < _PICTURE_BYTES)[:1]
        return Post(content.url, title, text, "", pictures, (), content)

    async def publish(self, post: Post, _journal: Journal, /, *, at: datetime) -> Outcome:  # noqa: ARG002
        """Share the status, once."""
        fields = {"status": post.text, "access_token": self._token}
        if self._ip:
            fields["rip"] = self._ip
        body: Mapping[str, str] | Form = fields
        if post.pictures:
            try:
                body = await self._form(fields, post.pictures[0])
            except KeyError:
                return Refused("图片在库中找不到,请重新上传", "editor", "media_missing")
        match await self._http.send("POST", self._call("statuses/share"), body=body):
            case NotSent(reason):
                return NotAccepted(_WAIT, f"连不上微博({reason})")
            case NoAnswer(reason):
                return OutcomeUnknown(f"微博没有回答({reason})")
            case Answer() as answer:
                return self._outcome(answer)

    async def confirm(self, receipt: Receipt, _post: Post, /, *, at: datetime) -> Outcome:
        """Say live: a status is, once it has an id."""
        return Receipt(receipt.platform_id, receipt.link, receipt.live_at or at)

    async def find(self, post: Post, /, *, since: datetime, notes: Mapping[str, str]) -> Sighting:  # noqa: ARG002
        """Look through the newest statuses of our own application for the link, or for the same words."""
        short = await self._short_link(post.mark)
        query = {"access_token": self._token, "uid": self._uid, "base_app": "1", "count": "100"}
        statuses = _statuses(await self._http.send("GET", self._call("statuses/user_timeline"), query=query))
        if statuses is None:
            return CouldNotLook("微博时间线没有给出结果")
        for status in statuses:
            receipt = self._receipt(status)
            if receipt is not None and self._is_ours(status, post, short, since - _SLACK, receipt):
                return receipt
        return Absent()

    async def withdraw(self, receipt: Receipt, _post: Post, /, *, reason: str, at: datetime) -> Withdrawal:  # noqa: ARG002
        """Delete the status where the application may; most may not, and a person must."""
        body = {"access_token": self._token, "id": receipt.platform_id}
        match await self._http.send("POST", self._call("statuses/destroy"), body=body):
            case Answer(status=200):
                return Withdrawn()
            case Answer() as answer if _code(answer) in _NO_STATUS:
                return Withdrawn()
            case Answer() as answer if _code(answer) is not None:
                return WithdrawByHand(f"请登录微博删除:{receipt.link}")
            case _:
                return NotAccepted(_WAIT, "微博没有回答")

    def _call(self, name: str) -> URL:
        return self._base / "2" / f"{name}.json"

    async def _form(self, fields: Mapping[str, str], picture: Picture) -> Form:
        """Make a multipart body of bytes: the length must be known, and the name fit the bytes (§3)."""
        form = Form()
        for name, value in fields.items():
            form.add_field(name, value)
        body = await self._media.read(picture.sha256)
        name = f"picture.{_PICTURES[picture.mime]}"
        form.add_field("pic", body, filename=name, content_type=picture.mime)
        return form

    def _outcome(self, answer: Answer) -> Outcome:
        body = _json(answer)
        receipt = self._receipt(body) if answer.status == 200 else None
        return receipt or outcome_of(answer.status, body)

    def _receipt(self, status: Any) -> Receipt | None:
        """Read a status object; ids are strings, since they exceed 2^53 (§4)."""
        try:
            mid, created = str(status["idstr"]), str(status["created_at"])
            live_at = datetime.strptime(created, "%a %b %d %H:%M:%S %z %Y")
            link = self._web / self._uid / _mid62(int(mid))
        except (KeyError, TypeError, ValueError):
            return None
        return None if status.get("deleted") else Receipt(mid, str(link), live_at)

    async def _short_link(self, mark: str) -> str | None:
        """Give the t.cn address of our link, by which the platform writes it; None when it does not tell."""
        query = {"access_token": self._token, "url_long": mark}
        match await self._http.send("GET", self._call("short_url/shorten"), query=query):
            case Answer(status=200) as answer:
                try:
                    (found,) = (url for url in answer.json()["urls"] if url["url_long"] == mark)
                    return str(found["url_short"])
                except (KeyError, TypeError, ValueError):
                    return None
            case _:
                return None

    def _is_ours(self, status: Any, post: Post, short: str | None, since: datetime, receipt: Receipt) -> bool:
        # An earlier release of the same item carries the same link: the time tells them apart.
        if receipt.live_at is None or receipt.live_at < since:
            return False
        text = str(status.get("text", ""))
        if short is not None:
            return short in text.split()
        return post.mark in text or without_links(text) == without_links(post.text)


def _compose(title: str, summary: str, link: str) -> str:
    """Put a space before the link: Chinese text glued to it would be swallowed into it (§5)."""
    words = f"{title} {summary}" if summary and summary != title else title
    return f"{words} {link}"


def _harmless(text: str) -> str:
    """Turn `#` into its full-width twin: a pair of them would be a topic, which share refuses (§3)."""
    return one_line(text).replace("#", "＃")


def _statuses(result: Result) -> list[Any] | None:
    match result:
        case Answer(status=200) as answer:
            body = _json(answer)
            statuses = body.get("statuses") if isinstance(body, dict) else None
            return statuses if isinstance(statuses, list) else None
        case _:
            return None


def _json(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _code(answer: Answer) -> int | None:
    body = _json(answer)
    try:
        return int(body["error_code"])
    except (KeyError, TypeError, ValueError):
        return None


def _mid62(mid: int) -> str:
    """Write an id as web addresses do: groups of seven digits from the right, each to base 62 (§4)."""
    digits, groups = str(mid), []
    while digits:
        groups.append(digits[-7:])
        digits = digits[:-7]
    written = [_base62(int(group)) for group in reversed(groups)]
    return written[0] + "".join(group.rjust(4, "0") for group in written[1:])


def _base62(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, 62)
        letters = _BASE62[rest] + letters
    return letters or "0"
