"""Tells the account's own server what happened: three tries of five seconds (contract wechat §8.3)."""

import asyncio
from collections.abc import Mapping
from secrets import randbelow

import aiohttp
from aiohttp import web
from lxml import etree

from channels.sandbox.wechat.audience import GH_ID, Callback
from channels.sandbox.wechat.book import APPID
from channels.sandbox.wechat.crypt import decrypt, encrypt, sign
from channels.sandbox.wechat.events import Event, cdata
from channels.sandbox.wechat.platform import WeChat

_TRIES = 3
_SECONDS = 5.0
_PAUSE = 0.2
_MOST_ANSWER = 64 * 1024


class NoGoodAnswer(Exception):
    """The server did not answer in time, or not in the way that WeChat understands."""


class Postman:
    """Carries events to one callback address, one after the other."""

    def __init__(self, wechat: WeChat, http: aiohttp.ClientSession) -> None:
        """Take the platform and the way out."""
        self._wechat, self._http = wechat, http
        self._turn = asyncio.Lock()
        self.tried: list[str] = []  # how each try ended, newest last

    async def carry_on(self) -> None:
        """Carry whatever happens, until cancelled."""
        while True:
            await self.carry_due()
            await asyncio.sleep(_PAUSE)

    async def carry_due(self) -> None:
        """Carry all that has happened by now; what nobody takes in three tries is lost."""
        self._wechat.settle()
        async with self._turn:
            while self._wechat.outbox:
                event = self._wechat.outbox.popleft()
                try:
                    await self.tell(event)
                except NoGoodAnswer:
                    continue  # each try stands in `tried`
            await self._wechat.save()

    async def introduce(self, callback: Callback) -> bool:
        """Ask an address to prove that it knows the token, before it is taken (contract §8.1)."""
        echo = str(randbelow(10**18))
        try:
            async with asyncio.timeout(_SECONDS):
                query = {**_signed(callback, self._stamp()), "echostr": echo}
                async with self._http.get(callback.url, params=query, allow_redirects=False) as answer:
                    return answer.status == 200 and await answer.content.read(len(echo) + 1) == echo.encode()
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False

    async def tell(self, event: Event) -> str:
        """Tell one event and give the answer's XML, "" for none; raises NoGoodAnswer."""
        callback = self._wechat.book.callback
        if callback is None:
            return ""
        for _ in range(_TRIES):
            try:
                async with asyncio.timeout(_SECONDS):
                    answer = await self._post(callback, event)
            except (aiohttp.ClientError, TimeoutError) as error:
                self.tried.append(type(error).__name__)
                continue
            self.tried.append("answered")
            return _read(callback, answer)
        raise NoGoodAnswer

    async def _post(self, callback: Callback, event: Event) -> str:
        query = {**_signed(callback, self._stamp()), "openid": event.openid}
        body = event.xml
        if callback.mode != "plain":
            secret = encrypt(callback.aes_key, event.xml, APPID)
            mark = sign(callback.token, query["timestamp"], query["nonce"], secret)
            query |= {"encrypt_type": "aes", "msg_signature": mark}
            whole = f"<xml><ToUserName>{cdata(GH_ID)}</ToUserName><Encrypt>{cdata(secret)}</Encrypt></xml>"
            both = body.removesuffix("</xml>") + f"<Encrypt>{cdata(secret)}</Encrypt></xml>"
            body = whole if callback.mode == "safe" else both
        headers = {"Content-Type": "text/xml"}
        async with self._http.post(
            callback.url, params=query, data=body.encode(), headers=headers, allow_redirects=False
        ) as answer:
            text = (await answer.content.read(_MOST_ANSWER)).decode("utf-8", "replace")
            if answer.status != 200:
                raise aiohttp.ClientPayloadError(f"HTTP {answer.status}")
            return text

    def _stamp(self) -> str:
        return str(int(self._wechat.now().timestamp()))


POSTMAN: web.AppKey[Postman] = web.AppKey("postman", Postman)


def _signed(callback: Callback, timestamp: str) -> Mapping[str, str]:
    nonce = str(randbelow(10**10))
    return {"signature": sign(callback.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}


def _read(callback: Callback, answer: str) -> str:
    if answer.strip() in ("", "success"):
        return ""
    try:
        root = _parse(answer)
        secret = root.findtext("Encrypt")
        if secret is None:
            if callback.mode == "safe":
                raise NoGoodAnswer
            return answer
        parts = (root.findtext(name) or "" for name in ("TimeStamp", "Nonce"))
        if root.findtext("MsgSignature") != sign(callback.token, *parts, secret):
            raise NoGoodAnswer
        return decrypt(callback.aes_key, secret, APPID)
    except (ValueError, etree.XMLSyntaxError):
        raise NoGoodAnswer from None


def _parse(text: str) -> "etree._Element":
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(text.encode(), parser)
