"""Prepared answers: public bytes with their version, in the encoding a client likes, or 304 without them."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

import brotli
from aiohttp import hdrs, web

from server.negotiation import Encoding, choose_encoding, is_known

_WORTH: Final = 600  # bytes below which packing saves no packet
_KEPT: Final = 256
_OFFERED: Final[frozenset[Encoding]] = frozenset({"br", "gzip", "identity"})


class Packed:
    """The packed forms of recent answers, by content: equal answers are packed once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: OrderedDict[tuple[str, Encoding], bytes] = OrderedDict()

    def pack(self, digest: str, encoding: Encoding, body: bytes) -> bytes:
        """Give a body in an encoding."""
        if encoding == "identity":
            return body
        key = (digest, encoding)
        if key not in self._kept:
            packed = brotli.compress(body, quality=4) if encoding == "br" else gzip.compress(body, 6, mtime=0)
            self._kept[key] = packed
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


PACKED: web.AppKey[Packed] = web.AppKey("packed", Packed)


def prepared(
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
    return web.Response(body=request.config_dict[PACKED].pack(digest, encoding, body), headers=told)
