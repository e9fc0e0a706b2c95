"""Passive replies to readers as XML, within the platform's limits (contract wechat §8.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST_TEXT: Final = 2047  # bytes; one more and the reader gets nothing at all
MOST_CARDS_TO_EVENT: Final = 8
_MOST_TITLE: Final = 64
_MOST_DIGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Card:
    """An article in a reply."""

    title: str
    digest: str
    url: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reader is told: cards where there are any, else the text."""

    text: str = ""
    cards: tuple[Card, ...] = ()


def reply_xml(reply: Reply, *, to: str, sender: str, at: datetime) -> str:
    """Give a reply as XML; a text too long ends at a line, a card too many is left out by the caller."""
    head = (
        f"<ToUserName>{_cdata(to)}</ToUserName><FromUserName>{_cdata(sender)}</FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime>"
    )
    if not reply.cards:
        content = f"<Content>{_cdata(fit_text(reply.text))}</Content>"
        return f"<xml>{head}<MsgType>{_cdata('text')}</MsgType>{content}</xml>"
    items = "".join(_item(card) for card in reply.cards)
    count = f"<ArticleCount>{len(reply.cards)}</ArticleCount>"
    return f"<xml>{head}<MsgType>{_cdata('news')}</MsgType>{count}<Articles>{items}</Articles></xml>"


def fit_text(text: str) -> str:
    """Give as many whole lines as fit into MOST_TEXT bytes; a first line too long is cut at a character."""
    if len(text.encode()) <= MOST_TEXT:
        return text
    lines: Sequence[str] = text.split("\n")
    while len(lines) > 1:
        lines = lines[:-1]
        shorter = "\n".join(lines)
        if len(shorter.encode()) <= MOST_TEXT - len("\n…".encode()):
            return f"{shorter}\n…"
    return lines[0].encode()[: MOST_TEXT - len("…".encode())].decode("utf-8", "ignore") + "…"


def _item(card: Card) -> str:
    return (
        f"<item><Title>{_cdata(_cut(card.title, _MOST_TITLE))}</Title>"
        f"<Description>{_cdata(_cut(card.digest, _MOST_DIGEST))}</Description>"
        f"<PicUrl>{_cdata(card.picture)}</PicUrl><Url>{_cdata(card.url)}</Url></item>"
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _cdata(text: str) -> str:
    kept = "".join(char for char in text if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff"))
    kept = kept.encode("utf-8", "replace").decode()
    return "<![CDATA[" + kept.replace("]]>", "]]]]><![CDATA[>") + "]]>"
