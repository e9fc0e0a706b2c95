"""A phone that makes codes, written from RFC 6238 and apart from the house's own way of checking them."""

import base64
import hashlib
import hmac
import struct
from datetime import datetime


def code_of(secret: str, at: datetime) -> str:
    """Give the six digits that a phone shows."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.new(key, struct.pack(">Q", int(at.timestamp()) // 30), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
