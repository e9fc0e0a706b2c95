"""A push message as a push service takes it: encrypted for one browser (RFC 8291), signed by us (RFC 8292).

Pure: keys, salt and time come in. What comes out only that browser can read, not the service between.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RECORD: Final = 4096
LONGEST: Final = 3000
"""Bytes of a message: services refuse more than one record with all its wrapping (RFC 8030 §7.2)."""
_TOKEN_LIFE: Final = timedelta(hours=12)  # 24 at most (RFC 8292 §2)
_POINT: Final = 65
_SECRET: Final = 16


class BadBrowserKey(ValueError):
    """What a browser gave as its keys are none."""


@dataclass(frozen=True, slots=True)
class BrowserKeys:
    """The keys of one browser."""

    public: ec.EllipticCurvePublicKey
    secret: bytes = field(repr=False)

    @classmethod
    def read(cls, public: str, secret: str) -> "BrowserKeys":
        """Read keys as browsers give them; raises BadBrowserKey."""
        try:
            point, shared = unpack(public), unpack(secret)
            if len(point) != _POINT or len(shared) != _SECRET:
                raise BadBrowserKey
            return cls(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point), shared)
        except ValueError:
            raise BadBrowserKey from None


def encrypt(message: bytes, browser: BrowserKeys, ours: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Encrypt a message for one browser; `ours` and `salt` serve this message alone (RFC 8291 §3)."""
    if len(message) > LONGEST:
        raise ValueError("a push message is too long")
    own, theirs = encode_point(ours.public_key()), encode_point(browser.public)
    shared = ours.exchange(ec.ECDH(), browser.public)
    start = _derive(browser.secret, shared, b"WebPush: info\0" + theirs + own, 32)
    key = _derive(salt, start, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, start, b"Content-Encoding: nonce\0", 12)
    record = AESGCM(key).encrypt(nonce, message + b"\x02", None)  # 2: the last record (RFC 8188 §2)
    return salt + RECORD.to_bytes(4, "big") + bytes((len(own),)) + own + record


def authorise(origin: str, contact: str, ours: ec.EllipticCurvePrivateKey, *, at: datetime) -> str:
    """Give the Authorization header by which a push service knows us (RFC 8292 §3)."""
    claims = {"aud": origin, "exp": int((at + _TOKEN_LIFE).timestamp()), "sub": contact}
    parts = [{"typ": "JWT", "alg": "ES256"}, claims]
    signed = ".".join(pack(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    r, s = decode_dss_signature(ours.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = pack(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={pack(encode_point(ours.public_key()))}"


def encode_point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Give a public key as 65 bytes."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def pack(value: bytes) -> str:
    """Write bytes as base64url without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def unpack(text: str) -> bytes:
    """Read base64url with or without padding; raises ValueError."""
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
