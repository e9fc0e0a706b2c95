"""What a push of WeChat tells: a reader's word or touch, or the end of a job (contract wechat §8.4)."""

from dataclasses import dataclass, replace
from typing import Final

from channels.wechat.envelope import BadPush, field_of, read_envelope

_MOST_TEXT: Final = 2048
_MOST_KEY: Final = 256
_MOST_ID: Final = 100


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
class Other:
    """Something that we do nothing about."""


What = Wrote | Pressed | Followed | Left | JobEnded | Other


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
        job = what.platform_id if isinstance(what, JobEnded) else ""
        # Two events of one second by one reader differ in name and key (§8.3).
        key = f"{openid} {at} {event.lower()} {pressed[:_MOST_KEY]} {job}"
    else:
        what = Wrote(field_of(root, "Content")[:_MOST_TEXT].strip() if kind == "text" else "")
        # Message ids have been repeated for other readers, so the reader belongs to the key (§8.3).
        key = f"{openid} {field_of(root, 'MsgId')[:64] or at}"
    return Push(account, openid, key, what)


def _event(event: str, key: str, publish_id: str | None, msg_id: str | None) -> What:
    match event.lower():  # their case varies (§8.4)
        case "subscribe":
            return Followed()
        case "unsubscribe":
            return Left()
        case "click" if key and len(key) <= _MOST_KEY:
            return Pressed(key)
        case "publishjobfinish" if publish_id and publish_id.isascii() and publish_id.isdigit():
            return JobEnded(publish_id)
        case "masssendjobfinish" if msg_id and msg_id.isascii() and msg_id.isdigit():
            return JobEnded(msg_id)
        case _:
            return Other()
