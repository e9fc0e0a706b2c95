"""A request to the hub, read and judged by itself: no store and no network is asked (CONTRACT.md §2)."""

import hashlib
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import parse_qsl

from yarl import URL

from server.subscribe.topics import Topics

MAX_BYTES: Final = 8192
LEASE: Final = 10 * 86_400
_SHORTEST, _LONGEST = 3600, 30 * 86_400
_SECRET_BYTES: Final = 200
_CALLBACK: Final = 2000
_FIELDS: Final = 50
_LOW_PORTS: Final = 1024


class HubRefusal(Exception):
    """The hub does not take a request: an HTTP status, a code for machines, a Chinese sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        """Say why."""
        super().__init__(code)
        self.status, self.code, self.sentence = status, code, sentence


@dataclass(frozen=True, slots=True)
class HubRequest:
    """What somebody asks for. `topic` is the feed's path; a publisher's ping has no callback."""

    mode: Literal["subscribe", "unsubscribe", "publish"]
    topic: str
    callback: str = ""
    host: str = ""
    secret: str = field(default="", repr=False)
    lease_seconds: int = LEASE

    @property
    def key(self) -> str:
        """Give what a subscription goes by: feed and callback (WebSub §5.1)."""
        return hashlib.sha256(f"{self.topic}\n{self.callback}".encode()).hexdigest()


def read_request(body: bytes, topics: Topics) -> HubRequest:
    """Read a form; parameters that we do not know are passed over. Raises HubRefusal."""
    given = _fields(body)
    mode = given.get("hub.mode", "")
    if mode == "publish":  # the parameter differs between publishers
        return HubRequest("publish", _topic(given.get("hub.topic") or given.get("hub.url", ""), topics))
    if mode != "subscribe" and mode != "unsubscribe":  # noqa: PLR1714 -- the type checker follows this
        raise HubRefusal(400, "mode_unknown", "hub.mode 只能是 subscribe、unsubscribe 或 publish")
    topic = _topic(given.get("hub.topic", ""), topics)
    callback, host = _callback(given.get("hub.callback", ""))
    secret = given.get("hub.secret", "")
    if len(secret.encode()) >= _SECRET_BYTES:
        raise HubRefusal(400, "secret_too_long", "hub.secret 应少于 200 字节")
    lease = _lease(given.get("hub.lease_seconds", ""))
    return HubRequest(
        "subscribe" if mode == "subscribe" else "unsubscribe", topic, callback, host, secret, lease
    )


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except ValueError:  # not UTF-8, or too many
        raise HubRefusal(400, "form_unreadable", "请求应是 UTF-8 编码的表单") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields


def _topic(url: str, topics: Topics) -> str:
    path = topics.path_of(url)
    if path is None:
        raise HubRefusal(
            400, "topic_unknown", "hub.topic 应是本站一个订阅源的地址，与订阅源里 rel=self 的地址完全一致"
        )
    return path


def _callback(text: str) -> tuple[str, str]:
    """Give a callback as it was given, and its host."""
    wrong = HubRefusal(400, "callback_invalid", "hub.callback 应是 http:// 或 https:// 开头的完整网址")
    if not 0 < len(text) <= _CALLBACK or not text.isascii() or not text.isprintable() or " " in text:
        raise wrong
    try:
        url = URL(text, encoded=True)
        host, port = (url.host or "").lower(), url.port
    except ValueError:
        raise wrong from None
    if url.scheme not in ("http", "https") or not host or url.raw_user is not None or "#" in text:
        raise wrong
    if port is None or (port < _LOW_PORTS and port not in (80, 443)):
        raise HubRefusal(400, "callback_port", "hub.callback 的端口应是 80、443 或 1024 以上")
    return text, host


def _lease(text: str) -> int:
    """Give the lease that is asked for, within our bounds: the hub decides (WebSub §5.1)."""
    if not text:
        return LEASE
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise HubRefusal(400, "lease_invalid", "hub.lease_seconds 应是秒数")
    return min(max(int(text), _SHORTEST), _LONGEST)
