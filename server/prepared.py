"""Prepared answers: public bytes with their version, in the encoding a client likes, or 304 without them."""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

import brotli
from aiohttp import hdrs, web

from server.negotiation import Encoding, choose_encoding, is_known

_WORTH: Final = 600  # bytes below which packing saves no packet
_KEPT: Final = 8 * 1024 * 1024  # bytes: whoever asks something else each time must not fill the memory
_LONG: Final = 64 * 1024  # bytes whose packing would keep others waiting
_OFFERED: Final[frozenset[Encoding]] = frozenset({"br", "gzip", "identity"})


class Packed:
    """The packed forms of recent answers, by content: equal answers are packed once."""

    def __init__(self, *, bound: int = _KEPT) -> None:
        """Begin with none; `bound` bytes are kept."""
        self._kept: OrderedDict[tuple[str, Encoding], bytes] = OrderedDict()
        self._bound, self.weight = bound, 0

    async def pack(self, digest: str, encoding: Encoding, body: bytes) -> bytes:
        """Give a body in an encoding."""
        if encoding == "identity":
            return body
        key = (digest, encoding)
        packed = self._kept.get(key)
        if packed is None:
            is_long = len(body) > _LONG
            packed = await asyncio.to_thread(_pack, encoding, body) if is_long else _pack(encoding, body)
            self._keep(key, packed)
        return packed

    def _keep(self, key: tuple[str, Encoding], packed: bytes) -> None:
        self.weight += len(packed) - len(self._kept.get(key, b""))
        self._kept[key] = packed
        while self.weight > self._bound:
            self.weight -= len(self._kept.popitem(last=False)[1])


def _pack(encoding: Encoding, body: bytes) -> bytes:
    return brotli.compress(body, quality=4) if encoding == "br" else gzip.compress(body, 6, mtime=0)


PACKED: web.AppKey[Packed] = web.AppKey("packed", Packed)


async def prepared(
    request: web.Request, body: bytes, content_type: str, headers: Mapping[str, str]
) -> web.Response:
    """Answer with public bytes, or 304 when the client has them; the version follows from the bytes alone."""
    digest = hashlib.sha256(body).hexdigest()[:20]
    offered: frozenset[Encoding] = _OFFERED if len(body) > _WORTH else frozenset({"identity"})
    encoding = choose_encoding(",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ())), offered)
    told = {
        **headers,
        hdrs.CONTENT_TYPE: content_type,
        hdrs.ETAG: f'"{digest}"' if encoding == "identity" else f'"{digest}-{encoding}"',
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
    }
    known = request.headers.getall(hdrs.IF_NONE_MATCH, None)
    if known is not None and is_known(",".join(known), digest):
        return web.Response(status=304, headers=told)
    if encoding != "identity":
        told[hdrs.CONTENT_ENCODING] = encoding
    packed = await request.config_dict[PACKED].pack(digest, encoding, body)
    return web.Response(body=packed, headers=told)
