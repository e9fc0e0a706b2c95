"""A browser with its maker's push service: it takes messages on a real socket and decrypts them."""

import json
import os
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.subscribe.push_message import encode_point, pack


def decrypt(body: bytes, private: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """Do what a browser does (RFC 8188 §2, RFC 8291 §3.4), written from the other side."""
    salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    assert len(sealed) <= size
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    both = encode_point(private.public_key()) + sender
    start = HKDF(hashes.SHA256(), 32, secret, b"WebPush: info\x00" + both).derive(shared)
    key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(start)
    nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(start)
    plain = AESGCM(key).decrypt(nonce, sealed, None)
    assert plain.endswith(b"\x02")
    return plain[:-1]


@dataclass(slots=True)
class Browser:
    """One browser; `name` tells it from others on the same service."""

    name: str = "b1"
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    heard: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Service:
    """The service of one maker."""

    status: int = 201
    browsers: dict[str, Browser] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    server: TestServer | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/send/{name}", self._take)
        self.server = TestServer(app)
        await self.server.start_server()

    @property
    def origin(self) -> str:
        """Give where it stands."""
        assert self.server is not None
        return str(self.server.make_url("/").origin())

    async def close(self) -> None:
        assert self.server is not None
        await self.server.close()

    def told(self, browser: Browser, *topics: str, keeps_quiet: bool = True) -> bytes:
        """Give what the subscribe page sends for a browser."""
        assert self.server is not None
        self.browsers[browser.name] = browser
        keys = {"p256dh": pack(encode_point(browser.private.public_key())), "auth": pack(browser.secret)}
        endpoint = str(self.server.make_url(f"/send/{browser.name}"))
        return json.dumps(
            {"endpoint": endpoint, "expirationTime": None, "keys": keys, "topics": topics,
             "keeps_quiet": keeps_quiet}
        ).encode()  # fmt: skip

    async def _take(self, request: web.Request) -> web.Response:
        browser = self.browsers[request.match_info["name"]]
        self.headers.append(dict(request.headers))
        if self.status == 201:
            browser.heard.append(json.loads(decrypt(await request.read(), browser.private, browser.secret)))
        return web.Response(status=self.status)
