"""What a push of WeChat tells: a reader's word or touch, or the end of a job (contract wechat §8.4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml.etree import _Element as Element

from channels.wechat.envelope import BadPush, field_of, read_envelope

_MOST_TEXT: Final = 2048
_MOST_KEY: Final = 256
_MOST_ID: Final = 100
_MOST_LINK: Final = 1000
_MOST_DIGITS: Final = 20  # of the number of a job; those seen have ten
_LINK: Final = re.compile(r"https?://[^\s<>\"']+")
_REPRINT: Final = "微信认为与别的公众号声明原创的文章相同，不能群发"
_ENDS: Final[Mapping[str, str]] = {
    "send success": "",
    "send fail": "",
    "err(10001)": "涉嫌广告",
    "err(20001)": "涉嫌政治",
    "err(20002)": "涉嫌色情",
    "err(20004)": "涉嫌社会",
    "err(20006)": "涉嫌违法犯罪",
    "err(20008)": "涉嫌欺诈",
    "err(20013)": "涉嫌版权",
    "err(22000)": "涉嫌互推",
    "err(21000)": "涉嫌其他违规",
    "err(30001)": "原创校验时出错",
    "err(30002)": "原创校验判定不能群发",
    "err(30003)": "原创校验判定为转载，需要人来决定",
}
"""Status of MASSSENDJOBFINISH (§6.7); a plain failure says nothing that a person could act on."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """A reader wrote; `text` is empty for a picture, a voice and the like."""

    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A reader pressed a button of the menu."""

    key: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A reader follows the account now."""


@dataclass(frozen=True, slots=True)
class Left:
    """A reader left the account."""


@dataclass(frozen=True, slots=True)
class JobEnded:
    """A publishing job or a push ended; how, a look must tell: an event is no proof."""

    platform_id: str
    article: str = ""  # what a job brought out, as far as it is told


@dataclass(frozen=True, slots=True)
class BroadcastEnded:
    """A push to followers ended (§6.7); how, a look must tell, but links and faults are told here only.

    Articles by their number in the push, 1 is the first.
    """

    job: str
    status: str  # what is wrong with it in Chinese, "" when nothing is or nothing is said
    links: tuple[tuple[int, str], ...] = ()
    faults: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Other:
    """Something that we do nothing about."""


What = Wrote | Pressed | Followed | Left | JobEnded | BroadcastEnded | Other


@dataclass(frozen=True, slots=True)
class Push:
    """One push; `key` is the same whenever the platform repeats it (§8.3)."""

    account: str  # gh_…
    openid: str
    key: str
    what: What


def read_push(xml: bytes) -> Push:
    """Read a push; raises BadPush for what has no sender or no kind."""
    root = read_envelope(xml)
    account, openid = field_of(root, "ToUserName"), field_of(root, "FromUserName")
    kind, at = field_of(root, "MsgType"), field_of(root, "CreateTime")
    if not account or not openid or not kind or not at.isascii() or not at.isdigit():
        raise BadPush("fields")
    if max(map(len, (account, openid, kind, at))) > 128:
        raise BadPush("fields")
    event, pressed = field_of(root, "Event"), field_of(root, "EventKey")
    if kind == "event":
        what = _event(event, pressed, root.findtext("PublishEventInfo/publish_id"), root.findtext("MsgID"))
        if isinstance(what, JobEnded):
            article = (root.findtext("PublishEventInfo/article_id") or "").strip()
            what = replace(what, article=article if len(article) <= _MOST_ID else "")
        if isinstance(what, BroadcastEnded):
            what = _broadcast(root, what.job)
        job = _job_of(what)
        # Two events of one second by one reader differ in name and key (§8.3).
        key = f"{openid} {at} {event.lower()} {pressed[:_MOST_KEY]} {job}"
    else:
        what = Wrote(field_of(root, "Content")[:_MOST_TEXT].strip() if kind == "text" else "")
        # Message ids have been repeated for other readers, so the reader belongs to the key (§8.3).
        key = f"{openid} {field_of(root, 'MsgId')[:64] or at}"
    return Push(account, openid, key, what)


def _job_of(what: What) -> str:
    match what:
        case JobEnded(job) | BroadcastEnded(job):
            return job
        case _:
            return ""


def _broadcast(root: Element, job: str) -> BroadcastEnded:
    """Read how a push ended; what is no number of an article or no address is left out."""
    links, faults = list[tuple[int, str]](), list[tuple[int, str]]()
    for one in root.iterfind("ArticleUrlResult/ResultList/item"):
        number, link = _number(one), field_of(one, "ArticleUrl")
        if number and len(link) <= _MOST_LINK and _LINK.match(link):
            links.append((number, link))
    for one in root.iterfind("CopyrightCheckResult/ResultList/item"):
        if (number := _number(one)) and field_of(one, "CanReprint") != "1":
            faults.append((number, _REPRINT))
    status = field_of(root, "Status")[:_MOST_ID].strip().lower()
    return BroadcastEnded(job, _ENDS.get(status, status), tuple(links), tuple(faults))


def _number(one: Element) -> int:
    text = field_of(one, "ArticleIdx")
    return int(text) if len(text) == 1 and text in "12345678" else 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _event(event: str, key: str, publish_id: str | None, msg_id: str | None) -> What:
    match event.lower():  # their case varies (§8.4)
        case "subscribe":
            return Followed()
        case "unsubscribe":
            return Left()
        case "click" if key and len(key) <= _MOST_KEY:
            return Pressed(key)
        case "publishjobfinish" if publish_id and _is_number(publish_id):
            return JobEnded(publish_id)
        case "masssendjobfinish" if msg_id and _is_number(msg_id):
            return BroadcastEnded(msg_id, "")
        case _:
            return Other()
