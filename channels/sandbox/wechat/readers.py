"""What followers do: write, press, follow, leave; and what of the answer they see (contract wechat §8.5)."""

from dataclasses import replace

from aiohttp import web
from lxml import etree

from channels.sandbox.wechat.audience import Line
from channels.sandbox.wechat.events import Event, happened, said
from channels.sandbox.wechat.platform import WeChat
from channels.sandbox.wechat.postman import NoGoodAnswer, Postman

_AWAY = "该公众号暂时无法提供服务，请稍后再试"
_MOST_TEXT = 2047  # bytes
_MOST_CARDS = 8
_FIRST_MESSAGE = 24_000_000_000_000_001


class Readers:
    """The followers' fingers."""

    def __init__(self, wechat: WeChat, postman: Postman) -> None:
        """Take the platform and who tells the account's server."""
        self._wechat, self._postman = wechat, postman

    async def write(self, openid: str, text: str) -> None:
        """Write a message to the account."""
        at, lines = self._wechat.now(), self._wechat.book.lines
        lines.append(Line(openid, "reader", text, at))
        await self._ask(said(openid, at, text, _FIRST_MESSAGE + len(lines)), most_cards=1)

    async def press(self, openid: str, key: str) -> None:
        """Press a button of the menu that has a key."""
        await self._ask(happened(openid, self._wechat.now(), "CLICK", key), most_cards=_MOST_CARDS)

    async def follow(self, openid: str) -> None:
        """Follow the account."""
        self._turn(openid, is_subscribed=True)
        await self._ask(happened(openid, self._wechat.now(), "subscribe"), most_cards=_MOST_CARDS)

    async def leave(self, openid: str) -> None:
        """Leave the account; whatever is answered reaches nobody."""
        self._turn(openid, is_subscribed=False)
        try:
            await self._postman.tell(happened(openid, self._wechat.now(), "unsubscribe"))
        except NoGoodAnswer:
            return  # the leaver sees nothing of it

    def _turn(self, openid: str, *, is_subscribed: bool) -> None:
        followers = self._wechat.book.followers
        followers[openid] = replace(followers[openid], is_subscribed=is_subscribed)
        self._wechat.touch()

    async def _ask(self, event: Event, *, most_cards: int) -> None:
        wechat, openid = self._wechat, event.openid
        follower = wechat.book.followers[openid]
        wechat.book.followers[openid] = replace(follower, spoke_at=wechat.now(), unanswered=0)
        wechat.touch()
        try:
            answer = await self._postman.tell(event)
            line = self._read(openid, answer, most_cards) if answer else None
        except NoGoodAnswer:
            line = Line(openid, "notice", _AWAY, wechat.now())
        if line is not None:
            wechat.book.lines.append(line)

    def _read(self, openid: str, answer: str, most_cards: int) -> Line | None:
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            root = etree.fromstring(answer.encode(), parser)
        except (ValueError, etree.XMLSyntaxError):
            raise NoGoodAnswer from None
        if root.findtext("ToUserName") != openid:
            raise NoGoodAnswer
        at = self._wechat.now()
        if root.findtext("MsgType") == "text":
            text = root.findtext("Content") or ""
            # A text that is too long is not delivered at all (contract §8.5).
            return Line(openid, "account", text, at) if 0 < len(text.encode()) <= _MOST_TEXT else None
        cards = tuple(
            tuple(item.findtext(name) or "" for name in ("Title", "Description", "Url", "PicUrl"))
            for item in root.iterfind("Articles/item")
        )
        count = root.findtext("ArticleCount")
        if (
            root.findtext("MsgType") != "news"
            or not 1 <= len(cards) <= most_cards
            or count != str(len(cards))
        ):
            raise NoGoodAnswer
        return Line(openid, "account", "", at, tuple((one[0], one[1], one[2], one[3]) for one in cards))


READERS: web.AppKey[Readers] = web.AppKey("readers", Readers)
